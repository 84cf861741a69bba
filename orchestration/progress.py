"""What a person sees while a refresh runs: one line per step, from Dagster's own events.

A step says what it did with `context.log.info(...)`; its last such message stands on its line.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import dagster as dg
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

LOGGER = "narrator"


class Narrator(logging.Handler):
    """Turns the events of one run into lines and, on a terminal, a progress bar.

    Args:
        console: where to write.
        steps: number of steps in the run.
    """

    current: Narrator | None = None

    def __init__(self, console: Console, steps: int) -> None:
        super().__init__()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_interactive,
        )
        self._task = self._progress.add_task("starting", total=steps)
        self._started: dict[str, float] = {}
        self._said: dict[str, str] = {}

    def __enter__(self) -> Narrator:
        Narrator.current = self
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        Narrator.current = None

    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        step = meta.get("step_key")
        if not step:
            return
        event = meta.get("dagster_event")
        if event is None:
            self._said[step] = record.getMessage().split(" - ")[-1]
            return
        kind = event.event_type_value
        name = step.replace("__", "/")
        if kind == "STEP_START":
            self._started[step] = time.monotonic()
            self._progress.update(self._task, description=name)
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            seconds = time.monotonic() - self._started.get(step, time.monotonic())
            self._progress.advance(self._task)
            if kind == "STEP_FAILURE":
                self._progress.console.print(f"[red]✗[/] {name}", highlight=False)
            elif kind == "STEP_SUCCESS" and step in self._said:
                line = f"[green]✓[/] {name:<42} {self._said[step]} [dim]{seconds:.1f} s[/]"
                self._progress.console.print(line, highlight=False)


@dg.logger
def narrator(_: dg.InitLoggerContext) -> logging.Logger:
    """Dagster logger that hands every event of a run to the narrator of this process."""
    logger = logging.Logger(LOGGER, level=logging.DEBUG)
    if Narrator.current is not None:
        logger.addHandler(Narrator.current)
    return logger
