"""Numbers with their nouns."""

from __future__ import annotations

import re


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it needs one: `1 new delivery`, `2,000 new deliveries`."""
    plural = re.sub(r"(?<![aeiou])y$", "ie", noun) + "s"
    return f"{number:,} {noun if number == 1 else plural}"
