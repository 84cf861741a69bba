"""Runs of the linkage of nominals: what a run reads from the landing log, and how its counts are landed.

A run is of the area: of the registers of all its forces. The counts leave the vault as a delivery of the feed type
`people/linked_people_counts` (see `common` and docs/decisions/0014-linkage.md).
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings
from orchestration.vault_runs import access, common
from orchestration.vault_runs.common import MissingInputError

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord
    from vault.people import Linked, Register

REGISTER, COUNTS = "people/nominals", "people/linked_people_counts"


class TruthFileError(ValueError):
    """The truth file, of references known to be one person, cannot be read; the message says why."""


def run(settings: Settings, key: str, *, why: str, acting_for: str = "") -> tuple[Linked, LoadRecord]:
    """Link the register of nominals in the vault and land the counts.

    Raises:
        VaultLockedError: no vault, or not its key.
        LogBrokenError: the log of the vault does not match its anchors.
        ReasonRequiredError: the reason is missing or too short.
        MissingInputError: the facts are not valid, or no register is in use.
    """
    from vault import people, policy
    from vault.linkage import THRESHOLD

    read, period = _register(settings)
    with access.opened(settings, key) as con:
        made = people.run(con, settings.vault, read, why=why, acting_for=acting_for)
    minimum = policy.load().disclosure.minimum_cell
    rows = [
        [*("c" if value is None else value for value in cells.values()), THRESHOLD, minimum, read.fingerprint]
        for cells in people.protected(made.counts, minimum)
    ]
    return made, common.land(settings, COUNTS, period, rows)


def demonstrate(settings: Settings) -> tuple[str, LoadRecord]:
    """Make the run of a demonstration: returns a summary, and the delivery of its counts."""
    made, counts = run(settings, access.provided_key(settings), why="Demonstration data: repeat people by person")
    return f"{made.references:,} references linked to {made.people:,} people", counts


def is_due(settings: Settings) -> bool:
    """Whether a register is in use, and no counts were landed since."""
    in_use = common.in_use(settings, REGISTER, COUNTS)
    return common.is_newer(in_use[REGISTER], in_use[COUNTS])


def truth(settings: Settings, file: Path) -> set[frozenset[str]]:
    """Pairs of person keys from a CSV file with the columns nominal_reference and same_person_as.

    Where several forces number their nominals alike, also with the agency of each: agency and same_person_agency.

    Raises:
        TruthFileError: the file is not there, or has other columns.
    """
    from orchestration.ingest.landing_log import pseudonym_key
    from orchestration.ingest.values.pseudonyms import pseudonym

    columns = ["nominal_reference", "same_person_as"]
    if of_several := len(common.senders(common.CRIMES)) > 1:
        columns += ["agency", "same_person_agency"]
    try:
        with file.open(encoding="utf-8", newline="") as source:
            rows = [[row[column] for column in columns] for row in csv.DictReader(source)]
    except (OSError, KeyError) as error:
        names = f"{', '.join(columns[:-1])} and {columns[-1]}"
        raise TruthFileError(f"{file}: a CSV file with the columns {names} is needed.") from error
    key = pseudonym_key.load(settings)
    if not of_several:
        return {frozenset((pseudonym(key, one), pseudonym(key, other))) for one, other in rows}
    return {
        frozenset((f"{agency}/{pseudonym(key, one)}", f"{other_agency}/{pseudonym(key, other)}"))
        for one, other, agency, other_agency in rows
    }


def _register(settings: Settings) -> tuple[Register, str]:
    """The register in use, and the period of its newest delivery."""
    from vault.people import Register

    loads = common.in_use(settings, REGISTER)[REGISTER]
    if not loads:
        names = ", ".join("/".join(contract.id) for contract in common.senders(REGISTER))
        raise MissingInputError(f"Nothing has been landed of {names}. Deliver it and run `sna refresh` first.")
    common.require_facts(settings, loads)
    identity = "\n".join(sorted(f"{'/'.join(load.slot)} {load.file_sha256}" for load in loads))
    rows = common.rows(REGISTER, loads)
    # Ids of deliveries depend on the key of the pseudonyms; what they are of does not.
    by_slot = ", ".join(f"'{load.load_id}'" for load in sorted(loads, key=lambda load: (*load.slot, load.version)))
    order = f"list_position([{by_slot}], _load_id)"
    register = Register(
        warehouse=settings.warehouse,
        nominals=f"select *, row_number() over (order by {order}, _row) as position from ({rows})",
        fingerprint=hashlib.sha256(identity.encode()).hexdigest(),
        is_synthetic=settings.is_demonstration,
    )
    return register, max(load.period for load in loads)
