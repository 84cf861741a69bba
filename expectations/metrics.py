"""The metrics by which Great Expectations judges a rule that every line keeps.

Its own way to them is a graph that is built for each suite and resolved on a pandas frame: twice the time of all queries of the
gates. Of a rule that every line keeps they are known once the lines have been looked at. Any other rule is left to Great
Expectations' own way, so what it says of a failure is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from expectations.batches import Batch
from expectations.rules import Rule

Keeps = Callable[[Mapping[str, Any], Sequence[Any]], bool]
# Up to here a frame has each whole number as it is; of larger ones two may be the same there.
EXACT = 2**53


def _between(arguments: Mapping[str, Any], values: Sequence[Any]) -> bool:
    low, high = arguments["min_value"], arguments["max_value"]
    if low is not None and high is not None and low > high:  # which Great Expectations calls an error
        return False
    if not all(isinstance(value, int | float | Decimal) for value in values):  # of others it has rules of its own
        return False
    return all((low is None or low <= value) and (high is None or value <= high) for value in values)


def _in_set(arguments: Mapping[str, Any], values: Sequence[Any]) -> bool:
    # A frame has no dates, only times.
    return all(isinstance(value, str | int | float | Decimal) for value in values) and set(values) <= set(arguments["value_set"])


def _equal(arguments: Mapping[str, Any], pairs: Sequence[Any]) -> bool:
    return all(left == right for left, right in pairs)


def _unique(arguments: Mapping[str, Any], keys: Sequence[Any]) -> bool:
    return len({tuple(float(part) if isinstance(part, Decimal) else part for part in key) for key in keys}) == len(keys)


# Kind of rule → its arguments; whether values keep it; whether a missing value does. What has other arguments is not understood.
KINDS: Mapping[str, tuple[set[str], Keeps, bool]] = {
    "ExpectColumnValuesToBeBetween": ({"column", "min_value", "max_value"}, _between, True),
    "ExpectColumnValuesToBeInSet": ({"column", "value_set"}, _in_set, True),
    "ExpectColumnValuesToNotBeNull": ({"column"}, lambda _, values: True, False),
    "ExpectColumnPairValuesToBeEqual": ({"column_A", "column_B"}, _equal, False),
    "ExpectCompoundColumnsToBeUnique": ({"column_list"}, _unique, False),
}


@dataclass(frozen=True)
class Kept:
    """A rule that every line keeps.

    Attributes:
        lines: of the batch.
        judged: of them, without those where nothing is to be compared.
        is_count: whether the rule is about the number of lines, rather than about each.
    """

    lines: int
    judged: int
    is_count: bool = False

    @property
    def form(self) -> tuple[bool, bool, bool]:
        """What of these numbers Great Expectations' answer and its page depend on: the shares are 0% of any number but none."""
        return self.lines > 0, self.judged > 0, self.judged < self.lines


def of_kept(rule: Rule, batch: Batch) -> Kept | None:
    """What is known of a rule that every line keeps; None where one does not, or where Great Expectations has to find out."""
    count = len(batch.lines)
    if rule.kind == "ExpectTableRowCountToEqual":
        return Kept(count, count, is_count=True) if rule.arguments == {"value": count} else None
    if rule.kind not in KINDS:
        return None
    understood, keeps, may_miss = KINDS[rule.kind]
    if rule.arguments.keys() != understood:
        return None
    try:
        found = _values(rule, batch)
        known = [value for value in found if not _is_missing(value)]
        if (len(known) < count and not may_miss) or not all(map(_is_exact, known)) or not keeps(rule.arguments, known):
            return None
    except (TypeError, ValueError, ArithmeticError):
        return None
    return Kept(count, len(known))


def asked(kept: Kept, metric: str) -> dict[str, Any]:
    """The metrics that Great Expectations asks of such a rule.

    Args:
        metric: the expectation's own, such as `column_values.between`; empty where it has none.
    """
    if kept.is_count:
        return {"table.row_count": kept.lines}
    return {
        "table.row_count": kept.lines,
        f"{metric}.filtered_row_count": kept.lines,
        "column_values.nonnull.unexpected_count": kept.lines - kept.judged,
        f"{metric}.unexpected_count": 0,
        f"{metric}.unexpected_values": [],
        f"{metric}.unexpected_index_list": [],
    }


def _values(rule: Rule, batch: Batch) -> Sequence[Any]:
    """What the rule reads of each line: a value, or several as a tuple.

    Raises:
        ValueError: the batch has no such column, or one of enumerated words, which pandas compares by their lists.
    """
    if "column" in rule.arguments:
        return batch.values(str(rule.arguments["column"]))
    named = rule.arguments.get("column_list", rule.columns)
    assert isinstance(named, list | tuple)
    if any(batch.columns.get(column, "").startswith("ENUM") for column in named):
        raise ValueError("enumerated words")
    return list(zip(*map(batch.values, named), strict=True))


def _is_missing(value: Any) -> bool:
    """As pandas has it: NULL and what is not a number; of several values one is enough."""
    return any(map(_is_missing, value)) if isinstance(value, tuple) else value is None or value != value


def _is_exact(value: Any) -> bool:
    """Whether pandas has a value exactly; of several values each."""
    return all(map(_is_exact, value)) if isinstance(value, tuple) else not isinstance(value, int) or abs(value) <= EXACT
