"""What the dbt models declare of themselves in `meta`, from which the suites of facts and marts are made.

grain         columns of which no two rows have the same values; every model has it
feeds         `<subject>/<feed>` of each feed type whose landed rows the fact holds, one by one
date          SQL date of a row of the fact
landed_date   the same of a landed row, where it is another expression
not_landed    SQL condition of rows of the fact that come from no landed row
references    column -> dimension whose grain it is a member of, or `dimension.column`
counts        of a mart, what adds up to the rows of another model:
    model       the model that is counted
    what        one of what is counted, in words
    measure     the mart's column whose sum is the total
    of          SQL aggregate over the model; its rows where it is not said
    where       SQL condition of the rows of the model that are counted; all where it is not said
    rows        SQL condition of the rows of the mart that count each of them once; all where it is not said
    year        the mart's SQL expression of the year by which both are compared; `financial_year` where it is not said
    model_year  the model's
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

# In `meta`, but no concern of the suites.
OTHERS = {"dagster", "labels", "measures", "symbols", "tables", "words"}


class MetaError(ValueError):
    """The `meta` of a model is not what this page describes."""


@dataclass(frozen=True)
class Count:
    """One total of a mart; the attributes are the keys of `counts`."""

    model: str
    what: str
    measure: str
    of: str = "count(*)"
    where: str = "true"
    rows: str = "true"
    year: str = "financial_year"
    model_year: str = "financial_year"


@dataclass(frozen=True)
class Model:
    """A dbt model; what is not described here is a key of `meta`.

    Attributes:
        table: name of its table, where it is not that of the model: two layers may have a `dim_district`.
        stage: the stage that builds it.
        is_stored: whether it is a table or view of the warehouse, rather than a part of the SQL of others.
    """

    name: str
    schema: str
    table: str
    stage: Literal["facts", "marts"]
    is_stored: bool
    grain: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    date: str = ""
    landed_date: str = ""
    not_landed: str = "false"
    references: Mapping[str, str] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()

    @property
    def subject(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def feed(self) -> str:
        """The feed type of a fact that has one alone."""
        (feed,) = self.feeds
        return feed


Models = Mapping[str, Model]
DECLARED = {each.name for each in fields(Model)} - {"name", "schema", "table", "stage", "is_stored"}


def read(manifest: Mapping[str, Any]) -> dict[str, Model]:
    """Name -> model, of every model of dbt's `manifest.json`.

    Raises:
        MetaError: a model has no grain, a key that is not known, or refers to a model that is not there.
    """
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    models = {node["name"]: _model(node) for node in nodes}
    for model in models.values():
        named = [count.model for count in model.counts] + [dimension.partition(".")[0] for dimension in model.references.values()]
        if unknown := sorted(set(named) - models.keys()):
            raise MetaError(f"{model.name}: meta names {', '.join(unknown)}, which the project does not have")
    return models


def _model(node: Mapping[str, Any]) -> Model:
    meta, name = node["config"]["meta"], node["name"]
    if unknown := sorted(meta.keys() - DECLARED - OTHERS):
        raise MetaError(f"{name}: meta has no key {', '.join(unknown)}")
    if not meta.get("grain"):
        raise MetaError(f"{name}: meta states no grain")
    try:
        counts = tuple(Count(**entry) for entry in meta.get("counts", ()))
    except TypeError as error:
        raise MetaError(f"{name}: counts: {error}") from error
    # What is made of the counts of the vault is staged and conformed after the facts.
    stage: Literal["facts", "marts"] = "marts" if {"marts", "counts"} & set(node["tags"]) else "facts"
    stored = node["config"]["materialized"] != "ephemeral"
    declared: dict[str, Any] = {key: value for key, value in meta.items() if key in DECLARED}
    declared |= {key: tuple(declared[key]) for key in ("grain", "feeds") if key in declared}
    return Model(name, node["schema"], node["alias"], stage, stored, **declared | {"counts": counts})
