"""What a BI tool needs of a release: the marts that declare measures, their dimensions and their relations.

All of it is in the release: columns and their descriptions in `meta.dictionary`, measures in `meta.measures`, and the key of a
dimension in what the manifest says of its grain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.publication import measures as published_measures

if TYPE_CHECKING:
    from orchestration.publication.release import Release

# The denominator of rates, and the release that is read.
POPULATION, HEAD = "marts.population", "meta.release"
MONTH, CALENDAR = "month_start", "marts.dim_date"


@dataclass(frozen=True)
class Column:
    """A column of a published table; `type` is DuckDB's."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Measure:
    """A row of `meta.measures`; `grouped_by` has the columns by which it must be grouped."""

    name: str
    kind: str
    unit: str
    expression: str
    grouped_by: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A published table.

    Attributes:
        name: with its schema.
        measures: rows of `meta.measures`.
        declared: what its model declares, as `orchestration.publication.measures` reads it.
        keys: its columns that are keys of dimensions -> (dimension, its key).
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    declared: tuple[Mapping[str, str], ...]
    keys: Mapping[str, tuple[str, str]]

    @property
    def bare(self) -> str:
        return self.name.partition(".")[2]

    def has(self, column: str) -> bool:
        """Whether it has a column of this name."""
        return any(column == known.name for known in self.columns)


@dataclass(frozen=True)
class Model:
    """Facts first, then the dimensions that they are related to, the population and the release."""

    release_id: str
    banner: str
    tables: tuple[Table, ...]

    @property
    def facts(self) -> tuple[Table, ...]:
        return tuple(table for table in self.tables if table.declared)

    def table(self, name: str) -> Table:
        """The table `schema.name`, which must be there."""
        return next(table for table in self.tables if table.name == name)


def read(release: Release) -> Model:
    """The model of a release.

    Raises:
        LookupError: the release has no measures; it was published by an earlier version.
    """
    lineage = release.manifest.get("lineage", {})
    con = release.open()
    try:
        if published_measures.TABLE not in release.manifest["tables"]:
            raise LookupError(f"{release.id}: no table {published_measures.TABLE}. Publish a release with this version first.")
        ((banner,),) = con.execute(f"select banner from {HEAD}").fetchall()
        measured = con.execute(
            f"""select schema_name || '.' || table_name, measure, measure_kind, unit, expression, grouped_by
                from {published_measures.TABLE}"""
        ).fetchall()
        described = con.execute(
            """select schema_name || '.' || table_name, coalesce(table_description, ''), column_name, data_type,
                      coalesce(description, '')
               from meta.dictionary order by 1, position"""
        ).fetchall()
    finally:
        con.close()
    columns: dict[str, list[Column]] = {}
    texts: dict[str, str] = {}
    for name, text, *column in described:
        columns.setdefault(name, []).append(Column(*column))
        texts[name] = text
    dimensions = _dimensions(lineage)
    facts = sorted({name for name, *_ in measured})

    def table(name: str) -> Table:
        names = {column.name for column in columns[name]}
        keys = {key: found for key, found in dimensions.items() if key in names and found[0] != name}
        return Table(
            name,
            texts[name],
            tuple(columns[name]),
            tuple(
                Measure(measure, kind, unit, expression, _names(grouped))
                for of, measure, kind, unit, expression, grouped in measured
                if of == name
            ),
            tuple(lineage[name].get("measures", ())) if name in lineage else (),
            keys if not name.startswith("marts.dim_") else {},
        )

    found = [table(name) for name in (*facts, POPULATION)]
    used = sorted({dimension for fact in found for dimension, _ in fact.keys.values()})
    return Model(release.id, banner, (*found, *map(table, used), table(HEAD)))


def _dimensions(lineage: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Column of a mart -> the dimension whose key it is, and the key: a dimension's grain; months are days of the calendar."""
    found = {
        entry["grain"][0]: (name, entry["grain"][0])
        for name, entry in lineage.items()
        if name.startswith("marts.dim_") and len(entry.get("grain", ())) == 1
    }
    days = next((key for key, (name, _) in found.items() if name == CALENDAR), None)
    if days is not None:
        found[MONTH] = found.pop(days)
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
