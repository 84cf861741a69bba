"""Labels of agencies and their meanings: the seed source_label and the area files, read before dbt runs.

A contract states the scheme of a column's labels. A label that its scheme does not have would not be counted anywhere, so it is
reported when the delivery is landed, not when the facts of all agencies have been built.
"""

from __future__ import annotations

import csv
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT
from orchestration.text.shapes import plain_sql

if TYPE_CHECKING:
    from orchestration.contracts.model import Column, FeedContract

SEED = DBT_PROJECT / "seeds" / "reference" / "source_label.csv"


def known() -> Mapping[str, frozenset[str]]:
    """Scheme → its labels in plain form (`shapes.plain_sql`), those of all areas."""
    return known_in(areas.folder())


@functools.cache
def known_in(_: Path) -> Mapping[str, frozenset[str]]:
    """The same, read once for each folder of areas."""
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = [(row["scheme"], row["source_label"]) for row in csv.DictReader(file)]
    rows += [(scheme, label) for area in areas.names() for scheme, label, _ in areas.load(area).all_labels()]
    schemes: dict[str, set[str]] = {}
    for scheme, label in rows:
        schemes.setdefault(scheme, set()).add(" ".join(label.split()).lower())
    return {scheme: frozenset(labels) for scheme, labels in schemes.items()}


def mark(contract: FeedContract) -> str:
    """Names the labels that the columns of a contract may hold; empty where they hold none."""
    schemes = sorted({labels.scheme for column in contract.columns for labels in column.labels})
    words = [word for scheme in schemes for word in (scheme, *sorted(known().get(scheme, ())))]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16] if words else ""


def labels_of(column: Column) -> frozenset[str]:
    """The labels that a column may hold in any of its rows, in plain form; empty where it has no list of them."""
    return frozenset(
        " ".join(label.split()).lower()
        for labels in column.labels
        for label in (*known().get(labels.scheme, ()), *labels.besides)
    )


def listed_sql(column: Column, source: str) -> str:
    """SQL that is true for a text of the column's list, its allowed values or its pattern."""
    if column.allowed:
        return f"{source} in ({', '.join(map(_literal, column.allowed))})"
    if column.pattern:
        return f"coalesce(regexp_full_match({source}, {_literal(column.pattern)}), false)"
    listed = labels_of(column)
    return f"coalesce({plain_sql(source)} in ({', '.join(map(_literal, sorted(listed)))}), false)" if listed else "false"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
