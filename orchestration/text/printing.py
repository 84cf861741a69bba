"""Texts of senders where something would obey them: characters that a terminal acts on, and marks of Markdown."""

from __future__ import annotations

# Line ends are layout; spaces of other widths are spaces.
_PLAIN = {"\n": "\n", "\u00a0": " ", "\u202f": " ", "\u2009": " "}


def printable(text: str) -> str:
    """A text in which characters that are not shown but obeyed are written as their number: `\\x1b`."""
    return "".join(c if c.isprintable() else _PLAIN.get(c, f"\\x{ord(c):02x}") for c in text)


def markdown(text: str) -> str:
    """A text as code in Markdown, on one line: no link, picture, heading or HTML comes of it, not even of a bare address."""
    return f"`{' '.join(printable(text).split()).replace('`', chr(39))}`"
