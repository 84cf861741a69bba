"""The commands of `sna` about feeds: list them, and check the contract of one that is being added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED
from orchestration.home.environment import CONTRACTS
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract

app = typer.Typer(help="Check contracts of feeds.", no_args_is_help=True, pretty_exceptions_show_locals=False)


def feeds() -> None:
    """List the feeds, what each supplies, and what was delivered."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.landing_log.log import loads_in_use, read

    settings = Settings.from_env()
    received = read(settings.landing)
    in_use = loads_in_use(received)
    rows = []
    for contract in load_contracts().values():
        own = [load for load in in_use if (load.agency, load.feed) == contract.id]
        last = max((load.period for load in own), default="not delivered")
        tables = ", ".join(contract.tables)
        taken_back = sum(load.withdrawn is not None for load in received if (load.agency, load.feed) == contract.id)
        withdrawn = str(taken_back or "")
        rows.append(("/".join(contract.id), contract.cadence, str(len(own)), withdrawn, last, tables, contract.owner))
    heads = ["feed", "cadence", "in use", "withdrawn", "last period", "supplies", "owner"]
    console.print(output.table("Feeds", heads, rows))


@app.command()
def check(
    contracts: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CONTRACT]...", help="Contracts of feed types. Default: all.", exists=True),
    ] = None,
    sample: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Try this file against the contract; nothing of it is kept.")
    ] = None,
) -> None:
    """Check contracts, and list what each feed needs to reach a mart. Exits 1 if a contract or the sample cannot be used."""
    from orchestration.contracts.model import ContractError
    from orchestration.contracts.reader import load_contract

    if sample and len(contracts or ()) != 1:
        raise typer.BadParameter("--sample is a file of one feed: name one contract.")
    paths = contracts or sorted(CONTRACTS.glob("*/*.yaml"))
    usable = []
    for path in paths:
        try:
            usable.append(load_contract(path.resolve()))
        except ContractError as error:
            errors.print(f"[red]✗[/] {escape(str(error))}", highlight=False)
    for contract in usable:
        _report(contract, in_full=contracts is not None)
    wrong = len(paths) - len(usable)
    console.print(f"{counted(len(paths), 'contract')} checked, {wrong} invalid.")
    if wrong or (sample and not _fits(sample, _sent(usable[0]))):
        raise typer.Exit(FAILED)


def _sent(contract: FeedContract) -> FeedContract:
    """A feed type as if somebody sent it."""
    return replace(contract, agency=contract.agency or contract.subject)


def _report(contract: FeedContract, *, in_full: bool) -> None:
    """What was checked of a feed, and what is missing; only the latter if not in full."""
    from orchestration.warehouse import feed_models

    steps = feed_models.steps(contract)
    shown = [step for step in steps if in_full or not step.found]
    if shown or in_full:
        described = f"{counted(len(contract.columns), 'column')}, {contract.cadence}, {' or '.join(contract.formats)}"
        vault = "" if steps else "; its rows stay in the vault, where no model reads them"
        console.print(f"[bold]{contract.type}[/]: {described}{vault}", highlight=False)
    for step in shown:
        mark, what = ("[green]✓[/]", step.found) if step.found else ("[yellow]missing[/]", step.remedy)
        console.print(f"  {mark} {step.name}: {escape(what)}", highlight=False)


def _fits(sample: Path, contract: FeedContract) -> bool:
    """Whether a file would be accepted as a delivery; prints what is wrong with it."""
    from orchestration.ingest.files.headers import printable
    from orchestration.ingest.recognition.recognition import Receipt
    from orchestration.ingest.recognition.trial import tried
    from orchestration.ingest.values import labels
    from orchestration.warehouse import feed_models

    name = escape(printable(sample.name))
    if unknown := [scheme for scheme in feed_models.schemes(contract) if scheme not in labels.known()]:
        errors.print(f"[red]✗[/] {name} was not tried: add labels of {', '.join(unknown)} first.", highlight=False)
        return False
    with tried(sample, contract) as result:
        if isinstance(result, Receipt):
            errors.print(f"[red]✗[/] {name}: refused: {escape(result.reason)}", highlight=False)
            return False
        rows = f"{result.rows_accepted:,} of {counted(result.rows_delivered, 'row')} accepted"
        console.print(f"{name}: period {result.period}, {rows}", highlight=False)
        if any(fault.severity != "information" for fault in result.faults):
            output.quarantine(console, [result])
        return result.verdict == "accepted"
