"""The statements of the committed reports against marts that dbt has built."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.warehouse.statements import model, sql
from tests import counties


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The mini county."""
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def editions() -> list[model.Edition]:
    return model.editions("derbyshire")


def test_every_statement_reads_columns_that_its_mart_has(con: duckdb.DuckDBPyConnection, editions: list[model.Edition]) -> None:
    for edition in editions:
        for section in edition.sections:
            for one in section.statements:
                if one.kind:
                    con.execute(f"explain {sql.measured(edition.report, one)}")


def test_every_claim_of_the_print_has_a_statement(con: duckdb.DuckDBPyConnection) -> None:
    stated = con.execute("select count(*), count(distinct claim_id) from sna.statements where report_id = 'sna-2024'").fetchall()
    assert stated == [(357, 357)]
    assert con.execute("select count(*) from sna.statements where report_id = 'sna-2024' and published is null").fetchall() == [
        (0,)
    ]


def test_a_statement_without_data_says_which_mart_it_needs(con: duckdb.DuckDBPyConnection) -> None:
    (waiting,) = con.execute("select statement, status, reason from sna.statements where claim_id = 'N007'").fetchall()
    assert waiting == (
        "An average of … offences per month.",
        "not computable",
        "Nothing to compute it from: needs marts.offences_yearly",
    )


def test_a_statement_reads_marts_alone(manifest: dict) -> None:
    read = manifest["nodes"]["model.serious_violence.statements"]["depends_on"]["nodes"]
    assert len(read) > 40
    assert {manifest["nodes"][node]["schema"] for node in read} == {"marts"}
