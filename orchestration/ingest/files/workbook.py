"""Workbooks as grids of text, and what makes a workbook unsafe or impossible to read.

A workbook is a ZIP archive of XML. How large it becomes is read from the archive's directory before anything is inflated
(`archives`), and the cells are measured before a grid is made of them (`workbook_scan`): a few kilobytes can claim to be
gigabytes. The library that reads it is compiled code, so all of this runs in a process of its own (`confined`).
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from orchestration.ingest.files import archives
from orchestration.ingest.files.workbook_scan import ERROR_VALUE, Scan, Sheet, scan
from orchestration.ingest.rules import Fault, UnreadableError, fault

__all__ = ["ERROR_VALUE", "Grid", "Workbook"]

_OLE = b"\xd0\xcf\x11\xe0"


Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Grid:
    """A sheet as text.

    Attributes:
        name: of the sheet; empty for a CSV file.
        rows: from the sheet's first row on, so that the first is its row 1; each with a text per column up to the last that is
            not blank. In the process that reads the workbook they are made one by one, once.
        merged: first and last cell (row, column, from 0) of merged cells, where the format says so.
    """

    name: str
    rows: Sequence[list[str]]
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


def checked(path: Path) -> Scan:
    """What is in a workbook that can be opened safely.

    Raises:
        UnreadableError: D15 for a protected one, D16 for one that is too large, D10 for one that is damaged.
    """
    try:
        with archives.opened(path) as archive:
            archives.check_directory(archive, path.stat().st_size)
            names = set(archive.namelist())
            if "META-INF/manifest.xml" in names:
                manifest = b"".join(archives.inflated(archive, archive.getinfo("META-INF/manifest.xml")))
                if b"encryption-data" in manifest:
                    raise UnreadableError(fault("D15"))
            return scan(archive)
    except archives.DAMAGED:
        raise UnreadableError(fault("D10", detail="the workbook is damaged or was cut off")) from None


def open_workbook(path: Path, wanted: str | None, patterns: Sequence[str] = ()) -> Workbook:
    """The visible sheets of that name, or whose whole name fits one of the patterns; hidden ones are reported and not read.

    Raises:
        UnreadableError: no such sheet (D12), damaged (D10), protected (D15), too large (D16), or formulas never calculated (D14).
    """
    import python_calamine as calamine

    found = checked(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        visible = _visible(book)
        chosen = wanted_sheets(visible, wanted, patterns)
        sheets, uncalculated = _sheets(path, found, [book.sheet_names.index(name) for name in chosen])
        for name, sheet in zip(chosen, sheets, strict=True):
            _check_formulas(name, [*sheet.uncalculated, *(sheet.zeros if uncalculated else ())])
        grids = tuple(_grid(book, name, sheet) for name, sheet in zip(chosen, sheets, strict=True))
    except (calamine.CalamineError, *archives.DAMAGED, IndexError, ElementTree.ParseError):
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

    checked(path)
    try:
        return _visible(calamine.CalamineWorkbook.from_path(path))
    except (calamine.CalamineError, *archives.DAMAGED):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None


def all_text(path: Path) -> Iterator[Grid]:
    """All cells of a workbook, those of hidden sheets too, and a grid of the names of its sheets. None has a name itself.

    Raises:
        UnreadableError: damaged (D10), protected (D15) or too large (D16).
    """
    import python_calamine as calamine

    checked(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        for name in sheets:
            yield Grid("", _grid(book, name).rows)
    except (calamine.CalamineError, *archives.DAMAGED, ElementTree.ParseError):
        raise UnreadableError(fault("D10", detail="the workbook is damaged")) from None
    yield Grid("", [[name] for name in book.sheet_names])


def _grid(book: Any, name: str, facts: Sheet | None = None) -> Grid:
    """A sheet as text; calamine reads error values as blanks, so these are put back from the facts."""
    sheet = book.get_sheet_by_name(name)
    rows = _rows(sheet, facts.errors if facts else ())
    return Grid(name, rows, tuple(sheet.merged_cell_ranges or ()))  # type: ignore[arg-type]


def _rows(sheet: Any, errors: Iterable[tuple[int, int, int, int, str]]) -> Iterator[list[str]]:
    """The rows one by one, without the blank cells at the end."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    failed = sorted(errors)
    first = 0
    for number, row in enumerate(sheet.iter_rows()):
        cells = left + [cell_text(value) for value in row]
        while first < len(failed) and failed[first][1] < number:
            first += 1
        for top, bottom, start, end, text in failed[first:]:
            if top > number:
                break
            for place in range(start, min(end + 1, len(cells))) if number <= bottom else ():
                cells[place] = text
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def cell_text(value: Any) -> str:
    """A cell as the text that a CSV export would hold."""
    if isinstance(value, float) and math.isfinite(value):
        # Never in scientific notation, which is how a number that has lost its digits looks.
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):  # what a cell with a moment at midnight comes as
        return datetime.combine(value, time()).isoformat(" ")
    return str(value)


def _sheets(path: Path, found: Scan, numbers: Sequence[int]) -> tuple[list[Sheet], bool]:
    """The facts about the sheets with these numbers, and whether the workbook asks to be calculated.

    A program that writes formulas without calculating them asks for that; the zeros that it puts there mean nothing.
    """
    if "content.xml" in found.parts:
        return [found.parts["content.xml"][number] for number in numbers], False
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml")
        parts = [found.parts[part] for part in _sheet_parts(archive, book, numbers)]
    return [part[0] if part else Sheet() for part in parts], re.search(rb'fullCalcOnLoad="(1|true)"', book) is not None


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


def _check_formulas(sheet: str, rows: Iterable[int]) -> None:
    found = sorted(rows)
    if found:
        first = tuple(sorted(set(found))[:10])
        raise UnreadableError(fault("D14", rows=len(found), first_rows=first, sheet=sheet))


def sheets_left_out(book: Workbook) -> tuple[Fault, ...]:
    """What to report about sheets that were not read."""
    return (fault("I11", rows=book.others, hidden=book.hidden),) if book.others else ()
