"""Columns that were renamed, under their former names for one version more.

`meta.renamed_columns` lists them. Queries of a dashboard that was built on version 0.2 read the schemas `sna_0_2` and `marts_0_2`
in place of `sna` and `marts`: the same tables as views, with the former names of their columns. The list is the seed
`renamed_column`; a row leaves it with the version after the one in which the name changed.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TABLE = "meta.renamed_columns"


def write(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.renamed_columns` in a release to which the warehouse is attached as `warehouse`, and make the views.

    Columns: schema_name, table_name, former_name, column_name, version (the last one with the former name).
    Grain: one row per renamed column of a table that is published.
    """
    con.execute(
        f"""create table {TABLE}
            (schema_name varchar, table_name varchar, former_name varchar, column_name varchar, version varchar)"""
    )
    con.execute(
        f"comment on table {TABLE} is 'Columns that have a new name, and the last version with the former one. Schemas such as "
        "marts_0_2 show the tables with the former names. Grain: one row per renamed column.'"
    )
    if con.execute(
        "select 1 from duckdb_tables() where database_name = 'warehouse' and table_name = 'renamed_column'"
    ).fetchone():
        con.execute(
            f"""insert into {TABLE}
                select renamed.* from warehouse.reference.renamed_column as renamed
                join duckdb_columns() as c using (schema_name, table_name, column_name)
                where c.database_name = current_database() order by all"""
        )
    create_views(con)


def create_views(con: duckdb.DuckDBPyConnection) -> None:
    """The views of a release under former names, from its own `meta.renamed_columns`; nothing in a release without that table."""
    if not con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name || '.' || table_name = ?", [TABLE]
    ).fetchone():
        return
    # Each column by name: clients older than 1.2 know no `select * rename`.
    rows = con.execute(
        f"""select c.schema_name || '_' || replace(v.version, '.', '_'), c.schema_name, c.table_name, c.column_name,
                   coalesce(renamed.former_name, c.column_name)
            from (select distinct schema_name, table_name, version from {TABLE}) as v
            join duckdb_columns() as c using (schema_name, table_name)
            left join {TABLE} as renamed using (schema_name, table_name, version, column_name)
            where c.database_name = current_database()
            order by 1, 2, 3, c.column_index"""
    ).fetchall()
    for (former, schema, table), columns in groupby(rows, key=lambda row: row[:3]):
        listed = ", ".join(f'"{column}" as "{name}"' for *_, column, name in columns)
        con.execute(f'create schema if not exists "{former}"')
        con.execute(f'create view "{former}"."{table}" as select {listed} from "{schema}"."{table}"')
