"""`sna area map` opens only regular files."""

from __future__ import annotations

import os

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import areas, creation


@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_a_sample_that_never_ends_is_refused_unopened(tmp_path, kind):
    sample = tmp_path / "crimes.csv"
    if kind == "pipe":
        os.mkfifo(sample)
    else:
        sample.symlink_to("/dev/zero")
    said = CliRunner().invoke(app, ["area", "map", "crimes", str(sample), "--area", areas.names()[0]])
    assert said.exit_code == 2 and "no regular file" in " ".join(said.output.split())


def test_a_map_is_written_completed_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    run = CliRunner()
    assert run.invoke(app, ["area", "new", "kent"]).exit_code == 0
    sample = tmp_path / "extract.csv"
    rows = ["Crime Ref No,HO Class Cd,Place,Keywords", *["LR/1/23,8N,Moor,knife"] * 12]
    sample.write_text("\n".join(rows) + "\n")
    said = run.invoke(app, ["area", "map", "crimes", str(sample), "--area", "kent"])
    assert said.exit_code == 0, said.output
    path = tmp_path / "areas" / "kent" / "maps" / "crimes.yaml"
    written = yaml.safe_load(path.read_text())
    assert written["headers"]["Crime Ref No"]["column"] == "crime_reference"
    assert written["gaps"]["headers"] == ["Keywords"] and "knife" in written["gaps"]["columns"]
    written["headers"]["Place"] = "location_type"
    written["provided"] = {"knife": {"header": "Keywords", "matches": "knife", "then": "Y", "otherwise": "N"}}
    path.write_text(yaml.safe_dump(written))
    # A home is of an area, which need not be named then.
    creation.make(tmp_path / "home", "kent", "live")
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    assert run.invoke(app, ["area", "map", "crimes", str(sample)]).exit_code == 0
    again = yaml.safe_load(path.read_text())
    assert again["provided"] == written["provided"] and "headers" not in again["gaps"]
    assert again["gaps"]["values"] == {"location_type": {"Moor": 12}} and "knife" not in again["gaps"]["columns"]
    checked = " ".join(run.invoke(app, ["area", "check", "kent"]).output.split())
    assert "maps/crimes.yaml: values of location_type without a label: 1, in 12 row(s)" in checked
    path.write_text("feed_type: crime\nheaders: {}\n")
    failed = run.invoke(app, ["area", "check", "kent"])
    assert failed.exit_code == 1 and "crimes.yaml" in failed.output
