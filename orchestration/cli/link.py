"""`sna link`: who is who among the nominals, in the vault. Every command that opens the vault asks why, and is logged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import output
from orchestration.cli.options import Wait, waiting
from orchestration.cli.vault import ActingFor, KeyFile, Reason, init, log, print_anchor, vault
from orchestration.home.settings import Settings
from orchestration.text.console import console, working

app = typer.Typer(
    help="Who is who among the nominals: linked by keyed tokens in the vault, opened with its key only.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(init)
app.command()(log)


@app.command()
def run(reason: Reason, acting_for: ActingFor = "", key_file: KeyFile = None, wait: Wait = False) -> None:
    """Link the register of nominals, and land the counts of people for the next refresh."""
    from orchestration.home import lock
    from orchestration.vault_runs import access, linked_people

    settings = Settings.from_env()
    key = access.given_key(settings, key_file)
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting), working(console, "linking"):
        made, delivery = linked_people.run(settings, key, why=reason, acting_for=acting_for)
    console.print(
        f"Run {made.run_id}: {made.references:,} references are {made.people:,} people, by {made.pairs:,} pairs."
        f" Counts were landed as delivery {delivery.load_id}."
    )
    print_anchor(settings)
    console.print("Next: `sna link audit --reason ...` to judge pairs by eye, and `sna refresh` to publish the counts.")


@app.command()
def audit(
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    size: Annotated[int, typer.Option(min=2, help="How many pairs.")] = 20,
) -> None:
    """Pairs nearest to the threshold, half of them linked: how they agree and how much that weighs. No name is shown."""
    from vault import people

    with vault(reason, acting_for, key_file) as (con, session):
        rows = people.audit(con, session.folder, size, why=reason, acting_for=acting_for)
    console.print(output.table("Pairs to judge", [name.replace("_", " ") for name in people.AUDITED], rows))


@app.command()
def evaluate(
    truth: Annotated[Path, typer.Argument(help="CSV file with nominal_reference and same_person_as.")],
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
) -> None:
    """Precision and recall of the last run by threshold, where it is known who is who (demonstration data)."""
    from orchestration.vault_runs import linked_people
    from vault import people

    settings = Settings.from_env()
    pairs = linked_people.truth(settings, truth)
    with vault(reason, acting_for, key_file) as (con, session):
        found = people.evaluate(con, session.folder, pairs, why=reason, acting_for=acting_for)
    rows = [(f"{at:.2f}", number, f"{right:.1%}", f"{of:.1%}") for at, number, right, of in found]
    console.print(output.table(f"{len(pairs)} pairs are one person", ["threshold", "pairs", "precision", "recall"], rows))
