"""The mini county, once for all tests of the gates behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from expectations import gate
from orchestration.gates import Verdict
from orchestration.settings import Settings
from tests import counties

Judge = Callable[..., Verdict]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the mini county, of this worker alone: tests open it for writing."""
    folder = tmp_path_factory.mktemp("gates")
    shutil.copytree(counties.mini().home, folder / "home", ignore=shutil.ignore_patterns("compiled"))
    return Settings(raw=folder / "raw", home=folder / "home")


@pytest.fixture
def con(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, in a transaction that is undone: a test may damage it."""
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("begin")
        yield con
        con.execute("rollback")


@pytest.fixture
def judge(con: duckdb.DuckDBPyConnection) -> Judge:
    """The verdict of one rule, from its suite alone."""

    def verdict(stage: gate.Stage, subject: str, rule: str) -> Verdict:
        (found,) = (s for s in gate.SUITES[stage](con) if s.subject == subject and rule in {r.name for r in s.rules})
        (one,) = (v for v in gate.judge(found, con).verdicts if v.expectation == rule)
        return one

    return verdict


@pytest.fixture
def data_docs(tmp_path: Path) -> Path:
    return tmp_path / "data_docs"
