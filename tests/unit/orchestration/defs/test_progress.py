"""Lines and bar of a refresh, from Dagster's events."""

import io
import json
import logging
import time
from types import SimpleNamespace

import dagster as dg
import pytest
from rich.console import Console

from orchestration.defs import progress
from orchestration.defs.progress import LOGGER, ProgressReporter, progress_logger
from orchestration.home.settings import Settings
from orchestration.operations.timings import TYPICAL, Timings


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "home").mkdir()
    return Settings(tmp_path / "raw", tmp_path / "home")


def console(terminal=False):
    return Console(file=io.StringIO(), force_terminal=terminal, width=150)


def send(handler, step, kind=None, message=""):
    record = logging.LogRecord("dagster", logging.INFO, "", 0, message, None, None)
    event = SimpleNamespace(event_type_value=kind) if kind else None
    record.dagster_meta = {"step_key": step, "dagster_event": event}
    handler.emit(record)


def known(settings, **seconds):
    (settings.home / "timings.json").write_text(json.dumps(seconds))
    return Timings.read(settings)


def test_a_log_has_a_line_when_a_long_step_starts_and_one_when_it_ends(settings):
    out = console()
    with ProgressReporter(out, 3, known(settings, quick=0.1, facts=24.0, gate=0.2)) as handler:
        for step in ("quick", "facts"):
            send(handler, step, "STEP_START")
            send(handler, step, message="refresh - abc - facts - 3 of 3 tables built")
            send(handler, step, "STEP_SUCCESS")
    lines = [line.split() for line in out.file.getvalue().splitlines()]
    assert [line[:2] for line in lines] == [["✓", "quick"], ["…", "facts"], ["✓", "facts"]]
    assert " ".join(lines[1]) == "… facts started: step 2 of 3, about 24 s"
    assert " ".join(lines[2]).startswith("✓ facts 3 of 3 tables built")


def test_a_log_is_never_silent_for_long(settings, monkeypatch):
    monkeypatch.setattr(progress, "SILENCE", 0.5)
    out = console()
    with ProgressReporter(out, 2, known(settings, short=1.0)) as handler:
        send(handler, "short", "STEP_START")
        time.sleep(2.3)
    assert out.file.getvalue().count("… short") >= 1
    assert "running: step 1 of 2, 0:0" in out.file.getvalue()


def test_the_bar_goes_by_the_time_that_is_over_and_not_by_the_number_of_steps(settings):
    names = [f"landing__x__{number}" for number in range(178)]
    timings = known(settings, **dict.fromkeys(names, 0.08), facts=30.0, marts=25.0)
    with ProgressReporter(console(terminal=True), 180, timings) as handler:
        for name in names:
            send(handler, name, "STEP_START")
            send(handler, name, "STEP_SUCCESS")
        assert handler.position == "step 179 of 180"
        assert handler.done == pytest.approx(178 * 0.08 / timings.total, abs=0.01)
        assert handler.done < 0.25
        assert handler.clock.endswith(" of about 1:09")
        send(handler, "facts", "STEP_START")
        send(handler, "facts", "STEP_SUCCESS")
        assert handler.done > 0.6


def test_a_terminal_shows_step_and_time_and_no_line_for_a_start(settings):
    out = console(terminal=True)
    with ProgressReporter(out, 2, known(settings, facts=70.0)) as handler:
        send(handler, "facts", "STEP_START")
        time.sleep(0.3)
    shown = out.file.getvalue()
    assert "step 1 of 2" in shown and " of about 1:10" in shown and "facts" in shown
    assert "started" not in shown


def test_a_running_step_never_takes_more_of_the_bar_than_was_expected(settings, monkeypatch):
    handler = ProgressReporter(console(), 2, known(settings, a=10.0, b=10.0))
    send(handler, "a", "STEP_START")
    handler._running["a"] -= 1000
    assert handler.done == pytest.approx(0.5)


def test_before_the_first_refresh_the_long_steps_are_known_and_no_time_is_promised(settings):
    out = console()
    handler = ProgressReporter(out, 100, Timings.read(settings))
    send(handler, "facts", "STEP_START")
    send(handler, "facts", "STEP_SUCCESS")
    assert handler.done == pytest.approx(TYPICAL["facts"] / sum(TYPICAL.values()))
    assert "about" not in out.file.getvalue() + handler.clock


@pytest.mark.parametrize("content", ["", "{", "[]", '{"facts": "x"}', "null"])
def test_timings_that_cannot_be_read_count_for_none(settings, content):
    (settings.home / "timings.json").write_text(content)
    assert Timings.read(settings).steps == {}


@pytest.mark.parametrize("good", [True, False])
def test_a_run_that_ends_well_leaves_its_timings(settings, good):
    @dg.op
    def slow():
        time.sleep(0.2)
        if not good:
            raise ValueError

    @dg.job(logger_defs={LOGGER: progress_logger})
    def refresh():
        slow()

    with ProgressReporter(console(), 1, Timings.read(settings)):
        refresh.execute_in_process(raise_on_error=False, run_config={"loggers": {LOGGER: {}}})
    steps = Timings.read(settings).steps
    assert (set(steps) == {"slow"} and 0.2 <= steps["slow"] < 60) if good else steps == {}
