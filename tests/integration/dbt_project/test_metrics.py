"""Measures are declared once: dbt's metrics are those of the models' `meta`, and dbt accepts them."""

from __future__ import annotations

from typing import Any

from orchestration.publication import dbt_metrics


def test_metrics_are_written_from_the_models(manifest: dict[str, Any]) -> None:
    again = "python -m orchestration.publication.dbt_metrics"
    assert dbt_metrics.FILE.read_text("utf-8") == dbt_metrics.written(manifest), f"{dbt_metrics.FILE} is out of date: {again}"


def test_dbt_has_a_metric_for_every_declared_measure(manifest: dict[str, Any]) -> None:
    """The manifest is what `dbt parse` made and validated."""
    declared = {
        f"{node['alias']}_{measure['name']}": "where" in measure
        for node in manifest["nodes"].values()
        for measure in node["config"].get("meta", {}).get("measures", ())
    }
    metrics = {metric["name"]: metric["type"] for metric in manifest["metrics"].values()}
    assert len(declared) > 10
    assert {name: metrics.get(name) for name in declared} == {
        name: "derived" if is_share else "simple" for name, is_share in declared.items()
    }
    limits = {f"{name}_{side}_95" for name in declared for side in ("lower", "upper")}
    counts = {name for name, is_share in declared.items() if not is_share}
    assert metrics.keys() >= limits | {f"{name}_12_months" for name in counts}
