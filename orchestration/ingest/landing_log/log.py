"""The landing log: one folder per delivery, written whole, renamed into place, never changed.

    <landing>/<agency>/<feed>/<period>/<load id>/accepted.parquet   rows in use, typed, without direct identifiers
                                                 rejected.parquet   rows in quarantine, with codes (absent where there are none)
                                                 load.json          what was delivered and what became of it (LoadRecord),
                                                                    with hash, size and rows of the files beside it

A file of several periods is under its span (`2021-04_2024-03`) and has `<period>.parquet` for each period in place of
`accepted.parquet`. It is one record, since it was received as one; what is in use of it is one load per period (`by_period`),
which a later delivery of that period replaces and no other.

A delivery is written to again in three cases. Its withdrawal is added to its record (`withdrawn`): it is out of use from then on,
and what was in use before it is in use again. Retention keeps it out of use (`retired_at`), or removes its rows and its file from
the landing zone (`removed_at`). The record stays, so that the file is not read again and the ledger still adds up. Rows that were
damaged are landed again from the file (`load.repair`).

A crash leaves either a whole delivery or something below `.incoming/`, which nobody reads and the next load removes. Which
deliveries are in use at a time is a choice of folders (`loads_in_use`), so nothing is ever deleted to undo it.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from orchestration.contracts.periods import is_span
from orchestration.home import whole_file
from orchestration.home.whole_file import sync
from orchestration.ingest.landing_log.landed_files import stored
from orchestration.ingest.landing_log.load_record import LoadRecord

INCOMING = ".incoming"
RECORD = "load.json"


def by_period(loads: Iterable[LoadRecord]) -> list[LoadRecord]:
    """Loads of one period each, in the same order."""
    return [load for record in loads for load in record.by_period()]


def read(landing: Path, agency: str = "*", feed: str = "*") -> list[LoadRecord]:
    """All loads, of one agency or feed if named, in the order in which they were received.

    Raises:
        RecordDamagedError: a `load.json` cannot be read.
        PermissionError: this account may not look into the log.
    """
    records = [read_record(path) for path in record_files(landing, agency, feed)]
    return sorted(records, key=lambda r: (r.received_at, r.agency, r.feed, r.period, r.part, r.version, r.load_id))


def record_files(landing: Path, agency: str = "*", feed: str = "*") -> Iterator[Path]:
    """Every `load.json` of the log.

    Raises:
        PermissionError: this account may not look into it. `Path.glob` would pass over a closed folder, as if nothing had been
            landed.
    """
    folders = [landing]
    for name in (agency, feed, "*", "*"):
        folders = [found for folder in folders for found in _folders(folder, name)]
    yield from (folder / RECORD for folder in folders if (folder / RECORD).exists())


def _folders(folder: Path, name: str) -> list[Path]:
    """The folder of that name in another, or all but what is being written where the name is `*`."""
    if name != "*":
        return [folder / name] if (folder / name).is_dir() else []
    if not folder.exists():
        return []
    return [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir() and entry.name != INCOMING]


def read_record(path: Path) -> LoadRecord:
    """The record in a `load.json`.

    Raises:
        RecordDamagedError: it cannot be read, or a later version has written it.
    """
    try:
        return _record(path, path.read_bytes())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordDamagedError(
            f"{path} is damaged and cannot be read ({type(error).__name__}). Restore it from a backup. Where there is none,"
            " `sna verify --landing --repair` sets it aside, and `sna refresh` lands its file again as one received now."
        ) from error


# A command and the steps of a refresh read the whole log again and again.
@lru_cache(maxsize=16384)
def _record(path: Path, content: bytes) -> LoadRecord:
    document = json.loads(content)
    if unknown := document.keys() - {entry.name for entry in fields(LoadRecord)}:
        raise LaterRecordError(
            f"{path} has the field '{min(unknown)}', which this version of the code does not know: a later version wrote it."
            " Go back to that version; nothing was changed."
        )
    return LoadRecord.from_json(document, path.parent)


def loads_in_use(
    loads: Iterable[LoadRecord],
    as_at: datetime | None = None,
    *,
    withheld: Collection[str] = (),
) -> list[LoadRecord]:
    """The deliveries in use, one load per period and part: the highest version, of that the one received last.

    Versions are compared among files that cover the same stretch of time only. Between a file of one period and an extract of
    several, or between two extracts of different spans, the one received last counts; of two received together the shorter one.

    Refused deliveries, those that were withdrawn, those that retention has retired or removed, those in `withheld` (load ids that
    a gate has stopped) and those received after `as_at` never are; one that was withdrawn after `as_at` is.
    """
    usable = [
        load
        for load in (loads if as_at is None else as_of(loads, as_at))
        if load.verdict == "accepted" and load.kept and not load.withdrawn and load.load_id not in withheld
    ]
    latest: dict[tuple[str, ...], LoadRecord] = {}
    # A file of several periods that has an accepted row of none of them changes nothing.
    of_one_period = [load for load in by_period(usable) if not is_span(load.period)]
    for load in sorted(of_one_period, key=lambda load: (load.version, load.received_at, load.load_id)):
        latest[*load.slot, load.covers] = load
    chosen: dict[tuple[str, ...], LoadRecord] = {}
    for load in sorted(latest.values(), key=lambda load: (load.received_at, load.extract is None, load.load_id)):
        chosen[load.slot] = load
    return sorted(chosen.values(), key=lambda load: load.slot)


def as_of(loads: Iterable[LoadRecord], moment: datetime) -> list[LoadRecord]:
    """The log as it was at a moment: without what was received later, and without the withdrawals of later."""
    return [
        replace(load, withdrawn=None) if load.withdrawn and datetime.fromisoformat(load.withdrawn.at) > moment else load
        for load in loads
        if load.received_at <= moment
    ]


class RecordDamagedError(RuntimeError):
    """The record of a delivery cannot be read; the message names it and says what to do."""


class LaterRecordError(RecordDamagedError):
    """A later version of the code wrote the record, which is not damaged."""


class DeliveryExpiredError(RuntimeError):
    """A past state needs deliveries that retention has removed; the message says which."""


class NothingReceivedError(RuntimeError):
    """Nothing was in use on the date that a refresh is to be rebuilt for."""


def require_kept(received: Iterable[LoadRecord]) -> None:
    """Require that the deliveries that were in use at a past moment are still kept.

    Args:
        received: the log as it was then (`as_of`).

    Raises:
        DeliveryExpiredError: retention has retired or removed some of it.
    """
    loads = by_period(received)
    by_id = {load.load_id: load for load in loads}
    then = loads_in_use(replace(load, retired_at=None, removed_at=None) for load in loads)
    gone = [by_id[load.load_id] for load in then if not by_id[load.load_id].kept]
    if gone:
        first = gone[0]
        raise DeliveryExpiredError(
            f"{len(gone)} deliveries that were in use then are no longer kept, the first of them {first.agency}/{first.feed}/"
            f"{first.file_name} since {first.removed_at or first.retired_at}. `sna releases` lists what is still kept."
        )


def update_record(record: LoadRecord) -> None:
    """Replace a delivery's record in one step."""
    whole_file.write(record.folder / RECORD, json.dumps(record.as_json(), indent=1), durable=True)


@contextmanager
def incoming_folder(landing: Path) -> Iterator[Path]:
    """A private folder on the landing log's own disk for what is being made; gone afterwards.

    Folders that a killed process left behind are removed first.
    """
    sweep_incoming(landing)
    folder = landing / INCOMING / f"{os.getpid()}-{uuid.uuid4().hex}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(landing: Path) -> None:
    """Remove what killed processes left: their folders, and records that they were replacing."""
    sweep_incoming(landing)
    for left in landing.glob(f"*/*/*/*/.{RECORD}.[0-9]*"):
        left.unlink()


def sweep_incoming(landing: Path) -> None:
    """Remove the folders of processes that have ended."""
    incoming = landing / INCOMING
    for left in incoming.iterdir() if incoming.is_dir() else ():
        if not _is_running(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def commit(landing: Path, made: Path, record: LoadRecord) -> LoadRecord:
    """Add `load.json` to a folder that holds a delivery's Parquet files and move it into the log; returns the stored record.

    Everything is on the disk before the name is, so a power cut cannot leave half a delivery under a final name.
    """
    made.mkdir(exist_ok=True)
    record = replace(record, stored=stored(made))
    (made / RECORD).write_text(json.dumps(record.as_json(), indent=1))
    for path in (*made.iterdir(), made):
        sync(path)
    folder = landing / record.agency / record.feed / record.period / record.load_id
    folder.parent.mkdir(parents=True, exist_ok=True)
    made.rename(folder)
    sync(folder.parent)
    return replace(record, folder=folder)
