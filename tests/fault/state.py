"""What a home holds, in terms that do not depend on when or how often it was refreshed; and what must always hold of it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log
from orchestration.publication.integrity import content_hashes
from orchestration.publication.release import FILE
from tests.content import content

TERMINAL = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class State:
    """Content of a home.

    Attributes:
        release: id of the current release.
        content: hash over its figures and marts.
        tables: row count and content hash of every published table.
        facts: row count and content hash of every conformed table.
        loads: load id, verdict, rows delivered, accepted and rejected of every delivery in the landing log.
        in_use: load ids that the ledger says are in use.
    """

    release: str
    content: str
    tables: dict[str, Any]
    facts: dict[str, Any]
    loads: frozenset[tuple[Any, ...]]
    in_use: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> State:
        manifest = json.loads((settings.published / "manifest.json").read_text())
        con = duckdb.connect(str(settings.warehouse), read_only=True)
        try:
            facts = content(con, "conformed")
            in_use = con.execute("select load_id from ledger.delivery where in_use").fetchall()
        finally:
            con.close()
        loads = frozenset(
            (r.load_id, r.verdict, r.rows_delivered, r.rows_accepted, r.rows_rejected) for r in log.read(settings.landing)
        )
        return cls(manifest["release_id"], manifest["content"], manifest["tables"], facts, loads, frozenset(i for (i,) in in_use))

    def differences(self, other: State) -> list[str]:
        """How the content differs; the id of the release may."""
        found = []
        if self.content != other.content:
            unlike = ", ".join(_unlike(self.tables, other.tables))
            found.append(f"the published figures or marts differ from an undisturbed run's, among {unlike}")
        found += [f"{name} differs" for name in _unlike(self.facts, other.facts)]
        if self.loads != other.loads:
            found.append(f"the landing log differs by {len(self.loads ^ other.loads)} deliveries")
        if self.in_use != other.in_use:
            found.append(f"the deliveries in use differ by {len(self.in_use ^ other.in_use)}")
        return found


def _unlike(some: dict[str, Any], others: dict[str, Any]) -> list[str]:
    return sorted(name for name in some.keys() | others.keys() if some.get(name) != others.get(name))


def faults_of_release(settings: Settings, allowed: set[str] | None) -> list[str]:
    """What is wrong with what a reader sees at the stable path; `allowed` are the contents that may be there, None any."""
    published = settings.published
    manifest = json.loads((published / "manifest.json").read_text())
    con = duckdb.connect(str(published / FILE), read_only=True)
    try:
        ((release_id,),) = con.execute("select release_id from meta.release").fetchall()
        tables = [tuple(name.split(".", 1)) for name in manifest["tables"]]
        hashes = content_hashes(con, [(schema, table) for schema, table in tables])
    finally:
        con.close()
    found = [f"{name} is not what the manifest says" for name, value in manifest["tables"].items() if hashes[name] != value]
    if len({release_id, manifest["release_id"], (published / "current").readlink().name}) != 1:
        found.append("the stable paths lead to different releases")
    if allowed is not None and manifest["content"] not in allowed:
        found.append("the published content is neither the old release's nor the new one's")
    return found


def faults_of_landing(settings: Settings) -> list[str]:
    """Half deliveries, and deliveries whose rows do not add up."""
    found = []
    for folder in settings.landing.glob("[!.]*/*/*/*"):
        if not (folder / log.RECORD).exists():
            found.append(f"half a delivery in {folder}")
    for record in log.read(settings.landing):
        if record.rows_delivered != record.rows_accepted + record.rows_rejected:
            found.append(f"{record.file_name}: delivered is not accepted + rejected")
        for path, rows in ((record.accepted, record.rows_accepted), (record.rejected, record.rows_rejected)):
            if path is not None and path.exists() and _rows(path) != rows and record.verdict == "accepted":
                found.append(f"{record.file_name}: {path.name} does not hold {rows} rows")
    return found


def _rows(path: Path) -> int:
    # A connection of its own: that of the module is shared by all workers.
    with duckdb.connect() as con:
        row = con.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
    assert row is not None
    return int(row[0])


def faults_of_ledger(settings: Settings) -> list[str]:
    """Where the ledger in the warehouse or the published sums are not what the landing log says."""
    received = {(r.load_id, r.rows_delivered, r.rows_accepted, r.rows_rejected) for r in log.read(settings.landing)}
    used = {record.load_id for record in log.loads_in_use(log.read(settings.landing))}
    reported = {(r.load_id, f.code, f.column_name, f.rows) for r in log.read(settings.landing) for f in r.faults}
    con = duckdb.connect(str(settings.warehouse), read_only=True)
    try:
        ledger = set(con.execute("select load_id, rows_delivered, rows_accepted, rows_rejected from ledger.delivery").fetchall())
        in_use = {i for (i,) in con.execute("select load_id from ledger.delivery where in_use").fetchall()}
        faults = set(con.execute("select load_id, code, column_name, rows from ledger.fault").fetchall())
    finally:
        con.close()
    found = []
    if ledger != received:
        found.append("ledger.delivery is not the landing log")
    if in_use != used:
        found.append("the ledger's deliveries in use are not the landing log's")
    if faults != reported:
        found.append("ledger.fault is not what the landing log has")
    return found


def litter(settings: Settings) -> list[str]:
    """What a killed refresh left and the next one should have removed."""
    patterns = [
        "landing/.incoming/*",
        "published/*/releases/.writing-*",
        "published/**/.*.[0-9]*",
        "spill/*",
        "warehouse.duckdb.wal",
        "secrets/*.[0-9]*",
        "dagster/dagster.[0-9]*",
    ]
    left = {path for pattern in patterns for path in settings.home.glob(pattern)}
    return sorted(f"{path.relative_to(settings.home)} was left behind" for path in left)


def eternal_runs(settings: Settings) -> list[str]:
    """Runs that Dagster's UI would show as going on for ever."""
    con = sqlite3.connect(f"file:{settings.dagster_home / 'history' / 'runs.db'}?mode=ro", uri=True)
    try:
        rows = con.execute("select run_id, status from runs").fetchall()
    finally:
        con.close()
    return [f"run {run_id[:8]} stays {status}" for run_id, status in rows if status not in TERMINAL]
