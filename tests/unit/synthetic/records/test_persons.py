"""Dates of birth, repetition, and attributes dealt to persons."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic.records.attributes import fill
from synthetic.records.persons import TOP_SUSPECTS, TOP_VICTIMS, as_number, birth_dates, repeat_patterns
from synthetic.records.targets import load_targets


@given(st.dates(date(2017, 1, 1), date(2024, 3, 31)), st.integers(0, 95), st.integers(0, 1000))
def test_a_birth_has_the_age_asked_for(day, age, seed):
    days = np.array([day], dtype="datetime64[D]")
    born = birth_dates(np.random.default_rng(seed), days, np.array([age]))[0].astype(object)
    completed = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    assert completed == age


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)))
def test_a_date_as_a_number(day):
    assert as_number(np.array([day], dtype="datetime64[D]"))[0] == int(day.strftime("%Y%m%d"))


def test_birth_dates_cover_the_whole_year_of_age():
    days = np.full(5000, np.datetime64("2024-02-29"))
    born = birth_dates(np.random.default_rng(1), days, np.full(5000, 20))
    assert born.min().astype(object) < date(2003, 3, 1) + timedelta(days=10)
    assert born.max().astype(object) > date(2004, 2, 29) - timedelta(days=10)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("who", ["victims", "suspects"])
def test_patterns_of_repetition_add_up_to_the_printed_rows(who, seed):
    people, top = (getattr(load_targets(), who), {"victims": TOP_VICTIMS, "suspects": TOP_SUSPECTS}[who])
    patterns = repeat_patterns(np.random.default_rng(seed), people, top)
    assert (len(patterns), patterns.sum()) == people.repeat_all
    assert np.array_equal((patterns >= 2).sum(axis=0), people.repeat_year[0])
    assert np.array_equal((patterns * (patterns >= 2)).sum(axis=0), people.repeat_year[1])
    totals = np.sort(patterns.sum(axis=1))[::-1]
    assert totals[:25].tolist() == sorted(top, reverse=True)
    assert totals[25] <= min(top)


def test_the_busiest_25_have_the_occurrences_of_the_prose():
    assert (len(TOP_VICTIMS), sum(TOP_VICTIMS)) == (25, 135)
    assert (len(TOP_SUSPECTS), sum(TOP_SUSPECTS)) == (25, 360)


def test_values_fill_every_cell_and_stay_with_the_person():
    person = np.array([0, 0, 1, 2, 3, 4])
    cell = np.array([0, 1, 0, 0, 1, 1])
    quotas = np.array([[2, 1], [1, 2]])
    value = fill(np.random.default_rng(3), person, cell, quotas)
    counted = np.zeros_like(quotas)
    np.add.at(counted, (cell, value[person]), 1)
    assert np.array_equal(counted, quotas)


def test_values_for_single_persons_only():
    for seed in range(20):
        value = fill(np.random.default_rng(seed), np.array([0, 0, 1, 2]), np.zeros(4, int), np.array([[2, 2]]), singles_only=(1,))
        assert value.tolist() == [0, 1, 1]


def test_quotas_without_room_are_refused():
    with pytest.raises(ValueError, match="no value has room"):
        fill(np.random.default_rng(1), np.array([0, 0]), np.array([0, 0]), np.array([[1, 1]]))
    with pytest.raises(ValueError, match="do not add up"):
        fill(np.random.default_rng(1), np.array([0]), np.array([0]), np.array([[1, 1]]))
