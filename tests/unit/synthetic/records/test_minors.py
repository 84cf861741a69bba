"""Ages 16 to 20 change hands between people, and nothing else moves."""

import numpy as np
import pandas as pd
import pytest

from synthetic.records.minors import split_by_year


@pytest.fixture
def people():
    rng = np.random.default_rng(0)
    return pd.DataFrame({"year": rng.integers(0, 3, 300), "kind": rng.integers(0, 5, 300), "age": rng.integers(14, 23, 300)})


def bands(people):
    return people.assign(age=people["age"].where(~people["age"].between(16, 20), 20))


def test_each_year_gets_its_minors_and_every_other_sum_stays(people):
    young = int(people["age"].between(16, 17).sum())
    wanted = (10, 40, young - 50)
    found = split_by_year(np.random.default_rng(1), people, wanted)
    of_year = [int((found["age"].between(16, 17) & (found["year"] == year)).sum()) for year in range(3)]
    assert of_year == list(wanted)
    assert found["age"].value_counts().to_dict() == people["age"].value_counts().to_dict()
    pd.testing.assert_frame_equal(bands(found), bands(people))


def test_minors_that_are_not_there_are_refused(people):
    with pytest.raises(ValueError, match="margins disagree"):
        split_by_year(np.random.default_rng(1), people, (0, 0, 1))
