"""Which header of an agency's own extract is probably which column of a feed type, and what of it has no place yet.

A header is likely to be a column by its words and by its values: dates are dates, codes have the pattern, labels are known.
What is found is written into the area's map (`contracts.area_maps`), which a person reads and completes.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contracts.layouts import Table
from orchestration.contracts.model import Column, FeedContract, Provided
from orchestration.database import connection
from orchestration.ingest.files.confined import open_workbook, visible_sheets
from orchestration.ingest.files.headers import MAX_COLUMNS, SEPARATORS, plain
from orchestration.ingest.files.readers import MAX_HEADER_BYTES, describe, file_type, plain_text, separator
from orchestration.ingest.files.text_bounds import fields_of
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.legal_gate.shown import shown_header, shown_value
from orchestration.ingest.legal_gate.vocabulary import listed
from orchestration.ingest.recognition import sample_layout
from orchestration.ingest.recognition.header_words import EMPTY, OTHERWISE, ROLES, SHORT, SURE, HeaderWords, words_of
from orchestration.ingest.rules import UnreadableError, fault
from orchestration.ingest.values.column_sql import literal, quoted, read_sql, symbol_sql, typed_sql
from orchestration.ingest.values.column_sql import text as cell
from orchestration.ingest.values.labels import labels_of
from orchestration.text.shapes import shape

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Bytes of a text of which more is read than its rows one by one.
LONGEST = 30_000_000
# Below this likeness (0 to 1) a header is no column's.
LIKELY = 0.6
# Values of a column that are looked at.
MOST_VALUES = 5_000
# Different values of a column by which its likeness is judged.
MOST_DIFFERENT = 200
# Rows whose values are compared with their columns at a time.
ROWS_AT_A_TIME = 50_000
# How much the words count, and how much the values.
WORDS, VALUES = 0.65, 0.35
# Of two headers or columns that are nearly as likely none is chosen.
NEARLY = 0.02
# Likeness of words below which values cannot make a header a column's, and where all values are codes of its pattern.
LEAST_WORDS, LEAST_WITH_CODES = 0.5, 0.3
_WORD = re.compile(r"[a-z]+|\d+")
# What every text of words has, and a code not; and what no column has, a time without its date.
_TEXT = re.compile(r"[^\W\d_]{3}")
_CODE = re.compile(r"[A-Za-z]{0,2}\d{1,5}[A-Za-z]?")
TRUTH = ("true", "false", "t", "f", "y", "n", "yes", "no", "0", "1")
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?", re.IGNORECASE)
# Midnight behind a day.
_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(:00(\.0+)?)?$")
# A time of day as four digits.
_HOURS = re.compile(r"([01]\d|2[0-3])[0-5]\d")
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
    "%b %d %Y",
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H%M", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")
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
        values: column → value that is none of its list, or cannot be read as what it holds → rows. Shapes of values that may say
            something of a person, and of all in columns that may identify people or come from health or social care.
        rows: data rows of the file.
        provided: column of times → the headers of its date and of its time of day, where the file has them apart.
    """

    headers: dict[str, tuple[str, float]]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    formats: dict[str, str]
    values: dict[str, dict[str, int]]
    rows: int
    provided: dict[str, Provided] = field(default_factory=dict)


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
    words = HeaderWords(contract)

    @lru_cache(maxsize=4096)
    def likeness(label: str) -> float:
        best = max(_likeness(label, (), column, words) for column in contract.columns)
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

    What the area's map says already (`contract.adapted`) is certain, and no gap. Where two headers or two columns are nearly as
    likely, none is chosen: a wrong column is worse than a gap.

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
    words = HeaderWords(contract)
    passed_over, sources = (set(map(plain, labels)) for labels in (adapted.not_used, adapted.sources))
    # What has a place already is no half of a moment.
    placed = passed_over | sources | {plain(name) for column in contract.columns for name in (column.header, *column.aliases)}
    pairs = [pair for pair in _pairs(header, values) if placed.isdisjoint(plain(header[place]) for place in pair)]
    joined = {len(header) + number: pair for number, pair in enumerate(pairs)}
    labels = [*header, *(f"{header[day]} Time" for day, _ in pairs)]
    values += [_joined_values(sample, pair) for pair in pairs]
    halves = {place for pair in pairs for place in pair}
    scores = [
        (_likeness(label, values[place], column, words), place, column.name)
        for place, label in enumerate(labels)
        if label and plain(label) not in passed_over
        for column in contract.columns
        if column.name not in adapted.provided
        and column.name not in made
        # A time is read with its date, and a date that has a time beside it is no moment.
        and (column.type == "timestamp" if place in joined else not (place in halves and column.type == "timestamp"))
    ]
    certain = [
        (score, place, name)
        for score, place, name in scores
        if place in joined or score == 1 or plain(header[place]) not in sources
    ]
    known = _words_of(contract)
    # Where the others are plainly headers, one that looks like a name beside a word of headers is one: in Welsh, or of a system.
    sure = known - EMPTY if contract.sharing != "no_personal_identifiers" and _is_header(header, known - EMPTY) else frozenset()
    shown = [shown_header(label, known, sure) for label in header]
    # What may not be written down is a gap, which a person closes.
    hidden = {place for place, label in enumerate(header) if shown[place] != label}
    chosen = {place: match for place, match in _chosen(certain).items() if hidden.isdisjoint(joined.get(place, (place,)))}
    provided = {
        match[0]: _moment([header[half] for half in joined[place]], values[joined[place][0]])
        for place, match in chosen.items()
        if place in joined
    }
    used = {half for place in chosen for half in joined.get(place, (place,))}
    mapped = {name for name, _ in chosen.values()} | set(adapted.provided) | set(made)
    with connection.connect() as db:
        formats = {
            name: form
            for place, (name, _) in sorted(chosen.items())
            if (form := _form(db, values[place], contract.by_name[name])) is not None
        }
        read = {
            place: replace(column, formats=(*column.formats, *filter(None, [formats.get(name)])))
            for place, (name, _) in sorted(chosen.items())
            if place not in joined and (_has_list(column := contract.by_name[name]) or column.type != "string" or column.pattern)
        }
        strange, count = _strange(db, chain(sample, lines), read, contract)
    return Map(
        {shown[place]: match for place, match in sorted(chosen.items()) if place not in joined},
        tuple(
            shown[place]
            for place, label in enumerate(header)
            if label and place not in used and plain(label) not in passed_over | sources
        ),
        tuple(column.name for column in contract.columns if column.required and column.name not in mapped),
        tuple(column.name for column in contract.columns if not column.required and column.name not in mapped),
        formats,
        {chosen[place][0]: _shown(strange[place], read[place], contract) for place in read if strange[place]},
        count,
        provided,
    )


def _chosen(scores: Iterable[tuple[float, int, str]]) -> dict[int, tuple[str, float]]:
    """Place of a header → its column and likeness, the likeliest first; of two that are nearly as likely none."""
    left = sorted((score for score in scores if score[0] >= LIKELY), key=lambda score: (-score[0], score[1]))
    chosen: dict[int, tuple[str, float]] = {}
    while left:
        best, place, name = left[0]
        rivals = [one for one in left if (one[1] == place) != (one[2] == name) and best < 1 and best - one[0] < NEARLY]
        if not rivals:
            chosen[place] = name, round(best, 2)
        places, names = {place, *(one[1] for one in rivals)}, {name, *(one[2] for one in rivals)}
        left = [one for one in left if one[1] not in places and one[2] not in names]
    return chosen


def _pairs(header: Sequence[str], values: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Places of a date and of the time of day that belongs to it: with the same words, but for these two."""

    def rest(place: int, own: str) -> tuple[str, ...] | None:
        words = words_of(header[place])
        return tuple(sorted(word for word in words if word != own)) if own in words else None

    days = {place: rest(place, "date") for place, own in enumerate(values) if own and all(map(_is_day, own))}
    times = {
        place: rest(place, "time")
        for place, own in enumerate(values)
        if own and (all(map(_CLOCK.fullmatch, own)) or all(map(_HOURS.fullmatch, own)))
    }
    return [(day, time) for day, one in days.items() for time, other in times.items() if one is not None and one == other]


def _is_day(value: str) -> bool:
    return ":" not in (day := _MIDNIGHT.sub("", value)) and _is_any_date(day)


def _joined_values(sample: Sequence[Sequence[str]], pair: tuple[int, int]) -> list[str]:
    cells = (tuple(_MIDNIGHT.sub("", row[place].strip()) if place < len(row) else "" for place in pair) for row in sample)
    return list(dict.fromkeys(" ".join(filter(None, each)) for each in cells if any(each)))[:MOST_DIFFERENT]


def _moment(headers: Sequence[str], days: Iterable[str]) -> Provided:
    """A date and its time of day as one; of a date that a database or spreadsheet wrote with midnight without that."""
    if any(map(_MIDNIGHT.search, days)):
        return Provided(headers=tuple(headers), matches="[ T]00:00(:00([.]0+)?)? ", replace=" ")
    return Provided(headers=tuple(headers))


def _strange(
    db: DuckDBPyConnection, rows: Iterable[Sequence[str]], read: Mapping[int, Column], contract: FeedContract
) -> tuple[dict[int, Counter[str]], int]:
    """Place of a header → values that are no labels of its column or cannot be read as what it holds, with their rows; and how
    many rows there are.
    """
    strange: dict[int, Counter[str]] = {place: Counter() for place in read}
    count = 0
    lines = iter(rows)
    while some := list(islice(lines, ROWS_AT_A_TIME)):
        count += len(some)
        for place, column in read.items():
            found = Counter(value for row in some if place < len(row) and (value := row[place].strip()))
            wrong = _unlisted(found, column) if _has_list(column) else _unread(db, found, column)
            known = contract.adapted.values.get(column.name, ())
            strange[place].update({value: found[value] for value in wrong if plain(value) not in known})
    return strange, count


def _unlisted(values: Iterable[str], column: Column) -> list[str]:
    return [value for value in values if not _is_listed(value, column)]


def _unread(db: DuckDBPyConnection, values: Iterable[str], column: Column) -> list[str]:
    """Those that break the type, the pattern or the bounds of a column."""
    source = cell(column.name)
    rules = [f"({typed_sql(column)}) is not null"]
    if column.symbols:
        rules = [f"({rules[0]} or {symbol_sql(column)} is not null)"]
    if column.pattern:
        rules.append(f"regexp_full_match({source}, {literal(column.pattern)})")
    for sign, bound in ((">=", column.minimum), ("<=", column.maximum)):
        if bound is not None:
            rules.append(f"coalesce(({typed_sql(column)}) {sign} {bound}, true)")
    written = quoted(f"w:{column.name}")
    texts = f"select w as {written}, {read_sql(column, 'w')} as {source} from (select unnest($texts::varchar[]) as w)"
    unread = f"select {written} from ({texts}) where not ({' and '.join(rules)})"
    return [value for (value,) in db.execute(unread, {"texts": list(values)}).fetchall()]


def with_totals(sample: Sample, made: Map) -> list[dict[str, Any]]:
    """The layout of a sample as a map has it, with the columns whose cells say that their row is a total."""
    columns = {plain(header): column for header, (column, _) in made.headers.items()}
    totals = {columns[plain(header)]: sample_layout.TOTAL for header in sorted(sample.totals) if plain(header) in columns}
    return [replace(table, totals={**table.totals, **totals}).as_written() for table in sample.layout]


def _has_list(column: Column) -> bool:
    return bool(column.allowed or column.labels)


def _shown(found: Counter[str], column: Column, contract: FeedContract) -> dict[str, int]:
    """Values with their rows, most frequent first; several of one shape are one.

    Of dates and codes, of which each may be another one, the shape says what is wrong.
    """
    is_shape = column.type in ("date", "timestamp") or bool(column.pattern)
    shown: Counter[str] = Counter()
    for value, rows in found.items():
        shown[shape(value) if is_shape else shown_value(value, rows, column, contract)] += rows
    return dict(shown.most_common())


def _words_of(contract: FeedContract) -> frozenset[str]:
    """Words of headers that are no names: those of the feed's own, and what senders write for them."""
    labels = (label for column in contract.columns for label in (column.name, column.header, *column.aliases))
    own = frozenset(word for label in labels for word in _WORD.findall(label.lower()))
    return own | ((frozenset(SHORT) | ROLES | OTHERWISE) - listed("also_names")) | EMPTY


def _is_header(labels: Sequence[str], known: Collection[str]) -> bool:
    """Whether a first row is one of headers, by the words of the feed's headers and their abbreviations."""
    filled = [label for label in labels if label]
    familiar = [label for label in filled if not set(known).isdisjoint(_WORD.findall(label.lower()))]
    return len(familiar) > HEADERS * len(filled) and not any(map(_DATUM.search, filled))


def _form(db: DuckDBPyConnection, values: Sequence[str], column: Column) -> str | None:
    """The form of dates by which more of these values can be read than by those of the contract; None where there is none."""
    if column.type not in ("date", "timestamp") or not values:
        return None
    tried = [column, *(replace(column, formats=(*column.formats, form)) for form in FORMS)]
    counts = ", ".join(f"count({typed_sql(one)})" for one in tried)
    texts = f"select unnest($texts::varchar[]) as {cell(column.name)}"
    (before, *found), *_ = db.execute(f"select {counts} from ({texts})", {"texts": list(values)}).fetchall()
    return FORMS[found.index(max(found))] if max(found) > before else None


def _likeness(label: str, values: Sequence[str], column: Column, words: HeaderWords) -> float:
    """How likely a header with these values is a column, from 0 to 1; 1 where it is a header of the contract alone."""
    if plain(label) in {plain(name) for name in (column.header, *column.aliases)}:
        return 1.0
    is_coded = column.type == "string" and column.pattern and _has_form(column) and values
    least = LEAST_WITH_CODES if is_coded and all(_fits(value, column) for value in values) else LEAST_WORDS
    alike = words.likeness(label, column, least)
    if not values or not alike:
        return alike
    if (column.type not in ("date", "timestamp") and all(map(_is_any_date, values))) or all(map(_CLOCK.fullmatch, values)):
        return 0.0
    if not _has_form(column):
        # Any text fits a column without a form, so it says nothing for it; what is written there has words.
        return alike if column.reference or any(map(_TEXT.search, values)) else 0.0
    if alike < SURE and _are_codes_for_words(values, column):
        return 0.0
    fitting = sum(_fits(value, column) for value in values) / len(values)
    if _has_list(column):
        # Each agency has labels of its own, so that other ones say nothing against it.
        fitting = max(fitting, alike)
    return min(WORDS * alike + VALUES * fitting, SURE)


def _has_form(column: Column) -> bool:
    # A pattern that any text with a digit has says as little as none.
    has_pattern = column.pattern and not re.fullmatch(column.pattern, "x0")
    return column.type != "string" or bool(has_pattern or column.allowed or labels_of(column))


def _fits(value: str, column: Column) -> bool:
    if column.type == "boolean" or _says_yes(column):
        return value.lower() in TRUTH
    if column.allowed or column.labels:
        return _is_listed(value, column)
    if column.pattern:
        return re.fullmatch(column.pattern, value) is not None
    if column.type in ("date", "timestamp"):
        return any(_is_date(value, form) for form in column.formats) or _is_any_date(value) or _is_serial(value)
    if column.type in ("integer", "number"):
        return re.fullmatch(r"-?[\d,]*\.?\d+", value) is not None and _is_within(float(value.replace(",", "")), column)
    return True


def _is_within(number: float, column: Column) -> bool:
    low, high = column.minimum, column.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _are_codes_for_words(values: Sequence[str], column: Column) -> bool:
    """Whether most of these values are codes and numbers, and the column has none of these: priorities are no responses."""
    listed = [*column.allowed, *labels_of(column)]
    codes = sum(_CODE.fullmatch(value) is not None for value in values)
    return bool(listed) and 2 * codes > len(values) and not any(map(_CODE.fullmatch, listed)) and not _says_yes(column)


def _says_yes(column: Column) -> bool:
    return {*column.allowed} == {"Y", "N"}


def _is_serial(value: str) -> bool:
    """Whether it is a date as spreadsheets hold it, of the years in which records are."""
    return re.fullmatch(r"[34]\d{4}(\.\d+)?", value) is not None


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
