"""What a stage builds again: nothing more than depends on what has changed, and everything where that is not known."""

import duckdb
import pytest

from orchestration.warehouse import increments


def model(name, materialized="table", stage="facts"):
    place = {"schema": "marts" if stage == "marts" else "conformed", "alias": name}
    return {"resource_type": "model", "tags": [stage], "config": {"materialized": materialized}, **place}


MANIFEST = {
    "sources": {
        "source.crimes": {"name": "police__crimes", "schema": "landing", "config": {"meta": {"followed_by_facts": True}}},
        "source.look_up": {"name": "ons__look_up", "schema": "landing", "config": {"meta": {}}},
        "source.boundaries": {"name": "ons__boundaries", "schema": "landing", "config": {"meta": {}}},
    },
    "nodes": {
        "model.place": model("place"),
        "model.offence": model("offence", "incremental"),
        "model.ward": model("ward"),
        "model.offences": model("offences", stage="marts"),
        "test.ward": {"resource_type": "test", "depends_on": {"nodes": ["model.ward"]}},
        "test.offences": {"resource_type": "test", "depends_on": {"nodes": ["model.offence", "model.offences"]}},
    },
    "parent_map": {
        "model.place": ["source.look_up"],
        "model.offence": ["source.crimes", "model.place"],
        "model.ward": ["source.boundaries"],
        "model.offences": ["model.offence"],
    },
    "child_map": {
        "source.crimes": ["model.offence"],
        "source.look_up": ["model.place"],
        "model.place": ["model.offence"],
        "source.boundaries": ["model.ward"],
        "model.offence": ["model.offences"],
    },
}
MARTS = {"model.offences": "m"}
CODE = {"model.place": "p", "model.offence": "o", "model.ward": "w", "test.ward": "t"}


@pytest.fixture
def con():
    connection = duckdb.connect()
    connection.execute(
        """create schema ledger; create table ledger.feed (agency varchar, feed varchar, token varchar, feed_type varchar);
           insert into ledger.feed
           select *, '1', agency || '/' || feed
           from (values ('police', 'crimes'), ('ons', 'look_up'), ('ons', 'boundaries')) as feeds (agency, feed)"""
    )
    yield connection
    connection.close()


def plan(con, *, complete=True, code=CODE):
    return increments.plan(con, "facts", complete=complete, code=code, manifest=MANIFEST)


def change(con, feed):
    con.execute("update ledger.feed set token = '2' where feed = ?", [feed])


def built(increment):
    return {node for node in increment.nodes if node in increments.nodes_of("facts", MANIFEST)}


def test_what_was_never_completed_is_built_whole(con):
    assert plan(con).nodes is None
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    broken = plan(con, complete=False)
    assert broken.nodes is None
    assert broken.whole


def test_nothing_new_builds_nothing(con):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    assert plan(con).nodes == frozenset()


@pytest.mark.parametrize(
    ("recoded", "whole"),
    [({"model.ward"}, False), ({"model.offence"}, True), ({"model.place", "model.offence"}, True), ({"test.ward"}, False)],
)
def test_other_code_builds_exactly_the_nodes_whose_code_it_is(con, recoded, whole):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    found = plan(con, code=CODE | dict.fromkeys(recoded, "other"))
    assert built(found) == recoded
    assert found.whole == whole


def test_a_new_node_is_built(con):
    increments.record_inputs(con, "facts", {node: code for node, code in CODE.items() if node != "model.ward"}, MANIFEST)
    assert built(plan(con)) == {"model.ward"}


def test_other_code_and_a_delivery_at_once(con):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    change(con, "crimes")
    found = plan(con, code=CODE | {"model.ward": "other"})
    assert built(found) == {"model.ward", "model.offence"}
    assert not found.whole


def test_a_feed_that_is_new_is_a_change(con):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    con.execute("insert into ledger.feed values ('other', 'feed', '1', 'other/feed')")
    assert plan(con).nodes == frozenset()
    con.execute("update ledger.feed set feed = 'renamed', feed_type = 'ons/renamed' where feed = 'boundaries'")
    assert plan(con).nodes == {"source.boundaries", "model.ward"}


def test_a_second_agency_that_sends_a_feed_type_is_a_change_of_it(con):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    con.execute("insert into ledger.feed values ('other_force', 'crimes', '1', 'police/crimes')")
    assert built(plan(con)) == {"model.offence"}
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    assert built(plan(con)) == set()


def test_a_test_belongs_to_the_last_stage_that_it_reads():
    assert set(increments.nodes_of("facts", MANIFEST)) == set(CODE)
    assert set(increments.nodes_of("marts", MANIFEST)) == {"model.offences", "test.offences"}


def test_tables_of_models_that_are_gone_are_dropped(con):
    con.execute("""create schema conformed; create schema marts; create schema landing;
                   create table conformed.place (i int); create table conformed.gone (i int);
                   create view conformed.seen as select 1;
                   create table marts.old (i int); create table landing.crimes (i int)""")
    assert increments.drop_removed(con, "facts", MANIFEST) == ["conformed.gone", "conformed.seen"]
    left = con.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
    assert {name for (name,) in left} >= {"conformed.place", "marts.old", "landing.crimes"}


@pytest.mark.parametrize(
    ("feed", "nodes", "whole"),
    [
        ("crimes", {"model.offence"}, False),
        ("look_up", {"model.place", "model.offence"}, True),
        ("boundaries", {"model.ward"}, False),
    ],
)
def test_a_feed_builds_what_depends_on_it(con, feed, nodes, whole):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    change(con, feed)
    found = plan(con)
    assert built(found) == nodes
    assert found.whole == whole


def test_each_stage_knows_what_it_was_built_from(con):
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    increments.record_inputs(con, "marts", MARTS, MANIFEST)
    change(con, "crimes")
    increments.record_inputs(con, "facts", CODE, MANIFEST)
    assert plan(con).nodes == frozenset()
    assert "model.offences" in increments.plan(con, "marts", complete=True, code=MARTS, manifest=MANIFEST).nodes
