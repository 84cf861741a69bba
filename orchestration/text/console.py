"""The consoles that all terminal output goes through."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.errors import MarkupError
from rich.segment import Segment

from orchestration.text.printing import printable

# As a person calls this program: the launcher at the root of the checkout says how it was called.
CALLED_AS = shlex.quote(os.environ.get("SNA_CALLED_AS") or "sna")


def as_called(text: str) -> str:
    """A text whose commands can be copied."""
    return text.replace("`sna ", f"`{CALLED_AS} ")


class SafeConsole(Console):
    """Commands in what it prints can be copied: `sna refresh` becomes `./sna refresh` where the program was called so.

    Whatever it prints, of a file's name, a header or a message, the terminal shows and does not obey: control characters, and
    those that turn the direction of writing, are written as `\\x1b`.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        shown = [as_called(o) if isinstance(o, str) else o for o in objects]
        try:
            super().print(*shown, **options)
        except MarkupError:  # brackets of a sender; the message is printed all the same
            super().print(*shown, **options | {"markup": False})

    def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or (segment.text.isascii() and segment.text.isprintable()):
                yield segment
            else:
                yield segment._replace(text=printable(segment.text))


class RecordingConsole(SafeConsole):
    """Prints on another console, and keeps each text with its options, so that it can be printed again.

    Attributes:
        lines: (text, options of `print`), as JSON can hold them.
    """

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def print(self, *objects: Any, **options: Any) -> None:
        (text,) = objects
        self.lines.append((text, options))
        self._console.print(text, **options)


# Into a file or a pipe, lines keep their length.
console = SafeConsole(soft_wrap=True, width=None if sys.stdout.isatty() else 200)
errors = SafeConsole(stderr=True, soft_wrap=True, width=None if sys.stderr.isatty() else 200)


@contextmanager
def working(console: Console, doing: str) -> Iterator[Callable[[str], None]]:
    """A spinner with a text while the block runs, if there is a terminal; yields a function that changes the text."""
    if not console.is_interactive:
        yield lambda _: None
        return
    with console.status(doing) as status:
        yield status.update
