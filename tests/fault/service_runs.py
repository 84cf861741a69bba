"""A refresh that the web UI has started: another one from a terminal meanwhile, and the service killed around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from orchestration.home import lock
from orchestration.ingest.landing_log.pseudonym_key import VARIABLE
from tests.counties import County
from tests.e2e.web_ui import PATIENCE, WebUi, started
from tests.fault.bench import Bench
from tests.fault.faults import Strike, expect_message, trial
from tests.fault.kills import Trial, check_intact

KIND = "run of the web UI"


def refresh_meanwhile(bench: Bench, made: Trial) -> None:
    """`sna refresh` is sent away while the run of the UI holds the home; the run publishes."""
    with _launched(bench) as (ui, run):
        expect_message(bench, made, bench.sna("refresh").status, "is working on")
        check_intact(bench, made)
        if (status := ui.ended(run)) != "SUCCESS":
            made.problems.append(f"the run of the UI ended as {status}: {ui.said.read_text()[-800:]}")


def killed(steps: int) -> Strike:
    """The service is killed after so many deliveries were landed, and with it the run; the next refresh publishes."""

    def strike(bench: Bench, made: Trial) -> None:
        before = _landed(bench)
        with _launched(bench) as (ui, _):
            _wait(lambda: _landed(bench) >= before + steps, "deliveries that are landed")
            family = psutil.Process(ui.service.pid).children(recursive=True)
            ui.service.kill()
            made.kills = 1
            _, alive = psutil.wait_procs(family, timeout=30)
            if alive:
                made.problems.append(f"{len(alive)} processes of the killed service go on")
            if (holder := lock.holder(bench.settings.home)) is not None:
                made.problems.append(f"{holder} still holds the home")
        check_intact(bench, made)

    return strike


@contextmanager
def _launched(bench: Bench) -> Iterator[tuple[WebUi, str]]:
    """`sna run`, with a refresh that was started in it and holds the home, and the id of that run."""
    county = County(bench.settings.raw, bench.settings.home, {VARIABLE: bench.environment[VARIABLE]})
    with started(county, bench.work) as ui:
        run = ui.launch("refresh")
        _wait(lambda: lock.holder(bench.settings.home) is not None, "the run that was started")
        yield ui, run


def _landed(bench: Bench) -> int:
    return sum(1 for _ in bench.settings.landing.glob("[!.]*/*/*/*/load.json"))


def _wait(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, f"no {what}"
        time.sleep(0.2)


def trials() -> list[Callable[[Bench], Trial]]:
    """A refresh meanwhile, and the service killed early and late in its landing."""
    made = [trial(KIND, "`sna refresh` meanwhile", refresh_meanwhile)]
    return made + [trial(KIND, f"`sna run` is killed after {steps} deliveries", killed(steps)) for steps in (1, 12)]
