"""A delivery in Parquet is read as the text that it would be in CSV, so that one contract judges both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.files.readers import check_header
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.rules import UnreadableError
from tests.unit.orchestration.ingest.conftest import KEY, NOW, Desk, codes, parquet
from tests.unit.orchestration.ingest.returns import column, contract

COLUMNS = [
    column("measure", "Short Desc", required=True),
    column("number", "LA Number", "integer"),
    column("value", "Values", "number", symbols="standard"),
]


def table(path: Path, select: str) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"copy ({select}) to '{path}' (format parquet)")
    return path.read_bytes()


def send(desk: Desk, tmp_path: Path, content: bytes, **custom: Any) -> LoadRecord:
    made = contract(tmp_path / "contracts", COLUMNS, None, **{"formats": ["parquet"], "sheet": None} | custom)
    path = desk.raw / "agency" / "return" / "2023-24.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    (record,) = load(plan(desk.raw, desk.landing, made, KEY), made, desk.landing, KEY, now=NOW)
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected
    return record


def test_numbers_text_blanks_and_symbols(desk, tmp_path):
    rows = """from (values ('a, "b"', 830.0, '9.1E-2'), ('c', 831.0, '-'), (null, 970.0, '1'), ('d', 1.5, '2'), ('e', null, null))
              as t("Short Desc", "LA Number", "Values")"""
    record = send(desk, tmp_path, table(tmp_path / "made.parquet", rows))
    assert [
        (row["measure"], row["number"], row["value"], row["value_symbol"], row["_row"]) for row in parquet(record.accepted)
    ] == [
        ('a, "b"', 830, 0.091, None, 2),
        ("c", 831, None, "-", 3),
        ("e", None, None, None, 6),
    ]
    assert codes(record) == ["R01", "R02", "I13"]


def test_headers_are_those_of_the_contract(desk, tmp_path):
    record = send(
        desk, tmp_path, table(tmp_path / "made.parquet", """select 'a' as "Short Desc", 1 as "LA Number", 2 as "Other" """)
    )
    assert (record.verdict, codes(record)) == ("refused", ["D05", "D04"])


def test_a_damaged_file_is_refused(desk, tmp_path):
    content = table(tmp_path / "made.parquet", """select 'a' as "Short Desc", 1 as "LA Number", '2' as "Values" """)
    record = send(desk, tmp_path, content[:-40])
    assert (record.verdict, codes(record)) == ("refused", ["D10"])


def test_a_feed_that_does_not_take_it_says_what_it_is(desk, tmp_path):
    content = table(tmp_path / "made.parquet", """select 'a' as "Short Desc", 1 as "LA Number", '2' as "Values" """)
    record = send(desk, tmp_path, content, formats=["csv"])
    assert codes(record) == ["D01"]
    assert "a Parquet file" in record.faults[0].message


def test_a_header_is_checked_without_the_rows(tmp_path):
    made = contract(tmp_path / "contracts", COLUMNS, None, formats=["parquet"], sheet=None)
    table(tmp_path / "made.parquet", """select 'a' as "Short Desc", 1 as "LA Number", '2' as "Values" """)
    check_header(tmp_path / "made.parquet", made)
    table(tmp_path / "other.parquet", "select 1 as something")
    with pytest.raises(UnreadableError):
        check_header(tmp_path / "other.parquet", made)
