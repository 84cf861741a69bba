"""Readers: from the delivered bytes to one plain CSV file with a known header.

The first bytes of a file determine its type, whatever its extension. A UTF-8 CSV file that DuckDB can read
unchanged is left where it is; anything else (another encoding, a workbook, GeoJSON, Parquet, broken rows) is written again
as plain UTF-8 CSV in a private folder. Nothing is validated here except that the file is readable and its header is right.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from orchestration.contracts.model import FeedContract
from orchestration.database.interruption import raise_interruption
from orchestration.ingest.files import archives
from orchestration.ingest.files.completeness import check_ending, never_closed
from orchestration.ingest.files.confined import open_workbook, sheet_rows
from orchestration.ingest.files.geojson import code_headers
from orchestration.ingest.files.headers import has_invisible, match_header, other_separator, plain
from orchestration.ingest.files.reshape import Shaped, shape
from orchestration.ingest.files.text_bounds import BoundedFields, fields_of
from orchestration.ingest.files.workbook import Grid, is_protected, sheets_left_out
from orchestration.ingest.rules import Fault, UnreadableError, fault, unforeseen

Row = Sequence[Any]

# Fields of a copy that say on which sheet and in which row of it a row was delivered; no column can have such a name.
SHEET, ROW = ":sheet", ":row"

MAX_HEADER_BYTES = 256 * 1024
# Lines by which it is decided what separates the fields of a text.
FIRST_LINES = 50
# With which old programs end a text.
END_MARK = b"\x1a"

_NAMES: dict[str, str] = {
    "csv": "CSV text",
    "tsv": "tab-separated text",
    "xlsx": "an Excel workbook (.xlsx)",
    "ods": "an OpenDocument workbook (.ods)",
    "geojson": "GeoJSON",
    "xls": "an old or encrypted Office file (.xls)",
    "pdf": "a PDF document",
    "markup": "a web page or XML document",
    "archive": "a compressed archive",
    "json": "JSON",
    "yaml": "YAML",
    "parquet": "a Parquet file",
    "binary": "an unknown binary file",
    "empty": "an empty file",
}


@dataclass(frozen=True)
class Source:
    """A delivery as plain UTF-8 CSV.

    Attributes:
        path: the delivered file itself, or a copy.
        sha256: of the delivered file.
        copy: where it can be written again.
        header: contract column per field, None for a field that is passed over; `SHEET` and `ROW` say where a row was delivered.
        records: data rows that must be found, where counting line ends shows it; None where it cannot.
        blank_lines: empty lines at the end, which DuckDB passes over.
        broken_rows: numbers of rows that could not be split into fields; blank rows replace them.
        wide_spaces: whether spaces other than the plain one occur, so that trimming has to look for them.
        long_fields: whether a row can exceed DuckDB's usual limit.
        tidied: whether it was written again row by row, so that DuckDB can have no trouble with it.
        faults: what to report about the file as a whole.
    """

    path: Path
    sha256: str
    copy: Path = field(default=Path(), compare=False)
    header: tuple[str | None, ...] = ()
    records: int | None = None
    blank_lines: int = 0
    broken_rows: tuple[int, ...] = ()
    wide_spaces: bool = False
    long_fields: bool = False
    tidied: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether each row carries its sheet and row number."""
        return ROW in self.header


def file_type(head: bytes, path: Path) -> str:
    """What kind of file the first bytes begin: a key of the names above."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(path)
    for magic, kind in (
        (b"%PDF", "pdf"),
        (b"\xd0\xcf\x11\xe0", "xls"),
        (b"\x1f\x8b", "archive"),
        (b"7z\xbc\xaf", "archive"),
        (b"PAR1", "parquet"),
    ):
        if head.startswith(magic):
            return kind
    if utf_16(head):
        return "csv"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return "empty"
    if b"\0" in head:
        return "binary"
    if re.match(rb"\{|\[\s*[{\]]", start):
        return "geojson" if b'"FeatureCollection"' in head else "json"
    return "markup" if start.startswith(b"<") else "csv"


def _zip_type(path: Path) -> str:
    try:
        with archives.opened(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "mimetype" in names:
                with archive.open("mimetype") as mark:  # as much of it as matters: it can claim to be of any size
                    return "ods" if b"opendocument.spreadsheet" in mark.read(200) else "archive"
    except archives.DAMAGED:
        return "binary"
    return "archive"


def open_source(path: Path, contract: FeedContract, copy: Path) -> Source:
    """Read a delivery far enough to know that DuckDB can read the rest.

    Args:
        copy: where to write plain CSV, if the delivery is not that already.

    Raises:
        UnreadableError: the file is refused whole; the faults say why.
    """
    data = path.read_bytes()
    source = Source(path, hashlib.sha256(data).hexdigest(), copy.with_suffix(".tidy"))
    kind = accepted_type(data, path, contract)
    if kind in ("xlsx", "ods") or contract.layout:
        return _open_table(source, data, kind, contract, copy)
    if kind in ("csv", "tsv"):
        return _open_text(source, data, kind, contract, copy)
    rows = sheet_rows(path, kind, code_headers(contract))
    header = tuple(str(cell) for cell in next(rows))
    columns = tuple(match_header(header, contract))
    write_csv(copy, header, rows)
    return replace(source, path=copy, header=columns, wide_spaces=True, long_fields=kind == "geojson", tidied=True)


def _open_table(source: Source, data: bytes, kind: str, contract: FeedContract, copy: Path) -> Source:
    shaped, faults = _shaped(source.path, data, kind, contract)
    # What the area's map provides is no field of the copy unless the sheet has it.
    absent = [
        name in contract.adapted.provided and all(row[place] is None for row in shaped.rows)
        for place, name in enumerate(shaped.columns)
    ]
    header = (*(None if is_absent else name for name, is_absent in zip(shaped.columns, absent, strict=True)), SHEET, ROW)
    write_csv(copy, header, shaped.rows)
    return replace(
        source, path=copy, header=header, blank_lines=shaped.blank, wide_spaces=True, long_fields=True, tidied=True, faults=faults
    )


def _shaped(path: Path, data: bytes, kind: str, contract: FeedContract) -> tuple[Shaped, tuple[Fault, ...]]:
    """The rows of a workbook, or of a CSV file that has a layout; and what to report about it.

    Raises:
        UnreadableError: the file is refused whole.
    """
    if kind == "csv":
        text, faults = plain_text(data, kind, contract.adapted.delimiter)
        faults += check_ending(data if text is None else text.encode())
        try:
            rows = list(fields_of(data if text is None else text.encode()))
        except csv.Error:
            raise UnreadableError(fault("D10", detail="a row could not be split into fields")) from None
        try:
            shaped = shape([Grid("", rows)], contract)
        except UnreadableError:
            if found := next(filter(None, (other_separator(row, contract) for row in rows[:50])), None):
                raise UnreadableError(_wrong_separator(found, kind)) from None
            raise
        return shaped, (*faults, *shaped.notes)
    book = open_workbook(path, contract.sheet, [table.sheets for table in contract.layout if table.sheets])
    shaped = shape(book.grids, contract)
    return shaped, (*sheets_left_out(book), *shaped.notes)


def accepted_type(data: bytes, path: Path, contract: FeedContract) -> str:
    """What kind of file this is.

    Raises:
        UnreadableError: empty, protected, or not of a type that the feed takes.
    """
    kind = _text_type(file_type(data[:65536], path), path, contract)
    if kind == "empty":
        raise UnreadableError(fault("D03"))
    if is_protected(data):
        raise UnreadableError(fault("D15"))
    if kind not in contract.formats:
        expected = " or ".join(_NAMES[name] for name in contract.formats)
        raise UnreadableError(fault("D01", found=_NAMES[kind], expected=expected))
    return kind


def _text_type(kind: str, path: Path, contract: FeedContract) -> str:
    """YAML and tab-separated text have no mark: plain text is that where the feed takes it, and CSV only under another name."""
    if kind != "csv":
        return kind
    for other, suffixes in (("yaml", (".yaml", ".yml")), ("tsv", (".tsv", ".tab"))):
        if other in contract.formats and ("csv" not in contract.formats or path.suffix.lower() in suffixes):
            return other
    return kind


def _with_commas(text: str, delimiter: str) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(fields_of(text.encode(), delimiter))
    return written.getvalue()


def plain_text(data: bytes, kind: str, delimiter: str = "") -> tuple[str | None, tuple[Fault, ...]]:
    """The text of a file that is not UTF-8 CSV, or None for one that is; and what to report about the encoding.

    Args:
        delimiter: that the area's map names; a file that has more commas in its first line is as the contract has it.

    Raises:
        UnreadableError: no encoding fits, or a row has no end.
    """
    text, faults = decode(data)
    if not (sign := delimiter_of(data, text, kind, delimiter)):
        return text, faults
    try:
        return _with_commas(text if text is not None else data.decode("utf-8-sig"), sign), faults
    except csv.Error:
        raise UnreadableError(fault("D10", detail="a row could not be split into fields")) from None


def delimiter_of(data: bytes, text: str | None, kind: str, delimiter: str) -> str:
    """What separates the fields of a text, where that is no comma.

    Args:
        text: decoded; None where the data are UTF-8.
    """
    if kind == "tsv" or not delimiter:
        return "\t" if kind == "tsv" else ""
    start = text[:MAX_HEADER_BYTES] if text is not None else data[:MAX_HEADER_BYTES].decode("utf-8-sig", "ignore")
    return delimiter if separator(start, f",{delimiter}") == delimiter else ""


def separator(start: str, signs: str) -> str:
    """Which of some signs separates the fields of a text: the most frequent by its lines, for a title may be above the header.

    Of signs that are as frequent it is the first.
    """
    lines = [line for line in start.splitlines() if line.strip()][:FIRST_LINES] or [""]
    return max(signs, key=lambda sign: median(line.count(sign) for line in lines))


def _open_text(source: Source, data: bytes, kind: str, contract: FeedContract, copy: Path) -> Source:
    delivered = data
    text, faults = plain_text(data, kind, contract.adapted.delimiter)
    if text is not None or data.endswith(END_MARK):  # not UTF-8 CSV alone: go on with a copy that is
        data = (data if text is None else text.encode()).rstrip(END_MARK)
        copy.write_bytes(data)
        source = replace(source, path=copy)
    records = _records(data)
    if min((at for sign in (b"\n", b"\r") if (at := data.find(sign)) >= 0), default=len(data)) >= MAX_HEADER_BYTES:
        raise UnreadableError(fault("D16", detail=f"its first line is longer than {MAX_HEADER_BYTES / 1e3:,.0f} kB"))
    header = csv_header(data)
    columns, passed_over = _text_columns(header, data, kind, contract)
    faults = (*faults, *passed_over)
    source = replace(
        source,
        header=tuple(columns),
        wide_spaces=b"\t" in data or (not data.isascii() and "\u00a0".encode() in data),
        records=records,
        blank_lines=_trailing_blank_lines(data),
        faults=(*faults, *_ending(data, delivered, kind, contract, header)),
    )
    return source if _is_tidy(data, counted=records is not None) else tidy(source)


def _ending(data: bytes, delivered: bytes, kind: str, contract: FeedContract, header: Sequence[str]) -> tuple[Fault, ...]:
    """What is to be said of the end of a text; a field at the end of the header without a name need not be there.

    Args:
        data: UTF-8 CSV.
        delivered: what it was made of: written again with commas, every line has an end.

    Raises:
        UnreadableError: the last record is incomplete.
    """
    fields = max((place for place, label in enumerate(header, 1) if label.strip()), default=0)
    if kind == "tsv" or contract.adapted.delimiter:
        text, _ = decode(delivered)
        if sign := delimiter_of(delivered, text, kind, contract.adapted.delimiter):
            return check_ending(delivered if text is None else text.encode(), sign, fields)
    return check_ending(data, ",", fields)


def _text_columns(
    header: Sequence[str], data: bytes, kind: str, contract: FeedContract
) -> tuple[list[str | None], tuple[Fault, ...]]:
    """The contract's column of each field of a text file, and what to report about its header.

    Raises:
        UnreadableError: its headers are not those of the contract.
    """
    empty = _empty_columns(header, data)
    try:
        columns = match_header(header, contract, empty=empty)
    except UnreadableError:
        if found := other_separator(header, contract):
            raise UnreadableError(_wrong_separator(found, kind)) from None
        raise
    notes = [fault("I14", rows=hidden)] if (hidden := sum(map(has_invisible, header))) else []
    if empty:
        notes.append(fault("I15", rows=len(empty)))
    return columns, tuple(notes)


def _wrong_separator(found: str, kind: str) -> Fault:
    return fault("D30", found=found, expected="tabs" if kind == "tsv" else "commas")


def _empty_columns(header: Sequence[str], data: bytes) -> set[int]:
    """Places of fields without a header in which no row has a value."""
    empty = {place for place, label in enumerate(header) if not plain(label)}
    if not empty:
        return empty
    try:
        for row in fields_of(data, errors="ignore"):
            empty -= {place for place in empty if place < len(row) and row[place].strip()}
    except csv.Error:  # which reading the rows refuses
        pass
    return empty


def decode(data: bytes) -> tuple[str | None, tuple[Fault, ...]]:
    """The text of a file that is not UTF-8, or None for one that is; and what to report about the encoding.

    Raises:
        UnreadableError: no encoding fits.
    """
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise UnreadableError(fault("D02", detail="it is UTF-32"))
    if codec := utf_16(data):
        try:
            return data.decode(codec), (fault("I01", encoding="UTF-16"),)
        except UnicodeDecodeError:
            raise UnreadableError(fault("D02", detail="it begins as UTF-16 but does not go on so")) from None
    mark = (fault("I02"),) if data.startswith(b"\xef\xbb\xbf") else ()
    if data.isascii():
        return None, mark
    try:
        data.decode("utf-8")
        return None, mark
    except UnicodeDecodeError:
        pass
    if not data.decode("utf-8", "ignore").isascii():
        raise UnreadableError(fault("D02", detail="some characters are UTF-8 and others are not"))
    try:
        return data.decode("cp1252"), (fault("I01", encoding="Windows-1252"),)
    except UnicodeDecodeError as error:
        raise UnreadableError(fault("D02", detail=f"byte {error.start:,} belongs to none of them")) from None


def utf_16(data: bytes) -> str | None:
    """Python's name of the encoding of a text that is UTF-16, with a byte-order mark or without; None for any other."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = data[0:128:2], data[1:128:2]
    if len(odd) < 8 or any(even) == any(odd):
        return None
    # Text of a header is ASCII: one of the two bytes of each character is zero, and the other never.
    return "utf-16-be" if all(odd) and not any(even) else "utf-16-le" if all(even) and not any(odd) else None


def first_lines(head: bytes) -> bytes:
    """The whole lines of the beginning of a text file; what is UTF-16 as UTF-8."""
    if codec := utf_16(head):
        head = head[: len(head) // 2 * 2].decode(codec, "ignore").encode()
    return head[: head.rfind(b"\n") + 1] or head


def csv_header(data: bytes) -> tuple[str, ...]:
    """The fields of the first row."""
    start = data.removeprefix(b"\xef\xbb\xbf")[:MAX_HEADER_BYTES].lstrip(b"\r\n").decode("utf-8", "ignore")
    return tuple(next(csv.reader(io.StringIO(start, newline="")), ()))


def _records(data: bytes) -> int | None:
    """Data rows by the number of line ends; None where a line end can be inside a field."""
    if b'"' in data:
        return None
    ends = data.count(b"\n") or data.count(b"\r")
    return ends - 1 + (not data.endswith((b"\n", b"\r"))) - _trailing_blank_lines(data)


def _trailing_blank_lines(data: bytes) -> int:
    tail = data[len(data.rstrip(b"\r\n")) :]
    return max((tail.count(b"\n") or tail.count(b"\r")) - 1, 0)


def _is_tidy(data: bytes, counted: bool) -> bool:
    """Whether DuckDB numbers the rows of a file as a person does: one kind of line end, no blank line but at the end.

    Args:
        counted: the number of rows will be compared, by which a blank line is noticed; then there is no need to look for one.
    """
    if data.startswith((b"\n", b"\r", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf\r")):
        return False
    windows = b"\r" in data
    if windows and not data.count(b"\r") == data.count(b"\r\n") == data.count(b"\n"):
        return False
    return counted or data.find(b"\n\r\n" if windows else b"\n\n", 0, len(data.rstrip(b"\r\n"))) < 0


def tidy(source: Source) -> Source:
    """Write a CSV file again with every row split by Python's strict parser, one blank row in the place of each broken one.

    Raises:
        UnreadableError: a quotation mark is never closed, so that the ends of rows are unknown.
    """
    broken: list[int] = []
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        rows = _strict_rows(file, len(source.header), broken)
        write_csv(source.copy, next(rows), rows)
    return replace(
        source, path=source.copy, records=None, blank_lines=0, broken_rows=tuple(broken), long_fields=True, tidied=True
    )


def _strict_rows(file: Iterable[str], fields: int, broken: list[int]) -> Iterator[Row]:
    """Rows of exactly `fields` fields; numbers of the others go to `broken`."""
    reader = BoundedFields(csv.reader(file, strict=True))
    number = spare = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UnreadableError(never_closed(number + 1)) from None
            row = [""] * (fields + 2)
        if not number and not any(row):
            continue  # blank lines before the header
        number += 1
        if number == 1:
            spare = next((place for place, label in enumerate(reversed(row)) if plain(label)), 0)
        row = _filled(row, fields, spare)
        if len(row) != fields:
            if any(cell.strip() for cell in row) or len(row) > fields:
                broken.append(number)
            row = [""] * fields
        yield row


def _filled(row: list[str], fields: int, spare: int) -> list[str]:
    """A row without a separator after its last field, and with the empty columns that have no header, the last `spare`."""
    if len(row) == fields + 1 and not row[-1]:
        return row[:-1]
    return row + [""] * (fields - len(row)) if fields - spare <= len(row) < fields else row


def write_csv(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write rows as the CSV that DuckDB reads without any guess; None is a blank field."""
    with path.open("w", encoding="utf-8", newline="") as file:
        # Fields are always quoted: a row of blanks must stay a row.
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)


def check_header(path: Path, contract: FeedContract) -> None:
    """Read as little of a file as its type allows to know that its headers are those of the contract.

    Raises:
        UnreadableError: they are not, or the type is not one of the contract's.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    kind = accepted_type(head, path, contract)
    if kind in ("xlsx", "ods") or contract.layout:
        _shaped(path, path.read_bytes(), kind, contract)
    elif kind in ("csv", "tsv"):
        header = csv_header(_utf_8(first_lines(head), kind, contract))
        whole = any(not plain(label) for label in header)
        _text_columns(header, _utf_8(path.read_bytes(), kind, contract) if whole else b"", kind, contract)
    else:
        match_header([str(cell) for row in sheet_rows(path, kind, header_only=True) for cell in row], contract)


def _utf_8(data: bytes, kind: str, contract: FeedContract) -> bytes:
    text, _ = plain_text(data, kind, contract.adapted.delimiter)
    return data if text is None else text.encode()


def describe(path: Path) -> str:
    """What kind of file this is, in words."""
    with path.open("rb") as file:
        return _NAMES[file_type(file.read(65536), path)]


def count_rows(path: Path, contract: FeedContract, faults: Iterable[Fault] = ()) -> int:
    """Data rows of a file that was refused, as far as it can be read; 0 where it cannot.

    Args:
        faults: for which it was refused: a file that is too large is not read again.
    """
    if any(found.code == "D16" for found in faults):
        return 0
    try:
        data = path.read_bytes()
        name = accepted_type(data, path, contract)
        if name in ("xlsx", "ods") or contract.layout:
            return len(_shaped(path, data, name, contract)[0].rows)
        if name in ("csv", "tsv"):
            text, _ = plain_text(data, name, contract.adapted.delimiter)
            lines = fields_of(data if text is None else text.encode())
            return max(sum(any(cell.strip() for cell in row) for row in lines) - 1, 0)
        return max(sum(any(str(cell).strip() for cell in row) for row in sheet_rows(path, name)) - 1, 0)
    except (UnreadableError, csv.Error):
        return 0
    except Exception as error:
        of_content(error)
        return 0


def of_content(error: Exception) -> Fault:
    """The fault of a file whose content no rule foresees.

    Raises:
        BaseException: what says nothing about the file: the disk, DuckDB's memory limit, or that a person stopped the work.
    """
    import duckdb

    raise_interruption(error)
    # By its class: the words of an error may be those of the file.
    of_the_machine = (
        *(OSError, duckdb.IOException, duckdb.OutOfMemoryException),
        *(duckdb.FatalException, duckdb.InternalException, duckdb.InterruptException),
    )
    if isinstance(error, of_the_machine):
        raise error
    return unforeseen(error)
