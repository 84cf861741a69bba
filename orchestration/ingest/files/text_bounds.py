"""Limit on the length of a line of text: measured while a file is copied, so that no endless line is read into memory."""

from __future__ import annotations

from orchestration.ingest.rules import UnreadableError, fault

# DuckDB reads no longer ones; a boundary as GeoJSON within CSV has some hundred kilobytes.
MAX_LINE_BYTES = 16 * 1024 * 1024
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
