"""The commands of `sna` about areas: list them, make the file of a new one, and say what is missing in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED, WRONG_USAGE
from orchestration.text.console import console, errors
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract

app = typer.Typer(
    help="Make and check an area's file, and map agencies' headers.", no_args_is_help=True, pretty_exceptions_show_locals=False
)

Named = Annotated[str | None, typer.Argument(metavar="[AREA]", help="The name of its folder. Default: all areas.")]


def areas() -> None:
    """List the areas, with their forces, districts and gaps."""
    from orchestration.home import areas as known_areas
    from orchestration.home import national

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
    """Write the file of a new area. It has the districts of its force, and marks where something has to be found out."""
    from orchestration.home import area_files
    from orchestration.home import areas as known_areas

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
    from orchestration.contracts import area_maps
    from orchestration.contracts.model import ContractError
    from orchestration.contracts.reader import load_contracts
    from orchestration.home import area_files
    from orchestration.home import areas as known_areas

    wrong = 0
    for name in [area] if area else known_areas.names():
        found = known_areas.load(name)
        lines = area_files.missing(found, _definitions())
        gaps: list[str] = []
        try:
            load_contracts(name)
            for path in area_maps.paths(name):
                gaps += [f"{area_maps.FOLDER}/{path.name}: {gap}" for gap in area_maps.read(path).open_gaps()]
        except ContractError as error:
            lines.append(str(error))
        wrong += len(lines)
        gaps = [*found.gaps, *area_files.without_agency(found), *gaps]
        console.print(f"[bold]{name}[/]: {counted(len(lines), 'contradiction')}, {counted(len(gaps), 'gap')}", highlight=False)
        _print((*lines, *gaps))
    if wrong:
        raise typer.Exit(FAILED)


@app.command()
def upgrade(area: Named = None) -> None:
    """Bring area files of an earlier version to the present layout."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.home import area_files
    from orchestration.home import areas as known_areas

    types = {key: contract.type for key, contract in load_contracts().items()}
    for name in [area] if area else known_areas.names():
        done = area_files.upgrade(name, types)
        state = "upgraded; compare it with the earlier file" if done else "nothing to do"
        console.print(f"{name}: schema {known_areas.SCHEMA_VERSION}, {state}.", highlight=False)


@app.command("map")
def map_headers(
    feed_type: Annotated[str, typer.Argument(help="What the file is of: a feed, such as crimes, or agency/feed.")],
    sample: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file as the agency exports it.")],
    area: Annotated[
        str | None, typer.Option(envvar="SNA_AREA", help="The name of the area's folder. Default: the area of the home.")
    ] = None,
) -> None:
    """Map the headers of an agency's own extract to columns. Writes the map, with its gaps, to the area's folder.

    Nothing is landed. What the map says already stays. Values are written only of columns that hold no personal data, and only
    where nothing in them may name somebody.
    """
    from orchestration.contracts import area_maps
    from orchestration.contracts.model import ContractError
    from orchestration.contracts.reader import read_contracts
    from orchestration.home import area_files
    from orchestration.home import areas as known_areas
    from orchestration.home.settings import Settings
    from orchestration.ingest.recognition import handed_in, header_map
    from orchestration.ingest.rules import UnreadableError

    if not sample.is_file():
        # A device or a pipe has no end, or none that comes.
        raise typer.BadParameter(f"{sample} is no regular file. Copy the extract to one.")
    area = area or Settings.from_env().made.area
    known_areas.load(area)
    contract = _of_type(feed_type, list(read_contracts(area).values()), area)
    agency = contract.agency if "/" in feed_type and feed_type != contract.type else None
    own = contract.type if feed_type == contract.type else contract.feed
    path = area_maps.path_of(area, own, agency)
    before = area_maps.read(path) if path.exists() else None
    adapted = area_maps.adapt(contract, before, path) if before else contract
    try:
        with handed_in.copied(handed_in.Handed(sample.resolve(), sample.resolve().parent)) as copy:
            read = header_map.read(copy, adapted)
            made = header_map.probable(read.rows, adapted, read.made)
    except UnreadableError as error:
        errors.print(f"[red]{escape(sample.name)}[/]: {escape(error.faults[0].message)}", highlight=False)
        raise typer.Exit(FAILED) from None
    found = area_maps.updated(
        before,
        area_maps.AreaMap.model_validate(
            {
                "feed_type": own,
                "agency": agency,
                "sheet": None if read.layout or adapted.layout else read.sheet,
                "layout": header_map.with_totals(read, made),
                "delimiter": None if read.delimiter == "," or "tsv" in contract.formats else read.delimiter or None,
                "headers": {header: {"column": column, "likeness": score} for header, (column, score) in made.headers.items()},
                "absent": made.absent,
                "formats": {column: (form,) for column, form in made.formats.items()},
                "provided": made.provided,
                "gaps": {"headers": made.unmatched, "columns": made.missing, "values": made.values},
            }
        ),
    )
    try:
        area_maps.adapt(contract, found, path)
    except ContractError as error:
        # Such a map would be an error of every command that reads the area.
        errors.print(f"[red]{escape(sample.name)}[/]: no map is written. {escape(str(error))}", highlight=False)
        raise typer.Exit(FAILED) from None
    path.parent.mkdir(exist_ok=True)
    path.write_text(area_maps.HOW_TO_FILL + area_files.text(area_maps.as_written(found)), "utf-8")
    table = [(header, column, f"{score:.0%}") for header, (column, score) in made.headers.items()]
    table += [(" and ".join(rule.headers), column, "both") for column, rule in made.provided.items()]
    console.print(output.table(f"Probable columns of {sample.name}", ["header", "column", "likeness"], table))
    if found.layout and not (before and before.layout):
        console.print(f"The table is described under `layout` of the map, as it was found in {escape(sample.name)}: check it.")
    lines = [f"header without a column: {header}" for header in made.unmatched]
    lines += [f"required column without a header: {column}" for column in made.missing]
    lines += [
        f"{column}: {counted(len(values), 'value')} without a label, in {sum(values.values()):,} row(s)"
        for column, values in made.values.items()
    ]
    _print(tuple(lines))
    console.print(f"{path}: {counted(len(made.headers), 'header')} mapped, {counted(len(lines), 'gap')}.", highlight=False)
    console.print(
        "Next: fill the gaps in that file, then `sna deliver`."
        if lines
        else "Next: check the columns in that file, then `sna deliver`."
    )


def _of_type(feed_type: str, contracts: list[FeedContract], area: str) -> FeedContract:
    """The contract of a feed type, or of one agency's feed; exits where there is none, or several with other columns.

    Where several agencies send the type, that of the area's own is taken.
    """
    from orchestration.home import areas as known_areas

    found: dict[tuple[str, ...], FeedContract] = {}
    own = {agency.id for agency in known_areas.load(area).agencies}
    for contract in sorted(contracts, key=lambda contract: contract.agency not in own):
        if feed_type in (contract.feed, contract.type, "/".join(contract.id)):
            found.setdefault(tuple(column.name for column in contract.columns), contract)
    if len(found) == 1:
        (contract,) = found.values()
        return contract
    agency, _, feed = feed_type.rpartition("/")
    if found:
        names = ", ".join(sorted({contract.type for contract in found.values()}))
        reason = f"Several feed types have that name, each with columns of its own. Name one of {names}."
    elif agency and any(contract.feed == feed for contract in contracts):
        reason = (
            f"The file of the area lists no agency {agency} that sends {feed}. Add it under `agencies` of "
            f"{known_areas.folder() / area / known_areas.FILE}: - {{id: {agency}, feeds: [{feed}]}}"
        )
    else:
        reason = f"No feed of that type. Types: {', '.join(sorted({contract.feed for contract in contracts}))}."
    errors.print(f"[red]{escape(feed_type)}[/]: {reason}", highlight=False)
    raise typer.Exit(WRONG_USAGE)


def _definitions() -> set[str]:
    import csv

    from orchestration.home.environment import DBT_PROJECT

    with (DBT_PROJECT / "seeds" / "reference" / "violence_definition.csv").open(encoding="utf-8", newline="") as file:
        return {row["definition_id"] for row in csv.DictReader(file)}


def _print(lines: tuple[str, ...]) -> None:
    for line in lines:
        console.print(f"  {escape(line)}", highlight=False)
