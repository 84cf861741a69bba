"""Which feeds each published table is made from, by dbt's own graph, and which columns say what a row is about.

It goes into a release's manifest, so that two releases can be compared without dbt, also after the project has changed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

FIGURES = "figures"
# The ids of the needs assessment's tables, as the models write them.
TABLE_ID = re.compile(r"\b[A-Z]\d{2}\b")


def lineage(manifest: Mapping[str, Any], schemas: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """`{"schema.table": {"feeds": ["agency/feed"], "grain": [column]}}` of every table of the schemas.

    `grain` is there where the project tests that these columns identify a row. Tables that hold figures of many tables of the
    needs assessment have `figures` as well: `{"T01": ["agency/feed"]}`, by the models that write each.

    Args:
        manifest: dbt's `manifest.json`.
    """
    nodes, parents = manifest["nodes"], manifest["parent_map"]

    @functools.cache
    def feeds(node: str) -> frozenset[str]:
        if node.startswith("source."):
            source = manifest["sources"][node]
            return frozenset({source["name"].replace("__", "/", 1)} if source["source_name"] == "landing" else ())
        return frozenset[str]().union(*(feeds(parent) for parent in parents.get(node, ())))

    grains = {
        node["attached_node"]: list(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "unique_combination" and node.get("attached_node")
    }
    published = {
        key: node
        for key, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"]["schema"] in schemas
        and node["config"]["materialized"] != "ephemeral"
    }
    by_figure: dict[str, set[str]] = {}
    for key in published:
        for parent in parents[key] if nodes[key]["name"] == FIGURES else ():
            if nodes.get(parent, {}).get("config", {}).get("materialized") == "ephemeral":
                for table_id in set(TABLE_ID.findall(nodes[parent]["raw_code"])):
                    by_figure.setdefault(table_id, set()).update(feeds(parent))
    result: dict[str, dict[str, Any]] = {}
    for key, node in sorted(published.items()):
        entry: dict[str, Any] = {"feeds": sorted(feeds(key))}
        if key in grains:
            entry["grain"] = grains[key]
            if "table_id" in grains[key]:
                entry["figures"] = {table_id: sorted(names) for table_id, names in sorted(by_figure.items())}
        result[f"{node['config']['schema']}.{node['name']}"] = entry
    return result
