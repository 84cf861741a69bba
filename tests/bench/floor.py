"""The floor: one plain DuckDB script that does a refresh's work and nothing else.

It reads the same deliveries into Parquet by the contracts' types, runs the same compiled SQL in the same order, and writes the
same files (but for the workbook and the boundaries, ten small files). No rules, no ledger, no gates, no orchestration: what is
left between this and `sna refresh` is their price. At scale 1 its figures reconcile as a refresh's do, T63 aside.

    python -m tests.bench.floor RAW HOME OUT

HOME is a home in which a refresh has run: its dbt target folder holds the compiled SQL.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import FeedContract, load_contracts
from orchestration.publish import SCHEMAS
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import SCHEMA


def main(raw: Path, home: Path, out: Path) -> None:
    """Run the floor; `out` must not exist."""
    out.mkdir(parents=True)
    con = duckdb.connect(str(out / "warehouse.duckdb"))
    con.execute("set memory_limit = '4GB'; set preserve_insertion_order = false")
    con.execute(f"set temp_directory = '{out}/tmp'")
    con.execute(SCHEMA)
    for contract in load_contracts().values():
        files = sorted(str(path) for path in (raw / contract.agency / contract.feed).glob("*.csv"))
        view = f"landing.{contract.agency}__{contract.feed}"
        if not files:
            columns = ", ".join(f"null::{kind} as {name}" for name, kind in contract.landed)
            con.execute(f"create view {view} as select {columns}, null::varchar as _load_id, null::integer as _row where false")
            continue
        folder = out / "landing" / contract.agency / contract.feed
        folder.mkdir(parents=True)
        for file in files:
            query = _typed(contract, [file])
            con.execute(f"copy ({query}) to '{folder}/{Path(file).stem}.parquet' (format parquet, compression zstd)")
        latest = f"qualify row_number() over (partition by {', '.join(contract.key)} order by filename desc) = 1"
        rows = f"from read_parquet('{folder}/*.parquet', filename = true)"
        con.execute(
            f"create view {view} as select * exclude (filename) {rows} {latest if contract.load_mode == 'upsert' else ''}"
        )
    con.execute("insert into ledger.build values ('floor', '', 'sna-2024', true)")
    manifest = json.loads((home / "dbt" / "manifest.json").read_text())
    for node in _in_order(manifest):
        _run(con, home, node)
    _write(con, out)
    con.close()


def _typed(contract: FeedContract, files: list[str]) -> str:
    with Path(files[0]).open(newline="", encoding="utf-8-sig") as file:
        names = ", ".join(f"'{header}': 'VARCHAR'" for header in next(csv.reader(file)))
    cells = []
    for column in contract.columns:
        if column.treatment == "drop":
            continue
        cell = f'"{column.header}"'
        if column.treatment == "pseudonymise":
            cell = f"substr(sha256({cell}), 1, 32)"
        elif column.treatment == "derive_age":
            on = contract.by_name[str(column.age_on)]
            cell = f"date_sub('year', {_date(cell, column.formats)}, {_date(_quoted(on.header), on.formats)})"
        elif column.type in ("date", "timestamp"):
            cell = _date(cell, column.formats)
        elif column.type == "boolean":
            cell = f"case lower({cell}) when 'y' then true when 'true' then true when 'n' then false when 'false' then false end"
        cells.append(f"try_cast({cell} as {column.sql_type}) as {column.output or column.name}")
    reader = f"read_csv({files}, columns = {{{names}}}, header = true, auto_detect = false, delim = ',', quote = '\"')"
    return f"select {', '.join(cells)}, 'floor' as _load_id, 0 as _row from {reader}"


def _quoted(header: str) -> str:
    return f'"{header}"'


def _date(cell: str, formats: tuple[str, ...]) -> str:
    return f"try_strptime({cell}, {list(formats)})" if formats else f"try_cast({cell} as timestamptz)"


def _in_order(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Seeds and models, parents first."""
    done: set[str] = set()
    waiting = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] in ("seed", "model")}
    while waiting:
        ready = [k for k, n in waiting.items() if not set(n["depends_on"].get("nodes", [])) & set(waiting)]
        for key in sorted(ready):
            done.add(key)
            yield waiting.pop(key)


def _run(con: duckdb.DuckDBPyConnection, home: Path, node: dict[str, Any]) -> None:
    name = f'"{node["schema"]}"."{node["alias"]}"'
    con.execute(f'create schema if not exists "{node["schema"]}"')
    if node["resource_type"] == "seed":
        path = DBT_PROJECT / node["original_file_path"]
        types = dict(node["config"]["column_types"].items())
        con.execute(f"create table {name} as from read_csv('{path}', header = true, types = {types}, all_varchar = {not types})")
        return
    kind = node["config"]["materialized"]
    if kind == "ephemeral":
        return
    sql = (home / "dbt" / "compiled" / "serious_violence" / node["original_file_path"]).read_text()
    sql = sql.replace('"warehouse".', "")
    con.execute(f"create {'view' if kind == 'view' else 'table'} {name} as {sql}")


def _write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    tables = con.execute(
        "select table_schema, table_name from information_schema.tables where list_contains(?, table_schema) order by all",
        [list(SCHEMAS)],
    ).fetchall()
    con.execute(f"attach '{out}/sna_marts.duckdb' as published (storage_version 'v1.0.0')")
    for schema, table in tables:
        con.execute(f"create schema if not exists published.{schema}")
        con.execute(f"create table published.{schema}.{table} as from {schema}.{table} order by all")
        for kind in ("parquet", "csv"):
            folder = out / kind / schema
            folder.mkdir(parents=True, exist_ok=True)
            con.execute(f"copy published.{schema}.{table} to '{folder}/{table}.{kind}' (format {kind})")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
