"""A process that has imported everything once and forks a child for every `sna` command that is to be disturbed.

Starting Python and importing Dagster, dbt and Great Expectations costs more than what is tested. The child runs the command's
own entry point; nothing is open when it is forked, neither DuckDB nor a thread of Python. That this makes no difference is
proved by the trials that kill the installed `sna` command itself.

Requests and answers are lines of JSON on standard input and output (`Request`, `Answer`).
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

STEP = "step "


@dataclass(frozen=True)
class Point:
    """A place in a refresh: the `occurrence`-th time (from 1) that `label` is reached, before or after it is done.

    Attributes:
        step: count from the start of this step on, and only in it, since an earlier refresh may have done what the steps before
            it do; empty counts from the start of the refresh.
    """

    label: str
    occurrence: int = 1
    after: bool = False
    step: str = ""


@dataclass(frozen=True)
class Request:
    """One command and what is to happen to it.

    Attributes:
        arguments: of `sna`.
        output: file for what the command says.
        point: where `action` happens.
        action: one of `points.act`.
        delay: `kill` so many seconds later, from outside and in the midst of whatever goes on then.
        clock: seconds by which the command's clock is wrong from its start.
        file_limit: bytes that no file may outgrow, the output included, or None.
        variables: of the environment, changed for this command.
        bound_by_permissions: whether the permissions of files hold for the command, also where its account is root.
        trace: file for the list of points that the command passes.
    """

    arguments: list[str]
    output: str
    point: Point | None = None
    action: str = "kill"
    delay: float | None = None
    clock: float = 0
    file_limit: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    bound_by_permissions: bool = False
    trace: str | None = None

    @classmethod
    def from_json(cls, text: str) -> Request:
        document = json.loads(text)
        point = document.pop("point")
        return cls(**document, point=Point(**point) if point else None)


@dataclass(frozen=True)
class Answer:
    """Exit status (negative: number of the signal that ended it), wall seconds and CPU seconds of a command."""

    status: int
    seconds: float
    cpu: float


@dataclass
class _Passed:
    """How often each label was reached so far, in the refresh and in its present step."""

    counts: Counter[tuple[str, bool]] = field(default_factory=Counter)
    in_step: Counter[tuple[str, bool]] = field(default_factory=Counter)
    step: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def point(self, label: str, after: bool) -> tuple[Point, Point]:
        """The point that is reached, counted in the refresh and in its present step."""
        with self.lock:
            if label.startswith(STEP) and not after:
                self.step = label.removeprefix(STEP)
                self.in_step.clear()
            self.counts[label, after] += 1
            self.in_step[label, after] += 1
            whole = Point(label, self.counts[label, after], after)
            return whole, Point(label, self.in_step[label, after], after, self.step)


def _import_everything() -> None:
    import great_expectations  # noqa: F401

    import expectations.gate  # noqa: F401
    import orchestration
    from orchestration.definitions import build_defs
    from orchestration.home.settings import Settings

    for module in pkgutil.walk_packages(orchestration.__path__, "orchestration."):
        importlib.import_module(module.name)
    settings = Settings.from_env()
    build_defs(settings)


def _change_surroundings(request: Request) -> None:
    """What is otherwise for the whole command, from its start."""
    import resource

    from tests.fault import permissions, points

    if request.file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request.file_limit, request.file_limit))
    if request.clock:
        points.shift_clock(request.clock)
    os.environ.update(request.variables)
    if request.bound_by_permissions:
        permissions.bind()


def _run(request: Request, ask: int) -> int:
    """In the child: the command, with its points wired; a byte into `ask` asks the server for the kill."""
    from tests.fault import points

    os.setsid()
    out = os.open(request.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    _change_surroundings(request)
    if request.point or request.trace:
        passed = _Passed()
        trace = Path(request.trace).open("a") if request.trace else None  # noqa: SIM115

        started = time.monotonic()

        def reached(label: str, after: bool) -> None:
            point, in_step = passed.point(label, after)
            if trace:
                trace.write(json.dumps([time.monotonic() - started, asdict(point)]) + "\n")
                trace.flush()
            if request.point in (point, in_step):
                if request.delay is None:
                    points.act(request.action)
                else:
                    os.write(ask, b"!")

        points.wire(Path(os.environ["SNA_HOME"]), reached)
    from orchestration.cli import app

    sys.argv = ["sna", *request.arguments]
    try:
        app.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _child(request: Request, ask: int) -> None:
    status = 1
    try:
        status = _run(request, ask)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _serve(request: Request) -> Answer:
    started = time.monotonic()
    heard, ask = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        _child(request, ask)
    os.close(ask)
    if request.delay is not None and os.read(heard, 1):
        handle = os.pidfd_open(child)
        ended, _, _ = select.select([handle], [], [], request.delay)
        os.close(handle)
        if not ended:
            os.killpg(child, signal.SIGKILL)
    os.close(heard)
    _, status, usage = os.wait4(child, 0)
    return Answer(os.waitstatus_to_exitcode(status), time.monotonic() - started, usage.ru_utime + usage.ru_stime)


def main() -> None:
    """Serve until standard input ends."""
    _import_everything()
    assert threading.active_count() == 1, "a thread would not live on in the child"
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(_serve(Request.from_json(line)))), flush=True)


if __name__ == "__main__":
    main()
