"""A long-lived SQLAlchemy client: what stays on the old release, and that the documented settings follow the switch."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest
from packaging.specifiers import SpecifierSet
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from orchestration.home.environment import PROJECT
from orchestration.publication.release import FILE
from orchestration.publication.releases import roll_back
from tests.press import make_press

PAGE = PROJECT / "docs" / "how-to" / "connect-a-bi-tool.md"
RELEASE = text("select release_id from meta.release")


@pytest.fixture
def press(tmp_path):
    return make_press(tmp_path)


def release_of(engine) -> str:
    with engine.connect() as connection:
        return connection.execute(RELEASE).scalar()


def documented(press) -> dict:
    """The names that the page's Python with SQLAlchemy defines; run unchanged but for the path."""
    (block,) = (found for found in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "sqlalchemy" in found)
    stable = "var/demo/published/analysts/sna_marts.duckdb"
    assert stable in block
    names: dict = {}
    exec(compile(block.replace(stable, str(press.published / FILE)), str(PAGE), "exec"), names)
    return names


def test_the_documented_engine_follows_every_switch(press, capsys):
    first = press.publish("1")
    engine = documented(press)["engine"]
    assert capsys.readouterr().out == f"{first.id}\n"
    second = press.publish("2")
    assert release_of(engine) == second.id
    roll_back(press.published, first)
    assert release_of(engine) == first.id


def test_the_documented_engine_follows_while_another_connection_stays(press):
    first = press.publish("1")
    engine = documented(press)["engine"]
    with engine.connect() as connection:
        assert connection.execute(RELEASE).scalar() == first.id
        second = press.publish("2")
        assert release_of(engine) == second.id
        assert connection.execute(RELEASE).scalar() == first.id


def test_the_default_pool_stays_on_the_old_release_until_it_is_disposed_of(press):
    first = press.publish("1")
    engine = create_engine(f"duckdb:///{press.published / FILE}", connect_args={"read_only": True})
    assert release_of(engine) == first.id
    second = press.publish("2")
    assert release_of(engine) == first.id
    engine.dispose()
    assert release_of(engine) == second.id
    engine.dispose()


def test_tables_are_listed_with_their_columns_and_nothing_can_be_written(press):
    press.publish("1")
    engine = documented(press)["engine"]
    assert inspect(engine).get_table_names(schema="sna") == ["figures", "revisions"]
    assert [column["name"] for column in inspect(engine).get_columns("offences", schema="marts")] == ["district", "offences"]
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text("delete from sna.figures"))


def test_the_documented_versions_reflect_tables_columns_and_comments(press):
    (line,) = re.findall(r'pip install (.*"sqlalchemy[^"]*")', PAGE.read_text())
    documented_versions = dict(re.findall(r'"([a-z-]+)([<>=][^"]*)"', line))
    assert set(documented_versions) == {"duckdb", "duckdb-engine", "sqlalchemy"}
    for name, wanted in documented_versions.items():
        if version(name) not in SpecifierSet(wanted):
            pytest.skip(f"{name} {version(name)} is installed, and the page says {wanted}")
    press.publish("1")
    engine = documented(press)["engine"]
    found = MetaData()
    found.reflect(engine, schema="marts")
    (table,) = found.tables.values()
    assert table.comment == "Offences"
    assert {column.name: column.comment for column in table.columns} == {"district": None, "offences": "How many, it's a count"}
