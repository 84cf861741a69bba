"""The commands of `sna` about areas: list them, make the file of a new one, and say what is missing in it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED
from orchestration.home import area_files, national
from orchestration.home import areas as known_areas
from orchestration.text.console import console
from orchestration.text.plurals import counted

app = typer.Typer(help="The file of one area.", no_args_is_help=True, pretty_exceptions_show_locals=False)

Named = Annotated[str | None, typer.Argument(metavar="[AREA]", help="The name of its folder. Default: all areas.")]


def areas() -> None:
    """The areas that a home can be of, with their forces, districts and gaps."""
    rows = []
    for name in known_areas.names():
        area = known_areas.load(name)
        forces = ", ".join(national.forces()[force].force_name for force in area.forces)
        numbers = (str(len(part)) for part in (area.districts, area.agencies, area.gaps))
        rows.append((name, area.name, forces, *numbers))
    title = f"Areas in {known_areas.folder()}"
    console.print(output.table(title, ["area", "name", "forces", "districts", "agencies", "gaps"], rows))


@app.command()
def new(
    force: Annotated[
        list[str], typer.Argument(help="Territorial police force, as data.police.uk names it in its files; or several.")
    ],
    identifier: Annotated[str | None, typer.Option("--id", help="Name of the folder. Default: that of the first force.")] = None,
) -> None:
    """Write the file of a new area from the districts of its force, with marks where something has to be found out."""
    path = area_files.make(force, identifier)
    area = known_areas.load(path.parent.name)
    districts, authorities = (
        counted(len(part), word) for part, word in ((area.districts, "district"), (area.authorities, "authority"))
    )
    console.print(f"{path}: {area.name}, {districts} in {authorities}.", highlight=False)
    _print(area.gaps)
    console.print(
        f"Next: `sna init --area {area.id}`; open data can be delivered at once. `sna area check {area.id}` lists the gaps."
    )


@app.command()
def check(area: Named = None) -> None:
    """List what is missing in an area's file. Exits 1 if it contradicts the national seeds or the contracts."""
    from orchestration.contracts.reader import load_contracts

    wrong = 0
    for name in [area] if area else known_areas.names():
        found = known_areas.load(name)
        lines = area_files.missing(found, load_contracts(), _definitions())
        wrong += len(lines)
        console.print(
            f"[bold]{name}[/]: {counted(len(lines), 'contradiction')}, {counted(len(found.gaps), 'gap')}", highlight=False
        )
        _print((*lines, *found.gaps))
    if wrong:
        raise typer.Exit(FAILED)


@app.command()
def upgrade(area: Named = None) -> None:
    """Bring area files of an earlier version of the project to the present schema."""
    from orchestration.contracts.reader import load_contracts

    for name in [area] if area else known_areas.names():
        done = area_files.upgrade(name, load_contracts())
        state = "upgraded; compare it with the earlier file" if done else "nothing to do"
        console.print(f"{name}: schema {known_areas.SCHEMA_VERSION}, {state}.", highlight=False)


def _definitions() -> set[str]:
    import csv

    from orchestration.home.environment import DBT_PROJECT

    with (DBT_PROJECT / "seeds" / "reference" / "serious_violence_definition.csv").open(encoding="utf-8", newline="") as file:
        return {row["definition_id"] for row in csv.DictReader(file)}


def _print(lines: tuple[str, ...]) -> None:
    for line in lines:
        console.print(f"  {escape(line)}", highlight=False)
