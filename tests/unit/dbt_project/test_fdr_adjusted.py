"""The adjustment of p-values in SQL against that of SciPy, with ties among them."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
import spatial


@pytest.fixture
def adjusted(render):
    """The q of such p, in their order, by the macro."""
    sql = render("{{ fdr_adjusted('counted', 'family') }}")

    def q(p):
        con = duckdb.connect()
        # A mean that is its own p; and a second family, which must not count.
        con.execute("create macro poisson_at_least(offences, mean) as mean")
        con.execute("create table counted as select 'this' as family, 0 as offences, unnest($p) as mean", {"p": p})
        con.execute("insert into counted select 'other', 0, mean / 2 from counted")
        return [
            found for (found,) in con.execute(f"select q_value from ({sql}) where family = 'this' order by p_value").fetchall()
        ]

    return q


def test_equal_p_have_the_last_of_their_places(adjusted):
    """By hand: 0.04 is the fourth of four, 0.04 * 4 / 4; as the second it would be 0.08."""
    assert adjusted([0.01, 0.04, 0.04, 0.04]) == pytest.approx([0.04] * 4)


@pytest.mark.parametrize("seed", range(5))
def test_the_adjustment_is_that_of_scipy(adjusted, seed):
    random = np.random.default_rng(seed)
    for p in (np.sort(random.random(168) ** 3), np.sort(random.integers(1, 9, 168) / 168)):
        assert adjusted(p.tolist()) == pytest.approx(spatial.adjusted(p))
