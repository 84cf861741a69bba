"""What every command of `sna` writes to, and how it ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

# Into a file or a pipe, lines keep their length.
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)
errors = Console(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else 200)

FAILED = 1
WRONG_USAGE = 2

Wait = Annotated[bool, typer.Option("--wait", help="Wait while another process works on the same home, instead of leaving.")]


def waiting(holder: str) -> None:
    """Tells whom a command waits for."""
    console.print(f"{holder}; waiting for it.", highlight=False)
