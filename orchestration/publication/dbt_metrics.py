"""`dbt_project/models/marts/metrics.yml`: the measures that models declare in `meta`, as semantic models and metrics of dbt.

`python -m orchestration.publication.dbt_metrics` writes it from dbt's manifest, and a test compares. Each metric has the name of
its mart and its measure (`recorded_offences_knife_percent`). Two kinds of `meta.measures` are none: dbt's years begin in January,
so there is no year to date, and its metrics cannot divide the count of a month by the residents of a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from orchestration.home.environment import DBT_PROJECT
from orchestration.publication.measures import limit_of_share, lower_of_count, upper_of_count

FILE = DBT_PROJECT / "models" / "marts" / "metrics.yml"
HEAD = "# Written by `python -m orchestration.publication.dbt_metrics` from the measures in the models' `meta`: change those.\n"
# Keys of dimensions, and the entities of dbt that join marts by them.
ENTITIES = {
    "age_group_code": "age_group_key",
    "district_code": "district_key",
    "offence_code": "offence_key",
    "offence_type": "offence_type_key",
    "ward_code": "ward_key",
}
Definition = dict[str, Any]


def written(manifest: Mapping[str, Any]) -> str:
    """Content of the file.

    Args:
        manifest: dbt's manifest of the project.
    """
    marts = sorted(
        (node for node in manifest["nodes"].values() if node["config"].get("meta", {}).get("measures")), key=lambda n: n["alias"]
    )
    metrics = [
        metric
        for node in marts
        for measure in node["config"]["meta"]["measures"]
        for metric in _metrics(node["alias"], **measure)
    ]
    content = {"semantic_models": [_semantic_model(node) for node in marts], "metrics": metrics}
    return HEAD + yaml.safe_dump(content, sort_keys=False, width=130, allow_unicode=True)


def _semantic_model(node: Mapping[str, Any]) -> Definition:
    mart, measures = node["alias"], node["config"]["meta"]["measures"]
    counted = {measure["of"] for measure in measures}
    columns = {name: column["data_type"] for name, column in node["columns"].items()}
    texts = [name for name, kind in columns.items() if kind in ("varchar", "boolean") and name not in ENTITIES]
    return {
        "name": mart,
        "description": " ".join(node["description"].split()),
        "model": f"ref('{node['name']}')",
        "primary_entity": f"row_of_{mart}",
        "defaults": {"agg_time_dimension": "month_start"},
        "entities": [{"name": name, "type": "foreign", "expr": key} for key, name in ENTITIES.items() if key in columns],
        "dimensions": [
            {"name": "month_start", "type": "time", "type_params": {"time_granularity": "month"}},
            *({"name": name, "type": "categorical"} for name in texts if name not in counted),
        ],
        "measures": [
            {"name": f"{mart}_{_part(measure)}", "agg": "sum", "expr": _summed(measure), "agg_time_dimension": "month_start"}
            for measure in measures
        ],
    }


def _part(measure: Mapping[str, str]) -> str:
    """Name of what a share is of the count: `knife` of `knife_percent`; a count's own name."""
    return measure["name"].removesuffix("_percent")


def _summed(measure: Mapping[str, str]) -> str:
    return f"case when {measure['where']} then {measure['of']} else 0 end" if "where" in measure else measure["of"]


def _metrics(mart: str, name: str, of: str, where: str = "") -> Iterator[Definition]:
    """What `orchestration.publication.measures` makes of a declared measure, so far as dbt has a metric for it."""
    whole, label = f"{mart}_{of}", f"{mart}: {name}".replace("_", " ")
    if where:
        part = f"{mart}_{name.removesuffix('_percent')}"
        yield _simple(part, label.removesuffix(" percent"), f"Those of which it is true that {where}.")
        inputs = [{"name": part, "alias": "part"}, {"name": whole, "alias": "whole"}]
        yield _derived(f"{mart}_{name}", label, "100.0 * part / nullif(whole, 0)", inputs)
        for side, sign in (("lower", "-"), ("upper", "+")):
            yield _derived(f"{mart}_{name}_{side}_95", f"{label} {side} 95", limit_of_share("part", "whole", sign), inputs)
        return
    yield _simple(whole, label, f"The sum of {of}.")
    inputs = [{"name": whole, "alias": "counted"}]
    yield _derived(f"{whole}_lower_95", f"{label} lower 95", lower_of_count("counted"), inputs)
    yield _derived(f"{whole}_upper_95", f"{label} upper 95", upper_of_count("counted"), inputs)
    yield {
        "name": f"{whole}_12_months",
        "label": f"{label} 12 months",
        "type": "cumulative",
        "type_params": {"measure": whole, "cumulative_type_params": {"window": "12 months"}},
    }
    before = {"name": whole, "offset_window": "12 months", "alias": "before"}
    yield _derived(f"{mart}_change_{of}", f"{mart} change {of}".replace("_", " "), "counted - before", [*inputs, before])


def _simple(name: str, label: str, description: str) -> Definition:
    return {"name": name, "label": label, "description": description, "type": "simple", "type_params": {"measure": name}}


def _derived(name: str, label: str, expression: str, inputs: list[dict[str, str]]) -> Definition:
    return {
        "name": name,
        "label": label,
        "type": "derived",
        "type_params": {"expr": expression, "metrics": [dict(of) for of in inputs]},
    }


if __name__ == "__main__":
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from orchestration.home.settings import Settings
    from orchestration.warehouse.dbt import load_manifest

    with TemporaryDirectory() as folder:
        FILE.write_text(written(load_manifest(Settings(Path(folder) / "raw", Path(folder)))), encoding="utf-8")
