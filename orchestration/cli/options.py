"""Options and exit statuses that the `sna` commands share."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from orchestration.text.console import console, errors

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

Wait = Annotated[bool, typer.Option("--wait", help="Wait for another process that uses the same home, instead of exiting.")]


def _known(feed: str | None) -> str | None:
    """The name of a feed; exits if no feed has it."""
    from orchestration.contracts.reader import load_contracts

    if feed is not None and feed not in (known := {f"{agency}/{name}" for agency, name in load_contracts()}):
        errors.print(f"[red]No feed '{escape(feed)}'.[/] Feeds: {', '.join(sorted(known))}.")
        raise typer.Exit(WRONG_USAGE)
    return feed


OneFeed = Annotated[str | None, typer.Argument(help="agency/feed. Default: all feeds.", callback=_known)]


def waiting(holder: str) -> None:
    """Print which process the command waits for."""
    console.print(f"{holder}; waiting for it.", highlight=False)
