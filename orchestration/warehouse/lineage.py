"""Which feeds each published table is made from, by dbt's own graph, by which code, and which columns say what a row is about.

It goes into a release's manifest, so that two releases can be compared without dbt, also after the project has changed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from orchestration.contracts.reader import feeds_of
from orchestration.warehouse.statements import printed

FIGURES = "figures"
# How models write the id of a table (T07) or of a statement of the prose (P4, P13.1); codes of areas look alike.
_LITERAL = re.compile(r"'([A-Z]\d+(?:\.\d+)?)'")


def lineage(manifest: Mapping[str, Any], code: Mapping[str, str], schemas: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """`{"schema.table": {"feeds": ["agency/feed"], "grain": [column], "code": hex}}` of every table of the schemas.

    `grain` is what a model's `meta` declares and the gates test: these columns identify a row. Tables that hold figures of many
    tables of the needs assessment have `figures` as well: `{"T01": ["agency/feed"]}`, by the models that write each.

    Args:
        manifest: dbt's `manifest.json`.
        code: code fingerprint of each node.
    """
    nodes, parents = manifest["nodes"], manifest["parent_map"]

    @functools.cache
    def feeds(node: str) -> frozenset[str]:
        if node.startswith("source."):
            source = manifest["sources"][node]
            return frozenset(feeds_of(source["name"]) if source["source_name"] == "landing" else ())
        return frozenset[str]().union(*(feeds(parent) for parent in parents.get(node, ())))

    published = {
        key: node
        for key, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"]["schema"] in schemas
        and node["config"]["materialized"] != "ephemeral"
    }
    by_figure = {
        table_id: sorted(frozenset[str]().union(*map(feeds, models))) for table_id, models in sorted(writers(manifest).items())
    }
    result: dict[str, dict[str, Any]] = {}
    for key, node in sorted(published.items()):
        entry: dict[str, Any] = {"feeds": sorted(feeds(key)), "code": code.get(key)}
        if grain := node["config"].get("meta", {}).get("grain"):
            entry["grain"] = list(grain)
            if "table_id" in grain:
                entry["figures"] = by_figure
        if measures := node["config"].get("meta", {}).get("measures"):
            entry["measures"] = measures
        result[f"{node['config']['schema']}.{node['alias']}"] = entry
    return result


def descriptions(manifest: Mapping[str, Any], schemas: tuple[str, ...]) -> dict[str, tuple[str, dict[str, str]]]:
    """`{"schema.table": (description, {column: description})}` of every table of the schemas, as the project describes them."""
    return {
        f"{node['schema']}.{node['alias']}": (
            node["description"],
            {name: column["description"] for name, column in node["columns"].items() if column["description"]},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in schemas
    }


def writers(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The models that write the figures of each table of the needs assessment, by the ids in their code.

    Of figures of statements, one model writes those of all marts: the marts that each table reads, by what the model declares.
    """
    known = {row["table_id"] for row in printed.of_all_areas("sna_table")}
    nodes, found = manifest["nodes"], dict[str, list[str]]()
    for key in (key for key, node in nodes.items() if node["resource_type"] == "model" and node["name"] == FIGURES):
        for parent in manifest["parent_map"][key]:
            if nodes.get(parent, {}).get("config", {}).get("materialized") == "ephemeral":
                for table_id in known.intersection(_LITERAL.findall(nodes[parent]["raw_code"])):
                    found.setdefault(table_id, []).append(parent)
                for table_id, marts in nodes[parent]["config"].get("meta", {}).get("tables", {}).items():
                    found.setdefault(table_id, []).extend(f"{parent.rpartition('.')[0]}.{mart}" for mart in marts)
    return found
