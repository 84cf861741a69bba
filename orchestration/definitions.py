"""The Dagster code location: every asset, check and job, assembled once.

Nothing is read when this module is imported; `defs` is built when Dagster asks for it.
"""

from __future__ import annotations

import warnings

import dagster as dg
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._core.storage.tags import MAX_RETRIES_TAG, RETRY_STRATEGY_TAG

from orchestration import operations
from orchestration.assets.dbt import dbt_asset_sets
from orchestration.assets.feeds import feed_assets
from orchestration.assets.publication import release_asset
from orchestration.automation import automation
from orchestration.checks import gate_check
from orchestration.contracts import load_contracts
from orchestration.dbt import load_fingerprints, load_manifest
from orchestration.progress import LOGGER, narrator
from orchestration.resources import Refresh
from orchestration.settings import Settings

JOB = "refresh"

# Backfill policies are marked beta; the version is pinned, and the warning would stand on every start.
warnings.filterwarnings("ignore", category=dg.BetaWarning)


def build_defs(settings: Settings) -> dg.Definitions:
    """Assemble the code location for one home; tests give a home of their own.

    Raises:
        ContractError: a feed's contract is not valid.
        DbtError: the dbt project does not parse.
        SettingsError: what runs unattended is not declared as it must be.
    """
    settings.export()
    manifest = load_manifest(settings)
    contracts = list(load_contracts().values())
    feeds = [feed_assets(contract) for contract in contracts]
    tables = [feed.table for feed in feeds]
    facts, marts = dbt_asset_sets(manifest, load_fingerprints(settings))
    mart_keys = sorted(marts.keys)
    fact_keys = sorted(key for key in facts.keys if key.path[0] == "conformed")
    release = release_asset(mart_keys)
    # Deliveries are partitioned, each feed by its own cadence; the tables over them take in whatever is new.
    retries = operations.load().retries
    refreshed = dg.AssetSelection.all() - dg.AssetSelection.assets(*(feed.deliveries.key for feed in feeds))
    job = dg.define_asset_job(
        JOB,
        selection=refreshed,
        description="Ingest what is new, rebuild facts and marts, pass the three gates, publish.",
        # All steps: what the killed run had landed may since stand for another date, or in a warehouse that is gone.
        tags={MAX_RETRIES_TAG: str(retries.run_attempts), RETRY_STRATEGY_TAG: ReexecutionStrategy.ALL_STEPS.name},
    )
    schedules, sensors = automation(settings, contracts, job)
    return dg.Definitions(
        assets=[*(feed.deliveries for feed in feeds), *tables, facts, marts, release],
        asset_checks=[
            *(check for feed in feeds for check in (feed.check, feed.freshness)),
            gate_check("feeds", sorted(table.key for table in tables)),
            gate_check("facts", fact_keys),
            gate_check("marts", mart_keys),
        ],
        jobs=[job],
        schedules=schedules,
        sensors=sensors,
        # One process, one writer: another process for each step would import everything again and wait for the warehouse.
        executor=dg.in_process_executor,
        resources={"refresh": Refresh.configure_at_launch()},
        loggers={LOGGER: narrator, "console": dg.colored_console_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml`, `dagster asset materialize` and the web UI load."""
    return build_defs(Settings.from_env())
