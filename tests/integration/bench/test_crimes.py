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
    assert crimes.differences(spoilt) == {"accepted": 0, "rejected": 0, "classified": 0, "records": 0}
    assert 0 < ours["rejected"] < ours["accepted"] / 10
    assert ours["counted"]["sna-2024"] > 0


def test_every_fault_rejects_the_row_that_has_it(spoilt, tmp_path):
    """None of the faults is one that neither side sees."""
    of_crimes = crimes.contract()
    (source, *_) = sorted((spoilt / "raw").rglob("*.csv"))
    rows = pd.read_csv(source, dtype=str, keep_default_na=False)
    once = tmp_path / "once.csv"

    def faulty(some):
        some.to_csv(once, index=False)
        return crimes_in_pandas.Landed(once, of_crimes, source.stem).faults

    assert faulty(rows.head(1)).empty
    for _, column, bad in crimes.FAULTS:
        assert column in set(faulty(rows.head(1).assign(**{column: bad}))["header"])
    assert faulty(pd.concat([rows.head(1)] * 2))[["row", "code"]].to_numpy().tolist() == [[3, "R06"]]


def test_what_one_side_alone_wrote_is_a_difference(spoilt, small_county):
    crimes_by_project.project(spoilt, small_county.home)
    crimes_in_pandas.in_pandas(spoilt)
    (written, *_) = sorted((spoilt / "pandas").glob("*.accepted.parquet"))
    pd.read_parquet(written).assign(street="Elsewhere").to_parquet(written)
    found = crimes.differences(spoilt)
    assert found["accepted"] > 0 == found["rejected"] == found["classified"] == found["records"]
