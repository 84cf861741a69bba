"""The dbt models as Dagster assets, in two sets with a gate between them.

One `@dbt_assets` set is one step: a blocking check on a model inside it would block nothing inside it. So the models are
split where the gates stand: the *facts* set (seeds, staging, conformed) and the *marts* set (marts, sna).
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration import catalogue, dbt, gates
from orchestration.resources import POOL, Refresh
from orchestration.retrying import retried
from orchestration.settings import DBT_PROJECT

FACTS = "tag:facts"
MARTS = "tag:marts"


class Translator(DagsterDbtTranslator):
    """Group and file of each model; key, description, kinds and owner (`meta.dagster.owners`) stay dagster-dbt's own."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema of the model: reference, staging, conformed, marts or sna."""
        return str(dbt_resource_props["schema"])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """dagster-dbt's own (columns as the project describes them), and the file that the model stands in."""
        file = DBT_PROJECT / dbt_resource_props["original_file_path"]
        return {**super().get_metadata(dbt_resource_props), **catalogue.code_reference(file)}


def dbt_asset_sets(manifest: Mapping[str, Any]) -> tuple[dg.AssetsDefinition, dg.AssetsDefinition]:
    """The facts set and the marts set over one parsed manifest."""
    translator = Translator()

    @dbt_assets(manifest=manifest, select=FACTS, name="facts", dagster_dbt_translator=translator, pool=POOL)
    @retried
    def facts(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(context, refresh, "facts", FACTS)

    @dbt_assets(manifest=manifest, select=MARTS, name="marts", dagster_dbt_translator=translator, pool=POOL)
    @retried
    def marts(context: dg.AssetExecutionContext, refresh: Refresh) -> Iterator[Any]:
        yield from _build(context, refresh, "marts", MARTS)

    def _build(context: dg.AssetExecutionContext, refresh: Refresh, stage: str, everything: str) -> Iterator[Any]:
        whole = not context.is_subset
        select = everything if whole else _selected(context, manifest, translator)
        with refresh.warehouse() as con:
            opened = gates.begin(con, stage, whole=whole)
        yield from _measured(dbt.build(context, refresh.settings, manifest, translator, select), context, refresh, manifest)
        with refresh.warehouse() as con:
            gates.complete(con, stage, opened.token, opened.upstream)
        context.log.info(f"stage {stage} stands")

    return facts, marts


def _measured(
    events: Iterator[Any], context: dg.AssetExecutionContext, refresh: Refresh, manifest: Mapping[str, Any]
) -> Iterator[Any]:
    """The events of a finished build, each materialisation with the columns and rows of its table."""
    measured: dict[catalogue.TableName, dict[str, Any]] | None = None
    for event in events:
        if isinstance(event, dg.Output):
            if measured is None:
                with refresh.warehouse() as con:
                    measured = catalogue.tables(con, manifest)
            schema, table = context.asset_key_for_output(event.output_name).path
            event = event.with_metadata({**event.metadata, **measured.get((schema, table), {})})
        yield event


def _selected(context: dg.AssetExecutionContext, manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> str:
    """dbt selection of the models that were chosen in the UI or on the command line."""
    keys = context.selected_asset_keys
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")]
    return " ".join(n["name"] for n in nodes if translator.get_asset_key(n) in keys)
