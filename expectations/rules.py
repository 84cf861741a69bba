"""What a suite is made of: a small batch drawn by SQL, and the rules that it must keep.

Everything here and in `suites/` is data. Great Expectations, which is slow to import, is met in `gate.py` only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rule:
    """One expectation.

    Attributes:
        name: what must be true, in plain words.
        kind: class of `great_expectations.expectations`.
        arguments: its arguments.
        remedy: sentence naming who can correct it, and how.
        counts: batch column that says how many source rows a line represents; empty where a line is one row.
        blocking: false where a failure is information only.
    """

    name: str
    kind: str
    arguments: Mapping[str, object]
    remedy: str
    counts: str = ""
    blocking: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Batch columns that the rule reads."""
        named = [self.arguments.get(key) for key in ("column", "column_A", "column_B")]
        return tuple(str(column) for column in named if column)


@dataclass(frozen=True)
class Suite:
    """Rules over one batch.

    Attributes:
        subject: feed (`agency/feed`) or table (`schema.table`).
        title: what is looked at, unique within the subject.
        grain: what one line of the batch is, in the plural.
        sql: query of the batch: aggregates, never more than `gate.MAX_LINES` lines, no column of a personal class.
        labels: batch columns that name a line.
    """

    subject: str
    title: str
    grain: str
    sql: str
    rules: tuple[Rule, ...]
    labels: tuple[str, ...] = field(default=())


def between(
    name: str, column: str, low: float | None, high: float | None, remedy: str, counts: str = "", blocking: bool = True
) -> Rule:
    """Every value is from `low` to `high`, both included. NULL is skipped."""
    bounds = {"column": column, "min_value": low, "max_value": high}
    return Rule(name, "ExpectColumnValuesToBeBetween", bounds, remedy, counts, blocking)


def equal(name: str, left: str, right: str, remedy: str, counts: str = "", blocking: bool = True) -> Rule:
    """Two columns are equal on every line. Let SQL fill NULLs: one without the other cannot be compared and crashes."""
    pair = {"column_A": left, "column_B": right}
    return Rule(name, "ExpectColumnPairValuesToBeEqual", pair, remedy, counts, blocking)


def in_set(name: str, column: str, values: Sequence[object], remedy: str, counts: str = "", blocking: bool = True) -> Rule:
    """Every value is one of a set. NULL is skipped."""
    arguments = {"column": column, "value_set": list(values)}
    return Rule(name, "ExpectColumnValuesToBeInSet", arguments, remedy, counts, blocking)


def zero(name: str, column: str, remedy: str, counts: str = "", blocking: bool = True) -> Rule:
    """A count of what must not be is 0 on every line; the column is then also the number of failing rows."""
    return in_set(name, column, [0], remedy, counts or column, blocking)


def none(name: str, remedy: str, counts: str = "", blocking: bool = True) -> Rule:
    """The batch lists what must not be, and is empty."""
    return Rule(name, "ExpectTableRowCountToEqual", {"value": 0}, remedy, counts, blocking)
