"""Deprivation of the county's LSOAs among those of England."""

import numpy as np

from synthetic.feeds.deprivation import deprivation
from synthetic.records.geography import lsoas


def test_ranks_are_those_of_england():
    scores = deprivation(np.random.default_rng(4), lsoas(np.random.default_rng(1)))
    assert scores["rank"].is_unique
    assert scores["rank"].between(1, 32844).all()
    assert set(scores["decile"]) == set(range(1, 11))
