"""Completeness of delimited text: whether the file was cut off.

A copy that was cut off mostly ends within a record: it has fewer fields than the header, or an unclosed quotation mark. Many
programs omit only the line ending of the last line; such a file is used with a warning.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from orchestration.ingest.files.text_bounds import fields_of
from orchestration.ingest.rules import Fault, UnreadableError, fault

_BLANK = b" \t\0\x1a"  # \x1a ends the files of old programs


def check_ending(data: bytes, delimiter: str = ",", fields: int | None = None) -> tuple[Fault, ...]:
    """Make sure that the last record is whole; returns what is to be said of the last line.

    Args:
        data: UTF-8.
        fields: of the header; None where records may have any number.

    Raises:
        UnreadableError: the last record has fewer fields than the header (D20), or its quotation mark is never closed (D10).
    """
    line, number = _last_line(data)
    if number == 1:  # no record at all
        return ()
    if b'"' not in data:
        _require(fields, line.count(delimiter.encode()) + 1, number)
    elif line.count(b'"') % 2 or data.count(b'"') % 2 or _too_few(fields, _split(line, delimiter)):
        # The last line may be the rest of a field of several lines: only reading from the start shows what it is.
        _require(fields, _last_record(data, delimiter), number)
    return () if data.endswith((b"\n", b"\r")) else (fault("I20", first_rows=(number,) if b'"' not in data else ()),)


def _last_line(data: bytes) -> tuple[bytes, int]:
    """The last line that is not blank, and its number."""
    end = len(data)
    while True:
        end = len(data[:end].rstrip(b"\r\n")) if data[end - 1 : end] in (b"\r", b"\n") else end
        start = max(data.rfind(b"\n", 0, end), data.rfind(b"\r", 0, end)) + 1
        if start == 0 or data[start:end].strip(_BLANK):
            ends = data.count(b"\n", 0, start) or data.count(b"\r", 0, start)
            return data[start:end], ends + 1
        end = start


def _split(line: bytes, delimiter: str) -> int | None:
    return next(map(len, csv.reader([line.decode(errors="ignore")], delimiter=delimiter)), None)


def _too_few(fields: int | None, found: int | None) -> bool:
    return fields is not None and found is not None and found < fields


def _require(fields: int | None, found: int | None, line: int) -> None:
    if _too_few(fields, found):
        raise UnreadableError(fault("D20", line=f"{line:,}", found=found, fields=fields))


def _last_record(data: bytes, delimiter: str) -> int | None:
    """Fields of the last record that is not blank; None where it cannot be split into fields."""
    last: int | None = None
    for row in _rows(fields_of(data, delimiter, errors="replace", strict=True)):
        if row is None or any(cell.strip() for cell in row):
            last = None if row is None else len(row)
    return last


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Each record, None for one that cannot be split."""
    number = 0
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UnreadableError(never_closed(number + 1)) from None
            yield None
        number += 1


def never_closed(row: int) -> Fault:
    """The fault of a quotation mark without an end, so that there is no saying where rows end."""
    return fault("D10", detail=f"a quotation mark opened on or after row {row:,} is never closed")
