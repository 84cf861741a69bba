"""The statements of the prose, computed from the demonstration and shown by the command line."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.warehouse.statements import model, sql


@pytest.fixture(scope="module")
def edition() -> model.Edition:
    return model.edition("derbyshire", "sna-2024")


@pytest.fixture(scope="module")
def computable(edition: model.Edition) -> list[model.Statement]:
    return [one for section in edition.sections for one in section.statements if one.kind]


@pytest.fixture
def marts(county, computable: list[model.Statement]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Copies of the marts that statements read, which a test may change."""
    with duckdb.connect() as con:
        con.execute(f"attach '{county.settings.warehouse}' as built (read_only)")
        con.execute("create schema marts")
        for mart in sorted({one.mart for one in computable}):
            con.execute(f"create table marts.{mart} as from built.marts.{mart}")
        yield con


def test_every_claim_of_the_print_is_matched_corrected_or_says_what_is_missing(
    county, edition: model.Edition, computable: list[model.Statement]
) -> None:
    errata = sum(bool(claim.corrected) for claim in edition.claims)
    expected = {"match": len(computable) - errata, "erratum": errata, "not computable": len(edition.claims) - len(computable)}
    assert dict(county.query("select status, count(*) from sna.statements group by all")) == expected
    assert len(edition.claims) == 357
    assert len(computable) >= 309


def test_the_same_error_is_found_wherever_the_print_repeats_it(county) -> None:
    found = county.query("select claim_id from sna.statements where status = 'erratum' and computed = '3.46' order by all")
    assert found == [("N002",), ("N006",), ("N057",)]
    found = county.query("select claim_id, proof from sna.statements where computed = '268' order by all")
    assert found == [("N008", "choice"), ("N059", None)]


def test_every_erratum_says_how_we_know(county) -> None:
    assert county.query(
        """select count(*) from sna.statements where status = 'erratum'
           and not (proof in ('arithmetic', 'choice') and length(reason) > 40)"""
    ) == [(0,)]


def test_no_statement_is_left_when_its_mart_is_empty(
    marts: duckdb.DuckDBPyConnection, edition: model.Edition, computable: list[model.Statement]
) -> None:
    for one in computable:
        assert marts.execute(sql.measured(edition.report, one)).fetchall(), one.id
    for mart in sorted({one.mart for one in computable if one.mart}):
        marts.execute(f"delete from marts.{mart}")
    for one in computable:
        assert not marts.execute(sql.measured(edition.report, one)).fetchall(), one.id


def test_the_report_of_the_year_before_is_made_of_the_same_statements(
    marts: duckdb.DuckDBPyConnection, edition: model.Edition, computable: list[model.Statement]
) -> None:
    report = edition.report.model_copy(update={"last_year": "2022/23"})
    (peak,) = (one for one in computable if one.id == "N060")
    assert report.text("{last-2} to {last}") == "2020/21 to 2022/23"
    expected = marts.execute(
        """select month_label from marts.offences_monthly where financial_year between '2020/21' and '2022/23'
           group by all order by sum(offences) desc limit 1"""
    ).fetchall()
    assert [row[-1:] for row in marts.execute(sql.measured(report, peak)).fetchall()] == expected
    assert expected != [("July 2023",)]
    stated = [row for one in computable for row in marts.execute(sql.measured(report, one)).fetchall()]
    assert len(stated) > 200
    assert not [words for *_, words in stated if words and "2023/24" in words]


def test_the_query_of_a_statement_computes_it(county) -> None:
    """A reader runs it on the release: its words, or its fraction at the printed precision."""
    rows = county.query("select claim_id, computed, query from sna.statements where computed is not null order by all")
    assert len(rows) >= 309
    wrong = []
    for claim, computed, query in rows:
        ((numerator, denominator, words),) = county.query(query)
        decimals = len(computed.partition(".")[2])
        is_same = words == computed if words else abs(numerator / denominator - float(computed)) <= 0.5 * 10**-decimals + 1e-9
        wrong += [] if is_same else [(claim, computed, words, numerator, denominator)]
    assert wrong == []


def test_statements_are_shown_by_section(county) -> None:
    shown = county.sna("statements")
    assert shown.returncode == 0, shown.stderr
    assert "not computable" in shown.stdout
    assert "Bolsover" in county.sna("statements", "--section", "14").stdout
    unknown = county.sna("statements", "--section", "99")
    assert unknown.returncode == 2
    assert "`sna statements` lists the sections" in unknown.stderr
