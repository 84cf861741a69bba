"""A refresh builds from compiled SQL what `dbt build` builds: every seed, table and view, with columns and rows."""

from __future__ import annotations

import shutil
from typing import Any

import duckdb
import pytest

from orchestration.home.settings import Settings
from orchestration.warehouse import dbt, materializations, warehouse_file
from tests import counties
from tests.content import content

SCHEMAS = ("reference", "conformed", "marts", "sna")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Settings:
    """The mini county, which `dbt build` has built."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(counties.mini().home, folder / "home", ignore=shutil.ignore_patterns("compiled"))
    return Settings(raw=folder / "raw", home=folder / "home")


def everything(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    views = con.execute(
        """select schema_name || '.' || table_name, list((column_name, data_type) order by column_index) from duckdb_columns()
           where (schema_name, table_name) in (select (schema_name, view_name) from duckdb_views())
             and list_contains(?, schema_name)
           group by all""",
        [[*SCHEMAS, "staging"]],
    ).fetchall()
    return content(con, *SCHEMAS) | dict(views)


@pytest.mark.slow
def test_tables_and_views_are_those_of_dbt_build(home):
    manifest, compiled = dbt.load_manifest(home), dbt.load_compiled(home)
    nodes = [key for key, node in manifest["nodes"].items() if node["resource_type"] in ("seed", "model")]
    with warehouse_file.connect(home) as con:
        by_dbt = everything(con)
        for schema in (*SCHEMAS, "staging"):
            con.execute(f"drop schema {schema} cascade")
        built = {each.node for each in _built(con, manifest, compiled, nodes)}
        assert everything(con) == by_dbt
    assert sum(entry["rows"] > 0 for entry in by_dbt.values() if isinstance(entry, dict)) > 100
    assert built == {key for key in nodes if manifest["nodes"][key]["config"]["materialized"] != "ephemeral"}


def _built(con, manifest, compiled, nodes):
    """The mini county breaks some data tests, of which nothing is to be said here."""
    without = {**manifest, "nodes": {key: node for key, node in manifest["nodes"].items() if not key.startswith("test.")}}
    materializations.prepare(con)
    return list(materializations.build(con, without, compiled, nodes, whole=True))
