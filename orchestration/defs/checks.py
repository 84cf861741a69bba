"""Asset checks: the gates, which block, and the checks of feeds, which warn.

A gate is one Great Expectations run over a stage, with one result per asset of it.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from expectations import verdicts
from orchestration.defs import asset_keys
from orchestration.defs.resources import POOL, Refresh
from orchestration.operations.retries import retried
from orchestration.text.plurals import counted
from orchestration.text.printing import markdown
from orchestration.warehouse import gates, validation

if TYPE_CHECKING:
    from expectations.models import Models
    from orchestration.contracts.model import FeedContract

ACCEPTED, FRESH = "deliveries_accepted", "fresh"


def gate_check(stage: verdicts.Stage, assets: Sequence[dg.AssetKey], models: "Models") -> dg.AssetChecksDefinition:
    """The gate of a stage, as a check named `gate` on each of its assets.

    Whatever was selected, the whole stage is validated and every verdict is stored in the warehouse (`ops.verdict`), because the
    next stage needs the verdict of the whole. Landed feeds whose verdict is still current are skipped.

    Args:
        models: what the dbt models declare, for the suites of facts and marts.
    """

    @dg.multi_asset_check(
        name=f"gate_{stage}",
        specs=[
            dg.AssetCheckSpec("gate", asset=key, blocking=True, description=f"Great Expectations suite of the {stage} gate")
            for key in assets
        ],
        can_subset=True,
        pool=POOL,
    )
    @retried
    def gate(context: dg.AssetCheckExecutionContext, refresh: Refresh) -> Iterator[dg.AssetCheckResult]:
        import expectations.gate

        with refresh.warehouse() as con:
            token = gates.token_of(con, stage)
            outdated = gates.to_judge(con, stage) if stage in gates.LANDED else None
            if outdated is None or outdated:
                found = expectations.gate.run(stage, con, refresh.settings.data_docs, validation.context(models), outdated)
                gates.record(con, stage, token, found)
            verdicts = gates.current_verdicts(con, stage)
        failed = [v for v in verdicts if not v.success]
        passed = f"{len(verdicts) - len(failed)} of {len(verdicts)} expectations passed"
        context.log.info(passed if outdated is None else f"{passed}; {counted(len(outdated), 'feed')} re-validated")
        chosen = sorted({key.asset_key for key in context.selected_asset_check_keys})
        subjects = {asset: [v for v in verdicts if asset_of(stage, v.subject) == asset] for asset in chosen}
        # Failures of tables that are not assets here must still stop the run.
        strays = [v for v in failed if asset_of(stage, v.subject) not in subjects]
        for position, (asset, own) in enumerate(subjects.items()):
            yield _result(asset, own + (strays if position == 0 else []))

    return gate


def feed_checks(contracts: Sequence["FeedContract"]) -> dg.AssetChecksDefinition:
    """Two checks on the landing view of every feed. Both warn: what is in use stays right."""
    about = {
        ACCEPTED: "No delivery of this feed is refused",
        FRESH: "Every delivery that has fallen due is in use, of each part of the feed",
    }

    @dg.multi_asset_check(
        name="feed_checks",
        specs=[
            dg.AssetCheckSpec(name, asset=asset_keys.landed(*contract.id), description=description)
            for contract in contracts
            for name, description in about.items()
        ],
        can_subset=True,
    )
    def checks(context: dg.AssetCheckExecutionContext, refresh: Refresh) -> Iterator[dg.AssetCheckResult]:
        for result in feed_results(contracts, refresh):
            assert result.asset_key is not None and result.check_name is not None
            if dg.AssetCheckKey(result.asset_key, result.check_name) in context.selected_asset_check_keys:
                yield result

    return checks


def feed_results(contracts: Sequence["FeedContract"], refresh: Refresh) -> Iterator[dg.AssetCheckResult]:
    """Whether deliveries of each feed were refused, and how fresh it is on the day of the refresh."""
    from orchestration.ingest.landing_log.freshness import day, judge
    from orchestration.ingest.landing_log.log import as_of, loads_in_use, read

    received = as_of(read(refresh.settings.landing), refresh.until)
    in_use, today = loads_in_use(received), day(refresh.as_at)
    for contract in contracts:
        # The latest load of each period; an earlier refusal that has been corrected is history.
        latest = {load.slot: load for load in received if (load.agency, load.feed) == contract.id and not load.withdrawn}
        refused = [
            f"- {markdown(f'{load.file_name}: {f.message} {f.remedy}')}"
            for load in latest.values()
            for f in load.faults
            if load.verdict == "refused"
        ]
        fresh = judge(contract, in_use, today)
        dates = {"next_period": fresh.next_period, "due_on": fresh.due_on, "overdue_on": fresh.overdue_on}
        yield _warning(
            contract,
            ACCEPTED,
            passed=not refused,
            metadata={"refused": dg.MetadataValue.md("\n".join(refused))} if refused else {},
        )
        yield _warning(
            contract,
            FRESH,
            passed=not fresh.is_late,
            description=str(fresh),
            metadata={"state": fresh.state, **{name: str(value) for name, value in dates.items() if value is not None}},
        )


def _warning(
    contract: "FeedContract", name: str, *, passed: bool, metadata: Mapping[str, Any], description: str | None = None
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset_keys.landed(*contract.id),
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )


def asset_of(stage: verdicts.Stage, subject: str) -> dg.AssetKey:
    """Asset that a verdict is about: feed `agency/feed` → landing view; `schema.table` → dbt model."""
    if stage in gates.LANDED:
        return asset_keys.landed(*subject.split("/"))
    return dg.AssetKey(subject.split("."))


def _result(asset: dg.AssetKey, verdicts: list[verdicts.Verdict]) -> dg.AssetCheckResult:
    failed = [v for v in verdicts if not v.success]
    observed = [
        f"{v.subject}: {v.expectation} — {'could not be evaluated' if v.crashed else v.observed}. {v.remedy}" for v in failed
    ]
    lines = [f"- {markdown(line)}" for line in observed]
    return dg.AssetCheckResult(
        check_name="gate",
        asset_key=asset,
        passed=not failed,
        description=f"{len(verdicts) - len(failed)} of {len(verdicts)} expectations passed",
        metadata={"failed": dg.MetadataValue.md("\n".join(lines))} if failed else None,
    )


def _seen(verdict: verdicts.Verdict) -> str:
    return "could not be evaluated" if verdict.crashed else verdict.observed
