"""What dbt models declare in their YAML and other models are built from: dbt needs it before it reads their files.

`labels`: staging model -> column of labels -> scheme, from the model's `labels`.
`figures`: each model of `sna` that is a part of the figures -> its `words`: `also` where some of its cells are text, `only` where
all are, otherwise empty. A part declares no grain of its own, since it has that of all figures.
`withheld`: those of them that have a `symbol` in place of a number that the sender withholds or does not have (`symbols: true`).
`monthly`: each fact of a feed that describes a column `month_start`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.home.environment import DBT_PROJECT


def variables() -> dict[str, Any]:
    """The variable `declared` of the dbt project."""
    models = DBT_PROJECT / "models"
    parts = {name: meta for name, meta, _ in _described(models / "sna") if "grain" not in meta}
    figures = {name: meta.get("words", "") for name, meta in parts.items()}
    withheld = [name for name, meta in parts.items() if meta.get("symbols")]
    return {"declared": {"labels": labels(models), "figures": figures, "withheld": withheld, "monthly": monthly(models)}}


def labels(models: Path) -> dict[str, Mapping[str, str]]:
    """`labels`, of the models in a folder."""
    return {name: meta["labels"] for name, meta, _ in _described(models / "staging") if "labels" in meta}


def monthly(models: Path) -> list[str]:
    """`monthly`, of the models in a folder."""
    return [name for name, meta, columns in _described(models / "conformed") if "feeds" in meta and "month_start" in columns]


def _described(folder: Path) -> Iterator[tuple[str, Mapping[str, Any], set[str]]]:
    """(model, what its `meta` has, its columns) of the models that are described in a folder."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.load(path.read_text("utf-8"), Loader=loader) or {}
        for model in content.get("models", ()):
            meta = (model.get("config") or {}).get("meta") or {}
            yield model["name"], meta, {column["name"] for column in model.get("columns", ())}
