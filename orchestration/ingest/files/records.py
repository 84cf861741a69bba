"""Header and rows of GeoJSON, JSON, YAML and Parquet files, each value as the text that it would have in a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestration.database import connection
from orchestration.ingest.files.geojson import feature_rows
from orchestration.ingest.files.registers import register_rows
from orchestration.ingest.files.workbook import cell_text
from orchestration.ingest.rules import UnreadableError, fault

Row = Sequence[Any]

# Two million records of twenty-five columns. A few kilobytes of Parquet can claim a billion equal rows.
MAX_CELLS = 50_000_000


def sheet_rows(path: Path, kind: str, codes: Sequence[str] | None = None) -> Iterator[Row]:
    """Header and rows; None is a blank cell.

    Args:
        codes: headers of published codes, by which a feature is named whose geometry is wrong; None where no geometry is judged.

    Raises:
        UnreadableError: the file is empty or broken, or a geometry cannot be used.
    """
    if kind == "parquet":
        rows = _parquet_rows(path)
    elif kind == "geojson":
        rows = feature_rows(path, codes)
    else:
        rows = register_rows(path, kind)
    number = -1
    for number, row in enumerate(rows):
        yield _text(row, number)
    if number < 0:
        raise UnreadableError(fault("D03"))


def _text(row: Row, number: int) -> Row:
    """A row as text: an escape can write half a character, which nothing can store."""
    cells = [None if cell is None else str(cell) for cell in row]
    try:
        "".join(filter(None, cells)).encode()
    except UnicodeEncodeError:
        raise UnreadableError(fault("D10", detail=half_a_character(number))) from None
    return cells


def half_a_character(number: int) -> str:
    """What is said of a lone surrogate in a record, or in the names of all of them (0)."""
    return f"{f'record {number:,}' if number else 'a name'} holds half a character (a lone surrogate)"


def _parquet_rows(path: Path) -> Iterator[Row]:
    """Every value as the text that it would be in a CSV file, so that the contract types it as it does there."""
    import duckdb

    try:
        with connection.connect() as db:
            delivered = db.read_parquet(str(path))
            (count,) = db.execute("select sum(num_rows) from parquet_file_metadata($1)", [str(path)]).fetchone() or (0,)
            if count * len(delivered.columns) > MAX_CELLS:
                raise UnreadableError(fault("D16", detail=f"{count:,} rows of {len(delivered.columns):,} columns"))
            # A decimal number as text may come in scientific notation; all others have one text.
            numbers = {place for place, kind in enumerate(delivered.types) if str(kind) in ("FLOAT", "DOUBLE")}
            chosen = (
                f'"{name.replace(chr(34), chr(34) * 2)}"{"" if place in numbers else "::varchar"}'
                for place, name in enumerate(delivered.columns)
            )
            yield delivered.columns
            found = delivered.select(", ".join(chosen))
            while rows := found.fetchmany(10_000):
                yield from ([None if cell is None else cell_text(cell) for cell in row] if numbers else row for row in rows)
    except duckdb.Error as error:
        if connection.is_out_of_memory(error):
            raise MemoryError from None
        raise UnreadableError(fault("D10", detail="the Parquet file is damaged or was cut off")) from None
