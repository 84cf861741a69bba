"""The chain ladder against published reserves and standard errors, and against independent numpy."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

# Cumulative claims of Taylor and Ashe 1983, Journal of Econometrics 23: 37-61.
TAYLOR_ASHE = (
    (357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463),
    (352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085),
    (290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315),
    (310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268),
    (443160, 1136350, 2128333, 2897821, 3402672, 3873311),
    (396132, 1333217, 2180715, 2985752, 3691712),
    (440832, 1288463, 2419861, 3483130),
    (359480, 1421128, 2864498),
    (376686, 1363294),
    (344014,),
)
# Mack 1993, table 1 and his section 6: reserves, and standard errors as percentages of these; in full: R package ChainLadder.
RESERVES = (0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811)
ERRORS = (0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155)
TOTAL = (18680856, 2447095)


@pytest.fixture(scope="session")
def estimates(render):
    """(cohort_group, known, ultimate, standard error) of a triangle; a cohort is its own group, or all are one."""

    def run(triangle, group="cohort"):
        cells = [("s", "2020-01-01", i, j, value) for i, row in enumerate(triangle) for j, value in enumerate(row)]
        con = duckdb.connect()
        con.execute("create table cell (series varchar, as_at date, cohort int, age int, value bigint)")
        con.executemany("insert into cell values (?, ?, ?, ?, ?)", cells)
        con.execute(f"create table triangle as select *, {group} as cohort_group from cell")
        ladder = render("{{ chain_ladder('triangle') }}")
        return (
            con.execute(f"with {ladder} from estimate order by cohort_group")
            .df()[["known", "ultimate", "standard_error"]]
            .to_numpy(float)
        )

    return run


def test_reserves_and_standard_errors_are_those_that_mack_published(estimates):
    known, ultimate, error = estimates(TAYLOR_ASHE).T
    assert np.round(ultimate - known) == pytest.approx(RESERVES, abs=1)
    assert np.round(error) == pytest.approx(ERRORS, abs=1)


def test_the_error_of_the_total_is_more_than_that_of_independent_years(estimates):
    ((known, ultimate, error),) = estimates(TAYLOR_ASHE, group="'all'")
    assert (round(ultimate - known), round(error)) == (pytest.approx(TOTAL[0], abs=1), pytest.approx(TOTAL[1], abs=1))
    assert error > np.sqrt(np.sum(np.square(ERRORS)))


def by_simulation(triangle, rng, draws=4000):
    """Standard error of the last cohort's ultimate: a parametric bootstrap of Mack's model, of the factors too."""
    size = len(triangle)
    f, s2 = [], []
    for k in range(size - 1):
        now = np.array([row[k] for row in triangle if len(row) > k + 1], float)
        then = np.array([row[k + 1] for row in triangle if len(row) > k + 1], float)
        f.append(then.sum() / now.sum())
        s2.append(np.sum(now * (then / now - f[-1]) ** 2) / (len(now) - 1) if len(now) > 1 else None)
    s2[-1] = min(s2[-2] ** 2 / s2[-3], s2[-3], s2[-2])
    volume = [sum(row[k] for row in triangle if len(row) > k + 1) for k in range(size - 1)]
    value = np.full(draws, float(triangle[-1][0]))
    expected = value.copy()
    for k in range(size - 1):
        drawn = rng.normal(f[k], np.sqrt(s2[k] / volume[k]), draws)
        expected *= drawn
        value = rng.normal(f[k] * value, np.sqrt(s2[k] * np.maximum(value, 1)))
    return np.sqrt(np.mean((value - expected) ** 2))


def test_the_standard_error_is_that_of_a_simulation(estimates):
    found = estimates(TAYLOR_ASHE)[-1][2]
    assert by_simulation(TAYLOR_ASHE, np.random.default_rng(1)) == pytest.approx(found, rel=0.08)


def test_a_factor_that_nothing_says_leaves_the_estimate_empty(estimates):
    """From nothing at age 0 no factor follows; cohorts that are past it have an estimate."""
    known, ultimate, error = estimates([(0, 4, 6, 6), (0, 5, 6), (0, 3), (0,)]).T
    assert known.tolist() == [6, 6, 3, 0]
    assert np.isnan(ultimate).tolist() == [False, False, False, True]
    assert np.isnan(error[-1])


def test_what_is_complete_has_no_error(estimates):
    assert estimates([(2, 4, 4), (3, 6), (5,)])[0].tolist() == [4, 4, 0]
