"""Rules, thresholds and retention of the index: `policy.yaml`, read strictly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("policy.yaml")

COLUMNS = ("nominals", "share_percent")


class PolicyError(ValueError):
    """The policy cannot be used; the message says what is wrong."""


@dataclass(frozen=True)
class CrimeRule:
    """Months end with the reference date, which belongs to them."""

    incidents: int
    months: int
    recent_incidents: int
    recent_months: int


@dataclass(frozen=True)
class IntelligenceRule:
    """Months end with the reference date, which belongs to them."""

    reports: int
    months: int


@dataclass(frozen=True)
class Printed:
    """A statement that is in print: numbers of one breakdown of a cohort.

    Attributes:
        of_nominals: the cohort as printed.
        cells: (category, column, number as printed).
    """

    reference_date: date
    cohort: str
    breakdown: str
    of_nominals: int
    cells: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Policy:
    """What decides who is on the index, for how long, and what is told of it.

    Attributes:
        entry_months: for how long an entry is kept after the run that made or renewed it.
        history_months: for how long it is kept who left and why, and whom the counts of a run were about.
        minimum_cell: smallest count that is told.
        already_published: what is told all the same, where it is what was counted.
        fingerprint: SHA-256 (hex) of the file.
    """

    crime: CrimeRule
    intelligence: IntelligenceRule
    entry_months: int
    history_months: int
    minimum_cell: int
    already_published: tuple[Printed, ...]
    fingerprint: str


def load(path: Path = FILE) -> Policy:
    """Read the policy.

    Raises:
        PolicyError: a key is missing or unknown, or a number is not a positive whole one.
    """
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text)
        disclosure, retention = document.pop("disclosure"), document.pop("retention")
        policy = Policy(
            crime=CrimeRule(**_whole(document.pop("crime_cohort"))),
            intelligence=IntelligenceRule(**_whole(document.pop("intelligence_cohort"))),
            already_published=tuple(_printed(**entry) for entry in disclosure.pop("already_published")),
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
            **_whole(disclosure),
            **_whole(retention),
        )
    except (AttributeError, KeyError, TypeError, yaml.YAMLError) as error:
        raise PolicyError(f"{path}: {error}") from error
    if document:
        raise PolicyError(f"{path}: unknown key {', '.join(document)}.")
    if policy.history_months < policy.entry_months:
        raise PolicyError(f"{path}: history_months is below entry_months, so leavers would be forgotten before they left.")
    return policy


def _whole(numbers: dict[str, Any]) -> dict[str, int]:
    wrong = [name for name, value in numbers.items() if type(value) is not int or value < 1]
    if wrong:
        raise PolicyError(f"{', '.join(wrong)}: give a whole number of 1 or more.")
    return numbers


def _printed(cells: dict[str, dict[str, int]], **about: Any) -> Printed:
    numbers = tuple((category, column, value) for category, told in cells.items() for column, value in _whole(told).items())
    if unknown := {column for _, column, _ in numbers}.difference(COLUMNS):
        raise PolicyError(f"already_published: {', '.join(sorted(unknown))} is not one of {', '.join(COLUMNS)}.")
    return Printed(cells=numbers, **about)
