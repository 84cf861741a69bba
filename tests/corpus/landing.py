"""Land one case in a landing zone of its own, and say what became of it."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

from orchestration.contracts.model import FeedContract, FeedKey
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.files import regular_files
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_zone.delivery import unread
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition import handed_in
from orchestration.ingest.recognition.recognition import Receipt, being_written, deliver_safely
from tests.corpus.case import Case, Outcome

KEY = b"a key for tests only"
# Shorter than the command waits; a file that grows here does so all the time.
QUIET_SECONDS = 0.1
NOW = datetime(2024, 11, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Result:
    """What became of a case.

    Attributes:
        outcome: `crash`, `hang` and `memory` are no outcomes of a delivery: they are of the process that read it.
        codes: of all faults.
        said: what the sender reads, on one line.
        problems: what is wrong whatever the outcome is, such as a text that was kept.
        seconds, megabytes: of wall clock, and the most memory that the process had at a time.
    """

    case: str
    outcome: Outcome | str
    codes: tuple[str, ...] = ()
    rejected: int = 0
    said: str = ""
    problems: tuple[str, ...] = field(default=())
    seconds: float = 0.0
    megabytes: float = 0.0

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Result:
        read = json.loads(text)
        return cls(**{**read, "codes": tuple(read["codes"]), "problems": tuple(read["problems"])})


@cache
def contracts() -> dict[FeedKey, FeedContract]:
    return load_contracts()


def land(case: Case, folder: Path) -> Result:
    """Make the file of a case, deliver it, and judge nothing: an exception of the code under test is the outcome `crash`."""
    raw, landing = folder / "raw", folder / "landing"
    place = raw / case.feed
    place.mkdir(parents=True)
    if case.beside:
        (place / case.beside[0]).write_bytes(case.beside[1])
    source = (folder / "sent" if case.sent else place) / case.file_name
    source.parent.mkdir(parents=True, exist_ok=True)
    case.make(source)
    try:
        return _landed(case, source, raw, landing)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Result(case.id, "crash", said=f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}")


def _landed(case: Case, source: Path, raw: Path, landing: Path) -> Result:
    agency, feed = case.feed.split("/")
    contract = contracts()[agency, feed]
    if case.sent:
        receipts = _sent(source, raw)
        if all(receipt.outcome == "refused" for receipt in receipts):
            said = " ".join(receipt.reason for receipt in receipts)
            problems = [*_kept(case, landing), *_shown(case, said)]
            problems += ["the landing zone has a copy"] * any(
                path.is_file() for path in raw.rglob("*") if not _is_beside(case, path)
            )
            outcome = "refused" if receipts else "not read"
            return Result(case.id, outcome, _codes(said), said=_line(said), problems=tuple(problems))
    load(plan(raw, landing, contract, KEY), contract, landing, KEY, now=NOW)
    records = log.read(landing)
    own = [record for record in records if not (case.beside and record.file_name == case.beside[0])]
    problems = [*_unsound(records), *_kept(case, landing)]
    if case.beside and not any(r.verdict == "accepted" and not r.rows_rejected for r in records if r not in own):
        problems.append("the good delivery beside it is not in use")
    listed = unread(raw, [contract])
    said = " ".join(fault.message for record in own for fault in record.faults if fault.severity != "information")
    problems += _shown(case, said)
    return Result(
        case.id,
        _outcome(own, named=bool(listed)),
        tuple(sorted({fault.code for record in own for fault in record.faults})),
        sum(record.rows_rejected for record in own),
        _line(said or " ".join(entry.reason for entry in listed)),
        tuple(problems),
    )


def _sent(source: Path, raw: Path) -> list[Receipt]:
    """What `sna deliver` does with a file or a folder."""
    files = handed_in.files([source])
    settled = set(regular_files.at_rest(files, lambda file: file.path, QUIET_SECONDS))
    return [deliver_safely(file, raw, contracts()) if file in settled else being_written(file.path) for file in files]


def _is_beside(case: Case, path: Path) -> bool:
    return case.beside is not None and path.name == case.beside[0]


def _outcome(own: Sequence[LoadRecord], *, named: bool) -> Outcome:
    if not own:
        return "not read" if named else "left"
    if all(record.verdict == "refused" for record in own):
        return "refused"
    return "rows rejected" if any(record.rows_rejected for record in own if record.verdict == "accepted") else "accepted"


def _unsound(records: Sequence[LoadRecord]) -> Iterator[str]:
    """What no delivery may do, right or wrong."""
    for record in records:
        if record.rows_delivered != record.rows_accepted + record.rows_rejected:
            yield "delivered is not accepted + rejected"
        if record.verdict == "refused" and not any(fault.severity == "delivery" for fault in record.faults):
            yield "refused without a reason"
    in_use = {record.delivery_id for record in log.loads_in_use(records)}
    if len(in_use) > len({record.slot for record in records if record.verdict == "accepted"}):
        yield "two deliveries of one period are in use"


def _kept(case: Case, landing: Path) -> Iterator[str]:
    """Planted texts that are somewhere in the landing log."""
    if not case.planted:
        return
    for path in landing.rglob("*"):
        if any(_holds(str(path.relative_to(landing)), text) for text in case.planted):
            yield "kept in a name of the landing log"
        if path.suffix == ".json" and any(_holds(path.read_text(), text) for text in case.planted):
            yield f"kept in {path.name}"
        if path.suffix == ".parquet" and any(_holds(cell, text) for cell in _cells(path) for text in case.planted):
            yield f"kept in {path.name}"


def _shown(case: Case, said: str) -> Iterator[str]:
    if any(_holds(said, text) for text in case.planted):
        yield "shown in a message"


def _holds(where: str, text: str) -> bool:
    """Whether a text is there, without regard to case, blanks and separators."""
    return _bare(text) in _bare(where)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _cells(path: Path) -> set[str]:
    with closing(duckdb.connect()) as db:
        rows = db.sql(f"from read_parquet('{path}')").fetchall()
    return {str(cell) for row in rows for cell in row if cell is not None}


def _codes(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(re.findall(r"\b[DRI]\d\d\b", text))))


def _line(text: str) -> str:
    return " ".join(ascii(text)[1:-1].split())[:300]
