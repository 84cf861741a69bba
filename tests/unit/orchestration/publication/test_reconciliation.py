"""The figures of a release or of the last build, and what a closed gate says to do, followed as it is printed."""

import re

import pytest
from typer.testing import CliRunner

from expectations import verdicts
from expectations.suites.marts import _reconciliation
from orchestration.cli.app import app
from orchestration.home.settings import Settings
from orchestration.warehouse import gates, warehouse_file
from tests.press import make_press

FIGURES = """
    create schema if not exists sna;
    create or replace table sna.reconciliation as
    select 'T15' as table_id, '' as row_group, 'Row ' || n as row_label, '2023/24' as column_label, '10' as published,
           case n when 1 then '11' when 2 then null else '10' end as computed,
           case n when 1 then 'differs' when 2 then 'missing' else 'match' end as status,
           '' as citation, '' as reason, '' as note
    from range(40) as t (n)
    union all
    select 'T03', '', 'Row', '2023/24', '5', '5', 'match', '', '', '';
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path / "raw", tmp_path / "home")


@pytest.fixture
def sna(settings, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(settings.home))
    monkeypatch.setenv("SNA_RAW", str(settings.raw))
    runner = CliRunner()

    def run(*arguments):
        return runner.invoke(app, arguments, env={"COLUMNS": "200"})

    return run


@pytest.fixture
def failed_build(settings):
    """A build whose marts do not reproduce the report, judged by the rule that says so."""
    rule = _reconciliation(True).rules[0]
    sample = '[{"table_id":"T15","row_label":"Row 1","published":"10","computed":"11","status":"differs"}]'
    with warehouse_file.connect(settings) as con:
        con.execute(FIGURES)
        con.execute("insert into ledger.build by name select 'abcdef0123456789' as build_id, '' as as_at")
        gates.complete(con, "facts", "f", "abcdef0123456789")
        gates.complete(con, "marts", "m", "f")
        verdict = verdicts.Verdict(
            "sna.reconciliation",
            rule.name,
            False,
            "status",
            observed="2 of 41 break the rule",
            failing_rows=2,
            sample=sample,
            remedy=rule.remedy,
        )
        gates.record(con, "marts", "m", [verdict])


def test_the_remedy_of_the_closed_gate_can_be_followed_as_it_is_printed(failed_build, sna):
    shown = sna("status", "--build").output
    remedy = shown.partition("Remedy:")[2]
    first, *others = [command.split()[1:] for command in re.findall(r"`(sna [^`]+)`", remedy)]
    listed = sna(*first)
    assert listed.exit_code == 1
    (line,) = [line for line in listed.output.splitlines() if line.startswith("T15")]
    assert re.findall(r"\w+", line) == ["T15", "40", "38", "0", "1", "1"]
    assert others == [["reconcile", "--build", "--table", "T15"]]
    one = sna(*others[0])
    assert one.exit_code == 1
    assert "differs" in one.output and "missing" in one.output


def test_the_failed_build_is_shown_with_its_gate_and_its_figures(failed_build, sna):
    shown = sna("status", "--build").output
    assert "Build abcdef01" in shown
    assert "marts gate sna.reconciliation: The calibrated demonstration" in shown
    assert "For example: table_id T15, row_label Row 1, published 10, computed 11, status differs" in shown
    assert "2 figures differing from the publication" in shown


def test_a_table_that_agrees_exits_0(failed_build, sna):
    assert sna("reconcile", "--build", "--table", "t03").exit_code == 0
    assert sna("reconcile", "--build", "--table", "T99").exit_code == 2


def test_the_release_is_not_the_build(settings, sna, failed_build):
    press = make_press(settings.home.parent)
    press.change(FIGURES + "update sna.reconciliation set status = 'match', computed = published")
    press.publish()
    assert sna("reconcile").exit_code == 0
    assert sna("reconcile", "--build").exit_code == 1


@pytest.mark.parametrize("command", [("status", "--build"), ("reconcile", "--build"), ("reconcile",)])
def test_where_there_is_nothing_yet_the_command_says_what_to_do(sna, command):
    result = sna(*command)
    said = result.output + str(result.exception or "")
    assert "`sna refresh`" in said or "`sna status --build`" in said
    assert "Traceback" not in said


def test_marts_that_were_never_built_are_said_to_be_missing(settings, sna):
    with warehouse_file.connect(settings) as con:
        con.execute("insert into ledger.build by name select 'abcdef0123456789' as build_id, '' as as_at")
    assert "marts  not built" in sna("status", "--build").output
    assert "No marts have been built" in str(sna("reconcile", "--build").exception)
