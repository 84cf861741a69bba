"""The arithmetic of periods."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts.periods import Cadence, bounds, following, is_period, key, keys, normalised

cadences = st.sampled_from(get_args(Cadence))
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(cadences, days)
def test_periods_follow_each_other_without_gap_or_overlap(cadence, day):
    period = key(cadence, day)
    start, end = bounds(cadence, period)
    assert start <= day < end
    assert key(cadence, start) == key(cadence, end - timedelta(days=1)) == period
    assert following(cadence, period) == key(cadence, end) != period


@given(cadences, days, days)
def test_all_keys_from_one_day_to_another(cadence, first, last):
    found = keys(cadence, first, last)
    assert found == sorted(set(found))
    if first <= last:
        assert (found[0], found[-1]) == (key(cadence, first), key(cadence, last))
        assert all(following(cadence, one) == other for one, other in pairwise(found))


def test_no_keys_where_the_last_day_is_before_the_first():
    assert keys("monthly", date(2024, 2, 1), date(2024, 1, 31)) == []


@pytest.mark.parametrize(
    ("cadence", "period", "start", "end"),
    [
        ("monthly", "2024-12", date(2024, 12, 1), date(2025, 1, 1)),
        ("monthly", "2010-11", date(2010, 11, 1), date(2010, 12, 1)),
        ("annual", "2010-11", date(2010, 4, 1), date(2011, 4, 1)),
        ("annual", "1999-00", date(1999, 4, 1), date(2000, 4, 1)),
        ("academic_year", "2023-24", date(2023, 9, 1), date(2024, 9, 1)),
        ("quarterly", "2024-Q4", date(2024, 10, 1), date(2025, 1, 1)),
        ("calendar_year", "2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("once", "2021", date(2021, 1, 1), date(2022, 1, 1)),
    ],
)
def test_the_cadence_says_what_a_key_means(cadence, period, start, end):
    assert bounds(cadence, period) == (start, end)


@pytest.mark.parametrize(
    ("cadence", "written"),
    [
        *(
            ("monthly", written)
            for written in ("2023-13", "2023-00", "23-07", "2023-7", "2023/07", "", "2023", "2023-Q1", "0000-01")
        ),
        *(("quarterly", written) for written in ("2023-Q5", "2023-Q0", "2023-01", "2023Q1", "2023")),
        *(("annual", written) for written in ("2023-25", "2023-23", "2023", "2023/24", "2023-2024", "２０２３-24")),
        *(("calendar_year", written) for written in ("2023-24", "202", "20233")),
    ],
)
def test_what_is_no_period(cadence, written):
    assert not is_period(cadence, written)
    with pytest.raises(ValueError, match=f"delivered {cadence}"):
        bounds(cadence, written)


@pytest.mark.parametrize(
    ("cadence", "written", "period"),
    [
        *(("monthly", written, "2024-01") for written in ("2024-01", "202401", "2024_01")),
        *(("annual", written, "2023-24") for written in ("2023-24", "2023/24", "202324", "2023_24", "2023-2024", "FY2023-24")),
        *(("academic_year", written, "2016-17") for written in ("201617", "2016/17", "AY2016-17")),
        *(
            ("quarterly", written, "2024-Q1")
            for written in ("2024-Q1", "2024Q1", "q1 2024", "Q1_2024", "Q4 2023-24", "2023/24 Q4")
        ),
        ("quarterly", "Q1 2023-24", "2023-Q2"),
        ("quarterly", "Q1 2023-25", "Q1 2023-25"),
        ("calendar_year", "2023", "2023"),
        ("monthly", "January", "January"),
    ],
)
def test_what_senders_write(cadence, written, period):
    assert normalised(cadence, written) == period
