"""`sna hkci`: the Habitual Knife Carriers Index in its vault. Every command that opens the vault asks why, and is logged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration import telling
from orchestration.settings import Settings
from orchestration.terminal import FAILED, Wait, console, errors, waiting

if TYPE_CHECKING:
    import duckdb

    from vault.reading import Look

app = typer.Typer(
    help="The Habitual Knife Carriers Index: an encrypted vault of its own, opened with SNA_VAULT_KEY only.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

Reason = Annotated[str, typer.Option(help="Why; goes into the log.")]
ActingFor = Annotated[str, typer.Option("--as", metavar="NAME", help="For whom, where the login name does not say it.")]
RunId = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="A run; the one of the latest reference date if left out.")
]


@app.command()
def run(
    at: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Reference date: the last day that counts.")],
    reason: Reason,
    acting_for: ActingFor = "",
    wait: Wait = False,
) -> None:
    """Draw the cohorts of a date into the vault, compare them with all suspects, and land their counts for the next refresh."""
    from orchestration import knife_carriers, lock
    from vault import reading

    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        made, delivery = knife_carriers.run(settings, at.date(), why=reason, acting_for=acting_for)
    rows = [(name, n, made.joined.get(name, 0), made.left.get(name, 0)) for name, n in made.nominals.items()]
    console.print(telling.table(f"Run {made.run_id}", ["cohort", "nominals", "joined", "left"], rows))
    withheld = sum(cell.nominals is None for cell in made.told)
    console.print(
        f"{len(made.told)} counts were landed as delivery {delivery.load_id}, {withheld} of them withheld as too small."
    )
    with _vault(reason, acting_for) as (con, look):
        _print_bias(made.run_id, reading.bias(con, look, made.run_id))
    console.print("Next: read this before anybody acts on the list, and `sna refresh` to publish the counts.")


@app.command("list")
def list_entries(
    reason: Reason,
    acting_for: ActingFor = "",
    run_id: RunId = None,
    cohort: Annotated[str | None, typer.Option(help="Crime or Intelligence; both if left out.")] = None,
) -> None:
    """The entries of a run, those with the highest lifestyle score first."""
    from vault import reading

    with _vault(reason, acting_for) as (con, look):
        wanted = reading.latest(con, run_id)
        rows = reading.entries(con, look, wanted, cohort.capitalize() if cohort else None)
        left = reading.leavers(con, look, wanted)
    console.print(telling.table(f"Run {wanted}", [name.replace("_", " ") for name in reading.LISTED], rows))
    if left:
        console.print(telling.table("Left since the run before", ["cohort", "why", "nominals"], left))


@app.command()
def show(
    entry: Annotated[int, typer.Argument(help="Number of an entry.")],
    reason: Reason,
    acting_for: ActingFor = "",
    run_id: RunId = None,
) -> None:
    """All that the vault holds of one entry, and what each factor adds to its score."""
    from vault import reading

    with _vault(reason, acting_for) as (con, look):
        wanted = reading.latest(con, run_id)
        about, factors = reading.entry(con, look, wanted, entry)
    console.print(telling.table(f"Entry {entry} of run {wanted}", ["what", "is"], about.items()))
    console.print(telling.table("Lifestyle factors; points are illustrative", ["factor", "present", "points"], factors))
    if about["is_victim"]:
        console.print("[yellow]This person is a victim of violence[/]: that adds nothing to the score, and asks for help.")


@app.command()
def bias(reason: Reason, acting_for: ActingFor = "", run_id: RunId = None) -> None:
    """The cohorts of a run against all suspects of the same offences, by age, sex, ethnicity and area."""
    from vault import reading

    with _vault(reason, acting_for) as (con, look):
        wanted = reading.latest(con, run_id)
        rows = reading.bias(con, look, wanted)
    _print_bias(wanted, rows)


def _print_bias(run_id: str, rows: list[tuple[Any, ...]]) -> None:
    heads = ["cohort", "by", "category", "nominals", "suspects", "per 1,000", "low", "high", "difference of shares", "missing"]
    console.print(telling.table(f"Run {run_id} against all suspects of the same offences", heads, rows))
    console.print(
        "A rate beside another whose limits overlap is no sign of unequal treatment. `missing`: nothing is known of these."
    )


@app.command()
def expire(
    reason: Reason,
    acting_for: ActingFor = "",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day; today if left out.")] = None,
) -> None:
    """Delete what has expired, and write the vault anew so that nothing is left of it."""
    from vault import index, store

    day = (on or datetime.now(UTC)).date()
    with _vault(reason, acting_for) as (con, look):
        look.log(con, "expire", f"as of {day}")
        gone = index.expire(con, day)
    store.rewrite(look.folder, store.key_from_environment())
    console.print(f"{gone} rows had expired by {day} and are deleted.")


@app.command()
def log(
    verify: Annotated[bool, typer.Option("--verify", help="Check every line and the chain; exit 1 where it is broken.")] = False,
) -> None:
    """Who opened the vault, when, why and for what. The log names nobody who is in the vault."""
    from vault import access_log, store

    folder = Settings.from_env().vault
    if not verify:
        rows = [
            (line.number, line.at, line.who, line.acting_for, line.action, line.what, line.why)
            for line in access_log.read(folder)
        ]
        console.print(telling.table("Access log", ["line", "at", "who", "for", "did", "what", "why"], rows))
        return
    anchored = None
    try:
        key = store.key_from_environment()
    except store.VaultClosed as error:
        console.print(
            f"[yellow]{error}[/] The chain is checked without what the vault remembers: lines cut off at the end go unseen."
        )
    else:
        with store.opened(folder, key) as con:
            anchored = access_log.anchors(con)
    found = access_log.faults(folder, anchored)
    for fault in found:
        errors.print(f"[red]{fault}[/]", highlight=False)
    if found:
        raise typer.Exit(FAILED)
    console.print(f"{len(access_log.read(folder))} lines, each as it was written.")


@contextmanager
def _vault(reason: str, acting_for: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Look]]:
    """The vault, open, and who looks; what is not there is told without a traceback."""
    from vault import reading, store

    folder: Path = Settings.from_env().vault
    look = reading.Look(folder, reason, acting_for)
    try:
        with store.opened(folder, store.key_from_environment()) as con:
            yield con, look
    except reading.NotThere as error:
        errors.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(FAILED) from None
