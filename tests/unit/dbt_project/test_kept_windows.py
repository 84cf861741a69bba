"""A window is tested again where its content has changed, and nowhere else."""

from __future__ import annotations

import pandas as pd
import pytest
import spatial

# Each model, and the function that costs most of it.
MODELS = (("place_clustering", "getis_ord"), ("place_autocorrelation", "moran"))
# Counts and rates, of which the clustering takes one.
MEASURES = {"place_clustering": {"Rate"}, "place_autocorrelation": {"Offences", "Rate"}}


@pytest.fixture(params=MODELS, ids=[name for name, _ in MODELS])
def model(request):
    return request.param[0]


@pytest.fixture
def tested(monkeypatch):
    """What the costly function of each model was asked."""
    asked = []
    for _, function in MODELS:
        real = getattr(spatial, function)
        monkeypatch.setattr(spatial, function, lambda *arguments, real=real: asked.append(arguments) or real(*arguments))
    return asked


def test_only_a_window_whose_counts_changed_is_tested_again(model, windows, build, tested):
    first = build(model)
    each = len(MEASURES[model])
    assert len(tested) == 2 * each and set(first["measure"]) == MEASURES[model] and first["p_value"].notna().all()
    tested.clear()
    pd.testing.assert_frame_equal(build(model), first)
    assert tested == []
    windows.execute("update fct_place_window set offences = offences + 1 where place_code = 'L3' and last_month = '2024-03-01'")
    after = build(model)
    assert len(tested) == each
    same = after["last_month"] == "2023-03-01"
    # How far a window's p-value is adjusted is a matter of the other windows too.
    of_all = ["q_value"] if model == "place_autocorrelation" else []
    pd.testing.assert_frame_equal(after[same].drop(columns=of_all), first[same].drop(columns=of_all))
    # As another home would find it that has no past.
    windows.execute(f"drop table conformed.{model}")
    pd.testing.assert_frame_equal(build(model), after)


@pytest.mark.parametrize(
    "change", ["update fct_place_window set population = population + 1", "delete from bridge_place_neighbour where rowid = 0"]
)
def test_other_residents_or_neighbours_are_other_content(change, model, windows, build, tested):
    build(model)
    before = len(tested)
    windows.execute(change)
    build(model)
    assert len(tested) == 2 * before


def test_a_table_of_other_columns_is_not_used(model, windows, build, tested):
    windows.execute(f"create table conformed.{model} as select 1 as z_score")
    build(model)
    assert len(tested) == 2 * len(MEASURES[model])


def test_counts_are_tested_where_residents_are_not_known(model, windows, build):
    windows.execute("update fct_place_window set population = null")
    assert set(build(model)["measure"]) == {"Offences"}


def test_other_code_finds_again_and_the_same(model, build, tested, monkeypatch):
    """Also by the same draws of Gi*."""
    first = build(model).drop(columns="content_hash")
    before = len(tested)
    monkeypatch.setattr(spatial, "code_hash", lambda: "changed")
    pd.testing.assert_frame_equal(build(model).drop(columns="content_hash"), first)
    assert len(tested) == 2 * before
    assert [arguments[2:] for arguments in tested[:before]] == [arguments[2:] for arguments in tested[before:]]
