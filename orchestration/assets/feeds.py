"""One feed, two assets and a check, all made from its contract.

    deliveries/<agency>/<feed>    partitioned by the contract's cadence: the landing log of one period
    landing/<agency>/<feed>       the feed as it stands: takes in whatever is new, then the view over the deliveries in use

The refresh materialises the second kind only, so that one run takes in sixty new months as easily as one; the first kind is
for a person who wants one period again, and shows which periods have been landed.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration import asset_keys, catalogue
from orchestration.periods import bounds, keys
from orchestration.resources import POOL, Refresh
from orchestration.retrying import retried
from orchestration.settings import CONTRACTS

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract
    from orchestration.ingest.landing import LoadRecord
    from orchestration.settings import Settings

# The public police archive starts here; no other feed reaches further back.
FIRST_MONTH = "2010-12"
# Of returns that are delivered by quarter or year.
FIRST_DAY = date(2005, 1, 1)

PERIOD_ROWS = "dagster/partition_row_count"


@dataclass(frozen=True)
class Feed:
    """The Dagster definitions of one feed.

    Attributes:
        deliveries: the partitioned asset.
        table: the asset of the landing view, which is a source of dbt.
        check: tells of deliveries that were refused; it warns, for the last good delivery stays in use.
        freshness: tells of a delivery that is due or overdue; it warns, for what is there stays right.
    """

    deliveries: dg.AssetsDefinition
    table: dg.AssetsDefinition
    check: dg.AssetChecksDefinition
    freshness: dg.AssetChecksDefinition


def feed_assets(contract: "FeedContract") -> Feed:
    """Make the assets and the check of one feed."""
    deliveries_key, table_key = asset_keys.deliveries(*contract.id), asset_keys.landed(*contract.id)

    about = _about(contract)

    @dg.asset(
        key=deliveries_key,
        group_name=contract.agency,
        description=f"Landing log of: {contract.title}. One partition per period ({contract.cadence}).\n\n{contract.purpose}",
        partitions_def=partitions_of(contract),
        backfill_policy=dg.BackfillPolicy.single_run(),
        freshness_policy=freshness_policy(contract),
        kinds={contract.formats[0], "parquet"},
        owners=[catalogue.team(contract.owner)],
        metadata=about,
        pool=POOL,
    )
    @retried
    def deliveries(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult[None]:
        loads = _ingest(refresh.settings, contract, context.partition_keys)
        context.log.info(_told(loads))
        rows = _rows_in_use(refresh.settings, contract)
        for period in context.partition_keys:
            metadata = {**_metadata([load for load in loads if load.period == period]), PERIOD_ROWS: rows[period]}
            context.add_asset_metadata(metadata, partition_key=period)
        return dg.MaterializeResult()

    @dg.asset(
        key=table_key,
        deps=[deliveries_key],
        group_name=contract.agency,
        description=f"{contract.title}: the deliveries in use.\n\n{contract.purpose}",
        kinds={"duckdb", "parquet"},
        owners=[catalogue.team(contract.owner)],
        metadata=about,
        pool=POOL,
    )
    @retried
    def table(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult[None]:
        from orchestration import warehouse
        from orchestration.ingest.landing import current, read, require_kept

        settings = refresh.settings
        loads = [] if refresh.landed_only else _ingest(settings, contract)
        period_rows = _rows_in_use(settings, contract) if loads else {}
        for load in loads:
            metadata = {**_metadata([load]), PERIOD_ROWS: period_rows[load.period]}
            context.log_event(dg.AssetMaterialization(deliveries_key, partition=load.period, metadata=metadata))
        received = [load for load in read(settings.landing, contract.agency) if load.received_at <= refresh.until]
        if refresh.as_at:
            require_kept(received)
        in_use = current(received)
        rows = refresh.registered().rows(contract, received, in_use, refresh.as_at)
        if rows is None:
            with refresh.warehouse() as con:
                rows = warehouse.register(con, contract, received, in_use, refresh.as_at)
        context.log.info(f"{_told(loads)}; {rows:,} rows in use")
        return dg.MaterializeResult(metadata={"dagster/row_count": rows, **_metadata(loads)})

    @dg.asset_check(asset=table_key, name="deliveries_accepted", description="No delivery of this feed stands refused")
    def check(refresh: Refresh) -> dg.AssetCheckResult:
        from orchestration.ingest.landing import read

        # The last word on each period; an earlier refusal that has been put right is history.
        latest = {load.slot: load for load in read(refresh.settings.landing, *contract.id)}
        refused = [load for load in latest.values() if load.verdict == "refused"]
        lines = [f"- {load.file_name}: {fault.message} {fault.remedy}" for load in refused for fault in load.faults]
        return dg.AssetCheckResult(
            passed=not refused,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"refused": dg.MetadataValue.md("\n".join(lines))} if refused else None,
        )

    @dg.asset_check(asset=table_key, name="fresh", description="The delivery of every period that has fallen due is in use")
    def fresh(refresh: Refresh) -> dg.AssetCheckResult:
        from orchestration.freshness import day, judge
        from orchestration.ingest.landing import current, read

        received = [load for load in read(refresh.settings.landing, contract.agency) if load.received_at <= refresh.until]
        found = judge(contract, current(received), day(refresh.as_at))
        return dg.AssetCheckResult(
            passed=not found.is_late,
            severity=dg.AssetCheckSeverity.WARN,
            description=str(found),
            metadata={name: str(value) for name, value in asdict(found).items() if value is not None},
        )

    return Feed(deliveries, table, check, fresh)


def freshness_policy(contract: "FeedContract") -> dg.FreshnessPolicy | None:
    """By time since the last delivery was landed, which the daemon can judge between runs; the check `fresh` judges by period."""
    if contract.latency_days is None or contract.grace_days is None:
        return None
    stretches = (bounds(contract.cadence, key) for key in keys(contract.cadence, date(2023, 1, 1), date(2024, 12, 31)))
    longest = max(end - start for start, end in stretches)
    due = longest + timedelta(days=contract.latency_days)
    return dg.FreshnessPolicy.time_window(fail_window=due + timedelta(days=contract.grace_days), warn_window=due)


def partitions_of(contract: "FeedContract") -> dg.PartitionsDefinition[str]:
    """Partitions by the contract's cadence, with the periods of the landing zone's file names as keys."""
    if contract.period.fixed:
        return dg.StaticPartitionsDefinition([contract.period.fixed])
    if contract.cadence != "monthly":
        return dg.StaticPartitionsDefinition(keys(contract.cadence, FIRST_DAY, date.today()))
    return dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", end_offset=1)


def _ingest(settings: "Settings", contract: "FeedContract", periods: Sequence[str] | None = None) -> list["LoadRecord"]:
    from orchestration.ingest.demonstration import Admission
    from orchestration.ingest.load import load, plan

    admission = Admission.of(settings)
    found = plan(settings.raw, settings.landing, contract, settings.pseudonym_key, admission)
    wanted = [d for d in found if periods is None or d.period in periods]
    return load(wanted, contract, settings.landing, settings.pseudonym_key, now=datetime.now(UTC), admission=admission)


def _rows_in_use(settings: "Settings", contract: "FeedContract") -> Counter[str]:
    """Accepted rows of the deliveries in use, by period."""
    from orchestration.ingest.landing import current, read

    rows: Counter[str] = Counter()
    for load in current(read(settings.landing, *contract.id)):
        rows[load.period] += load.rows_accepted
    return rows


def _told(loads: Sequence["LoadRecord"]) -> str:
    if not loads:
        return "nothing new"
    refused = sum(load.verdict == "refused" for load in loads)
    accepted, rejected = sum(load.rows_accepted for load in loads), sum(load.rows_rejected for load in loads)
    told = f"{len(loads)} new deliveries, {accepted:,} rows accepted, {rejected:,} rejected"
    return f"{told}, {refused} refused whole" if refused else told


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
        "dagster/column_schema": catalogue.landed_columns(contract),
        **catalogue.code_reference(CONTRACTS / contract.agency / contract.feed / "contract.yaml"),
        "owner": contract.owner,
        "legal_basis": contract.legal_basis,
        "publisher": dg.MetadataValue.url(contract.publisher_url),
        "retention_years": contract.retention_years,
        "sna_tables": ", ".join(contract.tables) or "none",
    }
