"""Tests and words of comparisons, against published examples, SciPy and hand-made cases."""

from __future__ import annotations

import duckdb
import exact
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binomtest, false_discovery_control, fisher_exact, nbinom


@pytest.fixture(scope="session")
def evaluate(render):
    con = duckdb.connect()
    exact.register(con)

    def run(call, **row):
        columns = ", ".join(f"cast(${name} as double) as {name}" for name in row)
        return con.execute(f"select {render('{{ ' + call + ' }}')} from (select {columns})", row).fetchone()[0]

    return run


def counts(evaluate, count, other, exposure=1.0, other_exposure=1.0, dispersion=1.0):
    call = "counts_test('a', 'b', 'm', 'n', 'd')"
    return evaluate(call, a=count, b=other, m=exposure, n=other_exposure, d=dispersion)


def test_sixteen_homicides_and_then_two_are_a_finding(evaluate):
    assert counts(evaluate, 2, 16) == pytest.approx(0.0013, abs=0.00005)
    assert counts(evaluate, 0, 8) == pytest.approx(2 / 2**8)


@given(count=st.integers(0, 400), other=st.integers(0, 400))
def test_poisson_counts_of_one_exposure_have_the_exact_binomial_test(evaluate, count, other):
    p = counts(evaluate, count, other)
    # Five in all, divided as unequally as can be, have a p-value of 2 / 32.
    if count + other <= 5:
        assert p is None
    else:
        assert p == pytest.approx(binomtest(count, count + other, 0.5).pvalue)


def test_published_example_of_two_poisson_rates(evaluate):
    """Fay 2010 (The R Journal 2: 53-58): 2 events in 17,877 and 10 in 20,000; the central exact test has p = 0.06056."""
    assert counts(evaluate, 2, 10, 17877, 20000) == pytest.approx(0.06056, abs=0.000005)


@settings(max_examples=50)
@given(
    count=st.integers(0, 200),
    other=st.integers(0, 200),
    exposure=st.floats(0.2, 5),
    dispersion=st.floats(1.05, 8),
)
def test_counts_that_vary_more_have_the_beta_binomial_test(evaluate, count, other, exposure, dispersion):
    total, part = count + other, exposure / (exposure + 1)
    if total == 0:
        assert counts(evaluate, count, other, exposure, 1.0, dispersion) is None
        return
    law = betabinom(total, total * part / (dispersion - 1), total * (1 - part) / (dispersion - 1))
    expected = min(1.0, 2 * min(law.cdf(count), law.sf(count - 1)))
    least = min(1.0, 2 * min(law.pmf(0), law.pmf(total)))
    p = counts(evaluate, count, other, exposure, 1.0, dispersion)
    assert p == (None if least >= 0.05 else pytest.approx(expected, rel=1e-6, abs=1e-9))


def test_the_level_holds_for_counts_that_vary_more_than_poisson():
    """4,000 pairs of one mean and a dispersion of 4, seed 16: at most 5% are found; without the dispersion a third would be."""
    random = np.random.default_rng(16)
    mean, dispersion = 300, 4.0
    first, second = nbinom.rvs(mean / (dispersion - 1), 1 / dispersion, size=(2, 4000), random_state=random)
    ones = np.ones(4000)
    assert np.mean(exact.counts_p(first, second, ones, ones, dispersion * ones) < 0.05) < 0.055
    assert np.mean(exact.counts_p(first, second, ones, ones, ones) < 0.05) > 0.25


@given(a=st.integers(0, 60), b=st.integers(0, 80))
def test_shares_have_fishers_test_with_the_smaller_tail_doubled(evaluate, a, b):
    p = evaluate("shares_test('a', 'm', 'b', 'n')", a=a, m=60, b=b, n=80)
    table = [[a, 60 - a], [b, 80 - b]]
    smaller = min(fisher_exact(table, alternative=side).pvalue for side in ("less", "greater"))
    if p is None:
        assert a + b <= 8 or a + b >= 132
    else:
        assert p == pytest.approx(min(1.0, 2 * smaller), rel=1e-6)


def test_fishers_tea(evaluate):
    """Fisher 1935: of eight cups, four with milk first, the lady finds all four (1 in 70) or three (17 in 70)."""
    assert evaluate("shares_test('a', 'm', 'b', 'n')", a=4, m=4, b=0, n=4) == pytest.approx(2 / 70)
    assert evaluate("shares_test('a', 'm', 'b', 'n')", a=3, m=4, b=1, n=4) == pytest.approx(34 / 70)
    # Of six cups the best that she can do is 2 / 20.
    assert evaluate("shares_test('a', 'm', 'b', 'n')", a=3, m=3, b=0, n=3) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_adjustment_is_that_of_scipy_in_each_family_and_passes_over_what_was_not_tested(render, seed):
    random = np.random.default_rng(seed)
    tested = np.round(random.random(60) ** 3, 2)
    con = duckdb.connect()
    con.execute("create table tested as select 'this' as family, unnest($p) as p_value", {"p": tested.tolist()})
    con.execute("insert into tested select 'other', p_value / 2 from tested")
    con.execute("insert into tested values ('this', null), ('other', null)")
    sql = render("{{ adjusted('tested', 'family') }}")
    found = con.execute(f"select p_value, q_value from ({sql}) where family = 'this' order by p_value nulls last").fetchall()
    assert found[-1] == (None, None)
    assert [q for _, q in found[:-1]] == pytest.approx(false_discovery_control(np.sort(tested)))


@pytest.mark.parametrize(
    ("earlier", "later", "p", "q", "refusal", "expected"),
    [
        (10, 30, 0.001, 0.01, None, "increase"),
        (30, 10, 0.001, 0.01, None, "decrease"),
        (10, 30, 0.04, 0.06, None, "no clear change"),
        (1, 2, None, None, None, "too few to compare"),
        (10, 30, 0.001, 0.01, "not mature", "not mature"),
        (None, 30, None, None, "not mature", None),
    ],
)
def test_the_word_follows_the_adjusted_p_value(render, earlier, later, p, q, refusal, expected):
    call = render("{{ change_word('earlier', 'later', refusal='refusal') }}")
    row = "select $1::int as earlier, $2::int as later, $3::double as p_value, $4::double as q_value, $5::varchar as refusal"
    assert duckdb.execute(f"select {call} from ({row})", [earlier, later, p, q, refusal]).fetchone() == (expected,)


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
def test_a_fixed_number_outside_the_limits_decides(evaluate, low, high, benchmark, count, expected):
    call = "limits_word('low', 'high', 'benchmark', 'n')"
    assert evaluate(call, low=low, high=high, benchmark=benchmark, n=count) == expected


@given(part=st.integers(1, 500), other=st.integers(1, 500))
def test_the_limits_of_a_ratio_are_those_of_the_share(evaluate, part, other):
    limits = binomtest(part, part + other).proportion_ci(method="wilson")
    low = evaluate("odds(wilson_lower('part', 'part + other'))", part=part, other=other)
    high = evaluate("odds(wilson_upper('part', 'part + other'))", part=part, other=other)
    assert (low, high) == pytest.approx([100 * limit / (1 - limit) for limit in (limits.low, limits.high)], rel=1e-6)
    assert low < 100 * part / other < high
