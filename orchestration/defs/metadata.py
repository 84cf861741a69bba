"""Metadata of assets for Dagster's catalogue: owner, columns, rows, and the file that defines each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.home.environment import PROJECT

if TYPE_CHECKING:
    import duckdb

    from orchestration.contracts.model import FeedContract

# Who looks after what no agency delivers.
DATA_ENGINEERS = "team:vru-data-engineers"
TREATMENTS = {
    "pseudonymise": " Landed as a keyed pseudonym.",
    "derive_age": " Landed as an age in years.",
    "tokenise": " Landed as keyed tokens.",
}

TableName = tuple[str, str]


def team(name: str) -> str:
    """Dagster's form of a team's name: `Some City Council (Public Health)` → `team:some-city-council`."""
    plain = re.sub(r"\(.*?\)", "", name).casefold()
    return "team:" + "-".join(re.findall(r"[a-z0-9]+", plain))


def code_reference(file: Path) -> dict[str, dg.MetadataValue[Any]]:
    """Metadata that leads from an asset to the file of this project that defines it."""
    reference = dg.LocalFileCodeReference(file_path=str(file), label=file.relative_to(PROJECT).as_posix())
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}


def landed_columns(contract: FeedContract) -> dg.TableSchema:
    """Columns of a feed as it lands, described, with the class of personal data of each as its tag."""
    described = []
    # A column of numbers that may be symbols lands as two, and one that is tokenised as several.
    landed = (column for column in contract.columns for _ in column.outputs)
    for column, (name, kind) in zip(landed, contract.landed, strict=True):
        described.append(
            dg.TableColumn(
                name,
                kind,
                description=f"Symbol instead of or behind the number of {column.name}."
                if column.symbols and name == column.symbol_output
                else column.description + TREATMENTS.get(column.treatment, ""),
                constraints=dg.TableColumnConstraints(nullable=not column.required),
                tags={"classification": column.classification},
            )
        )
    lineage = [
        dg.TableColumn("_load_id", "varchar", description="The delivery that the row is from."),
        dg.TableColumn("_row", "integer", description="Its row in the delivered file."),
    ]
    return dg.TableSchema([*described, *lineage])


def tables(con: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> dict[TableName, dict[str, Any]]:
    """Metadata of every table and view of a dbt model or seed: columns with types, and rows of tables.

    Views are not counted: that would run them. Takes two queries, which read no data.

    Args:
        manifest: dbt's, for the descriptions of columns.

    Returns:
        (schema, table) → `dagster/column_schema` and, for a table, `dagster/row_count`.
    """
    nodes = {(n["schema"], n["alias"]): n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")}
    found: dict[TableName, list[tuple[str, str]]] = {}
    columns = con.execute(
        """select schema_name, table_name, column_name, data_type from duckdb_columns()
           where database_name = current_database() and not internal order by schema_name, table_name, column_index"""
    ).fetchall()
    for schema, table, column, kind in columns:
        if (schema, table) in nodes:
            found.setdefault((schema, table), []).append((column, kind))
    rows = _rows(con, found)
    return {
        name: {
            "dagster/column_schema": _schema(listed, nodes[name].get("columns", {})),
            **({"dagster/row_count": rows[name]} if name in rows else {}),
        }
        for name, listed in found.items()
    }


def _rows(con: duckdb.DuckDBPyConnection, wanted: Iterable[TableName]) -> dict[TableName, int]:
    """Rows of each of these that is a table."""
    stored = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    counts = [
        f"select '{schema}', '{table}', count(*) from \"{schema}\".\"{table}\""
        for schema, table in sorted(set(stored) & set(wanted))
    ]
    counted = con.execute(" union all ".join(counts)).fetchall() if counts else []
    return {(schema, table): rows for schema, table, rows in counted}


def _schema(columns: Iterable[tuple[str, str]], described: Mapping[str, Any]) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(name, kind.lower(), description=described.get(name, {}).get("description")) for name, kind in columns]
    )
