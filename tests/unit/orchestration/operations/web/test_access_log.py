"""The access log: one file per month, one line per arrival, change and kind of refusal, and for as long as runs are kept."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.operations.web.access_log import AccessLog


class Clock:
    def __init__(self):
        self.now = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def lines(folder):
    return {file.name: [json.loads(line) for line in file.read_text().splitlines()] for file in folder.iterdir()}


def test_each_line_says_when_who_and_what(tmp_path, clock):
    log = AccessLog(tmp_path / "web", clock)
    log.did("a.analyst", "launchRun")
    clock.now += timedelta(minutes=1)
    log.did(None, "terminateRun")
    assert lines(tmp_path / "web") == {
        "2026-01.jsonl": [{"at": "2026-01-31T23:59:00+00:00", "user": "a.analyst", "did": "launchRun"}],
        "2026-02.jsonl": [{"at": "2026-02-01T00:00:00+00:00", "user": None, "did": "terminateRun"}],
    }


def test_an_arrival_is_written_once_a_day(tmp_path, clock):
    log = AccessLog(tmp_path, clock)
    for user in ("a.analyst", "b.colleague", "a.analyst"):
        log.came(user)
    clock.now += timedelta(days=1)
    log.came("a.analyst")
    assert [[line["user"] for line in month] for _, month in sorted(lines(tmp_path).items())] == [
        ["a.analyst", "b.colleague"],
        ["a.analyst"],
    ]


def test_refusals_do_not_fill_the_disk(tmp_path, clock):
    log = AccessLog(tmp_path, clock)
    for number in range(1000):
        log.refused(None, ("host", "origin")[number % 2])
    assert [line["refused"] for line in lines(tmp_path)["2026-01.jsonl"]] == ["host", "origin"]


def test_months_are_removed_when_their_time_is_over(tmp_path, clock):
    for month in ("2023-12", "2024-01", "2024-02", "2026-01"):
        (tmp_path / f"{month}.jsonl").touch()
    (tmp_path / "notes.txt").touch()
    AccessLog(tmp_path, clock).prune(730)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2024-02.jsonl", "2026-01.jsonl", "notes.txt"]
    AccessLog(tmp_path / "missing", clock).prune(730)
