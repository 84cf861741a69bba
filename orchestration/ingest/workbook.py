"""Workbooks as grids of text, and what makes a workbook unsafe or impossible to read.

A workbook is a ZIP archive of XML. How large it becomes is read from the archive's directory before anything is inflated, and the
cells are measured before a grid is made of them: a few kilobytes can claim to be gigabytes.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from orchestration.ingest.rules import Fault, UnreadableError, fault

# A year of records of a whole county is some 20 MB of XML in some 2 MB of archive.
MAX_INFLATED_BYTES = 200 * 1024 * 1024
# Sheets full of numbers shrink to a tenth, the most monotonous ones to a fiftieth.
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 10 * 1024 * 1024
MAX_CELLS = 20_000_000

_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']\s*([A-Za-z]{1,9})(\d{1,19})")
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"

# Elements that hold text outside cells, of both formats.
_LOOSE = {
    *("comment", "threadedComment", "txBody", "rich", "definedName", "annotation", "text-box", "header", "footer"),
    *(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer")),
}
# Parts that keep copies of data which no sheet need show any longer, and the attributes that hold text there.
_COPIES = re.compile(r"xl/(pivotCache|externalLinks|charts|drawings)/.*|Object[^/]*/content\.xml")
_TEXTUAL = ("v", "name", "descr", "title")

# What a cell shows whose formula fails, in Excel and in LibreOffice.
ERROR_VALUE = (
    r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!"
    r"|EXTERNAL!|PYTHON!)|Err:\d{3}"
)

Range = tuple[tuple[int, int], tuple[int, int]]
Place = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """A sheet as text.

    Attributes:
        name: of the sheet; empty for a CSV file.
        rows: from the sheet's first row on, so that `rows[0]` is its row 1; each with a text per column.
        merged: first and last cell (row, column, from 0) of merged cells, where the format tells.
    """

    name: str
    rows: Sequence[Sequence[str]]
    merged: Sequence[Range] = ()


@dataclass(frozen=True)
class Workbook:
    """The sheets that were wanted, and how many others there are."""

    grids: tuple[Grid, ...]
    others: int = 0
    hidden: int = 0


def is_protected(data: bytes) -> bool:
    """Whether a file is a workbook that only a password opens: an OLE container with a stream of this name."""
    return data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data


def check_size(path: Path) -> None:
    """Refuse an archive by what its directory says, before anything is inflated.

    Raises:
        UnreadableError: D15 for a protected one, D16 for one that is too large, D10 for one that is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableError(fault("D15"))
            inflated, packed = sum(part.file_size for part in parts), path.stat().st_size
            if inflated > MAX_INFLATED_BYTES or any(
                part.file_size > RATIO_MATTERS_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
            ):
                detail = f"{packed / 1e6:,.1f} MB would become {inflated / 1e6:,.0f} MB"
                raise UnreadableError(fault("D16", detail=detail))
            # Inflates within the sizes stated, so a directory that lies is a damaged file and no danger.
            if archive.testzip() is not None:
                raise UnreadableError(fault("D10", detail="a part of the workbook is damaged"))
            names = set(archive.namelist())
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise UnreadableError(fault("D15"))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged or was cut off")) from None


def open_workbook(path: Path, wanted: str | None, patterns: Sequence[str] = ()) -> Workbook:
    """The visible sheets of that name, or whose whole name fits one of the patterns; hidden ones are told of and not read.

    Raises:
        UnreadableError: no such sheet (D12), damaged (D10), protected (D15), too large (D16), or formulas never calculated (D14).
    """
    import python_calamine as calamine

    check_size(path)
    try:
        ods = _ods_sheets(path)
        book = calamine.CalamineWorkbook.from_path(path)
        visible = _visible(book)
        chosen = wanted_sheets(visible, wanted, patterns)
        numbers = {name: book.sheet_names.index(name) for name in chosen}
        if ods is None:
            failed = _check_xlsx(path, numbers)
        else:
            for name, number in numbers.items():
                _check_formulas(name, _ods_formulas(ods[number]))
            failed = {name: dict(_ods_errors(ods[number])) for name, number in numbers.items()}
        grids = tuple(_grid(book, name, failed[name]) for name in chosen)
    except (calamine.CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None
    return Workbook(grids, len(book.sheet_names) - len(chosen), len(book.sheet_names) - len(visible))


def wanted_sheets(visible: Sequence[str], wanted: str | None, patterns: Sequence[str] = ()) -> list[str]:
    """The sheets of that name, or whose whole name fits one of the patterns.

    Raises:
        UnreadableError: there is none (D12).
    """
    chosen = [name for name in visible if name == wanted or any(re.fullmatch(p, name.strip()) for p in patterns)]
    if not chosen:
        raise UnreadableError(fault("D12", expected=" or ".join(filter(None, (wanted, *patterns)))))
    return chosen


def _visible(book: Any) -> list[str]:
    import python_calamine as calamine

    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]


def visible_sheets(path: Path) -> list[str]:
    """Names of the visible sheets.

    Raises:
        UnreadableError: damaged (D10), protected (D15) or too large (D16).
    """
    import python_calamine as calamine

    check_size(path)
    try:
        _ods_sheets(path)
        return _visible(calamine.CalamineWorkbook.from_path(path))
    except (calamine.CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None


def everything(path: Path) -> Iterator[Grid]:
    """All text of a workbook: its sheets, hidden ones too, and a grid of what stands outside cells. None has a name.

    Raises:
        UnreadableError: damaged (D10), protected (D15) or too large (D16).
    """
    import python_calamine as calamine

    check_size(path)
    try:
        if _ods_sheets(path) is None:
            _check_all_xlsx(path)
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        grids = [Grid("", _grid(book, name).rows) for name in sheets]
        loose = [*book.sheet_names, *_loose_texts(path)]
    except (calamine.CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None
    yield from grids
    yield Grid("", [[text] for text in loose])


def _loose_texts(path: Path) -> Iterator[str]:
    """Texts outside cells: comments, text boxes, headers and footers of the page, defined names, targets of links, and all that
    pivot tables, charts and links to other workbooks keep of the data they were made from.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not part.endswith((".xml", ".rels")) or not part.startswith(("xl/", "content.xml", "styles.xml", "Object")):
                continue
            if part == "xl/sharedStrings.xml":  # those are cells
                continue
            copies = _COPIES.fullmatch(part) is not None
            for element in ElementTree.fromstring(archive.read(part)).iter():
                kind = element.tag.rpartition("}")[2]
                if kind in _LOOSE:
                    yield " ".join("".join(element.itertext()).split())
                elif part.endswith(".rels"):
                    yield element.get("Target", "")
                if copies:
                    yield from filter(None, (element.text and element.text.strip(), *map(element.get, _TEXTUAL)))
                    if kind == "sheetName":
                        yield element.get("val", "")


def _check_all_xlsx(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                _check_spread(*_spread(archive.read(part)))


def _grid(book: Any, name: str, failed: Mapping[Place, str] | None = None) -> Grid:
    """A sheet as text; `failed` has the error values by row and column, which calamine reads as blanks."""
    sheet = book.get_sheet_by_name(name)
    rows = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in (failed or {}).items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    return Grid(name, rows, tuple(sheet.merged_cell_ranges or ()))


def cell_text(value: Any) -> str:
    """A cell as the text that a CSV export would hold."""
    if isinstance(value, float) and math.isfinite(value):
        # Never in scientific notation, which stands for a number that has lost its digits.
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):  # what a cell with a moment at midnight comes as
        return datetime.combine(value, time()).isoformat(" ")
    return str(value)


def _ods_sheets(path: Path) -> list[ElementTree.Element] | None:
    """The sheets of an OpenDocument workbook, none of which spreads too far (it is opened as a whole); None for another kind."""
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return None
        sheets = list(ElementTree.fromstring(archive.read("content.xml")).iter(f"{_TABLE}table"))
    for sheet in sheets:
        _check_spread(*_ods_spread(sheet))
    return sheets


def _check_xlsx(path: Path, numbers: Mapping[str, int]) -> dict[str, dict[Place, str]]:
    """Refuse sheets whose cells spread too far for a grid, or hold formulas without a value that can be trusted.

    Returns:
        The cells of each sheet that hold an error value.
    """
    failed: dict[str, dict[Place, str]] = {}
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml")
        # A program that writes formulas without calculating them asks for this; the zeros that it puts there mean nothing.
        uncalculated = re.search(rb'fullCalcOnLoad="(1|true)"', book) is not None
        for name, part in zip(numbers, _sheet_parts(archive, book, list(numbers.values())), strict=True):
            xml = archive.read(part)
            _check_spread(*_spread(xml))
            if re.search(rb"<(\w+:)?f[ >/]", xml):
                _check_formulas(name, _xlsx_formulas(xml, uncalculated))
            failed[name] = dict(_xlsx_errors(xml)) if re.search(rb"\bt\s*=\s*[\"']e[\"']", xml) else {}
    return failed


def _sheet_parts(archive: zipfile.ZipFile, book: bytes, numbers: Sequence[int]) -> list[str]:
    """The parts of the archive that hold the sheets with these numbers."""
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    strict = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
    ids = [
        element.get(relation) or element.get(strict)
        for element in ElementTree.fromstring(book).iter()
        if element.tag.endswith("}sheet")
    ]
    links = {
        element.get("Id"): str(element.get("Target"))
        for element in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    targets = [links[ids[number]] for number in numbers]
    return [target.lstrip("/") if target.startswith("/") else f"xl/{target}" for target in targets]


def _spread(xml: bytes) -> tuple[int, int]:
    rows = columns = 0
    for match in _CELL.finditer(xml):
        rows = max(rows, int(match[2]))
        columns = max(columns, _column_number(match[1].upper()))
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _ods_spread(sheet: ElementTree.Element) -> tuple[int, int]:
    rows = columns = seen = 0
    for row in sheet.iter(f"{_TABLE}table-row"):
        seen += int(row.get(f"{_TABLE}number-rows-repeated", 1))
        width = filled = 0
        for cell in row:
            width += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
            if cell.get(f"{_OFFICE}value-type"):
                filled = width
        if filled:
            rows, columns = seen, max(columns, filled)
    return rows, columns


def _check_spread(rows: int, columns: int) -> None:
    if rows * columns > MAX_CELLS:
        raise UnreadableError(fault("D16", detail=f"its cells spread over {rows:,} rows and {columns:,} columns"))


def _xlsx_formulas(xml: bytes, uncalculated: bool) -> Iterator[int]:
    """Numbers of rows with a formula that was never calculated."""
    row = 0
    for element in ElementTree.fromstring(xml).iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "row":
            row = int(element.get("r", row + 1))
        elif kind == "c":
            parts = {part.tag.rpartition("}")[2]: part.text for part in element}
            if "f" in parts and (not parts.get("v") or (uncalculated and parts["v"] == "0")):
                yield row


def _xlsx_errors(xml: bytes) -> Iterator[tuple[Place, str]]:
    """Row and column, from 0, of each cell that holds an error value, and the value."""
    row = column = -1
    for element in ElementTree.fromstring(xml).iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif kind == "c":
            letters = re.match(r"[A-Z]+", element.get("r", ""))
            column = _column_number(letters[0].encode()) - 1 if letters else column + 1
            if element.get("t") == "e":
                value = next((part.text for part in element if part.tag.endswith("}v")), None)
                yield (row, column), value or "#N/A"


def _ods_errors(sheet: ElementTree.Element) -> Iterator[tuple[Place, str]]:
    """The same of an OpenDocument sheet: such a cell says so, or shows an error value whatever its value is said to be."""
    row = 0
    for line in sheet.iter(f"{_TABLE}table-row"):
        below = row + int(line.get(f"{_TABLE}number-rows-repeated", 1))
        column = 0
        for cell in line:
            right = column + int(cell.get(f"{_TABLE}number-columns-repeated", 1))
            text = "".join(cell.itertext()).strip()
            if re.fullmatch(ERROR_VALUE, text) or cell.get(f"{_CALC}value-type") == "error":
                yield from (((y, x), text or "#N/A") for y in range(row, below) for x in range(column, right))
            column = right
        row = below


def _ods_formulas(sheet: ElementTree.Element) -> Iterator[int]:
    number = 0
    for row in sheet.iter(f"{_TABLE}table-row"):
        number += int(row.get(f"{_TABLE}number-rows-repeated", 1))
        for cell in row:
            if cell.get(f"{_TABLE}formula") and not cell.get(f"{_OFFICE}value-type"):
                yield number


def _check_formulas(sheet: str, rows: Iterator[int]) -> None:
    found = sorted(rows)
    if found:
        first = tuple(sorted(set(found))[:10])
        raise UnreadableError(fault("D14", rows=len(found), first_rows=first, sheet=sheet))


def sheets_left_out(book: Workbook) -> tuple[Fault, ...]:
    """What is to be told about sheets that were not read."""
    return (fault("I11", rows=book.others, hidden=book.hidden),) if book.others else ()
