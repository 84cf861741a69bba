"""The page on operation, read as a person follows it."""

from __future__ import annotations

import re

from orchestration.home.environment import PROJECT

PAGE = (PROJECT / "docs" / "how-to" / "operate.md").read_text("utf-8")


def commands(heading: str) -> list[str]:
    """The commands of the first block below a heading, as they stand there."""
    (block, *_) = re.findall(r"(?:^ {4}.+\n)+", PAGE.split(f"\n## {heading}\n", 1)[1], re.MULTILINE)
    return [line.strip() for line in block.splitlines()]
