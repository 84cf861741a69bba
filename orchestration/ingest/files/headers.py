"""Headers of a delivery against the columns of its contract."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from orchestration.contracts.model import FeedContract
from orchestration.ingest.rules import Fault, UnreadableError, fault

_IDENTIFIER_HEADER = re.compile(
    r"\b(surname|forename|first ?name|last ?name|full ?name|(victim|suspect|offender|patient|person|nominal) name|name|address|"
    r"nhs( ?(number|no))?|post ?code|(tele)?phone|mobile|e-?mail|date of birth|dob|ni number|national insurance)\b"
)


# The widest published table that a feed takes has some two hundred.
MAX_COLUMNS = 2_000

# How fields of a file are called that are no column, but of which the area's map makes one.
SOURCE = ":source:"

# Separators that senders use instead of the one agreed, in words.
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}


def plain(header: str) -> str:
    """Headers are compared without regard to case, invisible characters, outer spaces and runs of spaces."""
    visible = header if header.isascii() else "".join(c for c in header if unicodedata.category(c) != "Cf")
    return " ".join(visible.split()).casefold()


def has_invisible(header: str) -> bool:
    """Whether it holds zero-width spaces and the like, a byte-order mark before it left aside."""
    return any(unicodedata.category(c) == "Cf" for c in header.removeprefix("\ufeff"))


# A date or a longer number in a header is rather a value.
_PERSONAL = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{5,}")


def printable(text: str, most: int = 80) -> str:
    """A text of a sender as a message shows it: without characters that a terminal obeys, and cut where it is long."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in " ".join(text.split(" ")).strip())
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def match_header(
    header: Sequence[str], contract: FeedContract, made: Collection[str] = (), sheet: str = "", empty: Collection[int] = ()
) -> list[str | None]:
    """The contract's column of each field, or `SOURCE` with a header that the area's map reads; None for one that is passed over.

    Args:
        made: columns that the layout fills, so that no header needs to name them.
        sheet: that has the header.
        empty: places of fields that have neither header nor values.

    Raises:
        UnreadableError: a column is missing, unknown, named twice, or an identifier that the feed must not hold; or there are too
            many (D16).
    """
    if len(header) > MAX_COLUMNS:
        raise UnreadableError(fault("D16", sheet=sheet, detail=f"it has {len(header):,} columns"))
    known = {plain(label): column.name for column in contract.columns for label in (column.header, *column.aliases)}
    known = {plain(label): f"{SOURCE}{label}" for label in contract.adapted.sources} | known
    passed_over = set(map(plain, contract.adapted.not_used))
    labels = [plain(label) for label in header]
    names = [known.get(label) for label in labels]
    named = [place for place in range(len(header)) if place not in empty and labels[place] not in passed_over]
    unknown = [] if contract.ignore_unknown_columns else [place for place in named if names[place] is None]
    if len(unknown) > len(named) / 2:
        # The first row may well be a person's data in a file without a header: it is not repeated.
        raise UnreadableError(fault("D32", sheet=sheet, unknown=len(unknown), of=len(named)))
    faults = [_unknown_column(header[place], place, sheet, contract.sharing == "as_contracted") for place in unknown]
    for column in contract.columns:
        if names.count(column.name) > 1:
            faults.append(fault("D06", column.header, sheet=sheet))
        if column.name in names or column.name in made:
            continue
        if rule := contract.adapted.provided.get(column.name):
            faults += [fault("D04", label, sheet=sheet) for label in rule.sources if plain(label) not in labels]
        elif not column.optional:
            faults.append(fault("D04", column.header, sheet=sheet))
    if faults:
        raise UnreadableError(*faults)
    return names


def _unknown_column(header: str, place: int, sheet: str, may_be_shown: bool) -> Fault:
    if not plain(header):
        # On a sheet the fields are counted from where its table begins, which is not always column A.
        return fault("D05", "(no header)" if sheet else f"(no header), {column_letters(place)}", sheet=sheet)
    # The first row of a file without a header is a person's data, and of health and social care no text off the agreed is
    # repeated.
    if _PERSONAL.search(header) or not may_be_shown:
        code = "D11" if _IDENTIFIER_HEADER.search(plain(header)) and not may_be_shown else "D05"
        return fault(code, f"(not shown), {column_letters(place)}", sheet=sheet)
    return fault("D11" if _IDENTIFIER_HEADER.search(plain(header)) else "D05", printable(header), sheet=sheet)


def column_letters(place: int) -> str:
    """A column as spreadsheet programs name it, counted from 0: `column W`."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters, place = chr(ord("A") + letter) + letters, place - 1
    return f"column {letters}"


def other_separator(fields: Sequence[str], contract: FeedContract) -> str | None:
    """The separator of a header that was split at the wrong one, in words; None where no other would make it the contract's."""
    known = {plain(label) for column in contract.columns for label in (column.header, *column.aliases)}
    known |= {plain(text) for table in contract.layout for text in table.start}
    line = ",".join(fields)
    found = {word: len(known & {plain(cell.strip('"')) for cell in line.split(sign)}) for sign, word in SEPARATORS.items()}
    best = max(found, key=lambda word: found[word])
    return best if found[best] > max(1, len(known & set(map(plain, fields)))) else None
