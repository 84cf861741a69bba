"""Contracts are checked by a command, and what nobody waits for need not be written."""

import re
import shutil
import tempfile
import tomllib

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.contracts.reader import load_contract
from orchestration.home.environment import CONTRACTS, PROJECT
from tests.unit.orchestration.ingest.conftest import rows, text

FEED = ("education_and_care", "lait.yaml")
CRIMES = CONTRACTS / "police" / "crimes.yaml"


@pytest.fixture
def contract(tmp_path):
    copy = tmp_path.joinpath(*FEED)
    copy.parent.mkdir(parents=True)
    shutil.copy(CONTRACTS.joinpath(*FEED), copy)
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
    assert sna("feed", "check", contract).exit_code == 0
    contract.write_text(re.sub(r"loadMode, value: \w+", "loadMode, value: replace", contract.read_text()))
    checked = sna("feed", "check", contract)
    assert checked.exit_code == 1
    assert "loadMode is 'replace'; expected 'replace_period' or 'upsert'" in checked.output
    assert "1 contract checked, 1 invalid." in checked.output


def test_the_contracts_of_the_project_can_be_used(sna):
    checked = sna("feed", "check")
    assert checked.exit_code == 0
    assert re.fullmatch(r"\d+ contracts checked, 0 invalid\.\n", checked.output), "a feed of the project reaches no mart"


def test_what_was_checked_of_a_contract_is_listed(sna):
    checked = sna("feed", "check", CRIMES)
    assert checked.exit_code == 0
    assert "police/crimes: 22 columns, monthly, csv or xlsx" in checked.output
    for step in ("source", "staging model", "description", "mart"):
        assert f"✓ {step}: " in checked.output


def test_what_a_new_feed_still_needs_is_named_and_no_error(tmp_path, sna):
    new = tmp_path / "police" / "calls.yaml"
    new.parent.mkdir(parents=True)
    new.write_text(CRIMES.read_text().replace("dataProduct: crimes", "dataProduct: calls"))
    checked = sna("feed", "check", new)
    assert checked.exit_code == 0
    assert "missing staging model: add models/staging/police/stg_police__calls.sql" in " ".join(checked.output.split())


def test_a_feed_of_the_vault_needs_no_model(sna):
    checked = sna("feed", "check", CONTRACTS / "people" / "nominals.yaml")
    assert checked.exit_code == 0
    assert "its rows stay in the vault" in checked.output and "missing" not in checked.output


class TestSample:
    @pytest.fixture
    def sample(self, tmp_path):
        def write(lines):
            path = tmp_path / "crimes of July.csv"
            path.write_text(text(lines))
            return path

        return write

    def test_a_good_file_is_accepted_and_nothing_of_it_is_kept(self, sample, sna, tmp_path, monkeypatch):
        (tmp_path / "temporary").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        tried = sna("feed", "check", CRIMES, "--sample", sample(rows("crimes", 30)))
        assert tried.exit_code == 0
        assert "crimes of July.csv: period 2023-07, 30 of 30 rows accepted" in tried.output
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "crimes of July.csv"]

    def test_a_bad_row_is_explained(self, sample, sna):
        lines = rows("crimes", 30)
        lines[3]["Location Type"] = "Moon"
        tried = sna("feed", "check", CRIMES, "--sample", sample(lines))
        assert tried.exit_code == 0
        assert "29 of 30 rows accepted" in tried.output and "Location Type" in tried.output and "Remedy" in tried.output

    def test_a_file_with_too_many_bad_rows_is_refused(self, sample, sna):
        tried = sna("feed", "check", CRIMES, "--sample", sample([row | {"Location Type": "Moon"} for row in rows("crimes", 30)]))
        assert tried.exit_code == 1
        assert "refused whole" in tried.output

    def test_a_file_of_another_feed_is_refused(self, sample, sna):
        tried = sna("feed", "check", CRIMES, "--sample", sample(rows("victims", 5)))
        assert tried.exit_code == 1
        assert "crimes of July.csv: refused: " in tried.output

    def test_a_sample_goes_with_one_contract(self, sample, sna):
        assert sna("feed", "check", "--sample", sample(rows("crimes", 1))).exit_code == 2

    def test_labels_of_a_new_scheme_come_first(self, sample, sna, tmp_path):
        new = tmp_path / "health" / "ed_assaults.yaml"
        new.parent.mkdir(parents=True)
        old = CONTRACTS.joinpath("health", "ed_assaults.yaml").read_text()
        new.write_text(old.replace("value: assault_method}", "value: way_of_assault}"))
        tried = sna("feed", "check", new, "--sample", sample(rows("crimes", 1)))
        assert tried.exit_code == 1
        shown = " ".join(tried.output.split())
        assert "was not tried: add labels of way_of_assault first" in shown
        assert "missing labels: add rows of the scheme way_of_assault" in shown


def test_the_version_names_the_commit(sna):
    shown = sna("--version")
    assert shown.exit_code == 0
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert shown.output.startswith(f"sna {version}, code ")


@pytest.mark.parametrize("command", [(), ("status",), ("hkci", "run"), ("diff",)])
def test_help_shows_no_value_for_a_flag(sna, command):
    assert "bool" not in sna(*command, "--help").output.lower()
