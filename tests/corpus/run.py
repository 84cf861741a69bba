"""Land cases in processes of their own, and judge what became of them."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.table import Table

from tests.corpus.case import Case
from tests.corpus.landing import Result

ROOT = Path(__file__).resolve().parents[2]
# A case that takes more of the processor hangs, as does one that waits for longer; one that takes more memory is too large.
SECONDS, WAIT_SECONDS, MEGABYTES = 60.0, 240.0, 500.0
STARTING = 120.0


@dataclass(frozen=True)
class Verdict:
    """A case with what became of it, and the reasons why that is not right; none where it is."""

    case: Case
    result: Result
    wrong: tuple[str, ...]

    @property
    def is_broken(self) -> bool:
        """Whether it crashed, hung or took too much memory."""
        return self.result.outcome in ("crash", "hang", "memory") or self.result.megabytes > MEGABYTES

    @property
    def is_wrongly_accepted(self) -> bool:
        """Whether rows are in use that must not be, or a text was kept."""
        used = self.result.outcome in ("accepted", "rows rejected") and self.result.outcome not in self.case.right
        return used or any(problem.startswith(("kept", "two")) for problem in self.result.problems)

    @property
    def is_wrongly_refused(self) -> bool:
        return self.case.right == ("accepted",) and self.result.outcome in ("refused", "rows rejected", "not read")

    @property
    def is_stopped(self) -> bool:
        """Whether a disguised identifier did not get in."""
        return not self.wrong


def judge(case: Case, result: Result) -> Verdict:
    wrong = list(result.problems)
    if result.outcome not in case.right:
        wrong.insert(0, f"{result.outcome}, not {' or '.join(case.right)}")
    elif case.codes and result.outcome in ("refused", "rows rejected") and not case.sent and not case.codes & {*result.codes}:
        wrong.append(f"codes {', '.join(result.codes) or 'none'}, not {' or '.join(sorted(case.codes))}")
    if case.rejected is not None and result.outcome == "rows rejected" and result.rejected != case.rejected:
        wrong.append(f"{result.rejected} rows rejected, not {case.rejected}")
    if result.megabytes > MEGABYTES:
        wrong.append(f"{result.megabytes:.0f} MB")
    return Verdict(case, result, tuple(wrong))


class _Process:
    """A worker; it is started again after a case that ended it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def land(self, case: Case) -> Result:
        process = self.process or self._start()
        assert process.stdin
        process.stdin.write(f"{case.id}\n".encode())
        process.stdin.flush()
        answer = self._answer_in_time(process)
        if answer:
            return Result.from_json(answer)
        outcome = "hang" if answer is None else "crash"
        self.close()
        return Result(case.id, outcome, said=f"exit status {process.returncode}" if outcome == "crash" else "", seconds=SECONDS)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DAGSTER_DISABLE_TELEMETRY": "yes"}
        command = [sys.executable, "-m", "tests.corpus.worker"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment)
        if self._answer(self.process, STARTING) != b"ready\n":
            raise RuntimeError("the process that lands the cases did not start")
        return self.process

    def _answer_in_time(self, process: subprocess.Popen[bytes]) -> bytes | None:
        """As `_answer`, for as long as a case may take. On a busy machine a process runs for a part of each second."""
        before, until = _processor_seconds(process.pid), time.monotonic() + WAIT_SECONDS
        while (answer := self._answer(process, SECONDS)) is None:
            if time.monotonic() > until or _processor_seconds(process.pid) - before > SECONDS:
                break
        return answer

    @staticmethod
    def _answer(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """A line; none where none came in time, an empty one where the process has ended."""
        assert process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            return process.stdout.readline() if selector.select(seconds) else None

    def close(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream:
                    stream.close()
        self.process = None


def _processor_seconds(pid: int) -> float:
    """Of a process and its children."""
    process, seconds = psutil.Process(pid), 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            seconds += times.user + times.system
    return seconds


def run(cases: Sequence[Case], workers: int = 1, seen: Callable[[Verdict], object] = lambda _: None) -> list[Verdict]:
    """Land the cases; returns a verdict on each, in their order.

    Args:
        seen: called with each verdict as soon as it is known.
    """
    waiting = deque(cases)
    verdicts: dict[str, Verdict] = {}

    def serve(_: int) -> None:
        process = _Process()
        try:
            while waiting:
                try:
                    case = waiting.popleft()
                except IndexError:
                    return
                verdicts[case.id] = judge(case, process.land(case))
                seen(verdicts[case.id])
        finally:
            process.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(serve, range(workers)))
    return [verdicts[case.id] for case in cases]


def table(verdicts: Iterable[Verdict]) -> Table:
    """One row per kind."""
    made = Table(title="Corpus", title_justify="left", show_edge=False)
    heads = (
        "kind",
        "cases",
        "right",
        "crash",
        "hang",
        "> 500 MB",
        "wrongly accepted",
        "wrongly refused",
        "otherwise wrong",
        "s",
        "MB",
    )
    for head in heads:
        made.add_column(head, justify="left" if head == "kind" else "right")
    by_kind: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_kind.setdefault(verdict.case.kind, []).append(verdict)
    for kind, own in by_kind.items():
        counts = Counter(verdict.result.outcome for verdict in own)
        heavy = sum(v.result.outcome == "memory" or v.result.megabytes > MEGABYTES for v in own)
        accepted, refused = sum(v.is_wrongly_accepted for v in own), sum(v.is_wrongly_refused for v in own)
        right = sum(not v.wrong for v in own)
        other = sum(bool(v.wrong) and not (v.is_broken or v.is_wrongly_accepted or v.is_wrongly_refused) for v in own)
        numbers = (len(own), right, counts["crash"], counts["hang"], heavy, accepted, refused, other)
        most = (f"{max(v.result.seconds for v in own):.1f}", f"{max(v.result.megabytes for v in own):.0f}")
        made.add_row(kind, *map(str, numbers), *most)
    return made


def lines(verdicts: Iterable[Verdict]) -> list[str]:
    """What is wrong, one case a line."""
    return [f"{v.case.id}: {'; '.join(v.wrong)}" + (f" ({v.result.said})" if v.result.said else "") for v in verdicts if v.wrong]
