"""Every injected fault is caught, with its code, row and column, and no good row is rejected."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone.demonstration import Admission, add
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.rules import CATALOGUE
from synthetic.demo.faults import MANIFEST, add_faults
from tests.integration.synthetic.conftest import of_the_whole

KEY = b"a key for tests only"
NOW = datetime(2024, 12, 1, tzinfo=UTC)
# Of returns with a layout, of workbooks that nobody can open, of boundaries, and of health feeds: no dirt in police records.
RETURNS = {"D13", "D14", "D15", "D16", "D17", "D24", "D40", "I09", "I10", "I11", "I12", "I13"}
# Speak of what was received before or decided by a person, of an extract of several months or with a map, of the home, or of what
# is no file.
HISTORY = {"I05", "I07", "I22", "I23", "I30", "D18", "D19", "D25", "D33", "D34", "D35"}


pytestmark = pytest.mark.xdist_group("synthetic")


def land(raw: Path, landing: Path) -> list[LoadRecord]:
    admission = Admission("demonstration", raw)
    return [
        record
        for contract in load_contracts().values()
        for record in load(plan(raw, landing, contract, KEY, admission), contract, landing, KEY, now=NOW, admission=admission)
    ]


@pytest.fixture(scope="module")
def clean(zone, tmp_path_factory) -> list[LoadRecord]:
    return land(zone, tmp_path_factory.mktemp("clean") / "landing")


@pytest.fixture(scope="module")
def dirty_raw(zone, raw, tmp_path_factory) -> Path:
    copy = tmp_path_factory.mktemp("dirty") / "raw"
    shutil.copytree(zone, copy)
    assert add_faults(copy, seed=7) == copy / MANIFEST
    if zone != raw:  # feeds without faults are landed in the full tier
        faulty = {fault["file"].rpartition("/")[0] for fault in json.loads((copy / MANIFEST).read_text())}
        for feed in copy.glob("*/*"):
            if feed.relative_to(copy).as_posix() not in faulty:
                shutil.rmtree(feed)
    add(copy, copy.glob("*/*/*.*"))
    return copy


@pytest.fixture(scope="module")
def dirty(dirty_raw) -> list[LoadRecord]:
    return land(dirty_raw, dirty_raw.parent / "landing")


@pytest.fixture(scope="module")
def manifest(dirty_raw) -> list[dict]:
    return json.loads((dirty_raw / MANIFEST).read_text())


def by_file(records: list[LoadRecord]) -> dict[str, LoadRecord]:
    return {f"{record.agency}/{record.feed}/{record.file_name}": record for record in records}


def rejected_rows(record: LoadRecord) -> set[tuple[int, str, str | None]]:
    if record.rejected is None:
        return set()
    sql = f"select _row, unnest(codes), unnest(columns) from read_parquet('{record.rejected}')"
    return set(duckdb.connect().execute(sql).fetchall())


@of_the_whole
def test_the_demonstration_itself_is_without_fault(clean):
    """What is reported of titles, notes, totals and marks of order is the publishers' habit; records have none of it."""
    reported = Counter((record.agency, fault.code) for record in clean for fault in record.faults)
    assert {code for _, code in reported if not code.startswith("I")} == set()
    assert not {agency for agency, _ in reported} & {"derbyshire_constabulary", "police_uk", "east_midlands_ambulance_service"}
    assert reported["ons", "I02"] == 1


def test_every_rule_is_injected(manifest):
    assert {fault["code"] for fault in manifest} == set(CATALOGUE) - HISTORY - RETURNS


def test_every_injected_fault_is_caught(manifest, dirty):
    records = by_file(dirty)
    missed = []
    for fault in manifest:
        record = records[fault["file"]]
        if fault["row"] is None:
            found = (fault["code"], fault["column"]) in {(f.code, f.column_name) for f in record.faults}
        else:
            found = (fault["row"], fault["code"], fault["column"]) in rejected_rows(record)
        if not found or fault["refused"] != (record.verdict == "refused"):
            missed.append(fault)
    assert missed == []


def test_nothing_else_is_rejected_or_refused(manifest, dirty):
    for name, record in by_file(dirty).items():
        injected = [fault for fault in manifest if fault["file"] == name]
        assert (record.verdict == "refused") == any(fault["refused"] for fault in injected), name
        if record.verdict == "accepted":
            expected = {(fault["row"], fault["code"], fault["column"]) for fault in injected if fault["row"] is not None}
            assert rejected_rows(record) == expected, name
            assert record.rows_rejected == len({row for row, _, _ in expected}), name


def in_use(records: list[LoadRecord]) -> dict[tuple[str, str], tuple[int, int]]:
    """Per feed: rows in use, and a sum over their contents that does not depend on their order."""
    totals = {}
    for feed in {(record.agency, record.feed) for record in records}:
        files = [str(record.accepted) for record in loads_in_use(records) if (record.agency, record.feed) == feed]
        landed = "(select * exclude (_load_id, _row) from read_parquet($files)) as landed"
        sql = f"select count(*), sum(hash(landed)::hugeint) from {landed}"
        totals[feed] = duckdb.connect().execute(sql, {"files": files}).fetchone()
    return totals


@of_the_whole
def test_the_rows_in_use_are_those_of_the_clean_deliveries(clean, dirty):
    assert in_use(dirty) == in_use(clean)


def test_delivered_is_accepted_and_rejected(dirty):
    assert all(record.rows_delivered == record.rows_accepted + record.rows_rejected for record in dirty)


def test_no_identifier_of_a_bad_row_is_kept(dirty_raw, dirty):
    """What was injected as personal is in no file of the log, nor is any name of a person in the force's system."""
    for record in dirty:
        held = (record.folder / "load.json").read_text()
        if record.rejected is not None:
            held += str(duckdb.connect().execute(f"from read_parquet('{record.rejected}')").fetchall())
        for secret in ("943 476 5919", "07700 900123", "DE1 2AB", "someone@example.org", "A Person"):
            assert secret not in held, record.file_name


def test_the_same_seed_makes_the_same_faults(zone, dirty_raw, tmp_path):
    shutil.copytree(zone, tmp_path / "raw")
    again = add_faults(tmp_path / "raw", seed=7)
    assert again.read_bytes() == (dirty_raw / MANIFEST).read_bytes()
    changed = {fault["file"] for fault in json.loads(again.read_text())}
    assert all(
        (tmp_path / "raw" / name).read_bytes() == (dirty_raw / name).read_bytes() for name in changed if ".xlsx" not in name
    )


def test_a_landing_zone_without_deliveries_cannot_be_spoilt(tmp_path):
    with pytest.raises(FileNotFoundError, match="too few"):
        add_faults(tmp_path, seed=1)
