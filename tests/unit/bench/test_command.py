"""`make bench` prints what it measured, and ends with 1 where a way failed; the rows of other scales stay."""

import json
import os
import sys

import pytest
import typer

from tests.bench import __main__ as command
from tests.bench.ways import County, Way


def ways(county, results):
    """At one county two ways that end well, with a table that differs; at more a way that fails."""

    def keep(output):
        results.differences = [{"scale": 1, "table": "marts.offences", "rows_release": 3, "rows_floor": 2}]

    code = "pass" if county.scale == 1 else "raise SystemExit('out of memory')"
    python = [sys.executable, "-I", "-S", "-c"]
    return [
        Way("a", "refresh from nothing", [*python, code], dict(os.environ), then=keep),
        Way("d", "floor", [*python, "pass"], dict(os.environ), needs="a"),
    ]


@pytest.fixture(autouse=True)
def small_ways(monkeypatch):
    monkeypatch.setattr(County, "ways", ways)


def latest(tmp_path):
    return json.loads((tmp_path / "bench" / "latest.json").read_text())


def test_what_was_measured_is_printed_and_saved(tmp_path, capsys):
    command.main("1", 1, tmp_path, tmp_path / "bench")
    printed = capsys.readouterr().out
    assert "refresh from nothing" in printed and "cpu: a_floor" in printed
    assert "The floor differs in marts.offences: 2 rows, 3 released." in printed
    assert latest(tmp_path)["ratios"].keys() == {"a_floor"}
    assert [path.name for path in tmp_path.iterdir()] == ["bench"]


def test_a_scale_that_fails_leaves_the_rows_of_the_others(tmp_path, capsys):
    with pytest.raises(typer.Exit) as ended:
        command.main("1,20", 1, tmp_path, tmp_path / "bench")
    assert ended.value.exit_code == 1
    assert "out of memory" in capsys.readouterr().out
    rows = [(row["scale"], row["key"], row["error"] is None) for row in latest(tmp_path)["rows"]]
    assert rows == [(1, "a", True), (1, "d", True), (20, "a", False), (20, "d", False)]
    assert latest(tmp_path)["ratios"].keys() == {"a_floor"}


def test_no_way_sees_the_settings_of_whoever_runs_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_VAULT_KEY", "a key of somebody's vault")
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "1GB")
    monkeypatch.setenv("DAGSTER_HOME", "/somewhere")
    seen = {name for name in County(1, tmp_path).environment if name.startswith(("SNA_", "DAGSTER_HOME"))}
    assert seen == {"SNA_RAW", "SNA_HOME", "SNA_PSEUDONYM_KEY", "SNA_REPORT"}
