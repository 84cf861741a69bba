"""Runs of the Habitual Knife Carriers Index: what a run reads from the warehouse, and how its counts are landed.

A run is of the area: of all forces that send what it reads. The counts leave the vault as a delivery of the feed type
`knife_carriers/knife_carrier_counts` (see `common`).
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings
from orchestration.vault_runs import access, common
from orchestration.vault_runs.common import MissingInputError

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord
    from vault.disclosure import Cell
    from vault.index import Run, Sources

INTELLIGENCE, LIFESTYLE = "knife_carriers/knife_intelligence", "knife_carriers/lifestyle_factors"
COUNTS = "knife_carriers/knife_carrier_counts"
COHORTS = ("Crime", "Intelligence")
READ = (common.CRIMES, "people/suspects", INTELLIGENCE, LIFESTYLE)


def run(settings: Settings, key: str, reference_date: date, *, why: str, acting_for: str = "") -> tuple[Run, LoadRecord]:
    """Compute the cohorts for a date, store them in the vault and land their counts.

    Raises:
        VaultLockedError: no vault, or not its key.
        LogBrokenError: the log of the vault does not match its anchors.
        ReasonRequiredError: the reason is missing or too short.
        MissingInputError: the facts are not valid, or a feed is missing.
        InvalidWeightsError: the points of the lifestyle factors break the rules of the index.
    """
    from vault import index, policy, store

    read, rules = sources(settings), policy.load()
    with access.opened(settings, key) as con:
        made = index.run(con, settings.vault, read, rules, reference_date, why=why, acting_for=acting_for)
    if made.expired:
        store.rewrite(settings.vault, key, access.ENGINE)
    return made, _land(settings, made, read, rules.disclosure.minimum_cell)


def demonstrate(settings: Settings) -> tuple[str, LoadRecord]:
    """Make the runs of a demonstration, one for each quarter without counts, or else the newest again.

    Returns a summary of the newest, and its counts. A run reads what had happened by the end of its quarter, so it does not
    matter whether the quarters came one by one or together.
    """
    in_use = _in_use(settings)
    due = due_quarters(*({load.period for load in in_use[feed]} for feed in (LIFESTYLE, COUNTS)))
    why = "Demonstration data: the run that the SNA reports on"
    for quarter in due:
        made, counts = run(settings, access.provided_key(settings), _last_day(quarter), why=why)
    return f"{sum(made.nominals.values())} entries in run {made.run_id}", counts


def due_quarters(delivered: set[str], counted: set[str]) -> list[str]:
    """The quarters of which a run is to be made, oldest first, of those with lifestyle factors (at least one) and with counts."""
    return sorted(delivered - counted or {max(delivered)})


def is_due(settings: Settings) -> bool:
    """Whether all that a run reads has been landed, and no counts since the lifestyle factors."""
    in_use = _in_use(settings)
    return all(in_use[feed] for feed in READ) and common.is_newer(in_use[LIFESTYLE], in_use[COUNTS])


def sources(settings: Settings) -> Sources:
    """What a run reads: the facts in the warehouse, and the landed rows of the feeds in the vault's custody.

    Raises:
        MissingInputError: the facts are not valid, or a feed has no delivery in use.
    """
    from vault.index import Sources

    in_use = _in_use(settings)
    if missing := ["/".join(contract.id) for feed in READ if not in_use[feed] for contract in common.senders(feed)]:
        raise MissingInputError(f"Nothing has been landed of {', '.join(missing)}. Deliver it and run `sna refresh` first.")
    loads = [load for feed in READ for load in in_use[feed]]
    common.require_facts(settings, loads)
    identity = "\n".join(sorted(f"{'/'.join(load.slot)} {load.file_sha256}" for load in loads))

    return Sources(
        warehouse=settings.warehouse,
        intelligence=common.rows(INTELLIGENCE, in_use[INTELLIGENCE]),
        lifestyle=common.rows(LIFESTYLE, in_use[LIFESTYLE]),
        fingerprint=hashlib.sha256(identity.encode()).hexdigest(),
        is_synthetic=settings.is_demonstration,
    )


def _in_use(settings: Settings) -> dict[str, list[LoadRecord]]:
    """The deliveries in use of each feed type that takes part."""
    return common.in_use(settings, *READ, COUNTS)


def _last_day(quarter: str) -> date:
    from orchestration.contracts.periods import bounds

    return bounds("quarterly", quarter)[1] - timedelta(days=1)


def _land(settings: Settings, made: Run, read: Sources, minimum: int) -> LoadRecord:
    from vault.disclosure import TOTAL, Cell

    quarter = f"{made.reference_date.year}-Q{(made.reference_date.month + 2) // 3}"
    # An empty cohort is a result too, and shows that the run was made.
    cells = made.disclosed or [Cell(cohort, TOTAL, "All", 0, 0, None, 0) for cohort in COHORTS]
    rows = [_row(cell, made.reference_date, minimum, read.fingerprint) for cell in cells]
    return common.land(settings, COUNTS, quarter, rows)


def _row(cell: Cell, reference_date: date, minimum: int, fingerprint: str) -> list[object]:
    from vault.disclosure import NOT_APPLICABLE, SYMBOL

    no_suspects = SYMBOL if cell.suspects_withheld else NOT_APPLICABLE
    no_share = SYMBOL if cell.is_of_the_cohort else NOT_APPLICABLE
    return [
        *(f"{reference_date:%d/%m/%Y}", cell.cohort, cell.breakdown, cell.category),
        SYMBOL if cell.nominals is None else cell.nominals,
        no_share if cell.share_percent is None else cell.share_percent,
        no_suspects if cell.suspects is None else cell.suspects,
        *(minimum, fingerprint),
    ]
