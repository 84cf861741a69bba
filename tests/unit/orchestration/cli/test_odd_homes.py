"""Homes that nobody should have: each command answers in a sentence, with a status."""

import pytest

from tests.commands import runner

HOMES = {
    "a file": lambda folder: (folder / "home").write_text("x"),
    "a link to nothing": lambda folder: (folder / "home").symlink_to(folder / "nowhere"),
    "a link to itself": lambda folder: (folder / "home").symlink_to(folder / "home"),
    "a file as its record": lambda folder: _record(folder, "x"),
    "an empty record": lambda folder: _record(folder, ""),
    "a record that is a list": lambda folder: _record(folder, "[]"),
    "a record with one name more": lambda folder: _record(
        folder, '{"area": "derbyshire", "environment": "live", "made_at": "", "x": 1}'
    ),
    "a record of numbers": lambda folder: _record(folder, '{"area": 1, "environment": ["live"], "made_at": 2}'),
    "a record of an area that is a path": lambda folder: _record(
        folder, '{"area": "../../x", "environment": "live", "made_at": "2024-01-01T00:00:00Z"}'
    ),
    "a record nested deep": lambda folder: _record(folder, "[" * 100_000),
    "a record that is a folder": lambda folder: (folder / "home" / "home.json").mkdir(parents=True),
}


def _record(folder, text):
    (folder / "home").mkdir()
    (folder / "home" / "home.json").write_text(text)


@pytest.fixture
def sna(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", "")
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capfd)


@pytest.mark.parametrize("make", HOMES.values(), ids=HOMES)
@pytest.mark.parametrize("command", ["status", "refresh", "deliveries", "releases", "retain", "init --area derbyshire"])
def test_a_home_that_is_none_is_reported_in_a_sentence(sna, tmp_path, make, command):
    make(tmp_path)
    answer = sna(*command.split())
    assert answer.status in (0, 1, 2) and answer.said.strip()
