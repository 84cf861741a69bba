"""Rows of a new month are drawn from earlier ones: matching, growth and dates on frames of a few rows."""

import json

import numpy as np
import pandas as pd
import pytest

from synthetic.demo.faults import MANIFEST
from synthetic.demo.next_month import donors
from synthetic.demo.next_month.donors import MONTH, Zone

MAY = np.datetime64("2024-05", "M")


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_a_match_has_the_wanted_value_and_is_another_row(rng):
    values = pd.Series(["a", "b", "a", "c", "b"])
    for _ in range(20):
        found = donors.match(rng, values, pd.Series(["a", "b", "c", "d"]), np.array([0, 1, 3, 0]))
        assert values[found[0]] == "a" and found[0] != 0
        assert values[found[1]] == "b" and found[1] != 1
        assert list(found[2:]) == [-1, -1], "the only one of its value is the row itself, or there is none"


def test_another_row_agrees_in_the_first_columns_that_it_can(rng):
    frame = pd.DataFrame({"code": ["x", "x", "y", "y"], "district": ["a", "b", "a", "a"]})
    for _ in range(20):
        found = donors.others(rng, frame, np.array([0, 2]), ["code", "district"], ["code"])
        assert list(found) == [1, 3], "of x there is none in the same district"


@pytest.mark.parametrize("month", ["2024-05", "2025-02", "2024-02"])
def test_moments_fall_into_the_month_on_their_weekday_at_their_time(rng, month):
    moments = pd.Series(pd.date_range("2023-04-01 00:07", periods=400, freq="11h"))
    moved = moments + donors.redated(rng, moments, np.datetime64(month, "M"))
    assert set(moved.dt.strftime("%Y-%m")) == {month}
    assert (moved.dt.day_of_week == moments.dt.day_of_week).all()
    assert (moved.dt.time == moments.dt.time).all()
    assert moved.dt.day.nunique() == moved.iloc[0].days_in_month


def test_a_sample_takes_no_row_twice_while_there_are_enough(rng):
    assert sorted(donors.sample(rng, np.ones(5), 5)) == [0, 1, 2, 3, 4]
    assert np.bincount(donors.sample(rng, np.ones(5), 12), minlength=5).max() == 3
    heavy = [donors.sample(rng, np.array([9.0, 1.0]), 1)[0] for _ in range(200)]
    assert 150 < heavy.count(0) < 200


def test_the_level_is_that_of_the_same_month_a_year_before(rng):
    frame = pd.DataFrame({MONTH: ["2023-05"] * 200 + ["2023-06"] * 900})
    assert all(160 < donors.level(rng, frame, MAY) < 250 for _ in range(50))
    assert donors.level(rng, frame[frame[MONTH] == "2023-06"], MAY) > 700, "or the mean of those that there are"


def test_donors_are_first_versions_of_like_months_without_their_faults(tmp_path):
    folder = tmp_path / "agency" / "feed"
    folder.mkdir(parents=True)
    for month in pd.period_range("2022-01", "2024-04", freq="M").astype(str):
        (folder / f"{month}.csv").write_text(f"a,b\n{month},\nsecond,2\n")
    (folder / "2023-05.v2.csv").write_text("a,b\nresent,3\n")
    with (folder / "2023-06.csv").open("a") as file:
        file.write("broken\nbro,ken,row\n")
    faults = [{"file": "agency/feed/2023-06.csv", "row": row} for row in (5, 4)] + [{"file": "x", "row": None}]
    (tmp_path / MANIFEST).write_text(json.dumps(faults))
    zone = Zone(tmp_path)
    months = zone.like("agency/feed", MAY)
    assert months == ["2022-05", "2022-06", "2023-04", "2023-05", "2023-06"]
    read = zone.read("agency/feed", months)
    assert list(read["a"]) == [text for month in months for text in (month, "second")]
    assert set(read.loc[read["a"] != "second", "b"]) == {""} and zone.last("agency/feed") == "2024-04"
