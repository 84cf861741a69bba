"""The workbook: the tables of the report as the Analysis Function wants spreadsheets, one table a sheet.

Cover, contents and notes come first. A cell that is not a number says why: `[x]` is missing, `[c]` withheld, `[z]` not
applicable. The file is the same, byte for byte, each time it is made from the same release.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gptables
import pandas as pd

from reporting.blocks import Cell, Table
from reporting.figures import FROM_NONE, NOT_APPLICABLE, ROUNDED, WITHHELD, Figure
from reporting.page import Page
from reporting.release import Release
from reporting.sections import Corrected
from reporting.specification import Specification

FILE = "needs-assessment.xlsx"
OPEN_FILE = "needs-assessment.ods"
MISSING, CLOSED, NONE, LOW = "[x]", "[c]", "[z]", "[low]"
SHORTHAND = (
    f"{MISSING} missing: no data has been delivered, or the value is not known.",
    f"{CLOSED} withheld: the agency has counted it and does not publish it.",
    f"{NONE} not applicable: the table has no such figure.",
    f"{LOW} rounds to zero: the agency has counted fewer than its rounding shows.",
)


def write(release: Release, spec: Specification, pages: Iterable[Page], folder: Path) -> list[tuple[str, str]]:
    """Write the workbook; returns (file, what it is) of each file that was made.

    The OpenDocument form is made where LibreOffice is installed.
    """
    sheets = dict(_sheets(pages))
    notes: dict[str, str] = {}
    about = _about(release, spec)
    path = folder / FILE
    with warnings.catch_warnings():
        # Of pandas, about how gptables calls it.
        warnings.simplefilter("ignore")
        workbook = gptables.produce_workbook(
            filename=str(path),
            sheets={name: _sheet(name, title, table, notes, about) for name, (title, table) in sheets.items()},
            cover=gptables.Cover(
                title=spec.title,
                intro=[release.handling, release.banner, *about] if release.banner else [release.handling, *about],
                about=[
                    [{"bold": True}, "Reading these tables"],
                    "Each sheet has one table. Contents lists the sheets; Notes explains the notes that titles name.",
                    [{"bold": True}, "Shorthand"],
                    *SHORTHAND,
                ],
                contact=["Questions: the analysts who publish the release."],
            ),
            notes_table=pd.DataFrame({"Note reference": list(notes), "Note text": list(notes.values())}) if notes else None,
        )
    workbook.set_properties(
        {
            "title": spec.title,
            "author": spec.area,
            "comments": f"{release.handling} Release {release.id}.",
            "created": release.published_at,
        }
    )
    workbook.close()
    made = [(FILE, "Every table as a workbook (XLSX)")]
    if _as_opendocument(path):
        made.append((OPEN_FILE, "The same workbook as OpenDocument (ODS)"))
    return made


def _about(release: Release, spec: Specification) -> list[str]:
    return [
        f"Area: {spec.area}. Year: {spec.when}. For: {release.audience}.",
        f"Made from release {release.id}, published on {release.published_at:%d %B %Y}, and nothing else.",
    ]


def _sheets(pages: Iterable[Page]) -> Iterator[tuple[str, tuple[str, Table]]]:
    """(name of the sheet, (title, table)): the tables of sections by their id, and one profile for each district."""
    taken: set[str] = set()
    for page in pages:
        for table in page.tables:
            bare = table.id.removesuffix("-table")
            is_own = re.fullmatch(r"[TP]\d[\d.]*|profile|errata|priorities|feeds|wards|all-series", bare)
            name = page.title if bare == "profile" else bare
            if is_own and (page.group != "Districts" or bare == "profile") and name not in taken:
                taken.add(name)
                yield name[:31], (table.caption, table)


def _sheet(name: str, title: str, table: Table, notes: dict[str, str], about: Sequence[str]) -> gptables.GPTable:
    heads = _distinct([head or "row" for head in table.heads])
    frame = pd.DataFrame([[head, *map(_value, cells)] for head, cells in table.rows], columns=heads)
    references = [_note(text, notes) for text in (*table.notes, *_corrections(table))]
    decimals = {column: max((_decimals(row[1][at]) for row in table.rows), default=0) for at, column in enumerate(heads[1:])}
    used = {value for value in frame.to_numpy().ravel() if value in (MISSING, CLOSED, NONE, LOW)}
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{re.sub(r'[^A-Za-z0-9]', '_', name)}",
        title=title + "".join(f"$${reference}$$" for reference in references),
        subtitles=list(about),
        source=table.source and f"Published table {table.source}",
        legend=[line for line in SHORTHAND if line.split()[0] in used],
        index_columns={2: 0},
        additional_formatting=[
            {"column": {"columns": [column], "format": {"num_format": _number_format(places)}, "include_names": False}}
            for column, places in decimals.items()
        ],
    )


def _number_format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _decimals(cell: Cell) -> int:
    return cell.decimals or 0 if isinstance(cell, Figure) and not isinstance(cell.value, str) else 0


def _value(cell: Cell) -> Any:
    if not isinstance(cell, Figure):
        text = re.sub(r"<[^>]+>", "", str(cell))
        return text if re.search(r"\w", text) else NONE
    if cell.value is None:
        return {WITHHELD: CLOSED, FROM_NONE: NONE, NOT_APPLICABLE: NONE, ROUNDED: LOW}.get(cell.note, MISSING)
    if isinstance(cell.value, str) or cell.decimals is None:
        return str(cell.value) if re.search(r"\w", str(cell.value)) else NONE
    return round(float(cell.value), cell.decimals) if cell.decimals else round(cell.value)


def _corrections(table: Table) -> Iterator[str]:
    wrong = [
        f"{head}, {table.heads[at + 1]}: printed {cell.printed}"
        for head, cells in table.rows
        for at, cell in enumerate(cells)
        if isinstance(cell, Corrected)
    ]
    if wrong:
        yield f"The printed report has other figures: {'; '.join(wrong)}."


def _note(text: str, notes: dict[str, str]) -> str:
    for reference, known in notes.items():
        if known == text:
            return reference
    reference = f"note {len(notes) + 1}"
    notes[reference] = text
    return reference


def _distinct(heads: Sequence[str]) -> list[str]:
    found: list[str] = []
    for head in heads:
        found.append(head if head not in found else f"{head} ({found.count(head) + 1})")
    return found


def _as_opendocument(path: Path) -> bool:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        return False
    command = [office, "--headless", "--convert-to", "ods", "--outdir", str(path.parent), str(path)]
    return subprocess.run(command, capture_output=True, timeout=120).returncode == 0 and path.with_suffix(".ods").exists()
