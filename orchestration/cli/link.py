"""`sna link`: links nominal records of one person, in the vault. Every command that opens it needs a reason and is logged."""

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
    help="Link nominal records that belong to one person, in the vault.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(init)
app.command()(log)


@app.command()
def run(reason: Reason, acting_for: ActingFor = "", key_file: KeyFile = None, wait: Wait = False) -> None:
    """Link the register of nominals. Lands the counts of people for the next refresh."""
    from orchestration.home import lock
    from orchestration.vault_runs import access, linked_people

    settings = Settings.from_env()
    key = access.provided_key(settings, key_file)
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting), working(console, "linking"):
        made, delivery = linked_people.run(settings, key, why=reason, acting_for=acting_for)
    console.print(
        f"Run {made.run_id}: {made.references:,} references belong to {made.people:,} people, linked by {made.pairs:,} pairs."
        f" Counts landed as delivery {delivery.load_id}."
    )
    print_anchor(settings)
    console.print("Next: `sna link audit --reason ...` to review pairs, then publish the counts with `sna refresh`.")


@app.command()
def audit(
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
    size: Annotated[int, typer.Option(min=2, help="Number of pairs.")] = 20,
) -> None:
    """Show the pairs nearest to the threshold. Half of them are linked; with their agreement and weight, without names."""
    from vault import people

    with vault(reason, acting_for, key_file) as (con, session):
        rows = people.audit(con, session.folder, size, why=reason, acting_for=acting_for)
    console.print(output.table("Pairs to review", [name.replace("_", " ") for name in people.AUDITED], rows))


@app.command()
def evaluate(
    truth: Annotated[Path, typer.Argument(help="CSV file with nominal_reference and same_person_as.")],
    reason: Reason,
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
) -> None:
    """Compute precision and recall of the last run by threshold. Only where the truth is known (demonstration data)."""
    from orchestration.vault_runs import linked_people
    from vault import people

    settings = Settings.from_env()
    pairs = linked_people.truth(settings, truth)
    with vault(reason, acting_for, key_file) as (con, session):
        found = people.evaluate(con, session.folder, pairs, why=reason, acting_for=acting_for)
    rows = [(f"{at:.2f}", number, f"{right:.1%}", f"{of:.1%}") for at, number, right, of in found]
    console.print(output.table(f"{len(pairs)} pairs are one person", ["threshold", "pairs", "precision", "recall"], rows))
