"""A disk that is full, read-only or out of reach, told in words: whichever library met it, a person needs the same advice."""

from __future__ import annotations

import errno
import re
from pathlib import Path

# What Python, SQLite and DuckDB say. EFBIG is a quota or limit on the size of files.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
FULL_WORDS = (
    *("No space left on device", "database or disk is full", "Disk quota exceeded", "File too large", "disk I/O error"),
    "max_temp_directory_size",  # DuckDB spills to nine tenths of the free space at most
)
CLOSED_WORDS = ("Read-only file system", "readonly database", "unable to open database file", "Permission denied")
# A path as Python (quoted by repr) and DuckDB name it.
_QUOTED = re.compile(r"""['"](/[^'"]+)['"]""")


def advice(error: BaseException | str, home: Path) -> str | None:
    """What to do about an error, or about what it came from; None where storage was not the reason."""
    errors = chain(error)
    numbers = {e.errno for e in errors if isinstance(e, OSError)}
    text = "\n".join(map(str, errors))
    if numbers & FULL or any(words in text for words in FULL_WORDS):
        return f"The disk that holds {home} is full, or a quota is reached. Free some space and run `sna refresh` again."
    if numbers & CLOSED or any(words in text for words in CLOSED_WORDS):
        if elsewhere := _paths_elsewhere(errors, home):
            return f"{elsewhere} cannot be opened by this account. Give it the right to, and run `sna refresh` again."
        return f"{home} cannot be written to. Mount it for writing, or give this account the right, and run `sna refresh` again."
    return None


def _paths_elsewhere(errors: list[BaseException | str], home: Path) -> str | None:
    """The first path that errors name and that is not the home's to write to: a delivery, or something outside the home."""
    for error in errors:
        named = (
            [error.filename] if isinstance(error, OSError) and isinstance(error.filename, str) else _QUOTED.findall(str(error))
        )
        for path in map(Path, named):
            if path.is_absolute() and (not path.is_relative_to(home) or path.is_relative_to(home / "raw")):
                return str(path)
    return None


def chain(error: BaseException | str) -> list[BaseException | str]:
    """An error and all that it came from, in the order of their causes; text is all there is of it."""
    if isinstance(error, str):
        return [error]
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return [*found]
