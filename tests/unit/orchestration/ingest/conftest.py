"""A landing zone and a landing log in a temporary folder, and small deliveries to put into them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.files import regular_files
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_zone.demonstration import LIVE, Admission
from orchestration.ingest.load.loader import load, plan
from tests.good_rows import GOOD

KEY = b"a key for tests only"
NOW = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
CONTRACTS = {feed: contract for (agency, feed), contract in load_contracts().items() if agency != "police_uk"}
CONTRACTS |= {f"police_uk/{feed}": contract for (agency, feed), contract in load_contracts().items() if agency == "police_uk"}


def row(feed: str, number: int = 1, **changes: str) -> dict[str, str]:
    """A good row; `number` makes its key its own. Changes are named by header with underscores for spaces."""
    made = dict(GOOD[feed])
    if "Crime Reference" in made:
        made["Crime Reference"] = f"DC-2023-{number:07d}"
    for name, value in changes.items():
        header = name.replace("_", " ")
        assert header in made, header
        made[header] = value
    return made


def rows(feed: str, count: int) -> list[dict[str, str]]:
    return [row(feed, number) for number in range(1, count + 1)]


def text(rows: list[dict[str, str]], line_end: str = "\n") -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@dataclass
class Desk:
    """Where deliveries are put and loaded."""

    raw: Path
    landing: Path

    def put(self, feed: str, content: str | bytes, name: str = "") -> Path:
        """Put a file of July 2023 into the feed's folder, of Derbyshire where the feed has parts, or one with another name."""
        contract = CONTRACTS[feed]
        name = name or ("2023-07-derbyshire.csv" if contract.part else "2023-07.csv")
        path = self.raw / contract.agency / contract.feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(
        self,
        feed: str,
        *,
        now: datetime = NOW,
        key: bytes = KEY,
        limit: float = 1.0,
        admission: Admission = LIVE,
        **options: Any,
    ) -> list[LoadRecord]:
        """Load what is new; by default no share of bad rows is too large."""
        contract = self.contract(feed, limit)
        found = plan(self.raw, self.landing, contract, key, admission)
        return load(found, contract, self.landing, key, now=now, admission=admission, **options)

    def land(self, feed: str, content: str | bytes, name: str = "", **options: Any) -> LoadRecord:
        self.put(feed, content, name)
        (record,) = self.load(feed, **options)
        assert record.rows_delivered == record.rows_accepted + record.rows_rejected
        return record

    @staticmethod
    def contract(feed: str, limit: float = 1.0) -> FeedContract:
        return replace(CONTRACTS[feed], bad_row_limit=limit)

    def all(self) -> list[LoadRecord]:
        return log.read(self.landing)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of tests are whole when they are read, and need not be watched for a moment."""
    monkeypatch.setattr(regular_files, "QUIET_SECONDS", 0.0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "raw", tmp_path / "landing")


def parquet(path: Path | None) -> list[dict[str, Any]]:
    """The rows of a Parquet file in their order."""
    assert path is not None
    relation = duckdb.connect().sql(f"from read_parquet('{path}')")
    return [dict(zip(relation.columns, values, strict=True)) for values in relation.fetchall()]


def codes(record: LoadRecord) -> list[str]:
    return [fault.code for fault in record.faults]
