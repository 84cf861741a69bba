"""Seeds, models and data tests on one connection, from what dbt has compiled: the same tables as `dbt build` makes.

dbt parses and compiles a project once (`orchestration.warehouse.dbt`). Its own runner renders each model again whenever it is
built, through macros that ask the database what is there, which costs several times what the SQL does. Here only the SQL runs:

    seed             its file is copied into a table of the declared types
    view             replaced
    table            replaced; where its contract is enforced, with the declared columns, which must be those of the query
    incremental      replaced as a table, or the rows of changed keys deleted and inserted (macro `replaced_rows`)
    Python model     its function `model` is called with the relations that it reads
    data test        its rows are counted, and must be none

Each is a transaction of its own. A configuration that is not known here is refused, rather than passed over.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.database.interruption import raise_interruption
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.redaction import redacted, redacted_message
from orchestration.text.plurals import counted
from orchestration.warehouse.cutoff import Cutoff
from orchestration.warehouse.dbt import DbtError

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import Compiled

# The log is written into the file when the stage is built, rather than after every 16 MB.
CHECKPOINT = "2GB"
# Characters of SQL from which these steps of the optimizer, whose time grows with the square of the number of parts of a union,
# cost more than all else: of `sna.statements` (635,000 characters) 4 of 5.3 CPU seconds, of `sna.figures` 0.9 of 1.9.
LONG = 100_000
COSTLY_WHERE_LONG = "statistics_propagation,common_subplan"
# Nothing of this is done here, so a node that is configured with it is refused.
UNKNOWN = ("indexes", "partitioned_by", "post-hook", "pre-hook", "sorted_by", "sql_header", "grants")
MATERIALIZED = ("incremental", "seed", "table", "view")


@dataclass(frozen=True)
class Built:
    """A seed or model that was built, or a data test that was run.

    Attributes:
        node: unique id.
        seconds: it took.
        failing_rows: of a data test.
        skipped: it has been built before from the same rows.
    """

    node: str
    seconds: float
    failing_rows: int = 0
    skipped: bool = False


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """What dbt's profile does for a connection, once: the project's functions, and its modules for Python models."""
    con.execute(f"set wal_autocheckpoint = '{CHECKPOINT}'")
    if str(DBT_PROJECT / "python") not in sys.path:
        sys.path.append(str(DBT_PROJECT / "python"))
    for name in ("exact", "spatial_extension"):
        importlib.import_module(name).register(con)


def build(
    con: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    compiled: Mapping[str, Compiled],
    chosen: Collection[str],
    *,
    whole: bool,
    affected: Collection[str] | None = None,
    required: Collection[str] = (),
) -> Iterator[Built]:
    """Build the chosen seeds and models, and run the data tests of all that is built and those that were chosen.

    Where one fails, all others are built but those that depend on it; what a data test reads is not built upon if it fails.

    Args:
        con: after `prepare`, which a model may need.
        manifest: dbt's `manifest.json`.
        compiled: of `orchestration.warehouse.dbt.load_compiled`.
        chosen: unique ids of seeds, models and data tests.
        whole: build incremental models from everything, rather than from what has changed.
        affected: every node that may come out otherwise than it is, chosen or not; None to build all that are chosen.
        required: nodes to be built even if what they read is as it was.

    Raises:
        DbtError: a node failed; everything that could be built has been yielded before. The message has a line for each.
    """
    nodes = manifest["nodes"]
    wanted = {node for node in chosen if nodes[node]["config"]["materialized"] != "ephemeral"}
    kinds = _kinds(con)
    whole = whole or not all(_place(node) in kinds for node in nodes.values() if node["config"]["materialized"] == "incremental")
    order = list(_in_order(manifest))
    cutoff = Cutoff(con, manifest, order, wanted, None if whole else affected, required)
    wanted |= {key for key, node in nodes.items() if key.startswith("test.") and wanted & set(node["depends_on"]["nodes"])}
    above: dict[str, frozenset[str]] = {}
    failed: dict[str, str] = {}
    skipped: set[str] = set()
    blocking: list[frozenset[str]] = []
    for key in order:
        parents = [parent for parent in manifest["parent_map"].get(key, ()) if parent in nodes]
        above[key] = frozenset(parents).union(*(above[parent] for parent in parents))
        if cutoff.skips(key):
            yield from [Built(key, 0.0, skipped=True)] if key in cutoff.skipped else []
            continue
        if key not in wanted:
            continue
        is_test = key.startswith("test.")
        if above[key] & (failed.keys() | skipped) or (not is_test and any(tested <= above[key] for tested in blocking)):
            skipped.add(key)
            continue
        began = time.monotonic()
        try:
            rows = _failing_rows(con, compiled[key]) if is_test else 0
            if not is_test:
                relation = _relation(nodes[key])
                cutoff.remember(con, key, relation)
                _build(con, key, nodes, compiled.get(key, {}), kinds.get(_place(nodes[key])), whole=whole)
                cutoff.compare(con, key, relation)
        except Exception as error:
            raise_interruption(error)
            failed[key] = f"{nodes[key]['name']}: {_reason(error)}"
            continue
        if rows:
            failed[key] = f"{nodes[key]['name']}: Got {counted(rows, 'result')}, configured to fail if != 0"
            blocking.append(frozenset(parents))
        yield Built(key, time.monotonic() - began, rows)
    if failed:
        raise DbtError("\n".join(failed.values()))


def _in_order(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Nodes, parents first, and a data test before whatever else is built from what it reads."""
    nodes = manifest["nodes"]
    sorter = TopologicalSorter({key: [p for p in manifest["parent_map"].get(key, ()) if p in nodes] for key in nodes})
    sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield from sorted(ready, key=lambda key: (not key.startswith("test."), key))
        sorter.done(*ready)


def _failing_rows(con: duckdb.DuckDBPyConnection, test: Compiled) -> int:
    ((rows,),) = con.execute(f"select count(*) from (\n{test['sql']}\n) as failing").fetchall()
    return int(rows)


def _build(
    con: duckdb.DuckDBPyConnection, key: str, nodes: Mapping[str, Any], compiled: Compiled, existing: str | None, *, whole: bool
) -> None:
    """Build a seed or model; `existing` is the kind of what is there under its name."""
    node = nodes[key]
    config = node["config"]
    unknown = [name for name in UNKNOWN if config.get(name)]
    if unknown or config["materialized"] not in MATERIALIZED or node.get("constraints") or _constraints(node):
        raise NotImplementedError(f"{', '.join(unknown) or config['materialized']} and constraints are not supported")
    relation = _relation(node)
    sql = compiled.get("sql", "") if whole else compiled.get("increment", compiled.get("sql", ""))
    with optimized_for(con, sql), _transaction(con):
        con.execute(f'create schema if not exists "{node["schema"]}"')
        kind = "view" if config["materialized"] == "view" else "table"
        if existing not in (None, kind):
            con.execute(f"drop {existing} {relation}")
        if node["resource_type"] == "seed":
            _seed(con, node, relation)
        elif node["language"] == "python":
            _python_model(con, node, nodes, relation)
        elif config["materialized"] == "incremental" and not whole:
            _increment(con, node, sql, compiled["replaced"], relation)
        elif (config.get("contract") or {}).get("enforced"):
            _by_contract(con, node, sql, relation)
        else:
            con.execute(f"create or replace {kind} {relation} as (\n{sql}\n)")


@contextmanager
def _transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.execute("begin")
    try:
        yield
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise


@contextmanager
def optimized_for(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[None]:
    """Leave out what costs more than it saves where the SQL of a node is long; the rows are the same."""
    if len(sql) < LONG:
        yield
        return
    con.execute(f"set disabled_optimizers = '{COSTLY_WHERE_LONG}'")
    # Hundreds of small parts: a second thread costs more than it does.
    ((threads,),) = con.execute("select current_setting('threads')").fetchall()
    con.execute("set threads = 1")
    try:
        yield
    finally:
        con.execute(f"set threads = {threads}")
        con.execute("reset disabled_optimizers")


def _constraints(node: Mapping[str, Any]) -> bool:
    return any(column.get("constraints") for column in node.get("columns", {}).values())


def _place(node: Mapping[str, Any]) -> tuple[str, str]:
    return node["schema"], node["alias"]


def _relation(node: Mapping[str, Any]) -> str:
    return f'"{node["schema"]}"."{node["alias"]}"'


def _kinds(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """(schema, name) → `table` or `view` of all that is there."""
    rows = con.execute(
        """select schema_name, table_name, 'table' from duckdb_tables() where database_name = current_database()
           union all
           select schema_name, view_name, 'view' from duckdb_views() where database_name = current_database()"""
    ).fetchall()
    return {(schema, name): kind for schema, name, kind in rows}


def _seed(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], relation: str) -> None:
    path, config = DBT_PROJECT / node["original_file_path"], node["config"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file, delimiter=config["delimiter"]))
    columns = ", ".join(f"{name} {config['column_types'][name]}" for name in names)
    con.execute(f"create or replace table {relation} ({columns})")
    file = str(path).replace("'", "''")
    con.execute(f"copy {relation} from '{file}' (format csv, header true, delimiter '{config['delimiter']}')")


class _PythonModel:
    """What a Python model calls `dbt`: the relations that it reads, and where it is. How it is materialized is known already."""

    def __init__(self, con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], parents: Mapping[str, str]) -> None:
        self._con, self._parents = con, parents
        self.this = SimpleNamespace(schema=node["schema"], identifier=node["alias"])

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._con.sql(f"from {self._parents[name]}")

    def config(self, **_: Any) -> None:
        pass


def _python_model(
    con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]], relation: str
) -> None:
    spec = importlib.util.spec_from_file_location(node["alias"], DBT_PROJECT / node["original_file_path"])
    if spec is None or spec.loader is None:
        raise ImportError(f"{node['original_file_path']} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parents = {parent["name"]: _relation(parent) for key in node["depends_on"]["nodes"] if (parent := nodes.get(key))}
    made = module.model(_PythonModel(con, node, parents), con)
    name = f"made_{node['alias']}"
    con.register(name, made)
    con.execute(f"create or replace table {relation} as select * from {name}")
    con.unregister(name)


def _increment(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], sql: str, replaced: str, relation: str) -> None:
    """As the macro `get_incremental_replace_changed_sql`."""
    columns = ", ".join(f'"{name}"' for name in con.table(relation).columns)
    fresh = f'"{node["alias"]}__fresh"'
    con.execute(f"create temporary table {fresh} as (\n{sql}\n)")
    con.execute(f"delete from {relation} where {replaced}")
    con.execute(f"insert into {relation} ({columns}) select {columns} from {fresh}")
    con.execute(f"drop table {fresh}")


def _by_contract(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], sql: str, relation: str) -> None:
    """A table of the declared columns, which have to be those of the query.

    Raises:
        duckdb.BinderException: they are not.
    """
    declared = ", ".join(f"{column['name']} {column['data_type']}" for column in node["columns"].values())
    con.execute(f"create or replace table {relation} ({declared})")
    table, query = con.table(relation), con.sql(sql)
    wanted = {name.lower(): str(kind) for name, kind in zip(table.columns, table.types, strict=True)}
    found = {name.lower(): str(kind) for name, kind in zip(query.columns, query.types, strict=True)}
    if wanted != found:
        differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        listed = ", ".join(f"{name}: {found.get(name, 'missing')}, not {wanted.get(name, 'declared')}" for name in differing)
        raise duckdb.BinderException(f"Binder Error: the enforced contract failed: {listed}")
    columns = ", ".join(table.columns)
    con.execute(f"insert into {relation} ({columns}) select {columns} from (\n{sql}\n) as model")


def _reason(error: Exception) -> str:
    """Why a node failed, without words of the database that may quote a value."""
    return redacted_message(str(error)) if isinstance(error, duckdb.Error) else f"{type(error).__name__}: {redacted(error)}"
