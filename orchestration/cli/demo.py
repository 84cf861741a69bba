"""`sna demo`: the demonstration's home and deliveries. Nothing else needs the package `synthetic`, which writes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.cli.options import FAILED
from orchestration.home.environment import PROJECT
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors, working
from orchestration.text.plurals import counted

# The area whose printed report the demonstration reproduces.
DEMONSTRATED = "derbyshire"
# The generator is a package of its own, which an installation for real deliveries leaves out.
EXTRA = "serious-violence-warehouse[demo]"


def _require_generator() -> None:
    """Exit with installation advice if the generator, or a package that it needs, is missing."""
    try:
        import synthetic  # noqa: F401
    except ModuleNotFoundError as error:
        errors.print(
            f"[red]The demonstration needs the package {error.name}, which is not installed: run"
            f" `pip install '{escape(EXTRA)}'`, or `make .venv/installed` in a checkout.[/]"
        )
        raise typer.Exit(FAILED) from None


def demo(
    scale: Annotated[int, typer.Option(min=1, max=33, help="A force of so many times the people, streets and wards.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another county with the same totals.")] = 2024,
    dirt: Annotated[bool, typer.Option(help="Inject known faults, listed in dirt-manifest.json.")] = False,
    next_month: Annotated[
        bool, typer.Option("--next-month", help="Write the following month of the demonstration instead, to practise with.")
    ] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only if the landing zone has no demonstration yet.")] = False,
    add: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="Register this file, such as a changed one, as part of the demonstration."
        ),
    ] = None,
) -> None:
    """Write a made-up county's deliveries into a demonstration home."""
    from orchestration.home import creation
    from orchestration.ingest.files import regular_files
    from orchestration.ingest.landing_zone import demonstration

    _require_generator()
    settings = _demonstration()
    creation.make(settings.home, DEMONSTRATED, "demonstration")
    if add:
        for file in add:
            if found := regular_files.problem(file, file.parent):
                raise typer.BadParameter(f"{escape(str(file))}: {found.message}")
        demonstration.add(settings.raw, add)
        console.print(
            f"Added {counted(len(add), 'file')} to {settings.raw / demonstration.FILE}. Next: `sna deliver FILE`, `sna refresh`."
        )
        return
    if next_month:
        _next_month(settings, seed, dirt)
        return
    if if_empty and (settings.raw / demonstration.FILE).exists():
        console.print(f"{settings.raw} already holds the demonstration; nothing was written.")
        return
    from synthetic import write_demo

    with working(console, "writing the demonstration deliveries") as progress:
        summary = write_demo(settings.raw, seed=seed, scale=scale, faults=dirt, progress=progress)
    files, rows = sum(summary.files.values()), sum(summary.rows.values())
    console.print(f"{counted(files, 'delivery')} with {rows:,} rows written to {settings.raw} in {summary.seconds:.0f} s.")
    console.print(f"Added {summary.returns} aggregate returns that agencies have published; these are real.")
    console.print("Next: `sna refresh`.")


def _next_month(settings: Settings, seed: int, dirt: bool) -> None:
    """Write a further month of the demonstration."""
    from synthetic.demo.next_month import NoNextMonthError, write_next_month

    try:
        with working(console, "writing the next month's deliveries"):
            done = write_next_month(settings.raw, seed=seed, faults=dirt)
    except NoNextMonthError as reason:
        errors.print(f"[red]{escape(str(reason))}[/]")
        raise typer.Exit(FAILED) from None
    rows = sum(rows for _, _, rows in done.files)
    console.print(f"{len(done.files)} deliveries up to {done.month} with {rows:,} rows written to {settings.raw}.")
    if done.faults:
        console.print(f"{done.faults} faults were added; {settings.raw / 'dirt-manifest.json'} lists them.")
    console.print("Next: `sna refresh`.")


def _demonstration() -> Settings:
    """Paths of the demonstration: `SNA_HOME`, or `var/demo` whatever other homes there are."""
    os.environ.setdefault("SNA_HOME", str(PROJECT / "var" / "demo"))
    return Settings.from_env()
