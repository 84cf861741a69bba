"""Building nodes from compiled SQL: kinds of nodes, the order, and what a failure stops."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import duckdb
import pytest

from orchestration.warehouse import cutoff, materializations
from orchestration.warehouse.dbt import DbtError


class Project:
    """A few nodes as dbt's manifest has them, with what dbt compiled of them."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.parents: dict[str, list[str]] = {}
        self.compiled: dict[str, Any] = {}

    def model(self, name: str, sql: str, *parents: str, kind: str = "table", **other: Any) -> None:
        self._add(f"model.{name}", {"materialized": kind, **other.pop("config", {})}, sql, parents, **other)

    def test(self, name: str, sql: str, *parents: str) -> None:
        self._add(f"test.{name}", {"materialized": "test"}, sql, parents)

    def _add(self, key: str, config: dict[str, Any], sql: str, parents: tuple[str, ...], **other: Any) -> None:
        kind, name = key.split(".")
        node = {
            "name": name,
            "schema": "s",
            "alias": name,
            "resource_type": kind,
            "language": "sql",
            "config": config,
            "columns": {},
        }
        self.nodes[key] = {**node, "depends_on": {"nodes": list(parents)}, "original_file_path": f"{name}.sql", **other}
        self.parents[key] = list(parents)
        self.compiled[key] = {"sql": sql}

    def build(
        self, con: duckdb.DuckDBPyConnection, *chosen: str, whole: bool = True, **cutoff: Collection[str]
    ) -> tuple[dict[str, int], str]:
        """Failing rows of each node that was built, in order, and the message of what failed."""
        manifest, built = {"nodes": self.nodes, "parent_map": self.parents}, {}
        try:
            for each in materializations.build(con, manifest, self.compiled, chosen or list(self.nodes), whole=whole, **cutoff):
                if not each.skipped:
                    built[each.node] = each.failing_rows
        except DbtError as error:
            return built, str(error)
        return built, ""


@pytest.fixture
def project():
    return Project()


@pytest.fixture
def con():
    with duckdb.connect() as opened:
        yield opened


def test_models_are_built_after_what_they_read_and_tests_before_what_is_built_upon_it(project, con):
    project.model("a_last", "select n + 1 as n from s.b_first", "model.b_first", kind="view")
    project.test("z_holds", "select * from s.b_first where n < 0", "model.b_first")
    project.model("b_first", "select 1 as n")
    built, failed = project.build(con)
    assert (list(built), failed) == (["model.b_first", "test.z_holds", "model.a_last"], "")
    assert con.sql("select n from s.a_last").fetchall() == [(2,)]


def test_a_model_whose_kind_has_changed_replaces_what_was_there(project, con):
    con.execute("create schema s; create view s.a as select 0 as n")
    project.model("a", "select 1 as n")
    project.build(con)
    assert con.sql("select table_type, n from information_schema.tables, s.a").fetchall() == [("BASE TABLE", 1)]


def test_what_fails_stops_only_what_depends_on_it_and_names_no_value(project, con):
    project.model("a", "select 'secret'::integer as n")
    project.model("b", "select * from s.a", "model.a")
    project.model("c", "select 1 as n")
    built, failed = project.build(con)
    assert list(built) == ["model.c"]
    assert failed == "a: Conversion Error, whose message may quote data and is not recorded."


def test_a_table_that_could_not_be_replaced_remains(project, con):
    project.model("a", "select 1 as n")
    project.build(con)
    project.compiled["model.a"] = {"sql": "select error('no') as n"}
    assert project.build(con)[0] == {}
    assert con.sql("from s.a").fetchall() == [(1,)]


def test_nothing_is_built_upon_what_a_data_test_finds_wrong(project, con):
    project.model("a", "select unnest([1, 2]) as n")
    project.test("none", "select * from s.a where n > 1", "model.a")
    project.model("b", "from s.a", "model.a")
    project.model("c", "select 1 as n")
    built, failed = project.build(con)
    assert built == {"model.a": 0, "model.c": 0, "test.none": 1}
    assert failed == "none: Got 1 result, configured to fail if != 0"


def test_tests_of_what_is_built_are_run_and_others_are_not(project, con):
    project.model("a", "select 1 as n")
    project.model("b", "select 1 as n")
    project.test("of_a", "from s.a where n = 0", "model.a")
    project.test("of_b", "from s.b where n = 0", "model.b")
    assert list(project.build(con, "model.a")[0]) == ["model.a", "test.of_a"]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select 1 as n", "missing, not VARCHAR"),
        ("select 1::bigint as n, '' as text", "n: BIGINT, not INTEGER"),
        ("select 1 as n, '' as text, 2 as more", "more: INTEGER, not declared"),
    ],
)
def test_a_contract_is_enforced(project, con, sql, found):
    columns = {"n": {"name": "n", "data_type": "integer"}, "text": {"name": "text", "data_type": "varchar"}}
    project.model("a", sql, config={"contract": {"enforced": True}}, columns=columns)
    assert found in project.build(con)[1]
    project.compiled["model.a"] = {"sql": "select 'x' as text, 1 as n"}
    assert project.build(con)[1] == ""
    assert con.sql("from s.a").fetchall() == [(1, "x")]


def test_an_increment_replaces_the_rows_of_changed_keys(project, con):
    project.model("a", "select unnest([1, 2]) as n, 'first' as said", kind="incremental")
    project.compiled["model.a"] |= {"increment": "select 'second' as said, 2 as n", "replaced": "n = 2"}
    project.model("changed", "select 'everything' as what")
    project.compiled["model.changed"]["increment"] = "select 'a part' as what"
    # There is nothing yet that could be changed in part.
    project.build(con, whole=False)
    assert con.sql("from s.a, s.changed order by n").fetchall() == [(1, "first", "everything"), (2, "first", "everything")]
    project.build(con, whole=False)
    assert con.sql("from s.a, s.changed order by n").fetchall() == [(1, "first", "a part"), (2, "second", "a part")]
    project.build(con, whole=True)
    assert con.sql("select said, what from s.a, s.changed").fetchall() == [("first", "everything")] * 2


@pytest.mark.parametrize("config", [{"pre-hook": ["select 1"]}, {"materialized": "external"}, {"indexes": [{"columns": ["n"]}]}])
def test_what_dbt_would_do_and_this_does_not_is_refused(project, con, config):
    project.model("a", "select 1 as n", config=config)
    assert "not supported" in project.build(con)[1]


def test_costly_steps_of_the_optimizer_are_left_out_of_long_sql_only(project, con):
    setting = "select current_setting('disabled_optimizers') as disabled"
    project.model("short", setting)
    project.model("long", f"{setting} -- {'x' * materializations.LONG}")
    project.model("wrong", f"select * from nowhere -- {'x' * materializations.LONG}")
    assert "wrong: " in project.build(con)[1]
    assert con.execute("from s.short").fetchone() == ("",)
    left_out = con.execute("from s.long").fetchone()[0].split(",")
    assert sorted(left_out) == sorted(materializations.COSTLY_WHERE_LONG.split(","))
    assert con.execute(setting).fetchone() == ("",)


def test_long_sql_has_one_thread_and_what_follows_all_again(project, con):
    threads = "select current_setting('threads') as threads"
    con.execute("set threads = 3")
    project.model("long", f"{threads} -- {'x' * materializations.LONG}")
    project.model("wrong", f"select * from nowhere -- {'x' * materializations.LONG}")
    assert "wrong: " in project.build(con)[1]
    assert con.execute("from s.long").fetchone() == (1,)
    assert con.execute(threads).fetchone() == (3,)


class Delivered(Project):
    """A view of what was delivered, the list of its places, and what is built from it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        super().__init__()
        self.con = con
        con.execute(
            "create schema landing; create table landing.crime as select * from (values (1, 'a'), (2, 'b')) as c (n, place)"
        )
        self.model("staged", "from landing.crime", kind="view")
        self.parents["model.staged"].append("source.crime")
        self.model("place", "select distinct place from s.staged", "model.staged")
        self.model("named", "select upper(place) as name from s.place", "model.place", kind="ephemeral")
        self.model("by_place", "select upper(place) as name, 1 as residents from s.place", "model.named")
        self.test("has_places", "select 1 where not exists (from s.by_place)", "model.by_place")
        self.model("counted", "select count(*) as crimes from s.staged", "model.staged", "model.by_place")

    def deliver(self, rows: str, *chosen: str, required: Collection[str] = ()) -> list[str]:
        """What is built then, staging aside."""
        self.con.execute(f"insert into landing.crime values {rows}")
        affected = [*self.nodes, "source.crime"]
        built, failed = self.build(self.con, *chosen, whole=False, affected=affected, required=required)
        assert failed == ""
        return [node for node in built if node != "model.staged"]


@pytest.fixture
def delivered(con):
    made = Delivered(con)
    made.build(con)
    return made


def test_what_reads_only_tables_that_have_the_same_rows_is_not_built(delivered):
    assert delivered.deliver("(3, 'b')", *delivered.nodes.keys() - {"test.has_places"}) == ["model.place", "model.counted"]
    assert delivered.con.sql("from s.counted").fetchall() == [(3,)]


def test_what_is_skipped_is_reported_after_what_it_reads(delivered):
    """As Dagster requires."""
    delivered.con.execute("insert into landing.crime values (3, 'b')")
    manifest = {"nodes": delivered.nodes, "parent_map": delivered.parents}
    affected = [*delivered.nodes, "source.crime"]
    chosen = delivered.nodes.keys() - {"test.has_places"}
    built = materializations.build(delivered.con, manifest, delivered.compiled, chosen, whole=False, affected=affected)
    reported = [("model.staged", False), ("model.place", False), ("model.by_place", True), ("model.counted", False)]
    assert [(each.node, each.skipped) for each in built] == reported


def test_what_reads_a_table_that_has_changed_is_built_and_tested(delivered):
    assert set(delivered.deliver("(3, 'c')")) == delivered.nodes.keys() - {"model.staged", "model.named"}
    assert delivered.con.sql("select count(*) from s.by_place").fetchall() == [(3,)]


def test_one_row_more_of_the_same_is_a_change(delivered):
    delivered.compiled["model.place"] = {"sql": "select place from s.staged"}
    assert "model.by_place" in delivered.deliver("(3, 'b')")


def test_another_type_is_a_change(delivered):
    delivered.compiled["model.place"] = {"sql": "select distinct place::varchar as place, 1::bigint as n from s.staged"}
    delivered.build(delivered.con)
    delivered.compiled["model.place"] = {"sql": "select distinct place, 1::integer as n from s.staged"}
    assert "model.by_place" in delivered.deliver("(3, 'b')")


@pytest.mark.parametrize("change", ["required", "missing", "large", "source"])
def test_nothing_is_skipped_that_may_differ(change, delivered, monkeypatch):
    """Its code has changed, it is not there, what it reads is not compared, or it reads a source besides."""
    if change == "missing":
        delivered.con.execute("drop table s.by_place")
    if change == "large":
        monkeypatch.setattr(cutoff, "LARGEST", 1)
    if change == "source":
        delivered.parents["model.by_place"].append("source.ledger")
    required = ["model.by_place"] if change == "required" else []
    assert "model.by_place" in delivered.deliver("(3, 'b')", required=required)


def test_nothing_is_skipped_where_all_is_built_or_nobody_knows_what_changed(delivered):
    everything = delivered.nodes.keys() - {"model.named"}
    assert set(delivered.build(delivered.con, whole=True, affected=[*delivered.nodes])[0]) == everything
    assert set(delivered.build(delivered.con, whole=False)[0]) == everything


def test_a_table_that_another_stage_has_built_is_taken_as_changed(delivered):
    assert delivered.deliver("(3, 'b')", "model.by_place") == ["model.by_place", "test.has_places"]


def test_a_test_that_was_chosen_is_run_although_its_table_is_skipped(delivered):
    assert "test.has_places" in delivered.deliver("(3, 'b')")
    assert "model.by_place" not in delivered.deliver("(4, 'b')")
