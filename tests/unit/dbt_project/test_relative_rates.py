"""Ratios of rates and shares between ethnic groups: limits by other software, bounds by trying every place of the missing."""

from __future__ import annotations

import itertools

import duckdb
import pytest
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk


@pytest.fixture(scope="session")
def evaluate(render):
    def run(columns, **row):
        given = ", ".join(f"{value} as {name}" for name, value in row.items())
        return duckdb.sql(f"select {render(columns)} from (select {given})").fetchone()

    return run


SHARES = "{{ ratio_of_shares_limits('r', 'a', 'n', 'b', 'm') }}"
RATES = "{{ ratio_of_rates_limits('r', 'a', 'n', 'b', 'm') }}"


@pytest.mark.parametrize(("a", "n", "b", "m"), [(27, 122, 44, 487), (3, 9, 400, 1000), (90, 100, 12, 20)])
def test_limits_of_a_ratio_of_shares_are_those_of_katz(evaluate, a, n, b, m):
    # The first is the example of scipy: coffee drinkers and heart disease, 1.58 to 3.79.
    limits = relative_risk(a, n, b, m).confidence_interval(0.95)
    assert evaluate(SHARES, a=a, n=n, b=b, m=m) == pytest.approx((round(limits.low, 2), round(limits.high, 2)))


def test_a_ratio_of_shares_with_a_group_of_none_has_no_limits(evaluate):
    assert evaluate(SHARES, a=0, n=5, b=4, m=9) == (None, None)


@pytest.mark.parametrize(("a", "n", "b", "m"), [(489, 15218, 3907, 957777), (2, 1000, 40, 90000), (0, 500, 30, 9000)])
def test_limits_of_a_ratio_of_rates_are_those_of_the_share_as_odds(evaluate, a, n, b, m):
    limits = binomtest(a, a + b).proportion_ci(method="wilson")
    expected = [round(limit / (1 - limit) * m / n, 2) for limit in (limits.low, limits.high)]
    assert evaluate(RATES, a=a, n=n, b=b, m=m) == pytest.approx(expected, abs=0.0051)


@pytest.mark.parametrize(
    ("a", "n", "b", "m", "yes", "no"), [(4, 10, 12, 40, 3, 4), (0, 3, 5, 9, 2, 6), (7, 9, 30, 100, 0, 5), (1, 9, 30, 100, 0, 0)]
)
def test_the_bounds_of_shares_are_the_furthest_of_all_places_of_the_missing(evaluate, a, n, b, m, yes, no):
    """All ways to put the missing, some of them with the event, among a group and what it is compared with."""
    ratios = [
        ((a + i) / (n + i + j)) / ((b + yes - i) / (m + yes - i + no - j))
        for i, j in itertools.product(range(yes + 1), range(no + 1))
    ]
    bounds = (f"{{{{ {side}_ratio_of_shares('a', 'n', 'b', 'm', 'u', 'v') }}}}" for side in ("lowest", "highest"))
    found = evaluate(", ".join(bounds), a=a, n=n, b=b, m=m, u=yes, v=yes + no)
    assert found == pytest.approx((min(ratios), max(ratios)))


@pytest.mark.parametrize(
    ("label", "group"),
    [
        ("White - Irish", "White"),
        ("Asian/Asian British - Chinese", "Any other ethnic group"),
        ("Asian/Asian British - Indian", "Asian"),
        ("Black/African/Caribbean/Black British - African", "Black"),
        ("Mixed/Multiple ethnic groups - White and Asian", "Mixed"),
        ("Other ethnic group - Not stated", "Not recorded"),
        ("Other", "Any other ethnic group"),
        ("Unknown", "Not recorded"),
    ],
)
def test_a_label_of_the_archive_is_counted_as_the_police_count(render, label, group):
    sql = render("{{ archive_ethnicity_group('label') }}")
    assert duckdb.execute(f"select {sql} from (select ? as label)", [label]).fetchone() == (group,)
