"""Deliveries in use whose file in the landing zone or whose landed rows were deleted or damaged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestration.contracts.reader import load_contracts
from orchestration.home.file_hash import sha256
from orchestration.ingest.files import regular_files
from orchestration.ingest.landing_log import landed_files
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use, read, update_record
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.home.settings import Settings


class LandedRowsDamagedError(RuntimeError):
    """Landed rows of a delivery in use are missing or were changed, so nothing is built; the message says what to do."""


@dataclass(frozen=True)
class Missing:
    """Deliveries in use of which something is gone or was changed, one record per file."""

    files: tuple[LoadRecord, ...]
    rows: tuple[LoadRecord, ...]


def missing(settings: Settings, loads: Iterable[LoadRecord], *, full: bool = False) -> Missing:
    """Compare the deliveries in use with the landing zone and with the folders of the landing log.

    Args:
        loads: the landing log, of any feeds.
        full: read the content of every landed file.
    """
    in_use = loads_in_use(loads)
    whole = {load.delivery_id: load.extract or load for load in in_use}
    return Missing(
        # Contracts are read for files that are gone only: reading them for each delivery took a third of a refresh without news.
        files=tuple(
            load for load in whole.values() if regular_files.is_gone(settings.raw / load.path) and not _is_made_here(load)
        ),
        rows=tuple({load.delivery_id: load.extract or load for load in in_use if landed_files.faults(load, full=full)}.values()),
    )


def require_rows(
    settings: Settings, in_use: Iterable[LoadRecord], *, full: bool = False, read_again: Collection[str] = ()
) -> None:
    """Make sure that what is in use is what was landed.

    Args:
        full: read the content of every file, not only its size and time.
        read_again: paths (`LoadRecord.path`) of deliveries that are about to be landed once more.

    Raises:
        LandedRowsDamagedError: landed rows are gone or were changed.
    """
    for load in in_use:
        if load.path not in read_again and landed_files.faults(load, full=full):
            raise LandedRowsDamagedError(rows_message(settings, load, full=full))


def complete(settings: Settings) -> int:
    """Record the files of deliveries that an earlier version has landed, as they are now; returns how many. Holds the home."""
    found = landed_files.incomplete(read(settings.landing))
    for load in found:
        if not landed_files.faults(load, full=True):
            update_record(landed_files.completed(load))
    return len(found)


def renew_times(loads: Iterable[LoadRecord]) -> None:
    """Record the times of whole files that were copied, so that their content need not be read at each use. Holds the home."""
    for load in loads:
        times = {name: (load.folder / name).stat().st_mtime_ns for name in load.stored or {} if (load.folder / name).exists()}
        if load.kept and any(file.mtime_ns != times.get(name, file.mtime_ns) for name, file in (load.stored or {}).items()):
            renewed = {name: replace(file, mtime_ns=times.get(name, file.mtime_ns)) for name, file in (load.stored or {}).items()}
            update_record(replace(load, stored=renewed))


def completed_message(count: int) -> str:
    """Message for the number of deliveries that `complete` has recorded."""
    return (
        f"{counted(count, 'delivery')} of an earlier version had no hash of the landed rows: the current hash was recorded, and"
        " is compared from now on."
    )


def rows_message(settings: Settings, load: LoadRecord, *, full: bool = True, in_use: bool = True) -> str:
    """What is wrong with the landed rows of a delivery, and what to do."""
    found = "; ".join(landed_files.faults(load, full=full))
    about = f"{load.path}: its landed rows in {load.folder} are not what was landed: {found}."
    if _is_made_here(load):
        return f"{about} Restore the folder from a backup; or {without_rows(load, in_use=in_use)}."
    source = settings.raw / load.path
    if is_there(settings, load):
        return f"{about} `sna verify --landing --repair` lands it again from {source}."
    return (
        f"{about} Its file is no longer in the landing zone: put it back as {source} (SHA-256 {load.file_sha256}), then run"
        f" `sna verify --landing --repair`; or {without_rows(load, in_use=in_use)}."
    )


def without_rows(load: LoadRecord, *, in_use: bool) -> str:
    """What can be done where the landed rows of a delivery are lost; the rest of a sentence.

    The command has its load id: its name may mean other content by now, such as a file that was replaced by hand and refused.
    """
    if not in_use:
        return "leave it: it is not in use, and `sna retain` removes it when its days are over"
    command = f"`sna withdraw {load.load_id} --reason TEXT`"
    if _is_made_here(load):
        return f"withdraw the counts with {command} and repeat the vault run (`sna hkci run`, `sna link run`)"
    return f"withdraw it with {command} and deliver it again"


def file_message(load: LoadRecord) -> str:
    """Message for a file that is missing from the landing zone, and what to do."""
    return (
        f"{load.path}: the file is gone from the landing zone, although it is in use. Its landed rows are there, so nothing has"
        f" changed. To withdraw it: `sna withdraw {load.load_id} --reason TEXT`. Otherwise deliver it again."
    )


def is_there(settings: Settings, load: LoadRecord) -> bool:
    """Whether the landing zone holds the file of a delivery, as it was received."""
    file = settings.raw / load.path
    try:
        return sha256(file) == load.file_sha256
    except OSError:
        return False


def _is_made_here(load: LoadRecord) -> bool:
    """Whether these are counts of the vault, which are never in the landing zone."""
    contract = load_contracts().get((load.agency, load.feed))
    return contract is not None and contract.origin == "vault"
