"""`python -m tests.fault` (`make fault`): many kills and every other fault, and a table of what became of them.

    python -m tests.fault [--kills 200] [--seed 2024] [--workers 2]

Ends with 1 where anything did not hold.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.fault import changing, damage, faults, kills, lost_permissions, service_runs
from tests.fault.bench import SNA, Bench
from tests.fault.kills import Kill, Trial

Job = Callable[[Bench], Trial]


def jobs(bench: Bench, number: int, seed: int) -> list[Job]:
    """At least `number` kills in six kinds, and the other faults."""
    boundaries = kills.boundaries(bench)
    share = max(number - sum(1 + len(kill.then) for kill in boundaries), 10)
    planned = [
        *boundaries,
        *kills.transitions(bench, share * 2 // 5, seed),
        *kills.moments(bench, share * 2 // 5, seed),
        *kills.of_the_command(max(share // 20, 3), seed),
        *kills.of_the_first_refresh(bench, max(share // 20, 3), seed),
        *kills.chains(bench, max(share // 30, 1), seed + 1),
    ]
    others = [made for module in (faults, damage, lost_permissions, changing, service_runs) for made in module.trials()]
    made = [*others, *(partial(_attempt, kill) for kill in planned)]
    # So that a run that is stopped early has seen something of everything.
    random.Random(seed).shuffle(made)
    return made


def _attempt(kill: Kill, bench: Bench) -> Trial:
    return kills.attempt(bench, kill)


def table(trials: list[Trial]) -> Table:
    """One row per kind of fault."""
    made = Table(title="Faults", title_justify="left", show_edge=False)
    for head in ("fault", "trials", "kills", "release intact", "recovered", "content identical", "passed", "s", "CPU s"):
        made.add_column(head, justify="left" if head == "fault" else "right")
    for kind in dict.fromkeys(trial.kind for trial in trials):
        own = [trial for trial in trials if trial.kind == kind]
        counts = [len(own), sum(t.kills for t in own)]
        counts += [sum(values) for values in zip(*((t.intact, t.recovered, t.identical, t.passed) for t in own), strict=True)]
        medians = [statistics.median(t.seconds for t in own), statistics.median(t.cpu for t in own)]
        made.add_row(kind, *map(str, counts), *(f"{value:.1f}" for value in medians))
    return made


def main(
    number: Annotated[int, typer.Option("--kills", help="At least so many kills.")] = 200,
    seed: Annotated[int, typer.Option(help="Which moments, and which of the many points.")] = 2024,
    workers: Annotated[int, typer.Option(min=1, help="Homes that are broken at the same time.")] = os.cpu_count() or 1,
    county: Annotated[Path | None, typer.Option(help="Landing zone of a demonstration county; made where left out.")] = None,
) -> None:
    """Break refreshes, and print what became of them."""
    console = Console(width=160)
    trials: list[Trial] = []
    waiting: deque[Job] = deque()
    with tempfile.TemporaryDirectory(prefix="sna-fault-") as folder:
        work = Path(folder)
        zone = county or _county(work / "county")

        def serve(name: int) -> None:
            (work / str(name)).mkdir()
            with Bench(work / str(name), zone) as bench:
                if name == 0:
                    waiting.extend(jobs(bench, number, seed))
                    console.print(f"{len(waiting)} trials")
                    started.set_result(None)
                else:
                    started.result()
                    assert bench.undisturbed
                while waiting:
                    job = waiting.popleft()
                    try:
                        trial = job(bench)
                    except faults.NotPermitted as why:
                        console.print(f"left out, for this machine does not permit {why}")
                        continue
                    except Exception:  # Of the harness: the other trials are worth their while all the same.
                        reason = traceback.format_exc()
                        trial = Trial("broken off", "a trial", intact=False, recovered=False, identical=False, problems=[reason])
                    trials.append(trial)
                    console.print(f"{'✓' if trial.passed else '✗'} {len(trials):>3} {trial.kind}: {trial.what}", highlight=False)
                    for problem in trial.problems:
                        console.print(f"      {problem}", highlight=False, markup=False)

        started: Future[None] = Future()
        with ThreadPoolExecutor(workers) as pool:
            try:
                for future in [pool.submit(serve, name) for name in range(workers)]:
                    future.result()
            except KeyboardInterrupt:
                console.print("stopping after the trials that are under way")
                waiting.clear()
    trials.sort(key=lambda trial: trial.kind)
    console.print(table(trials))
    bad = sum(not trial.passed for trial in trials)
    console.print(f"{sum(t.kills for t in trials)} kills in {len(trials)} trials, {bad} with a problem; seed {seed}")
    sys.exit(bool(bad))


def _county(folder: Path) -> Path:
    environment = {**os.environ, "SNA_RAW": str(folder), "SNA_HOME": str(folder.with_name("none"))}
    subprocess.run([str(SNA), "demo"], env=environment, check=True, capture_output=True)
    shutil.rmtree(folder.with_name("none"), ignore_errors=True)
    return folder


if __name__ == "__main__":
    typer.run(main)
