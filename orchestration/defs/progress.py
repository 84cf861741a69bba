"""What a person sees while a refresh runs: a line for each step that did something, from Dagster's own events.

    terminal       also a bar, which advances by time: step n of m, what is running, time elapsed and expected
    log or pipe    also a line when a long step starts, and one whenever nothing was written for a while

A step says what it did with `context.log.info(...)`; its last such message is on its line.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

import dagster as dg
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from orchestration.operations.timings import Timings

LOGGER = "progress"
# Seconds from which a step is announced in a log, and after which a line is written where nothing else was.
LONG, SILENCE = 5.0, 15.0


class ProgressReporter(logging.Handler):
    """Turns the events of one run into lines and, on a terminal, a progress bar.

    Args:
        console: where to write.
        steps: number of steps in the run.
        timings: of the last run; those of this one are written there when it ends well.
    """

    current: ProgressReporter | None = None

    def __init__(self, console: Console, steps: int, timings: Timings) -> None:
        super().__init__()
        self._console = console
        self._count = steps
        self._timings = timings
        self._bar = _Bar(self, console) if console.is_interactive else None
        self._began = self._written = time.monotonic()
        self._running: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._ended = 0
        self._said: dict[str, str] = {}
        self._over = Event()

    def __enter__(self) -> ProgressReporter:
        ProgressReporter.current = self
        if self._bar:
            self._bar.start()
        else:
            Thread(target=self._break_silence, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._bar:
            self._bar.stop()
        ProgressReporter.current = None

    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        step, event = meta.get("step_key"), meta.get("dagster_event")
        kind = event.event_type_value if event else None
        if kind == "PIPELINE_SUCCESS":
            self._timings.write(self._took)
        elif not step:
            return
        elif kind is None:
            self._said[step] = record.getMessage().split(" - ")[-1]
        elif kind == "STEP_START":
            self._running[step] = time.monotonic()
            if self._timings.of(step) >= LONG and not self._bar:
                self._write(f"… {_name(step):<42} started: {self.position}{self._expected(step)}")
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            seconds = time.monotonic() - self._running.pop(step, time.monotonic())
            self._took[step] = seconds
            self._ended += 1
            if kind == "STEP_FAILURE":
                self._write(f"[red]✗[/] {_name(step)}")
            elif kind == "STEP_SUCCESS" and step in self._said:
                self._write(f"[green]✓[/] {_name(step):<42} {escape(self._said[step])} [dim]{seconds:.1f} s[/]")

    @property
    def done(self) -> float:
        """Share of the expected time that is over, by steps that have ended and the time that running ones have had."""
        now = time.monotonic()
        ended = sum(map(self._timings.of, self._took))
        running = sum(min(now - since, self._timings.of(step)) for step, since in list(self._running.items()))
        return min((ended + running) / max(self._timings.total, 0.1), 0.99)

    @property
    def position(self) -> str:
        """`step 12 of 186`."""
        return f"step {min(self._ended + 1, self._count)} of {self._count}"

    @property
    def clock(self) -> str:
        """`0:15 of about 1:10`; without the expectation where nothing is known from an earlier run, or it is over."""
        elapsed, expected = time.monotonic() - self._began, self._timings.total
        known = self._timings.steps and elapsed < expected
        return f"{_minutes(elapsed)} of about {_minutes(expected)}" if known else _minutes(elapsed)

    @property
    def running(self) -> str:
        """Names of the steps that run now."""
        return ", ".join(map(_name, list(self._running))) or "starting"

    def _expected(self, step: str) -> str:
        return f", about {self._timings.of(step):.0f} s" if self._timings.steps else ""

    def _write(self, line: str) -> None:
        self._written = time.monotonic()
        self._console.print(line, highlight=False)

    def _break_silence(self) -> None:
        while not self._over.wait(1):
            if time.monotonic() - self._written >= SILENCE:
                self._write(f"… {self.running:<42} running: {self.position}, {self.clock}")


class _Bar(Progress):
    """The bar of a terminal, brought up to date each time it is drawn."""

    def __init__(self, reporter: ProgressReporter, console: Console) -> None:
        self._reporter = reporter
        columns = (SpinnerColumn(), TextColumn("{task.fields[position]}"), BarColumn(), TextColumn("{task.fields[clock]}"))
        super().__init__(*columns, TextColumn("{task.description}"), console=console, transient=True)
        self.add_task("starting", total=1.0, position="", clock="")

    def get_renderables(self) -> Iterable[RenderableType]:
        for task in self.tasks:
            task.completed = self._reporter.done
            task.description = self._reporter.running
            task.fields = {"position": self._reporter.position, "clock": self._reporter.clock}
        return super().get_renderables()


def _name(step: str) -> str:
    return step.replace("__", "/")


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@dg.logger
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Dagster logger that passes every event of a run to the reporter of this process."""
    logger = logging.Logger(LOGGER, level=logging.DEBUG)
    if ProgressReporter.current is not None:
        logger.addHandler(ProgressReporter.current)
    return logger
