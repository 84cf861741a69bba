"""Safe reading of archives (ZIP): limited by their directory first, then inflated once within the sizes that it states.

A directory can be false: it can name one stretch of the file many times, state a different size from that of a stream, or name a
part twice, so that two programs read two files. No spreadsheet program writes such an archive, and it is refused.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from orchestration.ingest.rules import UnreadableError, fault

# A year of records of a whole county is some 20 MB of XML in some 2 MB of archive.
MAX_INFLATED_BYTES = 200 * 1024 * 1024
# Sheets full of numbers shrink to a tenth, the most monotonous ones to a fiftieth.
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 10 * 1024 * 1024
# A workbook has a part for each sheet, picture and comment list.
MAX_PARTS = 10_000
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
CHUNK = 256 * 1024

_LOCAL = struct.Struct("<4s5H3L2H")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, struct.error, KeyError)


def opened(path: Path) -> zipfile.ZipFile:
    """An archive whose directory is no larger than that of a workbook.

    Raises:
        UnreadableError: D16 for a larger one.
        zipfile.BadZipFile: it is no archive.
    """
    with path.open("rb") as file:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if end and end[5] > MAX_DIRECTORY_BYTES:  # its size, of which each part of it becomes ten times as much in memory
        raise UnreadableError(fault("D16", detail=f"its directory has {end[5] / 1e6:,.0f} MB"))
    return zipfile.ZipFile(path)


def check_directory(archive: zipfile.ZipFile, packed: int) -> None:
    """Refuse an archive by what its directory says, before anything is inflated.

    Args:
        packed: size of the file in bytes.

    Raises:
        UnreadableError: D15 for a protected one, D16 for one that is too large, D10 for one that no spreadsheet program writes.
    """
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError(fault("D15"))
    inflated = sum(part.file_size for part in parts)
    if inflated > MAX_INFLATED_BYTES or any(
        part.file_size > RATIO_MATTERS_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
    ):
        raise UnreadableError(fault("D16", detail=f"{packed / 1e6:,.1f} MB would become {inflated / 1e6:,.0f} MB"))
    if len(parts) > MAX_PARTS:
        raise UnreadableError(fault("D16", detail=f"it has {len(parts):,} parts"))
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise UnreadableError(fault("D10", detail="two parts of the workbook have one name"))
    # Each part and its heading follow the one before, or one stretch of the file would be read many times.
    places = sorted((part.header_offset, part.header_offset + _LOCAL.size + part.compress_size) for part in parts)
    if any(start < end for (_, end), (start, _) in pairwise(places)):
        raise UnreadableError(fault("D10", detail="parts of the workbook overlap"))


def inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, piece by piece, as its stream is: the directory and the part's own heading have to agree with it.

    Raises:
        UnreadableError: they do not (D10).
    """
    wrong = UnreadableError(fault("D10", detail="a part of the workbook is damaged, or is not as its directory says"))
    file = archive.fp
    if file is None or part.compress_type not in _METHODS:
        raise wrong
    file.seek(part.header_offset)
    magic, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    stored = file.read(name).decode("utf-8" if flags & 0x800 else "cp437")
    # Bit 3: sizes follow the stream. 0xFFFFFFFF: they are in the extra field.
    said = flags & 8 or size == 0xFFFFFFFF or (crc, packed, size) == (part.CRC, part.compress_size, part.file_size)
    if magic != b"PK\x03\x04" or method != part.compress_type or stored != part.orig_filename or not said:
        raise wrong
    file.seek(extra, 1)
    left, made, check = part.compress_size, 0, 0
    stream = zlib.decompressobj(-15) if method else None
    while left:
        data = file.read(min(CHUNK, left))
        if not data:
            raise wrong
        left -= len(data)
        while data:
            piece = stream.decompress(data, CHUNK) if stream else data
            data = stream.unconsumed_tail if stream else b""
            made, check = made + len(piece), zlib.crc32(piece, check)
            if made > part.file_size or (stream and stream.unused_data):
                raise wrong
            if piece:
                yield piece
    if stream and (rest := stream.flush()):
        made, check = made + len(rest), zlib.crc32(rest, check)
        yield rest
    if made != part.file_size or check != part.CRC or (stream and part.compress_size and not stream.eof):
        raise wrong
