"""One feed, two assets, both made from its contract.

    deliveries/<agency>/<feed>    partitioned by the contract's cadence: the landing log of one period
    landing/<agency>/<feed>       the current feed: loads new deliveries, then the view over the deliveries in use

The refresh materialises the second kind only, so that one run loads sixty new months as easily as one; the first kind is
for a person who wants one period again, and shows which periods have been landed.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.contracts.periods import keys, periods_of
from orchestration.defs import asset_keys, metadata
from orchestration.defs.assets import vault
from orchestration.defs.resources import POOL, Refresh
from orchestration.home.environment import CONTRACTS
from orchestration.operations.retries import retried
from orchestration.text.plurals import counted
from orchestration.vault_runs.registry import RUNS

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract
    from orchestration.home.settings import Settings
    from orchestration.ingest.landing_log.load_record import LoadRecord

# The public police archive starts here; no other feed reaches further back.
FIRST_MONTH = "2010-12"
# Of returns that are delivered by quarter or year.
FIRST_DAY = date(2005, 1, 1)

PERIOD_ROWS = "dagster/partition_row_count"


class NotDeliveredError(RuntimeError):
    """Nothing is in use of the chosen periods of a feed; the message says why and what to do."""


@dataclass(frozen=True)
class Feed:
    """The assets of one feed.

    Attributes:
        deliveries: the partitioned asset.
        table: the asset of the landing view, which is a source of dbt; with it the run of the vault that returns the feed.
    """

    deliveries: dg.AssetsDefinition
    table: dg.AssetsDefinition


def feed_assets(contract: "FeedContract", facts: Sequence[dg.AssetKey] = ()) -> Feed:
    """Make the assets of one feed.

    Args:
        facts: what a run of the vault waits for, whose counts the feed may be.
    """
    return Feed(_deliveries(contract), _table(contract, facts))


def _deliveries(contract: "FeedContract") -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_keys.deliveries(*contract.id),
        group_name=contract.agency,
        description=f"Landing log of: {contract.title}. One partition per period ({contract.cadence}).\n\n{contract.purpose}",
        partitions_def=partitions_of(contract),
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={contract.formats[0], "parquet"},
        owners=[metadata.team(contract.owner)],
        metadata=_about(contract),
        pool=POOL,
        # Only the periods of which something is in use are materialised; an output would materialise all that were chosen.
        output_required=False,
    )
    @retried
    def deliveries(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult[None]]:
        loads = _ingest(refresh.settings, contract, context.partition_keys)
        rows = _rows_in_use(refresh.settings, contract)
        for period in context.partition_keys:
            if period in rows:
                context.log_event(_period(contract, period, loads, rows))
        if missing := [period for period in context.partition_keys if period not in rows]:
            message = _why_missing(refresh.settings, contract, missing)
            if len(missing) == len(context.partition_keys):
                raise NotDeliveredError(message)
            context.log.warning(message)
        context.log.info(_summary(loads))
        yield from ()

    return deliveries


def _table(contract: "FeedContract", facts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    key, run = asset_keys.landed(*contract.id), RUNS.get(contract.type)
    specs = [
        dg.AssetSpec(
            key,
            deps=[
                *(asset_keys.deliveries(*contract.id), asset_keys.LANDING_ZONE),
                # Counts of the vault belong to the stage after the facts, also where no run makes them here.
                *([asset_keys.vault(run.name)] if run else facts if contract.origin == "vault" else []),
            ],
            group_name=contract.agency,
            description=f"{contract.title}: the deliveries in use.\n\n{contract.purpose}",
            kinds={"duckdb", "parquet"},
            owners=[metadata.team(contract.owner)],
            metadata=_about(contract),
        )
    ]
    if run:
        specs.append(vault.vault_asset(run, contract, facts))

    @dg.multi_asset(name=key.to_python_identifier(), specs=specs, pool=POOL)
    @retried
    def table(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult[None]]:
        made = vault.make(run, context, refresh) if run else None
        loads = [] if refresh.landed_only else _ingest(refresh.settings, contract)
        summaries = []
        if run and made:
            summaries, loads = [made[0]], [made[1], *loads]
            metadata = {"run": made[0], "counts": made[1].load_id}
            yield dg.MaterializeResult(asset_key=asset_keys.vault(run.name), metadata=metadata)
        rows = _bring_up_to_date(context, refresh, contract, loads)
        context.log.info("; ".join([*summaries, _summary(loads), f"{rows:,} rows in use"]))
        yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows, **_metadata(loads)})

    return table


def partitions_of(contract: "FeedContract") -> dg.PartitionsDefinition[str]:
    """Partitions by the contract's cadence, with the periods of the landing zone's file names as keys."""
    if contract.period.fixed:
        return dg.StaticPartitionsDefinition([contract.period.fixed])
    if contract.cadence != "monthly":
        return dg.StaticPartitionsDefinition(keys(contract.cadence, FIRST_DAY, date.today()))
    return dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", end_offset=1)


def _bring_up_to_date(
    context: dg.AssetExecutionContext, refresh: Refresh, contract: "FeedContract", loads: Sequence["LoadRecord"]
) -> int:
    """Bring the view of a feed up to date, after these new deliveries; returns its rows."""
    from orchestration.ingest.landing_log import inventory
    from orchestration.ingest.landing_log.log import as_of, by_period, loads_in_use, read, require_kept
    from orchestration.warehouse import ledger

    settings = refresh.settings
    period_rows = _rows_in_use(settings, contract) if loads else {}
    for period in sorted({load.period for load in by_period(loads)} & period_rows.keys()):
        context.log_event(_period(contract, period, loads, period_rows))
    received = as_of(read(settings.landing, contract.agency), refresh.until)
    if refresh.as_at:
        require_kept(received)
    in_use = loads_in_use(received)
    inventory.require_rows(settings, [load for load in in_use if (load.agency, load.feed) == contract.id])
    rows = refresh.registered().rows(contract, received, in_use, refresh.as_at)
    if rows is None:
        with refresh.warehouse() as con:
            rows = ledger.register(con, contract, received, in_use, refresh.as_at)
    return rows


def _period(
    contract: "FeedContract", period: str, loads: Sequence["LoadRecord"], rows: Mapping[str, int]
) -> dg.AssetMaterialization:
    """That one period of a feed is in the landing log, with what was landed of it just now."""
    from orchestration.ingest.landing_log.log import by_period

    metadata = {**_metadata([load for load in by_period(loads) if load.period == period]), PERIOD_ROWS: rows[period]}
    return dg.AssetMaterialization(asset_keys.deliveries(*contract.id), partition=period, metadata=metadata)


def _why_missing(settings: "Settings", contract: "FeedContract", periods: Sequence[str]) -> str:
    """Why nothing is in use of these periods, and what to do."""
    from orchestration.ingest.landing_log.log import read

    feed, listed = "/".join(contract.id), ", ".join(periods)
    refused = [load for load in read(settings.landing, *contract.id) if load.verdict == "refused" and not load.withdrawn]
    if any(not set(periods).isdisjoint(periods_of(contract.cadence, load.period)) for load in refused):
        return f"{feed}: no accepted delivery of {listed}. `sna quarantine {feed}` shows what was refused and what to do."
    return f"{feed}: nothing was delivered for {listed}. Deliver a file of the period with `sna deliver`, then materialise it."


def _ingest(settings: "Settings", contract: "FeedContract", periods: Sequence[str] | None = None) -> list["LoadRecord"]:
    from orchestration.ingest.files import regular_files
    from orchestration.ingest.landing_log import pseudonym_key
    from orchestration.ingest.landing_log.log import read
    from orchestration.ingest.landing_zone.demonstration import Admission
    from orchestration.ingest.load.loader import load, plan

    if contract.pseudonymises:
        pseudonym_key.require_same(settings, read(settings.landing, *contract.id))
    admission, key = Admission.of(settings), pseudonym_key.load(settings)
    found = plan(settings.raw, settings.landing, contract, key, admission)
    wanted = [d for d in found if periods is None or not set(periods).isdisjoint(periods_of(contract.cadence, d.period))]
    wanted = regular_files.at_rest(wanted, lambda delivery: delivery.path)
    return load(wanted, contract, settings.landing, key, now=datetime.now(UTC), admission=admission)


def _rows_in_use(settings: "Settings", contract: "FeedContract") -> Counter[str]:
    """Accepted rows of the deliveries in use, by period."""
    from orchestration.ingest.landing_log.log import loads_in_use, read

    rows: Counter[str] = Counter()
    for load in loads_in_use(read(settings.landing, *contract.id)):
        rows[load.period] += load.rows_accepted
    return rows


def _summary(loads: Sequence["LoadRecord"]) -> str:
    if not loads:
        return "nothing new"
    refused = sum(load.verdict == "refused" for load in loads)
    accepted, rejected = sum(load.rows_accepted for load in loads), sum(load.rows_rejected for load in loads)
    summary = f"{counted(len(loads), 'new delivery')}, {counted(accepted, 'row')} accepted, {rejected:,} rejected"
    return f"{summary}, {refused} refused" if refused else summary


def _metadata(loads: Sequence["LoadRecord"]) -> dict[str, int]:
    return {
        "deliveries": len(loads),
        "refused": sum(load.verdict == "refused" for load in loads),
        "rows_delivered": sum(load.rows_delivered for load in loads),
        "rows_accepted": sum(load.rows_accepted for load in loads),
        "rows_rejected": sum(load.rows_rejected for load in loads),
    }


def _about(contract: "FeedContract") -> dict[str, Any]:
    """What a contract says that a reader of the graph asks: columns, basis, publisher, and the SNA's tables that need it."""
    return {
        "dagster/column_schema": metadata.landed_columns(contract),
        **metadata.code_reference(CONTRACTS / f"{contract.type}.yaml"),
        "owner": contract.owner,
        "legal_basis": contract.legal_basis,
        "publisher": dg.MetadataValue.url(contract.publisher_url),
        "retention_years": contract.retention_years,
        "sna_tables": ", ".join(contract.tables) or "none",
    }
