"""The Dagster code location: every asset, check and job, assembled once.

Nothing is read when this module is imported; `defs` is built when Dagster asks for it.
"""

from __future__ import annotations

import functools
import warnings

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._core.storage.tags import MAX_RETRIES_TAG, REPOSITORY_LABEL_TAG, RETRY_STRATEGY_TAG

import expectations.models
from orchestration.contracts.reader import feed_types, load_contracts
from orchestration.defs import asset_keys
from orchestration.defs.assets.dbt import dbt_asset_sets
from orchestration.defs.assets.feeds import feed_assets
from orchestration.defs.assets.landing_zone import landing_zone_asset
from orchestration.defs.assets.publication import release_asset, report_asset
from orchestration.defs.automation import automation
from orchestration.defs.checks import feed_checks, gate_check
from orchestration.defs.progress import LOGGER, progress_logger
from orchestration.defs.resources import Refresh
from orchestration.home import identity
from orchestration.home.settings import Settings
from orchestration.operations import configuration
from orchestration.operations.refresh_job import JOB
from orchestration.warehouse import gates
from orchestration.warehouse.dbt import load_fingerprints, load_manifest

# The code location as `workspace.yaml` names it. The web UI lists under a job the runs with this label: its own have it from the
# location, and those that a terminal starts in its own process from the job.
LOCATION = "serious_violence"
LABEL = f"{SINGLETON_REPOSITORY_NAME}@{LOCATION}"

# Backfill policies are marked beta; the version is pinned, and the warning would appear on every start.
warnings.filterwarnings("ignore", category=dg.BetaWarning)


def build_defs(settings: Settings) -> dg.Definitions:
    """Assemble the code location for one home; tests pass a home of their own.

    Raises:
        ContractError: a feed's contract is not valid.
        DbtError: the dbt project does not parse.
        SettingsError: what runs unattended is not declared as it must be.
    """
    settings.export()
    manifest = load_manifest(settings)
    models = expectations.models.read(manifest)
    contracts = list(load_contracts(made.area if (made := identity.read(settings.home)) else None).values())
    senders: dict[str, list[dg.AssetKey]] = {each.relation: [] for each in feed_types()}
    for contract in contracts:
        senders[contract.relation].append(asset_keys.landed(*contract.id))
    facts, marts = dbt_asset_sets(manifest, load_fingerprints(settings), senders)
    mart_keys = sorted(key for key in marts.keys if key.path[0] in ("marts", "sna"))
    fact_keys = sorted(key for key in facts.keys if key.path[0] == "conformed")
    feeds = [feed_assets(contract, fact_keys) for contract in contracts]
    landed = {
        stage: sorted(asset_keys.landed(*contract.id) for contract in contracts if gates.stage_of(contract) == stage)
        for stage in gates.LANDED
    }
    release = release_asset(mart_keys)
    # Deliveries are partitioned, each feed by its own cadence; the tables over them take in whatever is new.
    retries = configuration.load().retries
    refreshed = dg.AssetSelection.all() - dg.AssetSelection.assets(*(feed.deliveries.key for feed in feeds))
    job = dg.define_asset_job(
        JOB,
        selection=refreshed,
        description="Ingest what is new, rebuild facts and marts, pass the gates, publish, report.",
        # All steps: the feeds may since have been loaded for another date, or the warehouse replaced.
        tags={
            MAX_RETRIES_TAG: str(retries.run_attempts),
            RETRY_STRATEGY_TAG: ReexecutionStrategy.ALL_STEPS.name,
            REPOSITORY_LABEL_TAG: LABEL,
        },
    )
    schedules, sensors = automation(settings, contracts, job)
    return dg.Definitions(
        assets=[
            landing_zone_asset(contracts),
            *(each for feed in feeds for each in (feed.deliveries, feed.table)),
            facts,
            marts,
            release,
            report_asset(),
        ],
        asset_checks=[
            feed_checks(contracts),
            *(gate_check(stage, keys, models) for stage, keys in landed.items()),
            gate_check("facts", fact_keys, models),
            gate_check("marts", mart_keys, models),
        ],
        jobs=[job],
        schedules=schedules,
        sensors=sensors,
        # One process, one writer: another process for each step would import everything again and wait for the warehouse.
        executor=dg.in_process_executor,
        resources={"refresh": Refresh.configure_at_launch()},
        loggers={LOGGER: progress_logger, "console": dg.colored_console_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml`, `dagster asset materialize` and the web UI load."""
    return _built(Settings.from_env())


@functools.lru_cache(maxsize=1)
def _built(settings: Settings) -> dg.Definitions:
    """One process has one code location: `dagster job execute` asks for it five times, and a reload starts another process."""
    return build_defs(settings)
