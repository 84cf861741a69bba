"""Landing and classification of crimes come to the same rows and classes in pandas."""

import pandas as pd
import pytest

from tests.bench import crimes, crimes_by_project, crimes_in_pandas


@pytest.fixture(scope="module")
def spoilt(small_county, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crimes")
    crimes.spoil(small_county.raw, folder, times=10)
    return folder


def test_the_same_rows_are_accepted_and_the_same_offences_count(spoilt, small_county):
    ours, theirs = crimes_by_project.project(spoilt, small_county.home), crimes_in_pandas.in_pandas(spoilt)
    assert ours == theirs
    assert 0 < ours["rejected"] < ours["accepted"] / 10
    assert ours["counted"]["sna-2024"] > 0


def test_every_fault_rejects_the_row_that_has_it(spoilt):
    """None of the faults is one that neither side sees."""
    of_crimes = crimes.contract()
    (source, *_) = sorted((spoilt / "raw").rglob("*.csv"))
    rows = pd.read_csv(source, dtype=str, keep_default_na=False)
    for _, column, bad in crimes.FAULTS:
        one = rows.head(1).assign(**{column: bad})
        _, is_good = crimes_in_pandas.judged(one, of_crimes, source.stem)
        assert not is_good.any(), column
    _, is_good = crimes_in_pandas.judged(pd.concat([rows.head(1)] * 2, ignore_index=True), of_crimes, source.stem)
    assert is_good.tolist() == [True, False]
