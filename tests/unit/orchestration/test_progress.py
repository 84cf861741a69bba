"""One line for each step that has ended, and a bar on a terminal only."""

import io
import logging
import threading
from types import SimpleNamespace

import pytest
from rich.console import Console

from orchestration.progress import Narrator


def record(step, kind=None, message=""):
    made = logging.LogRecord("dagster", logging.INFO, "", 0, message, None, None)
    made.dagster_meta = {"step_key": step, "dagster_event": SimpleNamespace(event_type_value=kind) if kind else None}
    return made


@pytest.mark.parametrize("is_terminal", [True, False])
def test_steps_are_told_everywhere_and_drawn_on_a_terminal_only(is_terminal):
    out = io.StringIO()
    console = Console(file=out, force_terminal=is_terminal, color_system=None, width=100)
    before = threading.active_count()
    with Narrator(console, steps=2) as narrator:
        assert threading.active_count() == before + is_terminal
        narrator.emit(record("landing__crimes", "STEP_START"))
        narrator.emit(record("landing__crimes", message="run - 61 new deliveries"))
        narrator.emit(record("landing__crimes", "STEP_SUCCESS"))
        narrator.emit(record("gate_facts", "STEP_FAILURE"))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert any(line.endswith("✓ landing/crimes 61 new deliveries 0.0 s") for line in lines)
    assert any(line.endswith("✗ gate_facts") for line in lines)
    assert (len(lines) > 2) == ("\x1b" in out.getvalue()) == is_terminal


def test_a_terminal_that_cannot_redraw_is_given_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = io.StringIO()
    with Narrator(Console(file=out, force_terminal=True), steps=1) as narrator:
        narrator.emit(record("gate_facts", "STEP_FAILURE"))
    assert out.getvalue().count("\n") == 1
