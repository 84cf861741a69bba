"""The project's macros and its Python models of hotspots, without dbt."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pandas as pd
import pytest
import yaml

from orchestration.home.environment import DBT_PROJECT
from tests.sql_library import adapter


def with_macros(names: dict[str, Any]) -> jinja2.Environment:
    """Jinja that knows the project's macros and variables, parsed once, and what else dbt provides."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    variables = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    environment.globals |= {"var": variables.get, **names}
    macros = "".join(path.read_text() for path in sorted((DBT_PROJECT / "macros").glob("*.sql")))
    environment.globals |= vars(environment.from_string(macros).module)
    return environment


@pytest.fixture(scope="session")
def render() -> Callable[[str], str]:
    """Expand the project's own macros in a piece of SQL, without dbt."""
    environment = with_macros({"adapter": adapter})
    return functools.cache(lambda sql: environment.from_string(sql).render().strip())


@pytest.fixture
def windows() -> duckdb.DuckDBPyConnection:
    """A row of six LSOAs with two windows."""
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
    return con


@pytest.fixture
def build(windows: duckdb.DuckDBPyConnection) -> Callable[[str], pd.DataFrame]:
    """Build a Python model over them, again and again; what it then has."""

    def built(name: str) -> pd.DataFrame:
        path = DBT_PROJECT / "models" / "conformed" / "hotspots" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        this = SimpleNamespace(schema="conformed", identifier=name)
        dbt = SimpleNamespace(config=lambda **_: None, ref=windows.table, this=this)
        windows.register("made", module.model(dbt, windows))
        windows.execute(f"create or replace table conformed.{name} as from made")
        return windows.execute(f"from conformed.{name} order by all").df()

    return built
