"""Owners in Dagster's form, and what is shown of a table."""

import duckdb
import pytest
from dagster._core.definitions.utils import is_valid_owner

from orchestration.defs import metadata


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Derbyshire Constabulary, Performance and Analysis", "team:derbyshire-constabulary-performance-and-analysis"),
        ("data.police.uk (Single Online Home National Digital Team)", "team:data-police-uk"),
        ("  Public Health  ", "team:public-health"),
    ],
)
def test_team_names(name, expected):
    assert metadata.team(name) == expected
    assert is_valid_owner(expected)


def node(schema, table, **columns):
    described = {name: {"description": text} for name, text in columns.items()}
    return {"resource_type": "model", "schema": schema, "alias": table, "columns": described}


def test_tables_have_columns_and_rows_and_views_have_columns():
    con = duckdb.connect()
    con.execute(
        """create schema marts; create schema staging; create table marts.offences as select 7 as offences from range(3);
           create view staging.crimes as select 'x' as reference; create table marts.no_model as select 1 as one"""
    )
    manifest = {
        "nodes": {
            "a": node("marts", "offences", offences="Number of offences."),
            "b": node("staging", "crimes"),
            "c": node("marts", "not_built_yet"),
        }
    }
    shown = metadata.tables(con, manifest)
    assert set(shown) == {("marts", "offences"), ("staging", "crimes")}
    offences = shown["marts", "offences"]
    assert offences["dagster/row_count"] == 3
    ((name, kind, description),) = [(c.name, c.type, c.description) for c in offences["dagster/column_schema"].columns]
    assert (name, kind, description) == ("offences", "integer", "Number of offences.")
    crimes = shown["staging", "crimes"]
    assert "dagster/row_count" not in crimes
    assert [(c.name, c.type) for c in crimes["dagster/column_schema"].columns] == [("reference", "varchar")]


def test_an_empty_warehouse_has_nothing_to_show():
    assert metadata.tables(duckdb.connect(), {"nodes": {"a": node("marts", "offences")}}) == {}
