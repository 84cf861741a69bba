"""The project's macros, expanded without dbt."""

from __future__ import annotations

import functools
from collections.abc import Callable

import jinja2
import pytest
import yaml

from orchestration.home.environment import DBT_PROJECT
from tests.sql_library import adapter


@pytest.fixture(scope="session")
def render() -> Callable[[str], str]:
    """Expand the project's own macros in a piece of SQL, without dbt."""
    macros = "".join(path.read_text() for path in sorted((DBT_PROJECT / "macros").glob("*.sql")))
    variables = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return functools.cache(lambda sql: environment.from_string(macros + sql).render(var=variables.get, adapter=adapter).strip())
