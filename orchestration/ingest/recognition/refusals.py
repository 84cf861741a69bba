"""The text of a refusal for the sender: the feed, the causes in order, where they were found and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from orchestration.contracts.model import FeedContract
from orchestration.ingest.rules import Fault

MOST_LINES = 12
MOST_NAMES = 8


@dataclass(frozen=True)
class Refusal:
    """Why a file is refused.

    Attributes:
        feed: `<agency>/<feed>` that it was compared with; empty where it is near to none.
        causes: what is wrong and what to do about it, as sentences; the first is to be corrected first.
    """

    feed: str
    causes: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, contract: FeedContract | None, *causes: tuple[str, str]) -> Refusal:
        """A refusal by (cause, remedy) pairs, in this order; of no feed where none is known."""
        return cls("/".join(contract.id) if contract else "", causes)

    @classmethod
    def of_faults(cls, contract: FeedContract | None, faults: Iterable[Fault]) -> Refusal:
        """A refusal by faults, each in a sentence."""
        return cls.of(contract, *sentences(faults))

    @property
    def lines(self) -> list[str]:
        """All of it: the feed with the first cause, then the others, each with its remedy on a line of its own."""
        place = f"{self.feed}: " if self.feed else ""
        lines = []
        for number, (cause, remedy) in enumerate(self.causes):
            lines.append(cause if number else place + cause)
            lines.append(f"  {remedy}")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def shown(self, folder: Path) -> list[str]:
        """At most twelve lines; where there are more, the last one names the file below `folder` that holds all of them.

        Side effect: that file, named by its content, so that the same refusal is one file however often it occurs.
        """
        if len(self.lines) <= MOST_LINES:
            return self.lines
        text = f"{self}\n"
        full = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
        folder.mkdir(parents=True, exist_ok=True)
        full.write_text(text)
        return [*self.lines[: MOST_LINES - 1], f"{len(self.lines) - MOST_LINES + 1} more lines in {full}"]


def sentences(faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """Faults as (what is wrong and where, what to do), those that differ in the column only being one.

    Headers that are unknown and others that are missing are one cause: another layout, or a header that is spelt in another way.
    """
    faults = list(faults)
    unknown, missing = ([one for one in faults if one.code == code] for code in ("D05", "D04"))
    found = []
    if unknown and missing and len({one.sheet for one in (*unknown, *missing)}) == 1:
        of = f"{_names(unknown)} {'is' if len(unknown) == 1 else 'are'}"
        lacking = f"{_names(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        place = f"Sheet “{unknown[0].sheet}”: " if unknown[0].sheet else ""
        found.append((f"{place}{of} not part of the agreed format, and {lacking}.", missing[0].remedy))
        faults = [one for one in faults if one.code not in ("D04", "D05")]
    for (code, _, remedy), same in groupby(faults, key=lambda one: (one.code, one.sheet, one.remedy)):
        alike = list(same)
        if len(alike) > 1 and code in _SEVERAL:
            found.append((_SEVERAL[code].format(n=len(alike), names=_names(alike)), remedy))
        else:
            found += [(f"{one.message}{where(one)}", one.remedy) for one in alike]
    return found


def where(fault: Fault) -> str:
    """The first rows that a fault was found in."""
    numbers = ", ".join(f"{row:,}" for row in fault.first_rows)
    more = " and more" if fault.rows and fault.rows > len(fault.first_rows) else ""
    return f" (row {numbers}{more})" if numbers else ""


_SEVERAL = {
    "D04": "{n} columns are missing: {names}.",
    "D05": "{n} columns are not part of the agreed format: {names}.",
    "D06": "{n} headers occur more than once: {names}.",
}


def _names(faults: list[Fault]) -> str:
    shown = [f"“{fault.column_name}”" for fault in faults[:MOST_NAMES]]
    return ", ".join(shown) + (f" and {len(faults) - MOST_NAMES} more" if len(faults) > MOST_NAMES else "")
