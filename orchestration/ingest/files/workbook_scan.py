"""Scan of a workbook's XML before its cells are read into memory: their extent and size.

A few kilobytes can claim a cell in the last row and column, or one that is repeated a billion times. So the parts are read by a
streaming parser, whatever their encoding and quoting. Elements and attributes are matched by their local name, since
a program that looks for `table:table-row` takes it whatever the prefix means; both formats are looked for in every part.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from orchestration.ingest.files import archives
from orchestration.ingest.rules import UnreadableError, fault

# Rows times columns of all sheets: half a million records of twenty columns.
MAX_CELLS = 10_000_000
# The limits of the formats.
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
# Characters of all cells, repeated ones counted each time.
MAX_CHARACTERS = 128 * 1024 * 1024
MAX_MERGED = 20_000
MAX_SHEETS = 1_000

_REFERENCE = re.compile(r"\s*\$?([A-Za-z]{1,7})\$?(\d{1,18})\s*")
_NUMBER = re.compile(r"\s*\d{1,18}\s*")
# Attributes by which an OpenDocument cell holds something.
_HOLDING = {"value-type", "value", "string-value", "boolean-value", "date-value", "time-value", "formula"}

# What a cell shows whose formula fails, in Excel and in LibreOffice.
ERROR_VALUE = (
    r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!"
    r"|EXTERNAL!|PYTHON!)|Err:\d{3}"
)


@dataclass
class Sheet:
    """What the cells of a sheet are.

    Attributes:
        rows, columns: of the last cell.
        uncalculated: numbers of rows with a formula that has no value.
        zeros: numbers of rows with a formula whose value is 0, which means nothing where the workbook asks to be calculated.
        errors: first and last row, first and last column (from 0) and text of cells that hold an error value.
        merged: merged cells as (first row, first column, row after the last, column after the last), from 0.
    """

    rows: int = 0
    columns: int = 0
    uncalculated: list[int] = field(default_factory=list)
    zeros: list[int] = field(default_factory=list)
    errors: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Scan:
    """All parts: name → the sheets in it (an OpenDocument workbook has all of them in one)."""

    parts: dict[str, list[Sheet]] = field(default_factory=dict)


def scan(archive: zipfile.ZipFile) -> Scan:
    """Read every part that a program may read as XML.

    Raises:
        UnreadableError: D16 where cells spread too far or are too many, D10 where a part is no XML, or defines entities.
    """
    found = Scan()
    cells = characters = 0
    for part in archive.infolist():
        if part.is_dir():
            continue
        reader = _Part(strict=part.filename.lower().endswith((".xml", ".rels")))
        for piece in archives.inflated(archive, part):
            reader.feed(piece)
        reader.end()
        found.parts[part.filename] = reader.sheets
        cells += sum(_cells(sheet) for sheet in reader.sheets)
        characters += reader.characters
        check_size(cells, characters, reader.sheets)
    return found


def check_size(cells: int, characters: int, sheets: Iterable[Sheet]) -> None:
    """Raises UnreadableError (D16) for more than a return can have."""
    if cells > MAX_CELLS:
        widest = max(sheets, key=_cells)
        detail = f"its cells spread over {widest.rows:,} rows and {widest.columns:,} columns"
        raise UnreadableError(fault("D16", detail=detail))
    if characters > MAX_CHARACTERS:
        raise UnreadableError(fault("D16", detail=f"its cells hold {characters:,} characters"))


def _cells(sheet: Sheet) -> int:
    """The cells of a sheet; more than there can be for one that is larger than its format allows."""
    return sheet.rows * sheet.columns if sheet.rows <= MAX_ROWS and sheet.columns <= MAX_COLUMNS else MAX_CELLS + 1


class _Part:
    """One part. What does not begin as XML is passed over, unless its name says that it is XML."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.sheets: list[Sheet] = []
        self.characters = 0
        self._begun = False
        self._is_xml = True
        self._starts: dict[str, Callable[[_Part, dict[str, str]], None] | None] = {}
        self._columns: dict[str, int] = {}
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = _no_document_type
        # Of the element at work.
        self._sheet = Sheet()
        self._row = self._column = self._below = self._right = 0
        self._holds_cells = False  # a list of cells to be calculated holds none
        self._cell: dict[str, str] | None = None
        self._cell_depth = 0
        self._formula = False
        self._value: str | None = None
        self._text: list[str] = []

    def feed(self, data: bytes) -> None:
        if not self._begun:
            start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe\0 \t\r\n")
            self._begun, self._is_xml = True, start.startswith(b"<") or self.strict
        if self._is_xml:
            self._parse(data, last=False)

    def end(self) -> None:
        if self._is_xml and self._begun:
            self._parse(b"", last=True)
        if not self.sheets and (self._sheet.rows or self._sheet.merged):
            self.sheets.append(self._sheet)
        for sheet in self.sheets:
            # Merged cells do not overlap, so they are no more than the sheet has.
            height, width = sheet.rows, sheet.columns
            merged = sum(max(min(y, height) - top, 0) * max(min(x, width) - left, 0) for top, left, y, x in sheet.merged)
            if merged > max(height * width, len(sheet.merged)):
                raise UnreadableError(fault("D10", detail="merged cells of the workbook overlap"))

    def _parse(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError:
            if self.strict:
                raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None
            self._is_xml = False  # drawings of old programs are no whole XML; what was read of it counts

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        # A large sheet has millions of elements, of few names.
        try:
            start = self._starts[name]
        except KeyError:
            start = self._starts[name] = _STARTS.get(name.rpartition(":")[2])
        if start is not None:
            start(self, attributes)

    def _end(self, name: str) -> None:
        if end := _ENDS.get(name.rpartition(":")[2]):
            end(self)

    # Excel

    def _start_xlsx_cells(self, _: dict[str, str]) -> None:
        self._holds_cells = True

    def _start_xlsx_row(self, attributes: dict[str, str]) -> None:
        self._row = _number(attributes, "r", self._row + 1)
        self._column = 0

    def _start_xlsx_cell(self, attributes: dict[str, str]) -> None:
        if not self._holds_cells:
            return
        place = _local(attributes, "r")
        if place is None:
            self._column += 1
        elif match := _REFERENCE.fullmatch(place):
            letters, row = match.groups()
            if letters not in self._columns:
                self._columns[letters] = column_number(letters)
            self._column, self._row = self._columns[letters], int(row)
        else:
            raise UnreadableError(fault("D10", detail="a cell of the workbook has no place"))
        sheet = self._sheet
        if self._row > sheet.rows or self._column > sheet.columns:
            self._reach(max(self._row, 1), self._column)
        self._cell, self._formula, self._value = attributes, False, None
        # Ends matter for formulas and error values only.
        self._parser.EndElementHandler = self._end if attributes.get("t") == "e" else None

    def _start_xlsx_formula(self, _: dict[str, str]) -> None:
        self._formula = True
        self._parser.EndElementHandler = self._end

    def _start_xlsx_value(self, _: dict[str, str]) -> None:
        if self._cell is not None and self._parser.EndElementHandler and (self._formula or self._cell.get("t") == "e"):
            self._listen()

    def _end_xlsx_value(self) -> None:
        if self._parser.CharacterDataHandler:
            self._value = self._heard()

    def _end_xlsx_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        if self._formula and not self._value:
            self._sheet.uncalculated.append(self._row)
        elif self._formula and self._value == "0":
            self._sheet.zeros.append(self._row)
        if cell.get("t") == "e":
            y, x = self._row - 1, self._column - 1
            self._sheet.errors.append((y, y, x, x, self._value or "#N/A"))

    def _start_merged(self, attributes: dict[str, str]) -> None:
        ends = [_REFERENCE.fullmatch(end) for end in (_local(attributes, "ref") or "").split(":")]
        if not 1 <= len(ends) <= 2 or not all(ends):
            raise UnreadableError(fault("D10", detail="merged cells of the workbook have no place"))
        places = [(int(end[2]) - 1, column_number(end[1]) - 1) for end in ends if end]
        self._sheet.merged.append((*places[0], places[-1][0] + 1, places[-1][1] + 1))
        self._check_merged()

    def _start_listed_sheet(self, _: dict[str, str]) -> None:
        self._below += 1
        if self._below > MAX_SHEETS:
            raise UnreadableError(fault("D16", detail=f"it has more than {MAX_SHEETS:,} sheets"))

    # OpenDocument

    def _start_ods_table(self, _: dict[str, str]) -> None:
        self._parser.EndElementHandler = self._end
        if len(self.sheets) == MAX_SHEETS:
            raise UnreadableError(fault("D16", detail=f"it has more than {MAX_SHEETS:,} sheets"))
        self._sheet = Sheet()
        self.sheets.append(self._sheet)
        self._row = self._below = 0

    def _start_ods_row(self, attributes: dict[str, str]) -> None:
        if not self._cell_depth:
            self._row, self._below = self._below, self._below + _repeated(attributes, "number-rows-repeated")
            self._right = 0

    def _start_ods_cell(self, attributes: dict[str, str]) -> None:
        self._parser.EndElementHandler = self._end
        self._cell_depth += 1
        if self._cell_depth > 1:
            return
        self._column, self._right = self._right, self._right + _repeated(attributes, "number-columns-repeated")
        self._cell = {name.rpartition(":")[2]: value for name, value in attributes.items() if not name.startswith("calcext")}
        if _is_error(attributes):
            self._cell["error"] = ""
        self._listen()

    def _end_ods_cell(self) -> None:
        self._cell_depth -= 1
        if self._cell_depth:
            return
        text, cell = self._heard().strip(), self._cell or {}
        self._cell = None
        if not text and _HOLDING.isdisjoint(cell):
            return
        self._reach(self._below, self._right)
        length = max(len(text), *(len(value) for name, value in cell.items() if name in _HOLDING), 0)
        self.characters += length * (self._right - self._column) * (self._below - self._row)
        if "formula" in cell and "value-type" not in cell:
            self._sheet.uncalculated.append(self._below)
        if "error" in cell or re.fullmatch(ERROR_VALUE, text):
            self._sheet.errors.append((self._row, self._below - 1, self._column, self._right - 1, text or "#N/A"))

    # Both

    def _reach(self, rows: int, columns: int) -> None:
        self._sheet.rows, self._sheet.columns = max(self._sheet.rows, rows), max(self._sheet.columns, columns)

    def _check_merged(self) -> None:
        if len(self._sheet.merged) > MAX_MERGED:
            raise UnreadableError(fault("D16", detail=f"it has more than {MAX_MERGED:,} merged cells"))

    def _listen(self) -> None:
        self._text = []
        self._parser.CharacterDataHandler = self._text.append

    def _heard(self) -> str:
        self._parser.CharacterDataHandler = None
        return "".join(self._text)


_STARTS: dict[str, Callable[[_Part, dict[str, str]], None]] = {
    "sheetData": _Part._start_xlsx_cells,
    "row": _Part._start_xlsx_row,
    "c": _Part._start_xlsx_cell,
    "f": _Part._start_xlsx_formula,
    "v": _Part._start_xlsx_value,
    "mergeCell": _Part._start_merged,
    "sheet": _Part._start_listed_sheet,
    "table": _Part._start_ods_table,
    "table-row": _Part._start_ods_row,
    "table-cell": _Part._start_ods_cell,
    "covered-table-cell": _Part._start_ods_cell,
}
_ENDS: dict[str, Callable[[_Part], None]] = {
    "c": _Part._end_xlsx_cell,
    "v": _Part._end_xlsx_value,
    "table-cell": _Part._end_ods_cell,
    "covered-table-cell": _Part._end_ods_cell,
}


def _no_document_type(*_: object) -> None:
    raise UnreadableError(fault("D10", detail="a part of the workbook declares a document type (DTD), as no workbook does"))


def _is_error(attributes: dict[str, str]) -> bool:
    """LibreOffice's own attribute of a cell whose formula failed."""
    return any(name.startswith("calcext:") and value == "error" for name, value in attributes.items())


def _local(attributes: dict[str, str], name: str) -> str | None:
    """An attribute by its local name; of several the longest, which reaches farthest."""
    found = [value for key, value in attributes.items() if key == name or (":" in key and key.rpartition(":")[2] == name)]
    if len(found) == 1:
        return found[0]
    return max(found, key=len, default=None)


def _number(attributes: dict[str, str], name: str, otherwise: int) -> int:
    value = _local(attributes, name)
    if value is None:
        return otherwise
    if not _NUMBER.fullmatch(value):
        raise UnreadableError(fault("D10", detail="a row or cell of the workbook has no number"))
    return int(value)


def _repeated(attributes: dict[str, str], name: str) -> int:
    return max(_number(attributes, name, 1), 1)


def column_number(letters: str) -> int:
    """Column A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
