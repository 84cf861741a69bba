"""The mini county, in which every model is built, and dbt over it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.settings import Settings
from orchestration.warehouse import declared
from orchestration.warehouse.statements import sql
from tests import counties

Dbt = Callable[..., Any]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the mini county, of this worker alone: dbt opens its warehouse for writing."""
    base = tmp_path_factory.mktemp("models")
    shutil.copytree(counties.mini().home, base / "home")
    return Settings(base / "raw", base / "home")


@pytest.fixture(scope="session")
def dbt(settings: Settings) -> Iterator[Dbt]:
    """Run dbt in this process; returns its result, and closes its connection so that the test can open the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    before = dict(os.environ)
    settings.export()

    def run(*arguments: str, project: Path = DBT_PROJECT, **changed: str) -> Any:
        target = settings.dbt_target if project == DBT_PROJECT else project / "target"
        area = areas.load("derbyshire").variables() | sql.variables("derbyshire")
        variables = json.dumps(declared.variables() | area | changed)
        places = ["--project-dir", project, "--profiles-dir", DBT_PROJECT, "--target-path", target]
        try:
            return dbtRunner().invoke(
                [
                    *arguments,
                    *map(str, places),
                    "--vars",
                    variables,
                    "--log-path",
                    str(settings.dbt_target),
                    "--log-level",
                    "none",
                    "--quiet",
                ]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()

    yield run
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def manifest(settings: Settings) -> dict[str, Any]:
    """dbt's manifest.json."""
    return json.loads((settings.dbt_target / "manifest.json").read_text())  # type: ignore[no-any-return]
