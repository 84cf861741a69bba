"""Permutations run for windows whose content changed, and for no other."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
import spatial

from orchestration.warehouse.dbt import DBT_PROJECT

MODEL = DBT_PROJECT / "models" / "conformed" / "hotspots" / "place_clustering.py"


@pytest.fixture
def home():
    """A row of six LSOAs with two windows, and what builds the model over them."""
    con = duckdb.connect()
    con.execute("""
        create schema conformed;
        create table fct_place_window as
        select 'all' as definition, 'LSOA' as place_kind, 'L' || i as place_code, month as last_month,
            (i * i * year) % 7 as offences, 1000.0 + i as population
        from range(6) as places (i), (values (date '2023-03-01', 1), (date '2024-03-01', 2)) as windows (month, year);
        create table bridge_place_neighbour as
        select 'LSOA' as place_kind, 'L' || i as place_code, 'L' || (i + side) as neighbour_code
        from range(6) as places (i), (values (-1), (1)) as sides (side) where i + side between 0 and 5
    """)
    spec = importlib.util.spec_from_file_location("place_clustering", MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dbt = SimpleNamespace(
        config=lambda **_: None, ref=con.table, this=SimpleNamespace(schema="conformed", identifier="place_clustering")
    )

    def build() -> pd.DataFrame:
        con.register("made", module.model(dbt, con))
        con.execute("create or replace table conformed.place_clustering as from made")
        return con.execute("from conformed.place_clustering order by all").df()

    return con, build


@pytest.fixture
def tested(monkeypatch):
    """Seeds with which Gi* was computed."""
    seeds = []
    real = spatial.getis_ord
    monkeypatch.setattr(spatial, "getis_ord", lambda values, weights, seed: seeds.append(seed) or real(values, weights, seed))
    return seeds


def test_only_a_window_whose_counts_changed_is_permuted_again(home, tested):
    con, build = home
    first = build()
    assert len(tested) == 2 and len(set(tested)) == 1 and set(first["measure"]) == {"Rate"} and first["p_value"].notna().all()
    tested.clear()
    pd.testing.assert_frame_equal(build(), first)
    assert tested == []
    con.execute("update fct_place_window set offences = offences + 1 where place_code = 'L3' and last_month = '2024-03-01'")
    after = build()
    assert len(tested) == 1
    same = after["last_month"] == "2023-03-01"
    pd.testing.assert_frame_equal(after[same], first[same])
    # As another home would find it that has no past.
    con.execute("drop table conformed.place_clustering")
    pd.testing.assert_frame_equal(build(), after)


@pytest.mark.parametrize(
    "change", ["update fct_place_window set population = population + 1", "delete from bridge_place_neighbour where rowid = 0"]
)
def test_other_residents_or_neighbours_are_other_content(home, tested, change):
    con, build = home
    build()
    tested.clear()
    con.execute(change)
    build()
    assert len(tested) == 2


def test_a_table_of_other_columns_is_not_used(home, tested):
    con, build = home
    con.execute("create table conformed.place_clustering as select 1 as z_score")
    build()
    assert len(tested) == 2


def test_counts_are_tested_where_residents_are_not_known(home):
    con, build = home
    con.execute("update fct_place_window set population = null")
    assert set(build()["measure"]) == {"Offences"}


def test_other_code_finds_again_with_the_same_draws(home, tested, monkeypatch):
    _, build = home
    first = build().drop(columns="content_hash")
    seeds = set(tested)
    tested.clear()
    monkeypatch.setattr(spatial, "code_hash", lambda: "changed")
    pd.testing.assert_frame_equal(build().drop(columns="content_hash"), first)
    assert len(tested) == 2 and set(tested) == seeds
