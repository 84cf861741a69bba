"""The record of a delivery in the landing log: `load.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orchestration.home.file_hash import sha256
from orchestration.ingest.rules import Fault

if TYPE_CHECKING:
    from orchestration.home.identity import Environment

ACCEPTED = "accepted.parquet"
REJECTED = "rejected.parquet"

Verdict = Literal["accepted", "refused"]


@dataclass(frozen=True)
class Stored:
    """A Parquet file as it was landed.

    Attributes:
        bytes: its size.
        mtime_ns: when it was written, in nanoseconds.
    """

    sha256: str
    bytes: int
    mtime_ns: int
    rows: int

    @classmethod
    def of(cls, path: Path) -> Stored:
        """What is stored in a Parquet file; reads it whole."""
        from pyarrow.parquet import read_metadata

        stat = path.stat()
        return cls(sha256(path), stat.st_size, stat.st_mtime_ns, read_metadata(path).num_rows)


@dataclass(frozen=True)
class Withdrawal:
    """That a delivery was taken back: when (ISO 8601, UTC), by whom (login name), and why in that person's words."""

    at: str
    by: str
    reason: str


@dataclass(frozen=True)
class Portion:
    """What a file of several periods holds of one of them.

    Attributes:
        load_id: of this period's rows, as `LoadRecord.load_id`.
        rows_delivered: `rows_accepted` + `rows_rejected`; rejected rows whose period cannot be read are counted with the first.
        supersedes: load id of what was in use of the period before.
        is_partial: whether the rows seem not to reach the outer end of the period (`extracts.partial_ends`).
        period_min, period_max: as in `LoadRecord.metrics`.
    """

    period: str
    load_id: str
    rows_delivered: int
    rows_accepted: int
    rows_rejected: int
    supersedes: str | None
    is_partial: bool
    period_min: str | None
    period_max: str | None


@dataclass(frozen=True)
class LoadRecord:
    """One delivery as it was received: `load.json`.

    Attributes:
        environment: that of the home that received it.
        load_id: 16 hexadecimal digits, the same whenever the same file is received in the same order.
        period: a span where the file has several periods.
        part: empty string where the period has one file.
        file_size, file_mtime_ns: of the file when it was read, by which an unchanged file is known without reading it.
        rows_delivered: rows of data, blank rows not counted; always `rows_accepted` + `rows_rejected`.
        supersedes: load id of the delivery whose place it takes.
        fingerprint: of the contract, and of the pseudonym key where one is used, under which it was read.
        metrics: `period_min`, `period_max` (ISO text, of accepted rows), `null_share` (landed column → share), `rejected_share`.
        retired_at: since when it is out of use because it has been kept for as long as its contract says; ISO 8601.
        removed_at: since when only this record is left; ISO 8601.
        withdrawn: since when it is out of use because a person took it back; None where nobody did.
        stored: hash, size and rows of each Parquet file beside the record; None where an earlier version has landed it.
        portions: of a file of several periods what it holds of each, in order; empty where it has one, or was refused.
        is_partial: whether it is a first or last period of such a file that seems to be cut; not part of the file.
        extract: of one period out of such a file the record of the file; not part of the file.
        folder: where it is; not part of the file.
        unchanged: nothing was loaded, since exactly this was received before; not part of the file.
    """

    load_id: str
    agency: str
    feed: str
    period: str
    part: str
    version: int
    environment: Environment
    file_name: str
    file_sha256: str
    file_size: int
    file_mtime_ns: int
    received_at: datetime
    rows_delivered: int
    rows_accepted: int
    rows_rejected: int
    rows_blank: int
    verdict: Verdict
    supersedes: str | None
    fingerprint: str
    faults: tuple[Fault, ...]
    metrics: Mapping[str, Any]
    retired_at: str | None = None
    removed_at: str | None = None
    withdrawn: Withdrawal | None = None
    portions: tuple[Portion, ...] = ()
    stored: Mapping[str, Stored] | None = None
    is_partial: bool = field(default=False, compare=False)
    extract: LoadRecord | None = field(default=None, compare=False, repr=False)
    folder: Path = field(default=Path(), compare=False)
    unchanged: bool = field(default=False, compare=False)

    @property
    def slot(self) -> tuple[str, str, str, str]:
        """What a later delivery replaces: agency, feed, period and part."""
        return self.agency, self.feed, self.period, self.part

    @property
    def accepted(self) -> Path | None:
        """The accepted rows; None for a delivery that was refused or removed."""
        file = f"{self.period}.parquet" if self.extract else ACCEPTED
        return self.folder / file if self.verdict == "accepted" and not self.removed_at and not self.portions else None

    @property
    def path(self) -> str:
        """The delivery as commands take it: `<agency>/<feed>/<file name>`."""
        return f"{self.agency}/{self.feed}/{self.file_name}"

    @property
    def covers(self) -> str:
        """The period, or span of periods, of the file that it came in."""
        return self.extract.period if self.extract else self.period

    @property
    def delivery_id(self) -> str:
        """Load id of the whole file."""
        return self.extract.load_id if self.extract else self.load_id

    def by_period(self) -> list[LoadRecord]:
        """One load per period; a file of one period is its own."""
        if not self.portions:
            return [self]
        return [
            replace(
                self,
                load_id=portion.load_id,
                period=portion.period,
                rows_delivered=portion.rows_delivered,
                rows_accepted=portion.rows_accepted,
                rows_rejected=portion.rows_rejected,
                rows_blank=0,
                supersedes=portion.supersedes,
                faults=(),
                metrics={**self.metrics, "period_min": portion.period_min, "period_max": portion.period_max},
                portions=(),
                is_partial=portion.is_partial,
                extract=self,
            )
            for portion in self.portions
        ]

    @property
    def kept(self) -> bool:
        """Whether retention leaves it in use."""
        return not (self.retired_at or self.removed_at)

    @property
    def is_read_again(self) -> bool:
        """Whether its file is read again under another contract or key."""
        return self.kept and self.withdrawn is None

    @property
    def rejected(self) -> Path | None:
        """The rows in quarantine; None where there are none."""
        path = self.folder / REJECTED
        return path if path.exists() else None

    def as_json(self) -> dict[str, Any]:
        """The content of `load.json`: without what follows from its folder or from other records."""
        document = asdict(replace(self, extract=None))
        for name in ("folder", "unchanged", "is_partial", "extract"):
            del document[name]
        document["received_at"] = self.received_at.astimezone(UTC).isoformat()
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any], folder: Path) -> LoadRecord:
        """The record in the content of the `load.json` of a folder."""
        faults = tuple(Fault(**{**item, "first_rows": tuple(item["first_rows"])}) for item in document["faults"])
        received_at = datetime.fromisoformat(document["received_at"])
        withdrawn = Withdrawal(**taken_back) if (taken_back := document.get("withdrawn")) else None
        portions = tuple(Portion(**portion) for portion in document.get("portions", ()))
        files = document.get("stored")
        stored = None if files is None else {name: Stored(**file) for name, file in files.items()}
        read_back = {"stored": stored, "faults": faults, "received_at": received_at, "withdrawn": withdrawn, "portions": portions}
        return cls(**{**document, **read_back, "folder": folder})
