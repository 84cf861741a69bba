"""What of an agency's own extract may be written down: a header or value in clear where it identifies nobody, else its shape."""

from __future__ import annotations

import re
from functools import lru_cache

from orchestration.contracts.model import Column, FeedContract
from orchestration.ingest.legal_gate import identifier_search
from orchestration.ingest.legal_gate.gate import identified
from orchestration.ingest.legal_gate.names import Evidence, evidence
from orchestration.ingest.legal_gate.readings import folded
from orchestration.text.shapes import shape

# A value in fewer rows than this can be somebody's name, even where nothing makes that certain.
LEAST_ROWS = 10
# A number of five digits, a date or an address.
_NUMBER = re.compile(r"\d{5,}|\d[/.-]\d|@")
_WORD = re.compile(r"[^\W\d_]+")


def shown_header(label: str, known: frozenset[str], sure: frozenset[str] = frozenset()) -> str:
    """A header; the shape of one that may be a person's data in a file without a header row.

    Args:
        known: words of the feed's headers and their abbreviations, in small letters: no name has one.
        sure: those that are enough for a header, whatever is beside them; none where the row may be one of data.
    """
    words = _WORD.findall(label)
    if not sure.isdisjoint(word.lower() for word in words) and not _NUMBER.search(label) and not _identifies(label):
        return label
    degree = evidence(folded(label))
    names_somebody = not known.issuperset(word.lower() for word in words) and (
        degree is Evidence.NAME
        or (degree is Evidence.DOUBT and len(words) > 1 and known.isdisjoint(word.lower() for word in words))
    )
    return shape(label) if _NUMBER.search(label) or names_somebody or _identifies(label) else label


def shown_value(value: str, rows: int, column: Column, contract: FeedContract) -> str:
    """A value that is not on its column's list; the shape of one that may say something of a person.

    Args:
        rows: in which it is.
    """
    hidden = contract.sharing == "no_personal_identifiers" or column.classification not in ("public", "internal")
    if hidden or _identifies(value):
        return shape(value)
    degree = evidence(folded(value))
    return shape(value) if degree is Evidence.NAME or (degree is Evidence.DOUBT and rows < LEAST_ROWS) else value


@lru_cache(maxsize=10_000)
def _identifies(text: str) -> bool:
    """Whether it has an identifier: an NHS number, postcode, telephone number or e-mail address."""
    if not re.search(r"[\d@]", text):
        return False
    with identifier_search.connect() as db:
        return any(identified(db, [(1, folded(text))]))
