"""Files of deliveries: whole or not there at all, and the same bytes for the same rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter

if TYPE_CHECKING:
    import duckdb

WRITTEN = datetime(2024, 4, 1)
"""The only date inside a workbook, for which it would otherwise take the time of writing."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to, whose file takes the place of ``path`` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    yield part
    part.replace(path)


@contextmanager
def continued(path: Path) -> Iterator[Path]:
    """A path to write CSV to, whose rows follow those of ``path`` when the block ends without an error."""
    further = path.with_name(path.name + ".further")
    yield further
    with further.open("rb") as source, path.open("ab") as target:
        source.readline()
        shutil.copyfileobj(source, target)
    further.unlink()


def write_csv(frame: pd.DataFrame, path: Path, *, append: bool = False) -> int:
    """Write a table below its headers, or ``append`` it to a file of the same headers; the number of rows."""
    with continued(path) if append else whole(path) as part:
        frame.to_csv(part, index=False, lineterminator="\n")
    return len(frame)


def write_rows(rows: Iterable[Sequence[object]], path: Path, encoding: str = "utf-8") -> None:
    """Write rows of CSV, headers among them."""
    with whole(path) as part, part.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_text(text: str, path: Path) -> None:
    """Write a text."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def copy_csv(database: duckdb.DuckDBPyConnection, query: str, path: Path, *, append: bool = False) -> int:
    """Write the rows of ``query`` as CSV, or ``append`` them to a file of the same headers; the number of rows."""
    with continued(path) if append else whole(path) as part:
        written = database.execute(f"copy ({query}) to {_literal(part)} (header, delimiter ',')").fetchone()
    return int(written[0]) if written else 0


def copy_parquet(database: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of ``query`` as Parquet."""
    with whole(path) as part:
        database.execute(f"copy ({query}) to {_literal(part)} (format parquet)")


@contextmanager
def workbook(path: Path, written: datetime = WRITTEN, **properties: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to fill, which is written when the block ends."""
    with whole(path) as part, xlsxwriter.Workbook(part) as book:
        book.set_properties({"created": written, **properties})
        yield book


def write_workbook(rows: pd.DataFrame, path: Path, sheet: str) -> int:
    """Write a workbook of one sheet, a table below its headers; the number of rows."""
    with workbook(path) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, list(rows.columns))
        for line, row in enumerate(rows.to_numpy(dtype=object).tolist(), start=1):
            page.write_row(line, 0, row)
    return len(rows)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
