"""Which header of an agency's own extract is probably which column of a feed type, and what of it has no place yet.

A header is likely to be a column by its words and by its values: dates are dates, codes have the pattern, labels are known.
Nothing is decided here: a person reads the map and puts the headers into the contract.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

from orchestration.contracts.model import Column, FeedContract
from orchestration.ingest.files.confined import open_workbook
from orchestration.ingest.files.headers import SEPARATORS, plain
from orchestration.ingest.files.readers import describe, file_type, plain_text
from orchestration.ingest.rules import UnreadableError, fault
from orchestration.ingest.values.labels import labels_of
from orchestration.text.shapes import shape

# Below this likeness (0 to 1) a header is no column's.
LIKELY = 0.6
# Values of a column that are looked at.
MOST_VALUES = 5_000
# How much the words count, and how much the values.
WORDS, VALUES = 0.65, 0.35
ISO = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ")
# A value in fewer rows than this can be anything, also somebody's name: its shape is shown.
LEAST_ROWS = 10
# What senders shorten.
SHORT = {
    "no": "number",
    "num": "number",
    "ref": "reference",
    "desc": "description",
    "dt": "date",
    "cd": "code",
    "dob": "date of birth",
    "lad": "district",
    "rec": "recorded",
    "qual": "qualifier",
    "loc": "location",
}
# Words that say nothing beside others.
EMPTY = {"name", "field", "value", "the", "of"}
_WORD = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True)
class Map:
    """A file's headers beside the columns of a feed.

    Attributes:
        headers: header → (column, likeness from 0 to 1).
        unmatched: headers that are no column's.
        missing: columns without a header that no delivery may lack.
        values: column → value that is none of its list → rows. Shapes of values that are rare, and of all in columns that may
            identify people or come from health or social care.
        rows: data rows of the file.
    """

    headers: dict[str, tuple[str, float]]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    values: dict[str, dict[str, int]]
    rows: int


def read(path: Path) -> list[list[str]]:
    """The rows of a text file or of the first sheet of a workbook, header first.

    Raises:
        UnreadableError: it is neither, or has no rows.
    """
    data = path.read_bytes()
    kind = file_type(data[:65536], path)
    if kind in ("xlsx", "ods"):
        rows = [[str(cell) for cell in row] for row in open_workbook(path, None).grids[0].rows]
    elif kind in ("csv", "tsv"):
        text, _ = plain_text(data, "csv")
        text = text if text is not None else data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count)))
    else:
        raise UnreadableError(fault("D01", found=describe(path), expected="text or a workbook"))
    return [row for row in rows if any(cell.strip() for cell in row)]


def probable(rows: Sequence[Sequence[str]], contract: FeedContract) -> Map:
    """Which header is probably which column; a column has one header at most, the likeliest."""
    header = [cell.strip() for cell in rows[0]] if rows else []
    sample = rows[1 : 1 + MOST_VALUES]
    values = [[row[place].strip() for row in sample if place < len(row) and row[place].strip()] for place in range(len(header))]
    scores = sorted(
        (
            (_likeness(label, values[place], column), place, column.name)
            for place, label in enumerate(header)
            if label
            for column in contract.columns
        ),
        key=lambda score: (-score[0], score[1]),
    )
    chosen: dict[int, tuple[str, float]] = {}
    for score, place, name in scores:
        if score >= LIKELY and place not in chosen and name not in {taken for taken, _ in chosen.values()}:
            chosen[place] = name, round(score, 2)
    mapped = {name for name, _ in chosen.values()}
    strange = {
        name: found
        for place, (name, _) in sorted(chosen.items())
        if (found := _strange((row[place] for row in rows[1:] if place < len(row)), contract.by_name[name], contract))
    }
    return Map(
        {_shown(header[place]): match for place, match in sorted(chosen.items())},
        tuple(_shown(label) for place, label in enumerate(header) if label and place not in chosen),
        tuple(column.name for column in contract.columns if column.required and column.name not in mapped),
        strange,
        max(len(rows) - 1, 0),
    )


def _likeness(label: str, values: Sequence[str], column: Column) -> float:
    if plain(label) in {plain(name) for name in (column.header, *column.aliases)}:
        return 1.0
    words = max(_alike(label, name) for name in (column.name, column.header, *column.aliases))
    if not values:
        return words
    fitting = sum(_fits(value, column) for value in values) / len(values)
    # Any text fits a column without a form, so it says nothing for it.
    return WORDS * words + VALUES * (fitting if _has_form(column) else min(fitting, words))


def _alike(a: str, b: str) -> float:
    """Likeness of two headers: of their letters, or of their words where these are the same in another order."""
    first, second = _words(a), _words(b)
    shared = len(set(first) & set(second)) / len({*first, *second}) if first or second else 0.0
    return max(shared, SequenceMatcher(None, " ".join(first), " ".join(second)).ratio())


def _words(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = [word for short in _WORD.findall(spaced.lower()) for word in SHORT.get(short, short).split()]
    return [word for word in words if word not in EMPTY] or words


def _has_form(column: Column) -> bool:
    return column.type != "string" or bool(column.pattern or column.allowed or labels_of(column))


def _fits(value: str, column: Column) -> bool:
    if column.allowed or column.labels:
        return _is_listed(value, column)
    if column.pattern:
        return re.fullmatch(column.pattern, value) is not None
    if column.type in ("date", "timestamp"):
        return any(_is_date(value, form) for form in (*column.formats, *ISO))
    if column.type in ("integer", "number"):
        return re.fullmatch(r"-?[\d,]*\.?\d+", value) is not None
    if column.type == "boolean":
        return value.lower() in ("true", "false", "y", "n", "yes", "no", "0", "1")
    return True


def _is_date(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


def _is_listed(value: str, column: Column) -> bool:
    return value in column.allowed or " ".join(value.split()).lower() in labels_of(column)


def _strange(values: Iterable[str], column: Column, contract: FeedContract) -> dict[str, int]:
    """Values that are none of the column's list, most frequent first; shapes where they may say something of a person."""
    if not (column.allowed or column.labels):
        return {}
    hidden = contract.sharing == "no_personal_identifiers" or column.classification not in ("public", "internal")
    found = Counter(value.strip() for value in values if value.strip() and not _is_listed(value.strip(), column))
    shown: Counter[str] = Counter()
    for value, rows in found.items():
        shown[shape(value) if hidden or rows < LEAST_ROWS else value] += rows
    return dict(shown.most_common())


def _shown(label: str) -> str:
    """A header; the shape of one that may be a person's data in a file without a header."""
    return shape(label) if re.search(r"\d{5,}|\d[/.-]\d|@", label) else label
