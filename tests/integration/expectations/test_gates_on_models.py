"""Gates 2 and 3 on what dbt built: sound models pass, and nothing personal leaves the warehouse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from expectations import gate
from expectations.context import Context
from expectations.gate import Stage
from expectations.verdicts import Verdict


def failed(verdicts: list[Verdict]) -> list[str]:
    return [f"{v.subject}: {v.expectation}: {v.observed} {v.sample}" for v in verdicts if not v.success]


@pytest.mark.parametrize("stage", ["facts", "marts"])
def test_sound_models_pass(con: duckdb.DuckDBPyConnection, context: Context, data_docs: Path, stage: Stage) -> None:
    verdicts = gate.run(stage, con, data_docs, context)
    assert failed(verdicts) == []
    keys = [(v.subject, v.expectation) for v in verdicts]
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["facts", "marts"])
def test_an_empty_warehouse_passes(con: duckdb.DuckDBPyConnection, context: Context, data_docs: Path, stage: Stage) -> None:
    tables = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('landing', 'conformed', 'marts', 'sna') "
        "and table_name not like 'dim_definition%'"  # made of seeds, whatever was delivered
    ).fetchall()
    for (table,) in tables:
        con.execute(f"delete from {table}")
    assert failed(gate.run(stage, con, data_docs, context)) == []


def test_nothing_personal_reaches_a_sample_or_a_page_even_when_everything_fails(
    con: duckdb.DuckDBPyConnection, context: Context, data_docs: Path
) -> None:
    con.execute("insert into conformed.fct_victim by name select * replace (age + 100 as age) from conformed.fct_victim")
    con.execute("insert into conformed.fct_suspect by name select * from conformed.fct_suspect")
    con.execute("insert into conformed.fct_offence by name select * replace (30 as committed_hour) from conformed.fct_offence")
    con.execute("insert into conformed.fct_outcome by name select * replace ('x' as crime_reference) from conformed.fct_outcome")
    con.execute("update sna.reconciliation set status = 'differs'")
    verdicts = [v for stage in get_args(Stage) for v in gate.run(stage, con, data_docs, context)]
    assert sum(not v.success for v in verdicts) > 20
    seen = [str(v) for v in verdicts] + [page.read_text("utf-8") for page in data_docs.rglob("*.html")]
    secrets = con.execute(
        "select crime_reference from conformed.fct_offence union select person_key from conformed.fct_victim"
    ).fetchall()
    assert len(secrets) > 1000
    words = {word for text in seen for word in re.findall(r"[A-Za-z0-9-]+", text)}
    assert not words & {value for (value,) in secrets}
