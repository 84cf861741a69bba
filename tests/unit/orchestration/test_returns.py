"""Returns that come with the project are real, laid out beside the demonstration, and no reason to leave it out."""

import pytest
from typer.testing import CliRunner

import synthetic
from orchestration.cli import app
from orchestration.contracts import load_contracts
from orchestration.ingest.delivery import discover
from orchestration.returns import RETURNS, comes_with_the_project, lay_out
from synthetic import DemoSummary

FEEDS = {tuple(name.split("/")[:2]) for name in RETURNS}


def deliveries(raw):
    contracts = load_contracts()
    return [delivery for feed in FEEDS for delivery in discover(raw, contracts[feed])]


def test_they_are_deliveries_of_their_feeds_and_not_synthetic(tmp_path):
    assert lay_out(tmp_path) == len(RETURNS)
    found = deliveries(tmp_path)
    assert len(found) == len(RETURNS)
    assert all(comes_with_the_project(delivery) and not delivery.synthetic for delivery in found)


def test_what_is_there_stays(tmp_path):
    (own := tmp_path / RETURNS[0]).parent.mkdir(parents=True)
    own.write_text("sent by somebody")
    assert lay_out(tmp_path) == len(RETURNS) - 1
    assert own.read_text() == "sent by somebody"
    assert lay_out(tmp_path) == 0


@pytest.mark.parametrize(("more", "written"), [(None, True), ("2019-20.ods", False)])
def test_the_demonstration_is_written_beside_them_alone(tmp_path, monkeypatch, more, written):
    lay_out(tmp_path)
    if more:
        (tmp_path / RETURNS[0]).with_name(more).write_text("a delivery of somebody's own")
    asked = []
    monkeypatch.setattr(synthetic, "write_demo", lambda raw, **_: asked.append(raw) or DemoSummary(raw, 1))
    monkeypatch.setenv("SNA_RAW", str(tmp_path))
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    assert CliRunner().invoke(app, ["demo", "--if-empty"]).exit_code == 0
    assert asked == ([tmp_path] if written else [])
