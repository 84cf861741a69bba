"""Limits of counts and shares, against published values and hand-made examples."""

from __future__ import annotations

import duckdb
import exact
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson


@pytest.fixture(scope="session")
def evaluate(render):
    con = duckdb.connect()
    exact.register(con)

    def run(call, **row):
        columns = ", ".join(f"cast(${name} as bigint) as {name}" for name in row)
        return con.execute(f"select {render('{{ ' + call + ' }}')} from (select {columns})", row).fetchone()[0]

    return run


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    # Table of exact limits, Breslow and Day 1987 (and every epidemiology text since).
    [
        (0, 0, 3.69),
        (1, 0.0253, 5.57),
        (2, 0.242, 7.22),
        (5, 1.62, 11.67),
        (10, 4.80, 18.39),
        (20, 12.22, 30.89),
        (100, 81.4, 121.6),
    ],
)
def test_poisson_limits_as_tabulated(evaluate, count, lower, upper):
    assert evaluate("poisson_lower('n')", n=count) == pytest.approx(lower, abs=0.006, rel=1e-3)
    assert evaluate("poisson_upper('n')", n=count) == pytest.approx(upper, abs=0.006, rel=1e-3)


@given(count=st.integers(1, 10**6))
def test_poisson_limits_leave_a_fortieth_on_either_side(count):
    import numpy as np

    lower, upper = exact.poisson_lower(np.array([count])), exact.poisson_upper(np.array([count]))
    assert poisson.sf(count - 1, lower[0]) == pytest.approx(0.025, rel=1e-4)
    assert poisson.cdf(count, upper[0]) == pytest.approx(0.025, rel=1e-4)


@pytest.mark.parametrize(
    ("part", "whole", "lower", "upper"),
    # Method 3 in table I of Newcombe 1998, Statistics in Medicine 17: 857-872.
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson_limits_as_published(evaluate, part, whole, lower, upper):
    assert evaluate("wilson_lower('part', 'whole')", part=part, whole=whole) == pytest.approx(lower, abs=0.005)
    assert evaluate("wilson_upper('part', 'whole')", part=part, whole=whole) == pytest.approx(upper, abs=0.005)


def test_limits_are_shown_with_their_share_and_only_where_it_is(render):
    columns = render("{{ share_limits('of_all', 'part', 'whole', places=2, when='part > 1') }}")
    rows = duckdb.sql(f"select {columns} from (values (81, 263), (1, 29), (2, 0)) as t (part, whole)")
    assert (rows.columns, rows.fetchall()) == (
        ["of_all_lower_95", "of_all_upper_95"],
        [(25.53, 36.62), (None, None), (None, None)],
    )


def test_what_is_not_known_has_no_limits(evaluate):
    assert evaluate("wilson_upper('part', 'whole')", part=0, whole=0) is None
    assert evaluate("poisson_upper('n')", n=None) is None
    assert evaluate("rate_per('n', 'people')", n=3, people=0) is None


def test_rates_are_per_thousand(evaluate):
    row = {"n": 10, "people": 2000}
    limits = [evaluate(f"{macro}('n', 'people')", **row) for macro in ("rate_lower", "rate_per", "rate_upper")]
    assert limits == pytest.approx([2.398, 5, 9.195], abs=1e-3)


def test_so_many_or_more_by_chance():
    import numpy as np

    # By hand: 1, 1 - 1/e, and 1 - 2.5/e of a mean of 1.
    assert exact.poisson_at_least(np.array([0, 1, 3]), np.array([1.0, 1.0, 1.0])) == pytest.approx([1, 0.6321206, 0.0803014])


@pytest.mark.parametrize(
    ("name", "expected"),
    # What byars_lower and byars_upper of PHEindicatormethods compute: within 0.2 % of the exact limits from ten events on.
    [("byar_lower", lambda n: chi2.ppf(0.025, 2 * n) / 2), ("byar_upper", lambda n: chi2.ppf(0.975, 2 * n + 2) / 2)],
)
def test_byars_limits_are_close_to_the_exact_ones(evaluate, name, expected):
    for count in (10, 65, 1045):
        assert evaluate(f"{name}('n')", n=count) == pytest.approx(expected(count), rel=2e-3)
    assert evaluate("byar_lower('n')", n=0) == 0


def test_standardised_rates_are_those_of_the_public_health_methods(evaluate, render):
    """Values in the tests of a Python form of PHEindicatormethods: a count, and a rate of the 19 bands of the standard of 2013.

    Its upper limits are not Byar's: for 100 events it has 121.6246, where the formula and this project have 121.6279.
    """
    assert evaluate("byar_lower('n')", n=100) == pytest.approx(81.36210549, abs=1e-7)
    assert evaluate("byar_upper('n')", n=100) == pytest.approx(101 * (1 - 1 / 909 + 1.9599639845 / (3 * 101**0.5)) ** 3)
    standard = [5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000]
    events = [n // 100 for n in standard]
    people = [10 * n + 9 for n in events]
    columns = render("{{ standardised_rate('rate', 'n', 'people', 'standard', places=7) }}")
    table = "select unnest($n) as n, unnest($people) as people, unnest($standard)::double as standard"
    found = duckdb.connect().execute(f"select {columns} from ({table})", {"n": events, "people": people, "standard": standard})
    # Per 100,000 there, per 1,000 here.
    assert found.fetchone()[:2] == pytest.approx((98.3276304, 92.3266830), abs=1e-6)


def test_a_standardised_rate_as_published(render):
    """Down's syndrome by the mother's age (Fay and Feuer 1997); 75.52901 in 100,000 births (R package dsrTest)."""
    cases, births = [0, 8, 63, 112, 262, 295], [327, 30666, 123419, 149919, 104088, 34392]
    standard = [319933, 931318, 786511, 488235, 237863, 61313]
    columns = render("{{ standardised_rate('rate', 'n', 'people', 'standard', places=7) }}")
    con = duckdb.connect()
    table = "select unnest($n) as n, unnest($people) as people, unnest($standard)::double as standard"
    row = con.execute(f"select {columns} from ({table})", {"n": cases, "people": births, "standard": standard}).fetchone()
    assert row[0] == pytest.approx(0.7552901, abs=1e-7)
    # Dobson: the distance of Byar's limits from the count, in standard errors of the rate.
    total = sum(cases)
    error = sum(w**2 * n / p**2 for w, n, p in zip(standard, cases, births, strict=True)) ** 0.5 / sum(standard) * 1000
    for limit, side in ((row[1], chi2.ppf(0.025, 2 * total) / 2), (row[2], chi2.ppf(0.975, 2 * total + 2) / 2)):
        assert limit == pytest.approx(row[0] + error / total**0.5 * (side - total), rel=1e-4)


def test_one_district_is_above_another_where_the_limits_of_the_difference_leave_out_nought(render):
    """Zou and Donner 2008: of 12 (10 to 15) and 8 (6 to 9), 4 - sqrt(2 ** 2 + 1 ** 2) is above 0; of 10.2 (8.1 to 12) not."""
    call = render("{{ is_above('a', 'b') }}")
    sql = f"select {call} from (select 12.0 as value, 10.0 as value_lower_95) as a, (select ? as value, ? as value_upper_95) as b"
    assert duckdb.execute(sql, [8.0, 9.0]).fetchone() == (True,)
    assert duckdb.execute(sql, [10.2, 12.0]).fetchone() == (False,)
    assert duckdb.execute(sql, [13.0, 14.0]).fetchone() == (False,)
