"""The dbt models as Dagster assets, in two sets with a gate between them.

One set is one step: a blocking check on a model inside it would block nothing inside it. So the models are
split where the gates are: the *facts* set (seeds, staging, conformed) and the *marts* set (marts, sna, and what is staged and
conformed of the counts that the vault returns).
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from expectations import verdicts
from orchestration.defs import metadata
from orchestration.defs.resources import POOL, Refresh
from orchestration.home.environment import DBT_PROJECT
from orchestration.operations.retries import retried
from orchestration.warehouse import dbt, gates, increments, materializations


@contextmanager
def _without(module: str) -> Iterator[None]:
    """A module counts as not installed while the block runs, unless it has been imported already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


# dagster-dbt needs dbt only to select models and to run it. Importing it takes a second and 30 MB of each process.
with _without("dbt.version"):
    from dagster_dbt import DagsterDbtTranslator
    from dagster_dbt.asset_utils import build_dbt_specs, get_asset_check_key_for_test


class Translator(DagsterDbtTranslator):
    """Group, file and code version of each model and the keys of feeds; all else stays dagster-dbt's own.

    Args:
        code: code fingerprint of each node, by dbt's unique id.
        senders: landing view of a feed type → the keys of the feeds in it.
    """

    def __init__(self, code: Mapping[str, str], senders: Mapping[str, Sequence[dg.AssetKey]]) -> None:
        super().__init__()
        self._code = code
        self._senders = {dg.AssetKey(["landing", name]): [dg.AssetDep(key) for key in keys] for name, keys in senders.items()}

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """dagster-dbt's own, but that what reads a source of the schema landing depends on every feed in it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(deps=[dep for each in spec.deps for dep in self._senders.get(each.asset_key, [each])])

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """dagster-dbt's own, but that a model goes by its table."""
        key = super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([*key.path[:-1], dbt_resource_props.get("alias") or key.path[-1]])

    def get_code_version(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The fingerprint that decides whether the model is built again."""
        return self._code.get(dbt_resource_props["unique_id"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema of the model: reference, staging, conformed, marts or sna."""
        return str(dbt_resource_props["schema"])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """dagster-dbt's own (columns as the project describes them), and the model's file."""
        file = DBT_PROJECT / dbt_resource_props["original_file_path"]
        return {**super().get_metadata(dbt_resource_props), **metadata.code_reference(file)}


def dbt_asset_sets(
    manifest: Mapping[str, Any], code: Mapping[str, str], senders: Mapping[str, Sequence[dg.AssetKey]]
) -> tuple[dg.AssetsDefinition, dg.AssetsDefinition]:
    """The facts set and the marts set over one parsed manifest.

    Args:
        code: code fingerprint of each node (`dbt.load_fingerprints`).
        senders: landing view of a feed type → the keys of the feeds in it, none where nobody sends it.
    """
    translator = Translator(code, senders)
    stages: dict[dg.AssetKey, str] = {
        translator.get_asset_key(manifest["nodes"][node]): stage
        for stage in ("facts", "marts")
        for node in increments.nodes_of(stage, manifest)
        if not node.startswith("test.")
    }
    # All of them, which stage each is of being known without dbt's selection.
    everything: dict[str, Any] = {"select": "fqn:*", "exclude": "", "selector": "", "io_manager_key": None, "project": None}
    all_specs, all_checks = build_dbt_specs(translator=translator, manifest=manifest, **everything)
    specs, checks = sorted(all_specs, key=lambda spec: spec.key), sorted(all_checks, key=lambda check: check.key)

    def of(stage: str) -> dict[str, Any]:
        return {
            "name": stage,
            "specs": [spec for spec in specs if stages[spec.key] == stage],
            "check_specs": [check for check in checks if stages[check.asset_key] == stage],
        }

    @dg.multi_asset(**of("facts"), can_subset=True, pool=POOL, allow_arbitrary_check_specs=True)
    @retried
    def facts(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(context, refresh, "facts", manifest, code, translator)

    @dg.multi_asset(**of("marts"), can_subset=True, pool=POOL, allow_arbitrary_check_specs=True)
    @retried
    def marts(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(context, refresh, "marts", manifest, code, translator)

    return facts, marts


def _build(
    context: dg.AssetExecutionContext,
    refresh: Refresh,
    stage: verdicts.Stage,
    manifest: Mapping[str, Any],
    code: Mapping[str, str],
    translator: Translator,
) -> Iterator[Any]:
    """Build what has to be built of a stage, and report the rest as up to date."""
    own_code = {node: code[node] for node in increments.nodes_of(stage, manifest) if node in code}
    chosen = _chosen(context, manifest, translator)
    with refresh.warehouse() as con:
        gates.require_date(con, refresh.as_at, before=stage)
        complete = gates.is_complete(con, stage)
        started = gates.start_stage(con, stage, whole=not context.is_subset)
        if context.is_subset:
            increment = increments.BuildPlan(frozenset(chosen), False, "as selected", frozenset(chosen))
        else:
            increment = increments.plan(con, stage, complete=complete, code=own_code, manifest=manifest)
        current = metadata.tables(con, manifest)
    to_build = [node for node in chosen if increment.nodes is None or node in increment.nodes]
    for node in chosen:
        if node not in to_build:
            # What follows starts only from an asset that says that it is up to date.
            yield dg.MaterializeResult(asset_key=chosen[node], metadata=_table_metadata(current, chosen[node], rebuilt=False))
    # A data test that is new or has changed is run also where the models that it reads have not.
    tests = [node for node in increment.nodes or () if node.startswith("test.") and node in own_code]
    tested: set[dg.AssetCheckKey] = set()
    skipped: set[str] = set()
    if to_build or tests:
        yield from _built(refresh, manifest, [*to_build, *tests], translator, tested, skipped, increment)
    for key in sorted(context.selected_asset_check_keys - tested, key=str):
        # Passed when it was last run: neither it nor a table that it reads has changed since.
        yield dg.AssetCheckResult(passed=True, asset_key=key.asset_key, check_name=key.name, metadata={"rebuilt": False})
    with refresh.warehouse() as con:
        if not context.is_subset:
            increments.drop_removed(con, stage, manifest)
            increments.record_inputs(con, stage, own_code, manifest)
        gates.complete(con, stage, started.token, started.upstream)
    refresh.close_warehouse()
    context.log.info(_summary(len(to_build) - len(skipped), len(chosen), increment.reason))


def _summary(built: int, models: int, reason: str) -> str:
    """`Built all 173 models (first build)`."""
    if not built:
        return f"All {models} models are up to date ({reason})"
    return f"Built {f'all {models}' if built == models else f'{built} of {models}'} models ({reason})"


def _built(
    refresh: Refresh,
    manifest: Mapping[str, Any],
    chosen: Sequence[str],
    translator: Translator,
    tested: set[dg.AssetCheckKey],
    skipped: set[str],
    plan: increments.BuildPlan,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build nodes; the event of each, materialisations with the columns and rows of the table. Adds to `tested` and `skipped`."""
    built: list[materializations.Built] = []
    compiled = dbt.load_compiled(refresh.settings)
    with refresh.warehouse() as con:
        materializations.prepare(con)
        try:
            for each in materializations.build(
                con, manifest, compiled, chosen, whole=plan.whole, affected=plan.nodes, required=plan.required
            ):
                built.append(each)
        finally:
            measured = metadata.tables(con, manifest)
            skipped.update(each.node for each in built if each.skipped)
            yield from _events(built, manifest, translator, measured, tested)


def _events(
    built: Iterable[materializations.Built],
    manifest: Mapping[str, Any],
    translator: Translator,
    measured: Mapping[metadata.TableName, dict[str, Any]],
    tested: set[dg.AssetCheckKey],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    for each in built:
        if check := get_asset_check_key_for_test(manifest, translator, each.node, None):
            tested.add(check)
            rows = {"failing_rows": each.failing_rows}
            yield dg.AssetCheckResult(
                passed=not each.failing_rows, asset_key=check.asset_key, check_name=check.name, metadata=rows
            )
        elif not each.node.startswith("test."):
            key = translator.get_asset_key(manifest["nodes"][each.node])
            seconds = {"Execution Duration": each.seconds}
            described = _table_metadata(measured, key, rebuilt=not each.skipped)
            yield dg.MaterializeResult(asset_key=key, metadata=described if each.skipped else {**seconds, **described})


def _table_metadata(measured: Mapping[metadata.TableName, dict[str, Any]], key: dg.AssetKey, *, rebuilt: bool) -> dict[str, Any]:
    schema, table = key.path
    return {"rebuilt": rebuilt, **measured.get((schema, table), {})}


def _chosen(context: dg.AssetExecutionContext, manifest: Mapping[str, Any], translator: Translator) -> dict[str, dg.AssetKey]:
    """dbt's ids of the seeds and models that this run is to bring up to date, each after those that it reads."""
    sorter = TopologicalSorter({name: manifest["parent_map"].get(name, []) for name in manifest["nodes"]})
    nodes = [manifest["nodes"][name] for name in sorter.static_order() if name in manifest["nodes"]]
    keys = {n["unique_id"]: translator.get_asset_key(n) for n in nodes if n["resource_type"] in ("model", "seed")}
    return {node: key for node, key in keys.items() if key in context.selected_asset_keys}
