"""From the bytes that were delivered to one plain CSV file with a known header.

The type of a file is what its first bytes say, whatever its name ends in. A UTF-8 CSV file that DuckDB can read as it
stands is left where it is; anything else (another encoding, a workbook, GeoJSON, rows that are broken) is written again
as plain UTF-8 CSV in a private folder. Nothing is judged here beyond what makes a file unreadable or its header wrong.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from orchestration.contracts import FeedContract, FileFormat
from orchestration.ingest.rules import Fault, fault

Row = Sequence[Any]

# A ward boundary is one field of several hundred kilobytes.
csv.field_size_limit(16 * 1024 * 1024)

_NAMES: dict[str, str] = {
    "csv": "CSV text",
    "xlsx": "an Excel workbook (.xlsx)",
    "ods": "an OpenDocument workbook (.ods)",
    "geojson": "GeoJSON",
    "xls": "an old or encrypted Office file (.xls)",
    "pdf": "a PDF document",
    "markup": "a web page or XML document",
    "archive": "a compressed archive",
    "json": "JSON",
    "yaml": "YAML",
    "binary": "an unknown binary file",
    "empty": "an empty file",
}
_IDENTIFIER_HEADER = re.compile(
    r"\b(surname|forename|first ?name|last ?name|full ?name|(victim|suspect|offender|patient|person|nominal) name|name|address|"
    r"nhs( ?(number|no))?|post ?code|(tele)?phone|mobile|e-?mail|date of birth|dob|ni number|national insurance)\b"
)


class UnreadableError(Exception):
    """A delivery cannot be read at all; carries the faults that say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(item.code for item in faults))
        self.faults = faults


@dataclass(frozen=True)
class Source:
    """A delivery as plain UTF-8 CSV.

    Attributes:
        path: the delivered file itself, or a copy.
        sha256: of the delivered file.
        copy: where it can be written again.
        header: contract column per field, None for a field that is passed over.
        records: data rows that must be found, where that can be told by counting line ends; None where it cannot.
        blank_lines: empty lines at the end, which DuckDB passes over.
        broken_rows: numbers of rows that could not be split into fields; blank rows stand in for them.
        wide_spaces: whether spaces other than the plain one occur, so that trimming has to look for them.
        long_fields: whether a row can exceed DuckDB's usual limit.
        tidied: whether it was written again row by row, so that DuckDB can have no trouble with it.
        faults: what is to be told about the file as a whole.
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


def file_type(head: bytes, path: Path) -> str:
    """What kind of file the first bytes begin: a key of the names above."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(path)
    for magic, kind in ((b"%PDF", "pdf"), (b"\xd0\xcf\x11\xe0", "xls"), (b"\x1f\x8b", "archive"), (b"7z\xbc\xaf", "archive")):
        if head.startswith(magic):
            return kind
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
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
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
                return "ods"
    except (zipfile.BadZipFile, OSError):
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
    kind = _accepted_type(data[:65536], path, contract)
    if kind == "csv":
        return _open_text(source, data, contract, copy)
    rows = iter(sheet_rows(path, kind, contract))
    header = tuple(str(cell) for cell in next(rows))
    columns = match_header(header, contract)
    write_csv(copy, header, rows)
    return replace(source, path=copy, header=columns, wide_spaces=True, long_fields=kind == "geojson", tidied=True)


def _accepted_type(head: bytes, path: Path, contract: FeedContract) -> str:
    kind = _text_type(file_type(head, path), path, contract)
    if kind == "empty":
        raise UnreadableError(fault("D03"))
    if kind not in contract.formats:
        expected = " or ".join(_NAMES[name] for name in contract.formats)
        raise UnreadableError(fault("D01", found=_NAMES[kind], expected=expected))
    return kind


def _text_type(kind: str, path: Path, contract: FeedContract) -> str:
    """YAML has no mark of its own: plain text is YAML where the feed takes that, and CSV only under another name."""
    is_yaml = "yaml" in contract.formats and ("csv" not in contract.formats or path.suffix.lower() in (".yaml", ".yml"))
    return "yaml" if kind == "csv" and is_yaml else kind


def _open_text(source: Source, data: bytes, contract: FeedContract, copy: Path) -> Source:
    text, faults = decode(data)
    if text is not None:  # not UTF-8: go on with a copy that is
        data = text.encode()
        copy.write_bytes(data)
        source = replace(source, path=copy)
    records = _records(data)
    source = replace(
        source,
        header=match_header(csv_header(data), contract),
        wide_spaces=b"\t" in data or (not data.isascii() and "\u00a0".encode() in data),
        records=records,
        blank_lines=_trailing_blank_lines(data),
        faults=faults,
    )
    return source if _is_tidy(data, counted=records is not None) else tidy(source)


def decode(data: bytes) -> tuple[str | None, tuple[Fault, ...]]:
    """The text of a file that is not UTF-8, or None for one that is; and what is to be told about the encoding.

    Raises:
        UnreadableError: no encoding fits.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), (fault("I01", encoding="UTF-16"),)
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


def csv_header(data: bytes) -> tuple[str, ...]:
    """The fields of the first row."""
    start = data.removeprefix(b"\xef\xbb\xbf")[:262144].lstrip(b"\r\n").decode("utf-8", "ignore")
    return tuple(next(csv.reader(io.StringIO(start, newline="")), ()))


def match_header(header: Sequence[str], contract: FeedContract) -> tuple[str | None, ...]:
    """The contract's column of each field.

    Raises:
        UnreadableError: a column is missing, unknown, named twice, or an identifier that the feed must not hold.
    """
    known = {_plain(column.header): column.name for column in contract.columns}
    names = [_plain(name) for name in header]
    unknown = (
        [] if contract.ignore_unknown_columns else [label for name, label in zip(names, header, strict=True) if name not in known]
    )
    faults = _unknown_columns(unknown, len(header))
    faults += [fault("D06", label) for label in _repeated(contract, names)]
    for column in contract.columns:
        if _plain(column.header) not in names and not column.optional:
            faults.append(fault("D04", column.header))
    if faults:
        raise UnreadableError(*faults)
    return tuple(known.get(name) for name in names)


def _unknown_columns(labels: Sequence[str], of: int) -> list[Fault]:
    """Faults of headers that the contract does not name."""
    if len(labels) > of / 2:
        # The first row may well be a person's data in a file without a header: it is not repeated.
        return [fault("D05", f"({len(labels)} of {of} headers; is the header row missing?)")]
    return [
        fault("D11" if _IDENTIFIER_HEADER.search(_plain(label)) else "D05", label.strip()[:80] or "(no header)")
        for label in labels
    ]


def _repeated(contract: FeedContract, names: Sequence[str]) -> list[str]:
    return [column.header for column in contract.columns if names.count(_plain(column.header)) > 1]


def _plain(header: str) -> str:
    """Headers are compared without regard to case, outer spaces and runs of spaces."""
    return " ".join(header.replace("\ufeff", "").split()).casefold()


def _records(data: bytes) -> int | None:
    """Data rows by the number of line ends; None where a line end can stand inside a field."""
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
        UnreadableError: a quotation mark is never closed, so that there is no telling where rows end.
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
    reader = csv.reader(file, strict=True)
    number = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                detail = f"a quotation mark opened on or after row {number + 1:,} is never closed"
                raise UnreadableError(fault("D10", detail=detail)) from None
            row = [""] * (fields + 2)
        if not number and not any(row):
            continue  # blank lines before the header
        number += 1
        if len(row) == fields + 1 and not row[-1]:
            row = row[:-1]  # a separator after the last field
        if len(row) != fields:
            if any(cell.strip() for cell in row) or len(row) > fields:
                broken.append(number)
            row = [""] * fields
        yield row


def sheet_rows(path: Path, kind: FileFormat | str, contract: FeedContract) -> Iterator[Row]:
    """Header and rows of a workbook, or of a GeoJSON, JSON or YAML file.

    Raises:
        UnreadableError: the sheet is missing or the file is broken.
    """
    if kind == "geojson":
        rows = _geojson_rows(path)
    elif kind in ("json", "yaml"):
        rows = register_rows(path, kind)
    else:
        rows = _workbook_rows(path, str(contract.sheet))
    first = next(rows, None)
    if first is None:
        raise UnreadableError(fault("D03"))
    yield first
    yield from rows


def _workbook_rows(path: Path, sheet: str) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        if sheet not in workbook.sheet_names:
            raise UnreadableError(fault("D12", expected=sheet))
        rows = workbook.get_sheet_by_name(sheet).to_python()
    except (CalamineError, OSError, ValueError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged or protected by a password")) from None
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):  # what a cell with a moment at midnight comes as
        return datetime.combine(value, time()).isoformat(" ")
    return str(value)


def _geojson_rows(path: Path) -> Iterator[Row]:
    try:
        features = json.loads(path.read_bytes())["features"]
        keys = list(dict.fromkeys(key for feature in features for key in feature["properties"]))
        rows = [
            [*(feature["properties"].get(key) for key in keys), json.dumps(feature["geometry"], separators=(",", ":"))]
            for feature in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableError(fault("D10", detail="it is not a GeoJSON collection of features")) from None
    if rows:
        yield [*keys, "geometry"]
    yield from rows


def register_rows(path: Path, kind: str) -> Iterator[Row]:
    """Header and rows of a register: a list of records, alone or under one name.

    A record is a mapping of plain values; a list of plain values is joined with semicolons. The header holds every name that any
    record uses, in the order of their first use.

    Raises:
        UnreadableError: the file is not that.
    """
    import yaml

    try:
        text = path.read_text("utf-8-sig")
        document = json.loads(text) if kind == "json" else yaml.safe_load(text)
        if isinstance(document, dict):
            (document,) = document.values()
        names = list(dict.fromkeys(name for record in document for name in record))
        rows = [[_plain_value(record.get(name)) for name in names] for record in document]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        detail = "it is not a list of records with plain values, alone or under one name"
        raise UnreadableError(fault("D10", detail=detail)) from None
    if rows:
        yield names
    yield from rows


def _plain_value(value: Any) -> str | None:
    """A value of a record as a cell; TypeError for one that is no plain value."""
    if value is None:
        return None
    if isinstance(value, list):
        return "; ".join(str(_plain_value(item)) for item in value if item is not None)
    if isinstance(value, dict):
        raise TypeError("a mapping within a record")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date) else _cell(value)


def write_csv(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write rows as the CSV that DuckDB reads without any guess; None is a blank field."""
    with path.open("w", encoding="utf-8", newline="") as file:
        # Fields are always quoted: a row of blanks must stay a row.
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)


def peek_header(path: Path, contract: FeedContract) -> tuple[str, ...]:
    """The header of a file, read as little as its type allows.

    Raises:
        UnreadableError: the type is not one of the contract's, or the file has no header.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    kind = _accepted_type(head, path, contract)
    if kind == "csv":
        text, _ = decode(head[: head.rfind(b"\n") + 1] or head)
        return csv_header(text.encode() if text is not None else head)
    return tuple(str(cell) for cell in next(sheet_rows(path, kind, contract)))


def describe(path: Path) -> str:
    """What kind of file this is, in words."""
    with path.open("rb") as file:
        return _NAMES[file_type(file.read(65536), path)]


def count_rows(path: Path, contract: FeedContract) -> int:
    """Data rows of a file that was refused, as far as it can be read; 0 where it cannot."""
    try:
        data = path.read_bytes()
        name = _text_type(file_type(data[:65536], path), path, contract)
        if name == "csv":
            text, _ = decode(data)
            lines = csv.reader(io.StringIO(text if text is not None else data.decode("utf-8-sig"), newline=""))
            return max(sum(any(cell.strip() for cell in row) for row in lines) - 1, 0)
        if name in ("xlsx", "ods", "geojson", "json", "yaml"):
            return max(sum(any(str(cell).strip() for cell in row) for row in sheet_rows(path, name, contract)) - 1, 0)
    except (UnreadableError, csv.Error):
        pass
    return 0
