"""What a refresh would do, computed without importing Dagster, dbt or Great Expectations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings

if TYPE_CHECKING:
    from orchestration.publication.release import Release
    from orchestration.publication.releases import Rollback


@dataclass(frozen=True)
class Plan:
    """What a refresh would do.

    Attributes:
        new_deliveries: files that are not in the landing log yet.
        feeds_delivered: feeds with anything in the landing zone or the landing log.
        nothing_new: the published release, where it already holds exactly what a refresh would publish.
        held: the rollback that went back from exactly what a refresh would publish.
        damaged: what is wrong with the current release, for which a refresh publishes in any case; empty where nothing is.
        as_at: ISO date to rebuild for; empty for all that has been received.
        force: publish all the same.
        landed_only: leave the landing zone as it is.
    """

    new_deliveries: int
    feeds_delivered: int
    nothing_new: Release | None
    held: Rollback | None
    as_at: str
    force: bool
    landed_only: bool = False
    damaged: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether a refresh would publish nothing."""
        return self.nothing_new is not None or self.held is not None


def plan(settings: Settings, as_at: str, *, force: bool = False, landed_only: bool = False) -> Plan:
    """Plan a refresh from the landing zone and the landing log."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.landing_log import inventory, pseudonym_key
    from orchestration.ingest.landing_log.log import NothingReceivedError, as_of, by_period, loads_in_use, read, require_kept
    from orchestration.ingest.landing_zone.demonstration import Admission
    from orchestration.ingest.load import loader
    from orchestration.operations import purge
    from orchestration.publication.release import DamagedReleaseError
    from orchestration.publication.releases import current_release, damage, held_back, rollback
    from orchestration.vault_runs import registry
    from orchestration.warehouse.build_id import build_id, identities, received_id

    purge.require_finished(settings)
    # The publication needs it, minutes later.
    rollback(settings.published)
    loads = read(settings.landing)
    # A first build reads every landed file; otherwise size and time show whether one has changed.
    full = not settings.warehouse.exists()
    delivered = {(load.agency, load.feed) for load in loads}
    if landed_only:
        inventory.require_rows(settings, loads_in_use(loads), full=full)
        return Plan(0, len(delivered), None, None, as_at, force, landed_only)
    pseudonym_key.require_same(settings, loads)
    contracts = load_contracts()
    admission = Admission.of(settings)
    key = pseudonym_key.load(settings)
    new = [loader.plan(settings.raw, settings.landing, contract, key, admission) for contract in contracts.values()]
    read_again = {f"{d.agency}/{d.feed}/{d.file_name}" for found in new for d in found}
    inventory.require_rows(settings, loads_in_use(loads), full=full, read_again=read_again)
    if as_at:
        from orchestration.contracts.periods import end_of_day

        by_then = as_of(loads, end_of_day(as_at))
        require_kept(by_then)
        if not loads_in_use(by_then):
            raise NothingReceivedError(f"No delivery had been received by {as_at}, so there is nothing to publish.")
    elif loads and not any(new) and not loads_in_use(loads):
        raise NothingReceivedError(nothing_in_use(settings))
    delivered |= {(d.agency, d.feed) for found in new for d in found}
    release = held = None
    damaged = damage(settings.published) or ""
    if not (as_at or force or any(new) or registry.are_due(settings)):
        build = build_id(identities(loads_in_use(loads)), "")
        known = [load for load in by_period(loads) if (load.agency, load.feed) in contracts]
        received = received_id((load.load_id, load.withdrawn is not None) for load in known)
        release = None if damaged else current_release(settings.published)
        if release is None or not settings.warehouse.exists() or not release.holds(build, received):
            release = None
        held = held_back(settings.published, build)
        if held and damaged:
            raise DamagedReleaseError(f"{damaged} The same data were rolled back, so only `sna refresh --force` publishes them.")
    return Plan(sum(map(len, new)), len(delivered), release, held, as_at, force, damaged=damaged)


def nothing_in_use(settings: Settings) -> str:
    """That every delivery is out of use, what readers have meanwhile, and what to do."""
    left = "Readers still have the release that was made before. " if (settings.published / "current").is_symlink() else ""
    return (
        "No delivery is in use, so there is nothing to publish: each was refused or withdrawn, or is no longer kept"
        f" (`sna deliveries`, `sna quarantine`). {left}Deliver another one with `sna deliver FILE`"
        f"{', or take the release from readers by `sna purge` of what it was made of' if left else ''}."
    )


def rebuild_plan(settings: Settings) -> Plan:
    """Delete the warehouse and plan to rebuild it from the landed deliveries.

    The landing log and what was published stay as they are.
    """
    from orchestration.operations import purge

    purge.require_finished(settings)
    for file in (settings.warehouse, settings.warehouse.with_name(settings.warehouse.name + ".wal")):
        file.unlink(missing_ok=True)
    return plan(settings, "", landed_only=True)
