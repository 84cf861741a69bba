"""Two deliveries of one period, row by row, without showing a value."""

import dataclasses

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.load.delivery_diff import compare

STREET = dataclasses.replace(load_contracts()["police_uk", "street"], identifier="crime_id")


@pytest.fixture
def landed(tmp_path):
    def write(name, *rows):
        path = tmp_path / f"{name}.parquet"
        values = ", ".join(
            f"({'null' if crime is None else repr(crime)}, '{kind}', '{outcome}', '{name}', {number})"
            for number, (crime, kind, outcome) in enumerate(rows)
        )
        columns = "crime_id, crime_type, last_outcome_category, _load_id, _row"
        duckdb.sql(f"copy (from (values {values}) as t({columns})) to '{path}' (format parquet)")
        return path

    return write


def test_rows_are_matched_by_identity_once_equal_ones_are_set_aside(landed):
    asb = (None, "asb", "")
    before = landed("a", ("1", "x", "open"), ("2", "x", "open"), ("2", "y", "open"), ("3", "x", "open"), asb, asb)
    after = landed("b", asb, ("2", "y", "open"), ("1", "x", "charged"), ("2", "x", "closed"), ("4", "x", "open"), asb)
    found = compare(before, after, STREET)
    assert (found.same, found.changed, found.added, found.removed) == (3, 2, 1, 1)
    assert found.columns == {"last_outcome_category": 2}
    assert "last_outcome_category in 2" in str(found) and "charged" not in str(found)


def test_rows_of_one_identity_that_changed_places_are_matched_by_their_values(landed):
    before = landed("a", ("1", "x", "open"), ("1", "y", "open"))
    after = landed("b", ("1", "y", "closed"), ("1", "x", "closed"))
    assert compare(before, after, STREET).columns == {"last_outcome_category": 2}


def test_without_identity_a_change_is_a_removal_and_an_addition(landed):
    before, after = landed("a", ("1", "x", "open")), landed("b", ("1", "x", "charged"))
    found = compare(before, after, dataclasses.replace(STREET, identifier=None))
    assert (found.same, found.changed, found.added, found.removed, found.columns) == (0, 0, 1, 1, {})


def test_a_row_that_occurs_more_often_is_an_addition(landed):
    before = landed("a", (None, "asb", ""), (None, "asb", ""))
    after = landed("b", (None, "asb", ""), (None, "asb", ""), (None, "asb", ""))
    found = compare(before, after, STREET)
    assert (found.same, found.changed, found.added, found.removed) == (2, 0, 1, 0)
