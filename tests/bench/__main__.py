"""`make bench`: each way of doing the work, several times, on the same data, as child processes of one run.

    python -m tests.bench [--scales "1 20"] [--times 3] [--work DIR] [--results DIR]

Prints a table and the ratios for each scale, and saves each row as soon as it is measured (`results`). A way that fails is shown
with its last lines, and the others go on; then the exit status is 1.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.home.environment import PROJECT
from orchestration.publication.publish import git_commit
from tests.bench.results import Results, Row, ratios, targets
from tests.bench.ways import County, measure

RESULTS = PROJECT / "var" / "bench"


def table(rows: list[Row], scale: int) -> Table:
    """The rows of one scale by their keys."""
    made = Table(title=f"Scale {scale}", title_justify="left")
    for head in ("", "what", "wall s: min", "median", "max", "CPU s: median", "peak MiB: max", "load"):
        made.add_column(head, justify="left" if head in ("", "what") else "right")
    for row in sorted((row for row in rows if row.scale == scale), key=lambda row: (len(row.key), row.key)):
        cells = ["failed" if row.error else ""] * 5
        if row.costs and not row.error:
            wall, cpu, peak = map(row.of, ("wall_s", "cpu_s", "peak_mib"))
            cells = [f"{f(wall):.2f}" for f in (min, statistics.median, max)] + [
                f"{statistics.median(cpu):.2f}",
                f"{max(peak):.0f}",
            ]
        made.add_row(row.key, row.name, *cells, f"{row.load_before:.1f} to {row.load_after:.1f}")
    return made


def show(console: Console, results: Results, scale: int) -> None:
    """The table of one scale, its ratios, what differs from the floor, and what failed."""
    console.print(table(results.rows, scale))
    for one in targets(results.rows, scale):
        console.print(f"{one['key']}: target {one['target']}, {one['verdict']}", highlight=False)
    for measured in ("cpu", "wall"):
        found = ratios(results.rows, scale, f"{measured}_s")
        console.print(f"{measured}: " + "   ".join(f"{name} {ratio:.2f}" for name, ratio in found.items()), highlight=False)
    for found in results.differences or []:
        if found["scale"] == scale:
            console.print(f"The floor differs in {found['table']}: {found['rows_floor']} rows, {found['rows_release']} released.")
    for row in results.rows:
        if row.scale == scale and row.error:
            console.print(f"[red]{row.key} {row.name}[/]: ", end="")
            console.print(row.error, markup=False, highlight=False)


def main(
    scales: Annotated[str, typer.Option(help="Scales of the demonstration, separated by spaces or commas.")] = "1 20",
    times: Annotated[int, typer.Option(min=1, help="How often each way is run.")] = 3,
    work: Annotated[Path | None, typer.Option(help="Where to work; about 2 GB at scale 1, 30 GB at scale 20.")] = None,
    results: Annotated[Path, typer.Option(help="Where to save what is measured.")] = RESULTS,
) -> None:
    """Measure, save and print."""
    console = Console(width=130)
    saved = Results(results.resolve(), {"commit": git_commit(), "times": times})
    console.print(f"Results: {saved.folder}", highlight=False)
    if work:
        work.mkdir(parents=True, exist_ok=True)
    for scale in (int(text) for text in scales.replace(",", " ").split()):
        folder = Path(tempfile.mkdtemp(prefix="sna-bench-", dir=work)).resolve()
        try:
            for way in (county := County(scale, folder)).ways(saved):
                measure(way, Row(county.scale, way.key, way.name), times, saved)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        show(console, saved, scale)
    if any(row.error for row in saved.rows):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
