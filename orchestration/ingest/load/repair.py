"""Repair of a delivery whose landed rows were damaged: it is landed again from its file in the landing zone.

The delivery keeps its record, id and time of receipt. It is read as it was then, after the deliveries received before it, and
replaces the damaged rows only if the result is the same. So nothing that was published changes, and neither does the state at a
past date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home.whole_file import sync
from orchestration.ingest.landing_log import inventory, landed_files, pseudonym_key
from orchestration.ingest.landing_log import log as log

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract, FeedKey
    from orchestration.home.settings import Settings
    from orchestration.ingest.landing_log.load_record import LoadRecord

# Below the landing log, where nothing looks for deliveries; removed by a purge.
DAMAGED = ".damaged"


@dataclass(frozen=True)
class Repaired:
    """What a repair did.

    Attributes:
        landed: deliveries that were landed again.
        left: load id of each that was not → why, and what to do.
        set_aside: folders whose record could not be read, by what they are called now.
    """

    landed: tuple[LoadRecord, ...]
    left: Mapping[str, str]
    set_aside: tuple[Path, ...]


def repair(settings: Settings) -> Repaired:
    """Land again what is damaged of the deliveries that are kept. The caller holds the home."""
    from orchestration.contracts.reader import load_contracts

    aside = tuple(_set_aside_unreadable(settings.landing))
    loads, contracts = log.read(settings.landing), load_contracts()
    landed: list[LoadRecord] = []
    left: dict[str, str] = {}
    in_use = {load.delivery_id for load in log.loads_in_use(loads)}
    for load in loads:
        if not landed_files.faults(load, full=True):
            continue
        if not inventory.is_there(settings, load):
            left[load.load_id] = inventory.rows_message(settings, load, in_use=load.load_id in in_use)
        elif (again := _land_again(settings, load, loads, contracts)) is None:
            left[load.load_id] = (
                f"{load.path}: its landed rows in {load.folder} are damaged, and its file, read again, has other rows than it had"
                " then, as after a change of the code or the contract. Restore the folder from a backup; or"
                f" {inventory.without_rows(load, in_use=load.load_id in in_use)}."
            )
        else:
            landed.append(again)
    return Repaired(tuple(landed), left, aside)


def _set_aside_unreadable(landing: Path) -> list[Path]:
    moved = []
    for file in list(log.record_files(landing)):
        try:
            log.read_record(file)
            continue
        except log.LaterRecordError:
            raise  # which is no damage
        except log.RecordDamagedError:
            pass
        place = landing / DAMAGED / "__".join(file.parent.relative_to(landing).parts)
        while place.exists():
            place = place.with_name(f"{place.name}+")
        place.parent.mkdir(mode=0o700, exist_ok=True)
        file.parent.rename(place)
        moved.append(place)
    return moved


def _land_again(
    settings: Settings, load: LoadRecord, loads: list[LoadRecord], contracts: dict[FeedKey, FeedContract]
) -> LoadRecord | None:
    """The delivery with its rows in their place; None where other rows come of its file."""
    from orchestration.ingest.landing_zone.delivery import discover
    from orchestration.ingest.landing_zone.demonstration import Admission
    from orchestration.ingest.load.loader import load as land

    contract = contracts.get((load.agency, load.feed))
    found = [one for one in discover(settings.raw, contract) if one.file_name == load.file_name] if contract else []
    if contract is None or not found:
        return None
    with log.incoming_folder(settings.landing) as folder:
        for earlier in loads:
            if earlier.slot[:2] == load.slot[:2] and earlier.received_at < load.received_at:
                place = folder / earlier.folder.relative_to(settings.landing)
                place.mkdir(parents=True)
                (place / log.RECORD).write_bytes((earlier.folder / log.RECORD).read_bytes())
        admission = Admission.of(settings)
        made = land(found, contract, folder, pseudonym_key.load(settings), now=load.received_at, admission=admission)
        if not made or _counts(made[0]) != _counts(load):
            return None
        for name in made[0].stored or {}:
            sync(made[0].folder / name)
            (made[0].folder / name).replace(load.folder / name)
        record = replace(load, stored=made[0].stored)
        log.update_record(record)
    return record


def _counts(load: LoadRecord) -> tuple[object, ...]:
    """What must be the same again."""
    parts = [(one.load_id, one.period, one.rows_accepted, one.rows_rejected) for one in load.by_period()]
    return load.load_id, load.fingerprint, load.file_sha256, load.verdict, load.rows_delivered, parts
