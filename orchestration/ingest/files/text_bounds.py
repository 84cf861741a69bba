"""Limits on text: on a line, measured while a file is copied, and on a field, measured while it is split.

So neither an endless line nor an endless quotation is read into memory.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from orchestration.ingest.rules import UnreadableError, fault

# DuckDB reads no longer ones; a boundary as GeoJSON within CSV has some hundred kilobytes.
MAX_LINE_BYTES = 16 * 1024 * 1024
# Of a field, all lines of a quotation together.
MAX_FIELD_CHARACTERS = 4_000_000
# How files begin that are not read by lines; an archive, Parquet, and a document of JSON.
_NOT_LINES = (b"PK\x03\x04", b"PAR1", b"{", b"[", b"<", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z")


class LineLengths:
    """Called with the pieces of a file in order.

    Raises:
        UnreadableError: D16, with the number of the line that is too long.
    """

    def __init__(self) -> None:
        self._has_lines: bool | None = None
        self._line, self._length = 1, 0

    def __call__(self, piece: bytes) -> None:
        if self._has_lines is None:
            self._has_lines = not piece.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_NOT_LINES)
        if not self._has_lines:
            return
        end = b"\n" if b"\n" in piece else b"\r"
        first, last = piece.find(end), piece.rfind(end)
        self._length += len(piece) if first < 0 else first
        if self._length > MAX_LINE_BYTES:
            raise UnreadableError(fault("D16", detail=f"line {self._line:,} is longer than {MAX_LINE_BYTES / 1e6:,.0f} MB"))
        if first >= 0:
            self._line += piece.count(end)
            self._length = len(piece) - last - 1


csv.field_size_limit(MAX_FIELD_CHARACTERS)


def fields_of(data: bytes, delimiter: str = ",", *, errors: str = "strict", strict: bool = False) -> Iterator[list[str]]:
    """The records of delimited text, split one by one: no second copy of the text is made.

    Args:
        data: UTF-8, with or without a byte-order mark.
        errors: what is done with bytes that are not UTF-8, as `bytes.decode` takes it.
        strict: whether a quotation mark in the wrong place is an error.

    Raises:
        csv.Error: a record cannot be split. The next one is read from where it ended.
        UnreadableError: a field is too long (D16).
    """
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", errors, newline="")
    return BoundedFields(csv.reader(text, delimiter=delimiter, strict=strict))


class BoundedFields:
    """Records of a reader of the module csv, which says in words alone that a field is too long."""

    def __init__(self, reader: Iterator[list[str]]) -> None:
        self._reader, self._number = reader, 0

    def __iter__(self) -> BoundedFields:
        return self

    def __next__(self) -> list[str]:
        self._number += 1
        try:
            return next(self._reader)
        except csv.Error as error:
            if "field limit" in str(error):
                most = f"{MAX_FIELD_CHARACTERS / 1e6:,.0f} million characters"
                detail = f"a field of row {self._number:,} has more than {most}: is its quotation mark closed?"
                raise UnreadableError(fault("D16", detail=detail)) from None
            raise
