"""The first asset of a refresh: whether there is anything to do."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs import asset_keys, checks, metadata
from orchestration.defs.resources import Refresh
from orchestration.operations.retries import retried
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract

EVALUATED = ("asset_key", "check_name", "passed", "metadata", "severity", "description")


class NothingDeliveredError(RuntimeError):
    """There is nothing to refresh from; the message says what to do."""


def landing_zone_asset(contracts: "Sequence[FeedContract]") -> dg.AssetsDefinition:
    """The landing zone, upstream of every feed. Where nothing is new, it and everything downstream are skipped.

    Then only the checks that depend on the date are run: how fresh each feed is.
    """

    @dg.asset(
        key=asset_keys.LANDING_ZONE,
        group_name="landing_zone",
        description="Whether a refresh has anything to do. If not, every later step is skipped.",
        kinds={"csv", "xlsx"},
        owners=[metadata.DATA_ENGINEERS],
        metadata=metadata.code_reference(Path(__file__)),
        output_required=False,
    )
    @retried
    def landing_zone(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[dg.MaterializeResult[None]]:
        from orchestration.contracts.reader import load_contracts
        from orchestration.ingest.landing_zone.delivery import unread
        from orchestration.operations import refresh_plan

        settings = refresh.settings
        plan = refresh_plan.plan(settings, refresh.as_at, force=refresh.force, landed_only=refresh.landed_only)
        if not plan.feeds_delivered:
            raise NothingDeliveredError(
                f"Nothing has been delivered to {settings.raw}. Deliver files with `sna deliver`, then refresh."
            )
        # How many, but not which: what a file is called may be a person's name, and the history of runs is kept.
        if unreadable := len(unread(settings.raw, load_contracts().values())):
            files = counted(unreadable, "file")
            context.log.warning(f"{files} in {settings.raw} cannot be loaded: `sna status` lists them.")
        if plan.is_idle:
            why = f"release {plan.nothing_new.id} is up to date" if plan.nothing_new else "these data were rolled back"
            context.log.info(f"nothing new in {settings.raw}: {why}; all later steps are skipped")
            for result in checks.feed_results(contracts, refresh):
                evaluation = dg.AssetCheckEvaluation(**{name: getattr(result, name) for name in EVALUATED})
                context.log_event(evaluation)
            return
        context.log.info(f"{plan.new_deliveries} new deliveries in {settings.raw}")
        yield dg.MaterializeResult(metadata={"new_deliveries": plan.new_deliveries})

    return landing_zone
