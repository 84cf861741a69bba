"""Verdicts on shares, ratios and benchmarks, against published examples and hand-made ones."""

from __future__ import annotations

import duckdb
import exact
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest


@pytest.fixture(scope="session")
def evaluate(render):
    con = duckdb.connect()
    exact.Plugin("exact", {}).configure_connection(con)

    def run(call, **row):
        columns = ", ".join(f"cast(${name} as double) as {name}" for name in row)
        return con.execute(f"select {render('{{ ' + call + ' }}')} from (select {columns})", row).fetchone()[0]

    return run


CHANGE = "share_change_verdict('a', 'm', 'b', 'n')"


@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    # Method 10 in table II of Newcombe 1998, Statistics in Medicine 17: 873-890.
    [
        ((56, 70), (48, 80), 5.24, 33.39),
        ((9, 10), (3, 10), 17.05, 80.90),
        ((6, 7), (2, 7), 5.82, 80.62),
        ((5, 56), (0, 29), -3.81, 19.26),
        ((10, 10), (0, 20), 67.91, 100),
    ],
)
def test_newcombes_limits_of_a_difference_as_published(evaluate, later, earlier, low, high):
    row = {"b": later[0], "n": later[1], "a": earlier[0], "m": earlier[1]}
    difference = 100 * (later[0] / later[1] - earlier[0] / earlier[1])
    assert difference - evaluate("_reach('b', 'n', 'a', 'm')", **row) == pytest.approx(low, abs=0.006)
    assert difference + evaluate("_reach('a', 'm', 'b', 'n')", **row) == pytest.approx(high, abs=0.006)


@pytest.mark.parametrize(
    ("later", "earlier", "expected"),
    [
        ((56, 70), (48, 80), "increase"),
        ((48, 80), (56, 70), "decrease"),
        ((5, 56), (0, 29), "no clear change"),
        ((10, 20), (0, 20), "increase"),
        ((6, 7), (2, 7), "too few to compare"),
    ],
)
def test_a_change_of_shares_is_one_where_the_limits_leave_out_zero(evaluate, later, earlier, expected):
    assert evaluate(CHANGE, a=earlier[0], m=earlier[1], b=later[0], n=later[1]) == expected


@given(a=st.integers(0, 60), b=st.integers(0, 60))
def test_a_change_told_backwards_is_the_opposite(evaluate, a, b):
    opposite = {"increase": "decrease", "decrease": "increase"}
    forwards = evaluate(CHANGE, a=a, m=60, b=b, n=60)
    assert evaluate(CHANGE, a=b, m=60, b=a, n=60) == opposite.get(forwards, forwards)


def test_a_first_year_has_no_change(evaluate):
    assert evaluate(CHANGE, a=None, m=None, b=30, n=60) is None


@given(part=st.integers(1, 500), other=st.integers(1, 500))
def test_the_limits_of_a_ratio_are_those_of_the_share(evaluate, part, other):
    limits = binomtest(part, part + other).proportion_ci(method="wilson")
    low = evaluate("odds(wilson_lower('part', 'part + other'))", part=part, other=other)
    high = evaluate("odds(wilson_upper('part', 'part + other'))", part=part, other=other)
    assert (low, high) == pytest.approx([100 * limit / (1 - limit) for limit in (limits.low, limits.high)], rel=1e-6)
    assert low < 100 * part / other < high


@pytest.mark.parametrize(
    ("low", "high", "benchmark", "count", "expected"),
    [
        (2.1, 3, 2, 50, "higher"),
        (1, 1.9, 2, 50, "lower"),
        (1, 3, 2, 50, "similar"),
        (2, 3, 2, 50, "similar"),
        (2.1, 3, 2, 19, "too few to compare"),
        (2.1, 3, None, 50, None),
        (None, None, 2, None, None),
    ],
)
def test_a_benchmark_outside_the_limits_decides(evaluate, low, high, benchmark, count, expected):
    call = "benchmark_verdict('low', 'high', 'benchmark', 'n')"
    assert evaluate(call, low=low, high=high, benchmark=benchmark, n=count) == expected
