"""The shell commands in the pages of the documentation, the README among them.

A block is fenced with ```sh. A comment before it, `<!-- not run: reason -->`, takes it out of what is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.home.environment import PROJECT

BLOCK = re.compile(r"(?:<!-- not run: (?P<reason>.+?) -->\n)?^```sh\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"<<'(?P<end>\w+)'\n.*?^(?P=end)$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:sna|\./sna|make) [^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A block of shell.

    Attributes:
        place: page and line, as a failure names it.
        not_run: why it is not run; empty if it is.
    """

    place: str
    text: str
    not_run: str

    @property
    def commands(self) -> list[str]:
        """Its commands, one a line, without comments and here-documents."""
        lines = HERE_DOCUMENT.sub("", self.text).replace("\\\n", " ").splitlines()
        return [command for line in lines if (command := re.sub(r"(^|\s)#.*", "", line).strip())]


def pages() -> list[Path]:
    """Every page a reader is pointed to; decisions and the changelog are history."""
    docs = [path for path in (PROJECT / "docs").rglob("*.md") if path.parent.name != "decisions"]
    return sorted([*docs, *(path for path in PROJECT.glob("*.md") if path.name != "CHANGELOG.md")])


def name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(f"{name(page)}:{text.count(chr(10), 0, found.start('text')) + 1}", found["text"], found["reason"] or "")
        for found in BLOCK.finditer(text)
    ]


def below(page: str, heading: str) -> Block:
    """The first block that is run below a heading of a page of docs/how-to."""
    path = PROJECT / "docs" / "how-to" / page
    text = path.read_text(encoding="utf-8")
    start = text.count("\n", 0, text.index(f"\n## {heading}\n")) + 1
    return next(block for block in blocks(path) if not block.not_run and int(block.place.split(":")[1]) > start)


def mentioned(page: Path) -> Iterator[tuple[str, str]]:
    """(place, command) of every command of `sna` or `make` in a page, in blocks and between backticks."""
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        for command in block.commands:
            yield block.place, command
    for found in INLINE.finditer(text):
        yield f"{name(page)}:{text.count(chr(10), 0, found.start()) + 1}", found[1]
