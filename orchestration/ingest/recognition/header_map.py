"""Which header of an agency's own extract is probably which column of a feed type, and what of it has no place yet.

A header is likely to be a column by its words and by its values: dates are dates, codes have the pattern, labels are known.
What is found is written into the area's map (`contracts.area_maps`), which a person reads and completes.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from orchestration.contracts.layouts import Table
from orchestration.contracts.model import Column, FeedContract
from orchestration.database import connection
from orchestration.ingest.files.confined import open_workbook, visible_sheets
from orchestration.ingest.files.headers import MAX_COLUMNS, SEPARATORS, plain
from orchestration.ingest.files.readers import MAX_HEADER_BYTES, describe, file_type, plain_text, separator
from orchestration.ingest.files.text_bounds import fields_of
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.legal_gate.shown import shown_header, shown_value
from orchestration.ingest.recognition import sample_layout
from orchestration.ingest.rules import UnreadableError, fault
from orchestration.ingest.values.column_sql import text as cell
from orchestration.ingest.values.column_sql import typed_sql
from orchestration.ingest.values.labels import labels_of

# Bytes of a text of which more is read than its rows one by one.
LONGEST = 30_000_000
# Below this likeness (0 to 1) a header is no column's.
LIKELY = 0.6
# Values of a column that are looked at.
MOST_VALUES = 5_000
# Different values of a column by which its likeness is judged.
MOST_DIFFERENT = 200
# How much the words count, and how much the values.
WORDS, VALUES = 0.65, 0.35
# What senders shorten.
SHORT = {
    "no": "reference",
    "num": "reference",
    "number": "reference",
    "occurrence": "crime",
    "ref": "reference",
    "desc": "title",
    "description": "title",
    "wording": "title",
    "reported": "recorded",
    "subcode": "sub code",
    "dt": "date",
    "cd": "code",
    "dob": "date of birth",
    "lad": "district",
    "rec": "recorded",
    "qual": "qualifier",
    "loc": "location",
    "urn": "reference",
    "start": "from",
    "earliest": "from",
    "end": "to",
    "latest": "to",
    "until": "to",
    "ho": "home office",
    "x": "easting",
    "y": "northing",
    "la": "local authority",
    "dv": "domestic abuse",
    "da": "domestic abuse",
    "marker": "flag",
    "indicator": "flag",
    "ind": "flag",
}
# What several words are together.
PHRASES = {"local authority": "district"}
# Words of columns that say how a thing is written, not what it is.
GENERIC = {"code", "type", "flag", "qualifier"}
# Likeness of a header that has all other words of a column, among more.
CONTAINED = 0.8
# Words that say nothing beside others.
EMPTY = {"name", "field", "value", "the", "of", "involved", "related"}
_WORD = re.compile(r"[a-z]+|\d+")
_YEAR = re.compile(r"(?:20)?\d\d")
# What no column has: a code of a place where it has names, and a time without its date.
_PLACE_CODE = re.compile(r"[EKNSW]\d{8}")
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?", re.IGNORECASE)
# What a header has in no word, and data often: a longer number or a date.
_DATUM = re.compile(r"\d{3,}|\d[/.:-]\d")
# Share of the labels with a word of the feed's headers from which on a first row is one of headers.
HEADERS = 0.5

# How agencies write dates and times besides the forms of a contract; where a date fits two, the day is first.
_DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%d-%b-%y",
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H%M", " %I:%M %p", " %I:%M:%S %p")
_DATE = re.compile(r"\d{1,4}[-/. ]?(\d{1,2}|[A-Za-z]{3,9})[-/. ]?\d\d")
_OFFSET = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$")
FORMS = tuple(f"{date}{clock}" for date in _DATES for clock in _CLOCKS)


@dataclass(frozen=True)
class Map:
    """A file's headers beside the columns of a feed.

    Attributes:
        headers: header → (column, likeness from 0 to 1).
        unmatched: headers that are no column's.
        missing: columns without a header that no delivery may lack.
        absent: columns without a header that may be blank.
        formats: column of dates → form in which the file has them, where the contract does not have it.
        values: column → value that is none of its list → rows. Shapes of values that may say something of a person, and of all in
            columns that may identify people or come from health or social care.
        rows: data rows of the file.
    """

    headers: dict[str, tuple[str, float]]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    formats: dict[str, str]
    values: dict[str, dict[str, int]]
    rows: int


@dataclass(frozen=True)
class Sample:
    """A text file, or one sheet of a workbook.

    Attributes:
        rows: header first.
        sheet: name of the sheet; None for text.
        delimiter: what separates the fields of text; empty for a workbook.
        layout: where the table is, unless it begins with the first row and has one row of header, or the contract says it.
        totals: headers of the columns in which cells say that their row is a total.
        made: columns that the layout of the contract fills.
    """

    rows: Iterable[list[str]]
    sheet: str | None = None
    delimiter: str = ""
    layout: tuple[Table, ...] = ()
    totals: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()


def read(path: Path, contract: FeedContract) -> Sample:
    """The table of a text file or workbook. Of a text that is longer than `LONGEST` the first row is the header.

    A workbook is read by the helper process, within its bounds.

    Args:
        path: a copy that nobody else changes (`handed_in.copied`).

    Raises:
        UnreadableError: it is neither, has no rows, or is too large; also while the rows are read.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    kind = file_type(head, path)
    if kind in ("xlsx", "ods"):
        return _found(_sheets(path, contract), contract)
    if kind == "csv":
        text, delimiter = _text(path.read_bytes())
        rows = _within(_text_rows(text, delimiter))
        if len(text) > LONGEST and not contract.layout:
            return Sample(filter(any, rows), None, delimiter)
        return replace(_found([Grid("", list(rows))], contract), sheet=None, delimiter=delimiter)
    raise UnreadableError(fault("D03") if kind == "empty" else fault("D01", found=describe(path), expected="text or a workbook"))


def _sheets(path: Path, contract: FeedContract) -> list[Grid]:
    """The sheets among which the table is: those that the contract or the map names, or all visible ones if there is none."""
    visible = visible_sheets(path)
    patterns = [table.sheets for table in contract.layout if table.sheets]
    named = [name for name in visible if name == contract.sheet or any(re.fullmatch(p, name.strip()) for p in patterns)]
    grids = open_workbook(path, None, [re.escape(name.strip()) for name in named or visible]).grids
    return [replace(grid, rows=list(_within(grid.rows))) for grid in grids]


def _found(grids: Sequence[Grid], contract: FeedContract) -> Sample:
    @lru_cache(maxsize=4096)
    def likeness(label: str) -> float:
        names = (name for column in contract.columns for name in (column.name, column.header, *column.aliases))
        best = max(1.0 if plain(label) == plain(name) else _alike(label, name) for name in names)
        return best if best >= LIKELY else 0.0

    found = sample_layout.find(grids, contract, likeness)
    return Sample(found.rows, found.sheet, "", found.layout, found.totals, found.made)


def _text(data: bytes) -> tuple[bytes, str]:
    """A text in UTF-8, and what separates its fields."""
    text, _ = plain_text(data, "csv")
    data = data if text is None else text.encode()
    start = data[:MAX_HEADER_BYTES].decode("utf-8-sig", "ignore")
    return data, separator(start, "," + "".join(SEPARATORS))


def _text_rows(data: bytes, delimiter: str) -> Iterator[Sequence[str]]:
    try:
        yield from fields_of(data, delimiter)
    except csv.Error:
        raise UnreadableError(fault("D10", detail="a row could not be split into fields")) from None


def _within(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > MAX_COLUMNS:
            raise UnreadableError(fault("D16", detail=f"it has {len(row):,} columns"))
        yield ["" if cell is None else str(cell).strip() for cell in row]


def probable(rows: Iterable[Sequence[str]], contract: FeedContract, made: Collection[str] = ()) -> Map:
    """Which header is probably which column; a column has one header at most, the likeliest.

    What the area's map says already (`contract.adapted`) is certain, and no gap.

    Args:
        made: columns that no header is of, because a layout fills them.
    """
    lines = iter(rows)
    header = [cell.strip() for cell in next(lines, ())]
    sample = list(islice(lines, MOST_VALUES))
    values = [
        list(dict.fromkeys(row[place].strip() for row in sample if place < len(row) and row[place].strip()))[:MOST_DIFFERENT]
        for place in range(len(header))
    ]
    adapted = contract.adapted
    passed_over, sources = (set(map(plain, labels)) for labels in (adapted.not_used, adapted.sources))
    scores = sorted(
        (
            (_likeness(label, values[place], column), place, column.name)
            for place, label in enumerate(header)
            if label and plain(label) not in passed_over
            for column in contract.columns
            if column.name not in adapted.provided and column.name not in made
        ),
        key=lambda score: (-score[0], score[1]),
    )
    chosen: dict[int, tuple[str, float]] = {}
    for score, place, name in scores:
        certain = score == 1 or plain(header[place]) not in sources
        if certain and score >= LIKELY and place not in chosen and name not in {taken for taken, _ in chosen.values()}:
            chosen[place] = name, round(score, 2)
    mapped = {name for name, _ in chosen.values()} | set(adapted.provided) | set(made)
    strange: defaultdict[int, Counter[str]] = defaultdict(Counter)
    listed = {place: column for place, (name, _) in sorted(chosen.items()) if _has_list(column := contract.by_name[name])}
    count = 0
    for row in chain(sample, lines):
        count += 1
        for place, column in listed.items():
            if place < len(row) and (value := row[place].strip()) and not _is_known(value, column, contract):
                strange[place][value] += 1
    known = _words_of(contract)
    # Where the others are plainly headers, one that looks like a name beside a word of headers is one: in Welsh, or of a system.
    sure = known - EMPTY if contract.sharing != "no_personal_identifiers" and _is_header(header, known - EMPTY) else frozenset()
    shown = [shown_header(label, known, sure) for label in header]
    return Map(
        {shown[place]: match for place, match in sorted(chosen.items())},
        tuple(
            shown[place]
            for place, label in enumerate(header)
            if label and place not in chosen and plain(label) not in passed_over | sources
        ),
        tuple(column.name for column in contract.columns if column.required and column.name not in mapped),
        tuple(column.name for column in contract.columns if not column.required and column.name not in mapped),
        {
            name: form
            for place, (name, _) in sorted(chosen.items())
            if (form := _form(values[place], contract.by_name[name])) is not None
        },
        {chosen[place][0]: _shown(strange[place], listed[place], contract) for place in listed if strange[place]},
        count,
    )


def with_totals(sample: Sample, made: Map) -> list[dict[str, Any]]:
    """The layout of a sample as a map has it, with the columns whose cells say that their row is a total."""
    columns = {plain(header): column for header, (column, _) in made.headers.items()}
    totals = {columns[plain(header)]: sample_layout.TOTAL for header in sorted(sample.totals) if plain(header) in columns}
    return [replace(table, totals={**table.totals, **totals}).as_written() for table in sample.layout]


def _has_list(column: Column) -> bool:
    return bool(column.allowed or column.labels)


def _is_known(value: str, column: Column, contract: FeedContract) -> bool:
    return _is_listed(value, column) or " ".join(value.split()).lower() in contract.adapted.values.get(column.name, ())


def _shown(found: Counter[str], column: Column, contract: FeedContract) -> dict[str, int]:
    """Values with their rows, most frequent first; several of one shape are one."""
    shown: Counter[str] = Counter()
    for value, rows in found.items():
        shown[shown_value(value, rows, column, contract)] += rows
    return dict(shown.most_common())


def _words_of(contract: FeedContract) -> frozenset[str]:
    labels = (label for column in contract.columns for label in (column.name, column.header, *column.aliases))
    return frozenset(word for label in labels for word in _WORD.findall(label.lower())) | frozenset(SHORT) | EMPTY


def _is_header(labels: Sequence[str], known: Collection[str]) -> bool:
    """Whether a first row is one of headers, by the words of the feed's headers and their abbreviations."""
    filled = [label for label in labels if label]
    familiar = [label for label in filled if not set(known).isdisjoint(_WORD.findall(label.lower()))]
    return len(familiar) > HEADERS * len(filled) and not any(map(_DATUM.search, filled))


def _form(values: Sequence[str], column: Column) -> str | None:
    """The form of dates by which more of these values can be read than by those of the contract; None where there is none."""
    if column.type not in ("date", "timestamp") or not values:
        return None
    tried = [column, *(replace(column, formats=(*column.formats, form)) for form in FORMS)]
    with connection.connect() as db:
        counts = ", ".join(f"count({typed_sql(one)})" for one in tried)
        texts = f"select unnest($texts::varchar[]) as {cell(column.name)}"
        (before, *found), *_ = db.execute(f"select {counts} from ({texts})", {"texts": list(values)}).fetchall()
    return FORMS[found.index(max(found))] if max(found) > before else None


def _likeness(label: str, values: Sequence[str], column: Column) -> float:
    if plain(label) in {plain(name) for name in (column.header, *column.aliases)}:
        return 1.0
    words = max(max(_alike(label, name), _contains(label, name)) for name in (column.name, column.header, *column.aliases))
    if not values:
        return words
    if column.type not in ("date", "timestamp") and all(map(_is_any_date, values)):
        return WORDS * words
    if all(map(_CLOCK.fullmatch, values)) or (not _has_form(column) and all(map(_PLACE_CODE.fullmatch, values))):
        return WORDS * words
    fitting = sum(_fits(value, column) for value in values) / len(values)
    if _has_list(column):
        # Each agency has labels of its own, so that other ones say nothing against it.
        fitting = max(fitting, words)
    # Any text fits a column without a form, so it says nothing for it.
    return WORDS * words + VALUES * (fitting if _has_form(column) else min(fitting, words))


def _alike(a: str, b: str) -> float:
    """Likeness of two headers: of their letters, or of their words where these are the same in another order."""
    first, second = _words(a), _words(b)
    shared = len(set(first) & set(second)) / len({*first, *second}) if first or second else 0.0
    return max(shared, SequenceMatcher(None, " ".join(first), " ".join(second)).ratio())


def _contains(label: str, name: str) -> float:
    """Likeness of a header that has all words of a column that matter, among more."""
    meant = set(_words(name)) - GENERIC
    return CONTAINED if meant and meant <= set(_words(label)) else 0.0


def _words(label: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    text = " ".join(SHORT.get(short, short) for short in _WORD.findall(spaced.lower()))
    for phrase, meaning in PHRASES.items():
        text = text.replace(phrase, meaning)
    words = text.split()
    return [word for word in words if word not in EMPTY and not _YEAR.fullmatch(word)] or words


def _has_form(column: Column) -> bool:
    # A pattern that any text with a digit has says as little as none.
    has_pattern = column.pattern and not re.fullmatch(column.pattern, "x0")
    return column.type != "string" or bool(has_pattern or column.allowed or labels_of(column))


def _fits(value: str, column: Column) -> bool:
    if column.allowed or column.labels:
        return _is_listed(value, column)
    if column.pattern:
        return re.fullmatch(column.pattern, value) is not None
    if column.type in ("date", "timestamp"):
        return any(_is_date(value, form) for form in column.formats) or _is_any_date(value)
    if column.type in ("integer", "number"):
        return re.fullmatch(r"-?[\d,]*\.?\d+", value) is not None and _is_within(float(value.replace(",", "")), column)
    if column.type == "boolean":
        return value.lower() in ("true", "false", "y", "n", "yes", "no", "0", "1")
    return True


def _is_within(number: float, column: Column) -> bool:
    low, high = column.minimum, column.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _is_date(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=10_000)
def _is_any_date(value: str) -> bool:
    if _DATE.match(value) is None:
        return False
    # Of a clock that ends the day, and of a place's time, only the rest is of a form.
    plain_value = re.sub(r"\b24:00", "00:00", _OFFSET.sub("", value) if "T" in value else value)
    return any(_is_date(plain_value, form) for form in FORMS)


def _is_listed(value: str, column: Column) -> bool:
    return value in column.allowed or " ".join(value.split()).lower() in labels_of(column)
