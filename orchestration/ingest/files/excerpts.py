"""A few rows of a CSV file as a file of its own, so that they can be looked at again without reading all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from orchestration.ingest.files.readers import Source


def excerpt(source: Source, rows: Sequence[int], of: int) -> Source | None:
    """The header and some rows; None where a row may be more than one line, so that lines cannot be counted.

    A row has at least one line, and so has the header: where there are no more lines than that, each has exactly one.

    Args:
        rows: places of the rows, in ascending order; that of the first is 0.
        of: how many rows DuckDB finds in the file.
    """
    path = source.copy.with_suffix(".excerpt")
    with source.path.open("rb") as file, path.open("wb") as made:
        header = file.readline()
        end = b"\r\n" if header.endswith(b"\r\n") else b"\n"
        made.write(header)
        passed = 0
        for row in rows:
            line = next(islice(file, row - passed, None), None)
            if line is None:
                return None
            made.write(line if line.endswith(b"\n") else line + end)
            passed = row + 1
        lines = passed + sum(1 for _ in file)
    return replace(source, path=path, records=len(rows), blank_lines=0) if lines == of + source.blank_lines else None
