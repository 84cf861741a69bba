"""What every command of `sna` writes to, and how it ends."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from orchestration.text.console import console, errors

FAILED = 1
WRONG_USAGE = 2

Wait = Annotated[bool, typer.Option("--wait", help="Wait while another process works on the same home, instead of leaving.")]


def _known(feed: str | None) -> str | None:
    """A feed as it was named; ends the command where there is none of that name."""
    from orchestration.contracts.reader import load_contracts

    if feed is not None and feed not in (known := {f"{agency}/{name}" for agency, name in load_contracts()}):
        errors.print(f"[red]No feed '{escape(feed)}'.[/] Feeds: {', '.join(sorted(known))}.")
        raise typer.Exit(WRONG_USAGE)
    return feed


OneFeed = Annotated[str | None, typer.Argument(help="agency/feed; all feeds where left out.", callback=_known)]


def waiting(holder: str) -> None:
    """Tells whom a command waits for."""
    console.print(f"{holder}; waiting for it.", highlight=False)
