"""The floor: one plain DuckDB script that makes a release out of the same deliveries, and does nothing else.

    python -m tests.bench.floor RAW HOME OUT

What it does:

1. reads every delivery of RAW (the highest version of each), in whatever form it came, types and pseudonymises it by its
   contract with the SQL of the project itself, and writes one Parquet file per feed and header;
2. makes the landing views; in an upsert feed the latest row of each key is in use;
3. builds the seeds, and the SQL and Python models that dbt compiled, parents first, on one connection;
4. writes the tables of the schemas `sna` and `marts` as DuckDB, Parquet and CSV.

What it leaves out: rules, quarantine, the search for personal identifiers, the trimming of CSV cells, the ledger but for what
models read of it, gates, tests, the vault's runs (their counts are read as HOME landed them), column comments, the schema `meta`
and revisions, hashes, verification, locks, fsync and orchestration. What is left between this and `sna refresh` is their price.

HOME is a home that was refreshed from nothing: its dbt target holds the manifest and what dbt compiled. SNA_PSEUDONYM_KEY must
be the one of that refresh for the content to be the same. The last line of the output counts what was read and written; OUT holds
`floor.json`, which names each of it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.database import bulk_insert
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.settings import Settings
from orchestration.ingest.files.headers import match_header
from orchestration.ingest.files.readers import csv_header, open_source
from orchestration.ingest.landing_log import log, pseudonym_key
from orchestration.ingest.landing_zone.delivery import Delivery, discover
from orchestration.ingest.load.batch import MAX_LINE_BYTES, WIDE_SPACES
from orchestration.ingest.values.column_sql import landed_sql, literal, text, typed_sql, value
from orchestration.ingest.values.pseudonyms import MACROS, hmac_pads
from orchestration.ingest.values.tokens import MACROS as TOKEN_MACROS
from orchestration.publication.publish import SCHEMAS
from orchestration.publication.release import FILE
from orchestration.publication.release_files import STORAGE
from orchestration.warehouse import materializations
from orchestration.warehouse.ledger import SCHEMA, rows_in_use, rows_landed

HEADER_BYTES = 65536


@dataclass(frozen=True)
class Read:
    """A delivery that DuckDB can read.

    Attributes:
        path: of plain CSV: the delivery itself, or a copy in which every field is quoted.
        header: contract column per field, None for one that is passed over.
    """

    delivery: Delivery
    path: Path
    header: tuple[str | None, ...]

    @property
    def is_copy(self) -> bool:
        return self.path != self.delivery.path

    @property
    def load_id(self) -> str:
        """Sorts like the periods of a feed."""
        return "/".join(self.delivery.path.parts[-3:])


def main(raw: Path, home: Path, out: Path) -> None:
    """Run the floor; `out` must not exist."""
    out.mkdir(parents=True)
    settings = Settings(raw, home)
    # Named like the warehouse, as compiled models name it.
    con = duckdb.connect(str(out / "warehouse.duckdb"))
    con.execute(f"set memory_limit = '4GB'; set temp_directory = '{out}/spill'; set TimeZone = 'UTC'")
    con.execute(SCHEMA + MACROS + TOKEN_MACROS)
    listed: dict[str, list[str]] = {"deliveries": [], "built": [], "published": []}
    for contract in load_contracts().values():
        listed["deliveries"] += land(con, contract, settings, out)
    # On what the figures of each feed rest is no matter of speed.
    con.execute(f"attach '{settings.warehouse}' as released (read_only)")
    con.execute("insert into ledger.feed by name from released.ledger.feed; detach released")
    con.execute("set preserve_insertion_order = false")
    prepare(con)
    compiled = home / "dbt" / "compiled" / "serious_violence"
    for node in in_order(json.loads((home / "dbt" / "manifest.json").read_text())["nodes"]):
        build(con, compiled, node)
        listed["built"].append(f"{node['schema']}.{node['alias']}")
    listed["published"] = publish(con, out)
    con.close()
    (out / "floor.json").write_text(json.dumps(listed, indent=1))
    print(", ".join(f"{len(names)} {what}" for what, names in listed.items()))


def land(con: duckdb.DuckDBPyConnection, contract: FeedContract, settings: Settings, out: Path) -> list[str]:
    """Read a feed's deliveries into Parquet and make its landing view; returns what was read."""
    found = discover(settings.raw, contract)
    if not found:
        # What the vault returned is no file of the landing zone.
        loads = log.loads_in_use(log.read(settings.landing, *contract.id))
        view(con, contract, rows_in_use(contract, loads), rows_landed(contract, loads))
        return [str(load.accepted) for load in loads]
    folder = out / "landing" / "__".join(contract.id)
    folder.mkdir(parents=True)
    in_use = {(d.period, d.part): d for d in sorted(found, key=lambda d: d.version)}
    reads = [opened(delivery, contract, folder / f"{number}.csv") for number, delivery in enumerate(in_use.values())]
    alike: dict[Any, list[Read]] = defaultdict(list)
    for read in reads:
        alike[read.header, read.is_copy].append(read)
    for number, group in enumerate(alike.values()):
        con.execute(
            f"copy ({rows_sql(contract, group)}) to '{folder}/{number}.parquet' (format parquet, compression zstd)",
            hmac_pads(pseudonym_key.load(settings)) if contract.pseudonymises else None,
        )
    landed = landed_rows_sql(f"read_parquet('{folder}/*.parquet', file_row_number = true)")
    view(con, contract, latest_sql(contract, landed), landed)
    rows = [
        [r.load_id, *contract.id, r.delivery.period, r.delivery.part, r.delivery.version, settings.made.environment]
        for r in reads
    ]
    bulk_insert.insert(con, "ledger.delivery", rows)
    return [str(read.delivery.path) for read in reads]


def view(con: duckdb.DuckDBPyConnection, contract: FeedContract, query: str, log: str) -> None:
    """The landing views of a feed type, with what other agencies sent of it; none in the vault's custody."""
    if contract.custody != "warehouse":
        return
    for schema, own in (("landing", query), ("landing_log", log)):
        rows = f"select '{contract.agency}' as agency, * from ({own})"
        of_view = "schema_name = ? and view_name = ?"
        known = con.execute(f"select sql from duckdb_views() where {of_view}", [schema, contract.relation]).fetchone()
        others = [known[0].partition(" AS ")[2].rstrip(";"), "union all by name"] if known else []
        con.execute(f"create or replace view {schema}.{contract.relation} as {' '.join([*others, rows])}")


def opened(delivery: Delivery, contract: FeedContract, copy: Path) -> Read:
    """A delivery as plain CSV; a CSV file is read no further than its header."""
    if delivery.path.suffix == ".csv" and not contract.layout:
        with delivery.path.open("rb") as file:
            return Read(delivery, delivery.path, tuple(match_header(csv_header(file.read(HEADER_BYTES)), contract)))
    source = open_source(delivery.path, contract, copy)
    return Read(delivery, source.path, source.header)


def rows_sql(contract: FeedContract, reads: Sequence[Read]) -> str:
    """Query of the landed columns of deliveries with one header; a column that they lack is blank."""
    places = {name: place for place, name in enumerate(reads[0].header) if name}
    cell = f"nullif(trim(c{{}}, {WIDE_SPACES}), '')" if reads[0].is_copy else "c{}"
    texts = [
        f"{cell.format(places[column.name]) if column.name in places else 'null::varchar'} as {text(column.name)}"
        for column in contract.columns
    ]
    values = [f"{typed_sql(column)} as {value(column.name)}" for column in contract.columns]
    landed = [sql for column in contract.columns for sql in landed_sql(column)]
    load_ids = f"[{', '.join(literal(read.load_id) for read in reads)}][(file_index + 1)::bigint] as _load_id"
    return f"""
        select {", ".join(landed)}, _load_id
        from (
            select *, {", ".join(values)} from (select {", ".join(texts)}, {load_ids} from {_csv_sql(reads)})
        )
    """


def landed_rows_sql(relation: str) -> str:
    """Query of landed rows, numbered in the order of the deliveries."""
    return f"select * exclude (file_row_number), (file_row_number + 1)::integer as _row from {relation}"


def latest_sql(contract: FeedContract, query: str) -> str:
    """Query of the rows of another that count; in an upsert feed the latest of each key."""
    if contract.load_mode != "upsert":
        return query
    key = ", ".join(contract.by_name[name].output or name for name in contract.key)
    return f"{query} qualify row_number() over (partition by {key} order by _load_id desc, _row desc) = 1"


def _csv_sql(reads: Sequence[Read]) -> str:
    paths = ", ".join(literal(str(read.path)) for read in reads)
    fields = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(reads[0].header)))
    long = f", max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES}" if reads[0].is_copy else ""
    form = "auto_detect = false, delim = ',', quote = '\"', escape = '\"', header = true"
    return f"read_csv([{paths}], columns = {{{fields}}}, {form}{long})"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """What dbt's profile adds to every connection: the project's functions, and modules for the Python models."""
    sys.path.append(str(DBT_PROJECT / "python"))
    for name in ("exact", "spatial_extension"):
        importlib.import_module(name).register(con)


def in_order(nodes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Seeds and models that leave a table or view, parents first."""
    waiting = {name: node for name, node in nodes.items() if node["resource_type"] in ("seed", "model")}
    while waiting:
        ready = [name for name, node in waiting.items() if waiting.keys().isdisjoint(node["depends_on"].get("nodes", ()))]
        for name in sorted(ready):
            node = waiting.pop(name)
            if node["config"]["materialized"] != "ephemeral":
                yield node


def build(con: duckdb.DuckDBPyConnection, compiled: Path, node: dict[str, Any]) -> None:
    """Build one seed or model."""
    name = f'"{node["schema"]}"."{node["alias"]}"'
    con.execute(f'create schema if not exists "{node["schema"]}"')
    file = compiled / node["original_file_path"]
    if node["resource_type"] == "seed":
        columns = ", ".join(f"{column} {kind}" for column, kind in node["config"]["column_types"].items())
        con.execute(f"create table {name} ({columns})")
        con.execute(f"copy {name} from '{DBT_PROJECT / node['original_file_path']}' (format csv, header true)")
    elif node["language"] == "python":
        con.register("made", _python_model(con, file))
        con.execute(f"create table {name} as from made")
        con.unregister("made")
    else:
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        sql = file.read_text()
        with materializations.optimized_for(con, sql):
            con.execute(f"create {kind} {name} as {sql}")


def _python_model(con: duckdb.DuckDBPyConnection, file: Path) -> Any:
    """What a compiled Python model returns, called as dbt-duckdb calls it."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.model(module.dbtObj(lambda relation: con.query(f"from {relation}")), con)


def publish(con: duckdb.DuckDBPyConnection, out: Path) -> list[str]:
    """Write the published schemas as a release holds them; returns the tables."""
    tables: Iterable[tuple[str, str]] = con.execute(
        "select table_schema, table_name from information_schema.tables where list_contains(?, table_schema) order by all",
        [list(SCHEMAS)],
    ).fetchall()
    con.execute(f"attach '{out / FILE}' as published (storage_version '{STORAGE['storage_compatibility_version']}')")
    con.execute("begin")
    for schema, table in tables:
        con.execute(f"create schema if not exists published.{schema}")
        con.execute(f"create table published.{schema}.{table} as from warehouse.{schema}.{table} order by all")
    con.execute("commit")
    for schema, table in tables:
        for kind, options in (("parquet", "format parquet, compression zstd"), ("csv", "format csv, header")):
            target = out / kind / schema / f"{table}.{kind}"
            target.parent.mkdir(parents=True, exist_ok=True)
            con.execute(f"copy published.{schema}.{table} to '{target}' ({options})")
    con.execute("detach published")
    return [f"{schema}.{table}" for schema, table in tables]


if __name__ == "__main__":
    main(*(Path(argument).resolve() for argument in sys.argv[1:4]))
