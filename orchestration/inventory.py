"""What was deleted by hand: files of the landing zone and landed rows of deliveries that are in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.ingest.landing import LoadRecord, current
from orchestration.withdrawal import path

if TYPE_CHECKING:
    from orchestration.settings import Settings


class LandedRowsMissingError(RuntimeError):
    """Landed rows of a delivery in use were deleted, so nothing can be built; the message says which and what to do."""


@dataclass(frozen=True)
class Missing:
    """Deliveries in use of which something is gone, one record per file."""

    files: tuple[LoadRecord, ...]
    rows: tuple[LoadRecord, ...]


def missing(settings: Settings, loads: Iterable[LoadRecord]) -> Missing:
    """Compare the deliveries in use with the landing zone and with the folders of the landing log.

    Args:
        loads: the landing log, of any feeds.
    """
    from orchestration import vault_runs

    in_use = current(loads)
    whole = {load.delivery_id: load.extract or load for load in in_use}
    # Counts come out of the vault and never lie in the landing zone.
    made_here = vault_runs.RUNS.keys()
    return Missing(
        files=tuple(
            load
            for load in whole.values()
            if (load.agency, load.feed) not in made_here and not (settings.raw / path(load)).exists()
        ),
        rows=tuple({load.delivery_id: load.extract or load for load in without_rows(in_use)}.values()),
    )


def without_rows(in_use: Iterable[LoadRecord]) -> list[LoadRecord]:
    """Those of the loads in use whose accepted rows are gone."""
    return [load for load in in_use if load.rows_accepted and load.accepted is not None and not load.accepted.exists()]


def require_rows(in_use: Iterable[LoadRecord]) -> None:
    """Make sure that what is in use can be read.

    Raises:
        LandedRowsMissingError: landed rows were deleted.
    """
    for load in without_rows(in_use):
        raise LandedRowsMissingError(rows_message(load))


def rows_message(load: LoadRecord) -> str:
    """That landed rows are gone, and what to do."""
    return (
        f"{path(load)}: its landed rows in {load.folder} are gone, although it is in use. Restore the folder from a backup; or"
        f" take the delivery back with `sna withdraw {path(load)} --reason TEXT`, deliver its file again and refresh."
    )


def file_message(load: LoadRecord) -> str:
    """That a file is gone, and what to do."""
    return (
        f"{path(load)}: the file is gone from the landing zone, although it is in use. Its landed rows are there, so nothing has"
        f" changed. If it is to be taken back: `sna withdraw {path(load)} --reason TEXT`. If not, deliver it again."
    )
