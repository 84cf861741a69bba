"""The mini county, once for all tests of the gates behind it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from expectations import gate
from expectations.context import Context
from expectations.models import Models, read
from expectations.verdicts import Verdict
from orchestration.home.settings import Settings
from orchestration.warehouse import validation
from tests import counties

Judge = Callable[..., Verdict]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the mini county, of this worker alone: tests open it for writing."""
    folder = tmp_path_factory.mktemp("gates")
    shutil.copytree(counties.mini().home, folder / "home", ignore=shutil.ignore_patterns("compiled"))
    return Settings(raw=folder / "raw", home=folder / "home")


@pytest.fixture(scope="module")
def warehouse(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for the tests of a module: to open the file takes longer than most of them."""
    with duckdb.connect(str(home.warehouse)) as warehouse:
        yield warehouse


@pytest.fixture
def con(warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, in a transaction that is undone: a test may damage it."""
    warehouse.execute("begin")
    yield warehouse
    warehouse.execute("rollback")


@pytest.fixture(scope="session")
def models(home: Settings) -> Models:
    """What the dbt models declare."""
    return read(json.loads((home.dbt_target / "manifest.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def context(models: Models) -> Context:
    """What the gates are run with."""
    return validation.context(models)


@pytest.fixture
def judge(con: duckdb.DuckDBPyConnection, context: Context) -> Judge:
    """The verdict of one rule, judged without the others of its suite."""

    def verdict(stage: gate.Stage, subject: str, rule: str) -> Verdict:
        suites = gate.SUITES[stage](con, context)
        ((suite, found),) = ((s, r) for s in suites if s.subject == subject for r in s.rules if r.name == rule)
        (one,) = gate.judge(replace(suite, rules=(found,)), con, context).verdicts
        return one

    return verdict


@pytest.fixture
def data_docs(tmp_path: Path) -> Path:
    return tmp_path / "data_docs"
