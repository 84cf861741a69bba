"""The police core in the form for Spark: parsed as Spark SQL, with functions of Spark alone."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
import sqlglot
from jinja2.runtime import Macro
from sqlglot import exp

from orchestration.home.environment import DBT_PROJECT
from tests.sql_library import adapter
from tests.unit.dbt_project.conftest import with_macros

MODELS = sorted(
    path
    for layer in ("staging", "conformed")
    for subject in ("police", "people")
    for path in (DBT_PROJECT / "models" / layer / subject).glob("*.sql")
    # Its tests are functions of this project's own, in Python.
    if path.stem != "outcome_change"
)
# Of https://spark.apache.org/docs/4.0.0/api/sql/, those that the core needs.
FUNCTIONS = frozenset(
    {
        "array",
        "bool_or",
        "cast",
        "coalesce",
        "count",
        "date_trunc",
        "div",
        "explode",
        "from_utc_timestamp",
        "greatest",
        "grouping",
        "hour",
        "lag",
        "last_day",
        "lead",
        "least",
        "left",
        "lower",
        "max",
        "min",
        "month",
        "nullif",
        "regexp_replace",
        "right",
        "row_number",
        "sequence",
        "split",
        "substr",
        "sum",
        "trim",
        "try_cast",
        "weekday",
        "year",
    }
)
# Words before a parenthesis that call nothing.
WORDS = frozenset(
    {
        "and",
        "as",
        "between",
        "by",
        "exists",
        "from",
        "in",
        "join",
        "not",
        "on",
        "or",
        "over",
        "select",
        "sets",
        "then",
        "using",
        "values",
        "when",
        "where",
        "with",
    }
)


class Returned(Exception):
    """What `return` of a macro returns: dbt lets a macro return more than text."""

    def __init__(self, value: object) -> None:
        self.value = value


def returned(value: object) -> None:
    raise Returned(value)


@pytest.fixture(autouse=True)
def macros_return_values(monkeypatch: pytest.MonkeyPatch) -> None:
    expand = Macro.__call__

    @functools.wraps(expand)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return expand(*arguments, **named)
        except Returned as result:
            return result.value

    monkeypatch.setattr(Macro, "__call__", call)


@pytest.fixture(scope="module")
def spark() -> jinja2.Environment:
    """What dbt provides where it builds from nothing on Spark."""
    return with_macros(
        {
            **{"adapter": adapter, "engine": "spark", "execute": False, "this": "this"},
            **{"ref": str, "source": lambda schema, name: f"{schema}.{name}"},
            **{"config": lambda **_: "", "is_incremental": lambda: False, "return": returned},
        }
    )


def called(sql: str) -> set[str]:
    """Names before a parenthesis, in lower case, without words of SQL; text and comments are passed over."""
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "''", sql.lower())
    named = re.sub(r"\bas [a-z_]+ ?\(", "(", code)
    return set(re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", named)) - WORDS


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_the_police_core_calls_functions_of_spark_alone(model: Path, spark: jinja2.Environment) -> None:
    sql = spark.from_string(model.read_text()).render()
    assert called(sql) <= FUNCTIONS
    parsed = sqlglot.parse_one(sql, read="spark")
    assert not list(parsed.find_all(exp.AtTimeZone))


def test_a_function_of_duckdb_alone_is_found() -> None:
    assert called("select isodow(day), 'text(' from x -- f(\nwhere a in (1) and (b)") == {"isodow"}
    with pytest.raises(sqlglot.ParseError):
        sqlglot.parse_one("select a // b from x", read="spark")
