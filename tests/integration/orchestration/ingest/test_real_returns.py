"""The publishers' own returns, as they are: layouts, symbols and drifting headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from tests.conftest import REAL_DATA
from tests.unit.orchestration.ingest.conftest import KEY, NOW
from tests.unit.orchestration.ingest.returns import column, contract

pytestmark = pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the publishers' files are not in {REAL_DATA}")


def send(folder: Path, file: str, columns: list[dict[str, Any]], layout: Any, **custom: Any) -> LoadRecord:
    source = REAL_DATA / file
    made = contract(folder / "contracts", columns, layout, badRowLimit=0.0, **custom)
    path = folder / "raw" / "agency" / "return" / f"2023-24{source.suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(source.read_bytes())
    (record,) = load(plan(folder / "raw", folder / "landing", made, KEY), made, folder / "landing", KEY, now=NOW)
    assert record.verdict == "accepted", [fault.message for fault in record.faults]
    return record


def faults_of(record: LoadRecord) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.rows) for fault in record.faults]


def query(record: LoadRecord, sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(f"with landed as (from '{record.accepted}') {sql}").fetchall()


def test_a_nomis_workbook(tmp_path):
    columns = [
        column("area", "2021 super output area - lower layer", required=True),
        column("people", "2021", "integer", required=True),
    ]
    layout = {"start": "2021 super output area - lower layer", "end": "^In order to protect"}
    record = send(tmp_path, "census2021/nomis_2025_05_09_164133.xlsx", columns, layout)
    assert faults_of(record) == [("I09", 6), ("I03", 1)]
    assert query(record, "select count(*), min(_row), arg_min(area, _row) from landed") == [
        (35_672, 9, "E01011954 : Hartlepool 001A")
    ]


def test_reasons_for_exclusion_whose_symbols_are_in_columns_of_numbers(tmp_path):
    """Two years of one publication; a few counts are averages with a fraction, as published."""
    columns = [
        *(column("year", "year", required=True), column("level", "level", required=True), column("la_code", "new_la_code")),
        *(column("school_type", "school_type"), column("bullying", "perm_bullying", "number", symbols="standard")),
    ]
    for number, file in enumerate(("SFR35_2017_reason_for_exclusion.csv", "reasons.csv")):
        record = send(tmp_path / str(number), f"dfe_exclusions/{file}", columns, None, unknownColumns="ignore")
        assert {code for code, _ in faults_of(record)} == {"I13"}
        by_symbol = dict(query(record, "select bullying_symbol, count(*) from landed where bullying is null group by all"))
        assert set(by_symbol) == {"x"} and by_symbol["x"] > 100


def test_years_of_neet_that_name_their_columns_differently(tmp_path):
    columns = [
        *(column("year", "time_period", required=True), column("la_code", "new_la_code"), column("age", "Age")),
        column("neet", "NEET_percent", "number", symbols="standard"),
    ]
    for number, file in enumerate(sorted((REAL_DATA / "dfe_neet").glob("*.csv"))):
        record = send(tmp_path / str(number), f"dfe_neet/{file.name}", columns, None, unknownColumns="ignore")
        assert record.rows_accepted > 100


def test_statistical_neighbours_with_two_lines_above_the_header(tmp_path):
    """Every neighbour is followed by a column of the same header, SNP."""
    columns = [
        *(column("la_number", "LA number", "integer", required=True), column("region", "GOReg")),
        *(column("place", "(place)"), column("neighbour", "(neighbour)", "integer")),
    ]
    layout = {"start": "LA num", "end": "^Old SNs", "unpivot": r"SN(?P<place>\d+)", "value": "neighbour"}
    record = send(tmp_path, "dfe_lait/sn_may_2025.xlsx", columns, layout, sheet="LA SN Groups", unknownColumns="ignore")
    assert faults_of(record) == [("I09", 8), ("I03", 1)]
    assert query(record, "select count(distinct la_number), count(distinct place), count(neighbour) from landed") == [
        (153, 10, 1530)
    ]
