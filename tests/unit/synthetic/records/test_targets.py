"""Targets are the printed figures with the errata put right, and agree with each other."""

import numpy as np
import pytest

from synthetic.records import targets as module
from synthetic.records.ages import SUSPECTS, VICTIMS, band_counts, occurrences
from synthetic.records.dates import MONTHS, month_quotas, serious_violence_times
from synthetic.records.targets import HOMICIDE, NO_DISTRICT, load_targets, published


@pytest.fixture(scope="module")
def targets():
    return load_targets()


def test_margins_of_the_study(targets):
    assert targets.offences.sum(axis=1).tolist() == [2285, 1942, 2429, 2478, 2513]
    assert targets.hours.sum(axis=(1, 2)).tolist() == [11647, 1823, 5816]
    assert targets.district_year[NO_DISTRICT].tolist() == [9, 8, 16, 16, 33]
    assert targets.relationship_year.sum(axis=0).tolist() == [0, 0, 1678, 1750, 1725]
    assert targets.victims.repeat_year[1].tolist() == [93, 82, 125, 123, 132]


def test_a_figure_that_contradicts_another_is_noticed(monkeypatch):
    cells = dict(published())
    cells["T06", "Grand Total", "2019/20"] = "2286"
    monkeypatch.setattr(module, "published", lambda: cells)
    with pytest.raises(ValueError, match="T06 and T01"):
        load_targets()


def test_bands_keep_both_printed_margins(targets):
    for people, ceiling in ((targets.victims, targets.offences[:, HOMICIDE]), (targets.suspects, None)):
        counts = band_counts(people, targets.offences, ceiling)
        assert np.array_equal(counts.sum(axis=2), people.by_band_year)
        assert np.array_equal(counts.sum(axis=1), people.by_band_kind)
        if ceiling is not None:
            assert (counts.sum(axis=0)[:, HOMICIDE] <= ceiling).all()


def test_single_years_of_age(targets):
    rng = np.random.default_rng(5)
    for people, shape in ((targets.victims, VICTIMS), (targets.suspects, SUSPECTS)):
        age = occurrences(rng, people, targets.offences, shape)["age"]
        assert len(age) == people.by_year.sum()
        assert (age == 15).sum() == shape.aged_15 == age[age >= 0].value_counts().max()
        assert age.isin([16, 17]).sum() == shape.aged_16_17
        assert (age == 0).sum() == 5 * shape.infants_per_year


@pytest.mark.parametrize("seed", range(20))
def test_july_2023_is_the_peak_of_the_last_three_years(targets, seed):
    quotas = month_quotas(np.random.default_rng(seed), targets.offences.sum(axis=1))
    assert quotas.sum(axis=1).tolist() == targets.offences.sum(axis=1).tolist()
    last = quotas[2:].ravel()
    assert last.argmax() == 27
    assert last.max() == 268
    assert np.sort(last)[-2] < 268


def test_offences_keep_hour_weekday_and_month_of_record(targets):
    import pandas as pd

    rng = np.random.default_rng(2)
    year = np.repeat(np.arange(5), targets.offences.sum(axis=1))
    offences = pd.DataFrame({"year": year, "hour": rng.integers(0, 24, len(year)), "weekday": rng.integers(0, 7, len(year))})
    times = serious_violence_times(rng, offences)
    assert (times["committed"].dt.hour == offences["hour"]).all()
    assert (times["committed"].dt.day_of_week == offences["weekday"]).all()
    assert (times["recorded"] >= times["committed"]).all()
    recorded = times["recorded"].dt
    assert (12 * (recorded.year - 2019) + recorded.month - 4 == times["month"]).all()
    assert times["month"].between(0, MONTHS - 1).all()
    assert (times["committed"].dt.month != recorded.month).mean() > 0.03
