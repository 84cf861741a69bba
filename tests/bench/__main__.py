"""`make bench`: each way of doing the work, several times, on the same data, as child processes of one run.

    python -m tests.bench [--scales 1,20] [--times 3] [--work DIR]

Prints a table (min, median and max of wall and CPU seconds, peak memory) and the ratios that the targets are about.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.settings import DBT_PROJECT, PROJECT

PYTHON = sys.executable
SNA = str(Path(PYTHON).with_name("sna"))
DBT = str(Path(PYTHON).with_name("dbt"))
# What a refresh with nothing new has to import before it can answer.
LIBRARIES = "import duckdb, open_data_contract_standard.model, rich.console, rich.table, typer, yaml"


@dataclass
class Measured:
    """Wall seconds, CPU seconds and peak memory (MiB) of each time that a command ran."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.wall)


def measure(into: Measured, command: list[str], **environment: str) -> None:
    """Run a command as a child process and add its cost; a command that fails ends the benchmark."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(command, env={**os.environ, **environment}, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{output.read()[-3000:]}")
    into.wall.append(time.monotonic() - started)
    into.cpu.append(usage.ru_utime + usage.ru_stime)
    into.peak.append(usage.ru_maxrss / 1024)


def bench(scale: int, times: int, work: Path) -> dict[str, Measured]:
    """All six ways at one scale; `work` is emptied afterwards."""
    results: dict[str, Measured] = {}

    def run(name: str, command: list[str], prepare: Callable[[], object] = lambda: None, **environment: str) -> None:
        for _ in range(times):
            prepare()
            measure(results.setdefault(name, Measured()), command, **environment)

    raw, home, fresh = work / "raw", work / "home", work / "fresh"
    generation = Measured()
    measure(generation, [SNA, "demo", "--scale", str(scale)], SNA_RAW=str(raw), SNA_HOME=str(home))
    # More than one county does not reproduce the published figures of one.
    places = {"SNA_RAW": str(raw), "SNA_HOME": str(home), "SNA_RECONCILIATION": "strict" if scale == 1 else "report"}
    run("a  sna refresh from nothing", [SNA, "refresh"], lambda: shutil.rmtree(home, ignore_errors=True), **places)
    run("c  sna refresh, nothing new", [SNA, "refresh"], **places)
    run("   importing its libraries", [PYTHON, "-c", LIBRARIES])
    run(
        "d  the floor: plain DuckDB",
        [PYTHON, "-m", "tests.bench.floor", str(raw), str(home), str(fresh)],
        lambda: shutil.rmtree(fresh, ignore_errors=True),
    )
    dbt = ["build", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--exclude-resource-type", "unit_test"]
    run(
        "e  plain dbt build",
        [DBT, *dbt, "--target-path", str(fresh), "--log-path", str(fresh)],
        lambda: shutil.rmtree(fresh, ignore_errors=True),
        SNA_WAREHOUSE=str(home / "warehouse.duckdb"),
    )
    run("b  sna refresh, one new month", [SNA, "refresh"], lambda: _forget_last_month(home), **places)
    results["f  writing the deliveries"] = generation
    return dict(sorted(results.items()))


def _forget_last_month(home: Path) -> None:
    """A home to which March 2024 has just been delivered: the landing log does not know it yet."""
    for folder in (home / "landing" / "derbyshire_constabulary").glob("*/2024-03"):
        shutil.rmtree(folder)


def main(
    scales: Annotated[str, typer.Option(help="Counties, separated by commas.")] = "1,20",
    times: Annotated[int, typer.Option(min=1, help="How often each way is run.")] = 3,
    work: Annotated[Path | None, typer.Option(help="Where to work; needs about 6 GB at scale 20.")] = None,
) -> None:
    """Measure, and print tables."""
    console = Console(width=120)
    for scale in (int(text) for text in scales.split(",")):
        folder = Path(tempfile.mkdtemp(prefix="sna-bench-", dir=work))
        try:
            results = bench(scale, times, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        table = Table(title=f"Scale {scale}")
        for head in ("what", "wall s: min", "median", "max", "CPU s: median", "peak MiB: max"):
            table.add_column(head, justify="left" if head == "what" else "right")
        for name, m in results.items():
            wall = (min(m.wall), m.median, max(m.wall))
            table.add_row(name, *(f"{w:.2f}" for w in wall), f"{statistics.median(m.cpu):.2f}", f"{max(m.peak):.0f}")
        console.print(table)
        by = {name[0]: m.median for name, m in results.items() if name[0] != " "}
        imports = results["   importing its libraries"].median
        console.print(
            f"a / e = {by['a'] / by['e']:.2f}   a / d = {by['a'] / by['d']:.2f}   c / imports = {by['c'] / imports:.2f}"
        )


if __name__ == "__main__":
    typer.run(main)
