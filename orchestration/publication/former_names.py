"""Columns that were renamed and tables that went, under their former names for one version more.

`meta.renamed_columns` and `meta.former_tables` list them. Queries of a dashboard that was built on version 0.2 read these tables
in the schemas `sna_0_2` and `marts_0_2`: views with the former names. Tables in which no name changed are in `sna` and `marts`
alone.
The lists are the seeds `renamed_column` and `former_table`; a row leaves them with the version after the name's change.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

COLUMNS, TABLES = "meta.renamed_columns", "meta.former_tables"
TEXTS = {
    COLUMNS: "Columns that have a new name, and the last version with the former one. Schemas such as marts_0_2 show the tables "
    "with the former names. Grain: one row per renamed column.",
    TABLES: "Tables that are no longer published, each with a query that returns the same rows. Schemas such as marts_0_2 show "
    "them. Grain: one row per table.",
}


def write(con: duckdb.DuckDBPyConnection) -> None:
    """Fill both lists in a release to which the warehouse is attached as `warehouse`, and make the views.

    `meta.renamed_columns`: schema_name, table_name, former_name, column_name, version (the last one with the former name).
    Grain: one row per renamed column of a table that is published.
    `meta.former_tables`: schema_name, table_name, version, query (of this release, for the same rows).
    Grain: one row per table that is no longer published.
    """
    con.execute(
        f"""create table {COLUMNS}
            (schema_name varchar, table_name varchar, former_name varchar, column_name varchar, version varchar);
            create table {TABLES} (schema_name varchar, table_name varchar, version varchar, query varchar)"""
    )
    for table, text in TEXTS.items():
        con.execute(f"comment on table {table} is '{text}'")
    if _exists(con, "warehouse", "reference.renamed_column"):
        con.execute(
            f"""insert into {COLUMNS}
                select renamed.* from warehouse.reference.renamed_column as renamed
                join duckdb_columns() as c using (schema_name, table_name, column_name)
                where c.database_name = current_database() order by all"""
        )
    if _exists(con, "warehouse", "reference.former_table"):
        con.execute(f"insert into {TABLES} from warehouse.reference.former_table order by all")
    create_views(con)


def _exists(con: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name || '.' || table_name = ?", [database, table]
    )
    return found.fetchone() is not None


def create_views(con: duckdb.DuckDBPyConnection) -> None:
    """The views of a release under former names, from its own lists; nothing in a release without them."""
    ((here,),) = con.execute("select current_database()").fetchall()
    for table, make in ((COLUMNS, _views_of_renamed), (TABLES, _views_of_former_tables)):
        if _exists(con, here, table):
            make(con)


def _views_of_former_tables(con: duckdb.DuckDBPyConnection) -> None:
    for schema, table, version, query in con.execute(f"from {TABLES} order by all").fetchall():
        former = f"{schema}_{version.replace('.', '_')}"
        con.execute(f'create schema if not exists "{former}"')
        con.execute(f'create view "{former}"."{table}" as {query}')


def _views_of_renamed(con: duckdb.DuckDBPyConnection) -> None:
    # Each column by name: clients older than 1.2 know no `select * rename`.
    rows = con.execute(
        f"""select c.schema_name || '_' || replace(v.version, '.', '_'), c.schema_name, c.table_name, c.column_name,
                   coalesce(renamed.former_name, c.column_name)
            from (select distinct schema_name, table_name, version from {COLUMNS}) as v
            join duckdb_columns() as c using (schema_name, table_name)
            left join {COLUMNS} as renamed using (schema_name, table_name, version, column_name)
            where c.database_name = current_database()
            order by 1, 2, 3, c.column_index"""
    ).fetchall()
    for (former, schema, table), columns in groupby(rows, key=lambda row: row[:3]):
        listed = ", ".join(f'"{column}" as "{name}"' for *_, column, name in columns)
        con.execute(f'create schema if not exists "{former}"')
        con.execute(f'create view "{former}"."{table}" as select {listed} from "{schema}"."{table}"')
