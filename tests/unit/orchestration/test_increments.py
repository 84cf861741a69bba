"""What a stage builds anew: nothing more than depends on what has changed, and everything where that is not known."""

import duckdb
import pytest

from orchestration import increments

MANIFEST = {
    "sources": {
        "source.crimes": {"name": "police__crimes", "schema": "landing", "config": {"meta": {"followed_by_facts": True}}},
        "source.look_up": {"name": "ons__look_up", "schema": "landing", "config": {"meta": {}}},
        "source.boundaries": {"name": "ons__boundaries", "schema": "landing", "config": {"meta": {}}},
    },
    "nodes": {
        "model.place": {"resource_type": "model", "config": {"materialized": "table"}},
        "model.offence": {"resource_type": "model", "config": {"materialized": "incremental"}},
        "model.ward": {"resource_type": "model", "config": {"materialized": "table"}},
    },
    "parent_map": {
        "model.place": ["source.look_up"],
        "model.offence": ["source.crimes", "model.place"],
        "model.ward": ["source.boundaries"],
    },
    "child_map": {
        "source.crimes": ["model.offence"],
        "source.look_up": ["model.place"],
        "model.place": ["model.offence"],
        "source.boundaries": ["model.ward"],
    },
}


@pytest.fixture
def con():
    connection = duckdb.connect()
    connection.execute("create schema ledger; create table ledger.feed (agency varchar, feed varchar, token varchar)")
    connection.execute(
        "insert into ledger.feed values ('police', 'crimes', '1'), ('ons', 'look_up', '1'), ('ons', 'boundaries', '1')"
    )
    yield connection
    connection.close()


def plan(con, *, stands=True, code="code"):
    return increments.plan(con, "facts", stands=stands, code=code, manifest=MANIFEST)


def change(con, feed):
    con.execute("update ledger.feed set token = '2' where feed = ?", [feed])


def built(increment):
    return {node for node in increment.nodes if node in MANIFEST["nodes"]}


def test_what_never_stood_is_built_whole(con):
    assert plan(con).nodes is None
    increments.remember(con, "facts", "code")
    broken = plan(con, stands=False)
    assert broken.nodes is None
    assert broken.whole


def test_nothing_new_builds_nothing(con):
    increments.remember(con, "facts", "code")
    assert built(plan(con)) == set()


def test_other_code_builds_all(con):
    increments.remember(con, "facts", "code")
    other = plan(con, code="other")
    assert other.nodes is None
    assert other.whole


@pytest.mark.parametrize(
    ("feed", "nodes", "whole"),
    [
        ("crimes", {"model.offence"}, False),
        ("look_up", {"model.place", "model.offence"}, True),
        ("boundaries", {"model.ward"}, False),
    ],
)
def test_a_feed_builds_what_depends_on_it(con, feed, nodes, whole):
    increments.remember(con, "facts", "code")
    change(con, feed)
    found = plan(con)
    assert built(found) == nodes
    assert found.whole == whole


def test_each_stage_knows_what_it_stands_on(con):
    increments.remember(con, "facts", "code")
    increments.remember(con, "marts", "code")
    change(con, "crimes")
    increments.remember(con, "facts", "code")
    assert built(plan(con)) == set()
    assert built(increments.plan(con, "marts", stands=True, code="code", manifest=MANIFEST)) == {"model.offence"}
