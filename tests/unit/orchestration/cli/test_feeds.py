"""Contracts are checked by a command, and what nobody waits for need not be written."""

import re
import shutil

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.contracts.reader import load_contract
from orchestration.home.environment import CONTRACTS

FEED = ("dfe", "lait")


@pytest.fixture
def contract(tmp_path):
    copy = tmp_path.joinpath(*FEED, "contract.yaml")
    copy.parent.mkdir(parents=True)
    shutil.copy(CONTRACTS.joinpath(*FEED, "contract.yaml"), copy)
    return copy


@pytest.fixture
def sna(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "raw"))
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_feed_without_a_table_says_nothing_of_tables(contract):
    lines = contract.read_text().splitlines(keepends=True)
    contract.write_text("".join(line for line in lines if "property: tables" not in line))
    assert load_contract(contract).tables == ()


def test_one_contract_is_checked_and_what_is_wrong_is_named(contract, sna):
    assert sna("feeds", "--check", contract).exit_code == 0
    contract.write_text(re.sub(r"loadMode, value: \w+", "loadMode, value: replace", contract.read_text()))
    checked = sna("feeds", "--check", contract)
    assert checked.exit_code == 1
    assert "loadMode is 'replace'; expected one of" in checked.output
    assert "1 contract checked, 1 invalid." in checked.output


def test_the_contracts_of_the_project_can_be_used(sna):
    checked = sna("feeds", "--check")
    assert checked.exit_code == 0
    assert "contracts checked, 0 invalid." in checked.output


def test_the_version_names_the_commit(sna):
    shown = sna("--version")
    assert shown.exit_code == 0
    assert shown.output.startswith("sna 0.2.0, code ")


@pytest.mark.parametrize("command", [(), ("status",), ("hkci", "run"), ("diff",)])
def test_help_shows_no_value_for_a_flag(sna, command):
    assert "bool" not in sna(*command, "--help").output.lower()
