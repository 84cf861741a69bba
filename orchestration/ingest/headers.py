"""Headers of a delivery against the columns of its contract."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from orchestration.contracts import FeedContract
from orchestration.ingest.rules import Fault, UnreadableError, fault

_IDENTIFIER_HEADER = re.compile(
    r"\b(surname|forename|first ?name|last ?name|full ?name|(victim|suspect|offender|patient|person|nominal) name|name|address|"
    r"nhs( ?(number|no))?|post ?code|(tele)?phone|mobile|e-?mail|date of birth|dob|ni number|national insurance)\b"
)


def plain(header: str) -> str:
    """Headers are compared without regard to case, outer spaces and runs of spaces."""
    return " ".join(header.replace("\ufeff", "").split()).casefold()


def match_header(header: Sequence[str], contract: FeedContract, made: Collection[str] = (), sheet: str = "") -> list[str | None]:
    """The contract's column of each field.

    Args:
        made: columns that the layout fills, so that no header needs to name them.
        sheet: on which the header stands.

    Raises:
        UnreadableError: a column is missing, unknown, named twice, or an identifier that the feed must not hold.
    """
    known = {plain(label): column.name for column in contract.columns for label in (column.header, *column.aliases)}
    names = [known.get(plain(label)) for label in header]
    unknown = [label for name, label in zip(names, header, strict=True) if name is None]
    faults = [] if contract.ignore_unknown_columns else _unknown_columns(unknown, len(header), sheet)
    for column in contract.columns:
        if names.count(column.name) > 1:
            faults.append(fault("D06", column.header, sheet=sheet))
        if column.name not in names and column.name not in made and not column.optional:
            faults.append(fault("D04", column.header, sheet=sheet))
    if faults:
        raise UnreadableError(*faults)
    return names


def _unknown_columns(labels: Sequence[str], of: int, sheet: str) -> list[Fault]:
    """Faults of headers that the contract does not name."""
    if len(labels) > of / 2:
        # The first row may well be a person's data in a file without a header: it is not repeated.
        return [fault("D05", f"({len(labels)} of {of} headers; is the header row missing?)", sheet=sheet)]
    return [
        fault("D11" if _IDENTIFIER_HEADER.search(plain(label)) else "D05", label.strip()[:80] or "(no header)", sheet=sheet)
        for label in labels
    ]
