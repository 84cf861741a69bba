"""Tables with exact margins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.records.controlled_rounding import allocate, apportion, controlled_table, ipf, nearest, weighted_order

tables = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(st.lists(st.integers(0, 9), min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )
)


@settings(max_examples=50, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_margins_hold_whatever_the_start(cells, random):
    wanted = np.array(cells)
    start = [[random.random() for _ in row] for row in cells]
    found = controlled_table(start, wanted.sum(axis=1), wanted.sum(axis=0))
    assert found.min(initial=0) >= 0
    assert np.array_equal(found.sum(axis=1), wanted.sum(axis=1))
    assert np.array_equal(found.sum(axis=0), wanted.sum(axis=0))


@settings(max_examples=50, deadline=None)
@given(tables)
def test_a_ceiling_that_leaves_one_table_returns_that_table(cells):
    wanted = np.array(cells)
    found = controlled_table(np.ones(wanted.shape), wanted.sum(axis=1), wanted.sum(axis=0), wanted)
    assert np.array_equal(found, wanted)


def test_the_table_stays_near_its_start():
    start = np.array([[10.4, 20.1], [30.0, 39.5]])
    found = controlled_table(start, [31, 69], [40, 60])
    assert np.abs(found - ipf(start, [31, 69], [40, 60])).max() < 1


def test_impossible_tables_are_refused():
    with pytest.raises(ValueError, match="margins disagree"):
        controlled_table(np.ones((2, 2)), [1, 2], [2, 2])
    with pytest.raises(ValueError, match="no whole-number table"):
        controlled_table(np.ones((2, 2)), [2, 2], [2, 2], np.array([[1, 0], [2, 2]]))


def test_side_conditions_are_met_far_from_the_start():
    found = nearest([0.2, 0.2, 5.0], np.array([[1, 1, 1], [1, -1, 0]]), [9, 4], [9, 4])
    assert found.sum() == 9
    assert found[0] - found[1] == 4


def test_ipf_survives_zero_margins_and_zero_starts():
    found = ipf([[0, 0], [1, 1]], [5, 0], [2, 3])
    assert found == pytest.approx(np.array([[2, 3], [0, 0]]), abs=1e-6)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), st.integers(0, 500))
def test_apportioned_shares_add_up_and_are_within_one(weights, total):
    found = apportion(weights, total)
    assert found.sum() == total
    assert np.abs(found - np.array(weights) / sum(weights) * total).max() < 1 + 1e-6


def test_dealing_and_ordering():
    rng = np.random.default_rng(1)
    assert np.bincount(allocate(rng, [3, 0, 2])).tolist() == [3, 0, 2]
    first = [weighted_order(rng, np.array([1.0, 0.0, 8.0]))[0] for _ in range(300)]
    assert first.count(1) == 0
    assert first.count(2) > 200
