"""`sna hkci`: the Habitual Knife Carriers Index in its vault. Every command that opens the vault needs a reason and is logged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from orchestration.cli import output
from orchestration.cli.options import FAILED, Wait, waiting
from orchestration.cli.vault import ActingFor, KeyFile, Reason, init, log, print_anchor, vault
from orchestration.home.settings import Settings
from orchestration.text.console import console

app = typer.Typer(
    help="Compute the Habitual Knife Carriers Index, in its vault.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(init)
app.command()(log)

RunId = Annotated[str | None, typer.Option("--run", metavar="RUN", help="Run id. Default: the run of the latest reference date.")]


@app.command()
def run(
    at: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Reference date: the last day that counts.")],
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    wait: Wait = False,
) -> None:
    """Compute the cohorts for a date. Compares them with all suspects, and lands their counts for the next refresh."""
    from orchestration.home import lock
    from orchestration.vault_runs import access, knife_carriers
    from vault import lookups

    settings = Settings.from_env()
    key = access.provided_key(settings, key_file)
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        made, delivery = knife_carriers.run(settings, key, at.date(), why=reason, acting_for=acting_for)
    rows = [(name, n, made.joined.get(name, 0), made.left.get(name, 0)) for name, n in made.nominals.items()]
    console.print(output.table(f"Run {made.run_id}", ["cohort", "nominals", "joined", "left"], rows))
    withheld = sum(cell.nominals is None for cell in made.disclosed)
    console.print(
        f"{len(made.disclosed)} counts landed as delivery {delivery.load_id}, {withheld} of them withheld as too small."
    )
    with access.opened(settings, key) as con:
        _print_bias(made.run_id, lookups.bias(con, lookups.VaultSession(settings.vault, reason, acting_for), made.run_id))
    print_anchor(settings)
    console.print("Next: read this comparison before anybody acts on the list; then publish the counts with `sna refresh`.")


@app.command("list")
def list_entries(
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    run_id: RunId = None,
    cohort: Annotated[str | None, typer.Option(help="Crime or Intelligence. Default: both.")] = None,
) -> None:
    """List the entries of a run, highest lifestyle score first."""
    from vault import lookups

    with vault(reason, acting_for, key_file) as (con, session):
        wanted = lookups.latest(con, run_id)
        rows = lookups.entries(con, session, wanted, cohort.capitalize() if cohort else None)
        left = lookups.leavers(con, session, wanted)
    console.print(output.table(f"Run {wanted}", [name.replace("_", " ") for name in lookups.LISTED], rows))
    if left:
        console.print(output.table("Left since the previous run", ["cohort", "why", "nominals"], left))


@app.command()
def show(
    entry: Annotated[int, typer.Argument(help="Entry number.")],
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    run_id: RunId = None,
) -> None:
    """Show everything the vault holds on one entry. Also what each factor adds to its score."""
    from vault import lookups

    with vault(reason, acting_for, key_file) as (con, session):
        wanted = lookups.latest(con, run_id)
        about, factors = lookups.entry(con, session, wanted, entry)
    console.print(output.table(f"Entry {entry} of run {wanted}", ["field", "value"], about.items()))
    console.print(output.table("Lifestyle factors; points are illustrative", ["factor", "present", "points"], factors))
    if about["is_victim"]:
        console.print("[yellow]This person is a victim of violence[/]: this does not raise the score, and calls for support.")


@app.command()
def bias(reason: Reason, acting_for: ActingFor = "", run_id: RunId = None, key_file: KeyFile = None) -> None:
    """Compare the cohorts of a run with all suspects. Of the same offences, by age, sex, ethnicity and area."""
    from vault import lookups

    with vault(reason, acting_for, key_file) as (con, session):
        wanted = lookups.latest(con, run_id)
        rows = lookups.bias(con, session, wanted)
    _print_bias(wanted, rows)


def _print_bias(run_id: str, rows: list[tuple[Any, ...]]) -> None:
    heads = ["cohort", "by", "category", "nominals", "suspects", "per 1,000", "low", "high", "difference of shares", "missing"]
    console.print(output.table(f"Run {run_id} compared with all suspects of the same offences", heads, rows))
    console.print(
        "Rates whose limits overlap are no evidence of unequal treatment. `missing`: nominals whose category is unknown."
    )


@app.command()
def expire(
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Expire as at this date. Default: today.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Delete what has expired. The vault file is written again, so that no trace of it remains."""
    from orchestration.vault_runs import access
    from vault import index, lookups, store

    settings = Settings.from_env()
    key = access.provided_key(settings, key_file)
    today = datetime.now(UTC).date()
    day = on.date() if on else today
    with access.opened(settings, key) as con:
        session = lookups.VaultSession(settings.vault, reason, acting_for)
        session.log(con, "expire", f"as of {day}")
        expired, early = index.expired(con, day), index.expired(con, day) - index.expired(con, min(day, today))
        warning = f", {early:,} of them before their time" if early else ""
        if expired and not yes and not _confirmed(f"{expired:,} rows expire by {day}{warning}. Delete them for good?"):
            console.print("Nothing was deleted. `--yes` deletes without asking.")
            raise typer.Exit(FAILED)
        gone = index.expire(con, day)
    store.rewrite(settings.vault, key, access.ENGINE)
    console.print(f"Deleted {gone} rows that had expired by {day}.")
    print_anchor(settings)


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question)
    except typer.Abort:  # nobody is there to ask
        return False
