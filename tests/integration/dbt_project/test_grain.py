"""Every model declares its grain. The gates test that of each table; here is what they cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import exact
import pytest

from expectations.models import Model, read
from tests import counties

# Sets, of which a row is its key: the list may only shrink.
SETS = {
    *("conformed.area_hexagon", "conformed.bridge_hexagon_neighbour", "conformed.bridge_place_neighbour"),
    *("conformed.changed_crime", "conformed.changed_month", "conformed.hot_place", "conformed.known_hexagon"),
    "conformed.placed_window",
}


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[Model]:
    return list(read(manifest).values())


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the mini county, with the functions that dbt registers."""
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as con:
        exact.register(con)
        yield con


def test_a_grain_is_made_of_columns_that_are_no_measure(models: list[Model], con: duckdb.DuckDBPyConnection) -> None:
    measured = 0
    for model in (model for model in models if model.is_stored):
        columns = dict(con.execute(f"select column_name, column_type from (describe {model.subject})").fetchall())
        amounts = {name for name, kind in columns.items() if kind.startswith(("DOUBLE", "FLOAT", "DECIMAL"))}
        measures = amounts | {count.measure for count in model.counts}
        assert set(model.grain) <= columns.keys(), model.subject
        assert (set(model.grain) == columns.keys()) == (model.subject in SETS), model.subject
        assert not set(model.grain) & measures, model.subject
        measured += bool(measures)
    assert measured > 100


def test_every_part_of_the_report_has_one_row_per_grain(
    models: list[Model], manifest: dict[str, Any], con: duckdb.DuckDBPyConnection
) -> None:
    """They are no tables of the warehouse: what dbt has compiled is run."""
    compiled = counties.mini().dbt_target / "compiled" / "serious_violence"
    parts = [model for model in models if not model.is_stored]
    assert len(parts) > 30
    for part in parts:
        sql = (compiled / manifest["nodes"][f"model.serious_violence.{part.name}"]["original_file_path"]).read_text("utf-8")
        columns = ", ".join(part.grain)
        ((rows, groups),) = con.execute(f"select count(*), count(distinct row({columns})) from ({sql})").fetchall()
        assert rows == groups, part.name
