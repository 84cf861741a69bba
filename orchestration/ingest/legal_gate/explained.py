"""The texts that the contract of a feed explains, and by which nobody can be identified."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from orchestration.contracts.model import Column, FeedContract
from orchestration.ingest.files.headers import plain
from orchestration.ingest.values.labels import labels_of

# Longer numbers can be somebody's.
_NUMBER = re.compile(r"[-+]?(?:\d{1,7}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,17})? ?%?")
_TRUTH = frozenset(["true", "false", "t", "f", "yes", "no", "y", "n", "1", "0"])


def is_number(written: str) -> bool:
    """Whether a text is a number of at most seven digits before the point, as counts and shares are."""
    return _NUMBER.fullmatch(written) is not None


_labels = lru_cache(maxsize=1024)(labels_of)


class Explained:
    """The closed texts of one contract."""

    def __init__(self, contract: FeedContract) -> None:
        self.contract = contract

    @cached_property
    def headers(self) -> frozenset[str]:
        return frozenset(plain(label) for column in self.contract.columns for label in (column.header, *column.aliases))

    @cached_property
    def _closed(self) -> frozenset[str]:
        """Headers, labels and listed values of all columns, in plain form, and those that the area's map has a place for."""
        adapted = self.contract.adapted
        found = self.headers | set(map(plain, (*adapted.not_used, *adapted.sources)))
        found |= {value for values in adapted.values.values() for value in values}
        for column in self.contract.columns:
            found |= _labels(column) | set(map(plain, column.allowed))
        for table in self.contract.layout:
            found |= {plain(label) for label in table.start} | {plain(str(value)) for value in table.constants.values()}
        return frozenset(found)

    def as_header(self, written: str) -> bool:
        """Whether a cell is a header of the contract, however it is written."""
        return plain(written) in self.headers

    def anywhere(self, written: str) -> bool:
        """Whether a text of a sheet without one header row is a label, a code or a header of the contract."""
        patterns = [column.pattern for column in self.contract.columns if column.pattern]
        return plain(written) in self._closed or any(re.fullmatch(pattern, written) for pattern in patterns)

    def in_column(self, column: Column, written: str) -> bool:
        """Whether a cell is one of its column's labels, codes or numbers."""
        if plain(written) in self.contract.adapted.values.get(column.name, ()):
            return True
        if column.type == "boolean":
            return written.lower() in _TRUTH
        if column.type in ("integer", "number"):
            return plain(written).strip("[]") in column.symbols or _is_within(column, written)
        if column.allowed:
            return written in column.allowed
        if column.pattern:
            return re.fullmatch(column.pattern, written) is not None
        return plain(written) in _labels(column)


def is_closed(column: Column) -> bool:
    """Whether all that a column may hold is a list, a code or a pattern, or typed."""
    return column.type != "string" or bool(column.allowed or column.pattern or column.labels)


def _is_within(column: Column, written: str) -> bool:
    if not is_number(written):
        return False
    value = float(re.sub(r"[,% ]", "", written))
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)
