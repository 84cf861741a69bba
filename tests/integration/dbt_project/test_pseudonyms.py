"""Another key makes other pseudonyms, and not one other value in a published table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import exact
import pytest
import spatial_extension

from orchestration.publication.integrity import content_hashes
from orchestration.publication.publish import SCHEMAS
from tests import counties

Table = tuple[str, str]


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the mini county, with the functions that dbt registers."""
    shutil.copy(counties.mini().warehouse, tmp_path)
    with duckdb.connect(str(tmp_path / counties.mini().warehouse.name)) as con:
        exact.register(con)
        spatial_extension.register(con)
        yield con


def marts() -> dict[Table, str]:
    """The published models in SQL that dbt stores as tables, with what it has compiled."""
    target = counties.mini().dbt_target
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return {
        (node["schema"], node["alias"]): (target / "compiled" / node["package_name"] / node["original_file_path"]).read_text()
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] in SCHEMAS and node["config"]["materialized"] == "table"
    }


# Forty suspects of five offences each, two and two of the same: more than the 25 of whom `repeat_people_top` speaks.
TIED = """
    insert into conformed.fct_suspect by name
    select suspect.* replace ('suspect ' || person as person_key, 'DC-' || person // 2 || '-' || offence as crime_reference)
    from (from conformed.fct_suspect where is_serious_violence limit 1) as suspect,
         range(40) as people(person), range(5) as offences(offence)
"""


def computed(con: duckdb.DuckDBPyConnection, compiled: dict[Table, str]) -> dict[str, Any]:
    """Rows and content of every one of these models, from what the warehouse holds now."""
    con.execute("create schema computed")
    for (schema, table), sql in compiled.items():
        con.execute(f"create table computed.{table} as from {schema}.{table} limit 0")
        con.execute(f"insert into computed.{table} by name {sql}")
    found = content_hashes(con, [("computed", table) for _, table in compiled])
    con.execute("drop schema computed cascade")
    return found


@pytest.mark.slow
def test_other_pseudonyms_change_no_published_table(con):
    compiled = marts()
    assert len(compiled) > 90
    con.execute(TIED)
    before = computed(con, compiled)
    keyed = con.execute(
        """select schema_name, table_name from duckdb_columns() join duckdb_tables() using (schema_name, table_name)
           where column_name = 'person_key' and schema_name = 'conformed' order by all"""
    ).fetchall()
    assert ("conformed", "fct_suspect") in keyed and ("conformed", "fct_victim") in keyed
    for schema, table in keyed:
        con.execute(f"update {schema}.{table} set person_key = md5(person_key || 'another key')")
    after = computed(con, compiled)
    assert [name for name in before if before[name] != after[name]] == []
