"""The three gates as blocking asset checks: one Great Expectations run over a stage, one result per asset of it."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Iterator, Sequence
from typing import Literal

import dagster as dg

from orchestration import asset_keys, gates
from orchestration.resources import POOL, Refresh
from orchestration.retrying import retried

Stage = Literal["feeds", "facts", "marts"]


def gate_check(stage: Stage, assets: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """The gate of a stage, as a check named `gate` on each of its assets.

    Whatever was selected, the whole stage is judged and every verdict is stored in the warehouse (`ops.verdict`), because what
    follows needs the verdict of the whole. Only of the feeds, those are left out whose verdict still stands.
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
            anew = gates.to_judge(con) if stage == "feeds" else None
            if anew is None or anew:
                found = expectations.gate.run(stage, con, refresh.settings.data_docs, anew)
                gates.record(con, stage, token, found)
            verdicts = gates.standing(con, stage)
        failed = [v for v in verdicts if not v.success]
        told = f"{len(verdicts) - len(failed)} of {len(verdicts)} expectations hold"
        context.log.info(told if anew is None else f"{told}; {len(anew)} feeds judged anew")
        chosen = sorted({key.asset_key for key in context.selected_asset_check_keys})
        subjects = {asset: [v for v in verdicts if asset_of(stage, v.subject) == asset] for asset in chosen}
        # What was judged of tables that are not assets here must still stop the run.
        strays = [v for v in failed if asset_of(stage, v.subject) not in subjects]
        for position, (asset, own) in enumerate(subjects.items()):
            yield _result(asset, own + (strays if position == 0 else []))

    return gate


def asset_of(stage: Stage, subject: str) -> dg.AssetKey:
    """Asset that a verdict is about: feed `agency/feed` → landing view; `schema.table` → dbt model."""
    if stage == "feeds":
        return asset_keys.landed(*subject.split("/"))
    return dg.AssetKey(subject.split("."))


def _result(asset: dg.AssetKey, verdicts: list[gates.Verdict]) -> dg.AssetCheckResult:
    failed = [v for v in verdicts if not v.success]
    lines = [
        f"- {v.subject}: {v.expectation} — {'could not be evaluated' if v.crashed else v.observed}. {v.remedy}" for v in failed
    ]
    return dg.AssetCheckResult(
        check_name="gate",
        asset_key=asset,
        passed=not failed,
        description=f"{len(verdicts) - len(failed)} of {len(verdicts)} expectations hold",
        metadata={"failed": dg.MetadataValue.md("\n".join(lines))} if failed else None,
    )
