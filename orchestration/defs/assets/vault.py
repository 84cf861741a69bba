"""The runs of the vault as assets: between the facts that they read and the counts that they return.

Such an asset is made in one step with the landing view of its counts. In a demonstration the step founds the vault where there is
none, and makes the run where one is due; elsewhere it leaves the asset as it is, and takes the counts that a person's run has
landed last.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs import asset_keys, metadata
from orchestration.defs.resources import Refresh
from orchestration.vault_runs import access, common
from orchestration.vault_runs.registry import VaultRun

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract
    from orchestration.ingest.landing_log.load_record import LoadRecord


def vault_asset(run: VaultRun, contract: "FeedContract", facts: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """The asset of a run, owned by the team of the feed of its counts.

    Args:
        facts: all that the gate of the facts validates; it validates the stage as a whole, so the run waits for all of them.
    """
    return dg.AssetSpec(
        asset_keys.vault(run.name),
        deps=[*facts, *(asset_keys.landed(*contract.id) for read in run.reads for contract in common.senders(read))],
        description=run.description,
        group_name="vault",
        skippable=True,
        kinds={"duckdb"},
        owners=[metadata.team(contract.owner)],
        metadata=metadata.code_reference(run.file),
    )


def make(run: VaultRun, context: dg.AssetExecutionContext, refresh: Refresh) -> "tuple[str, LoadRecord] | None":
    """Make the run of a demonstration if it is due; returns the run and the delivery of its counts, or None."""
    if refresh.as_at or refresh.landed_only or not refresh.settings.is_demonstration:
        context.log.info(f"{asset_keys.vault(run.name).to_user_string()} skipped: using the counts that were landed last")
        return None
    if not run.is_due(refresh.settings):
        return None
    refresh.close_warehouse()
    access.found_demonstration(refresh.settings)
    return run.demonstrate(refresh.settings)
