"""Advice for a disk that is full, read-only or unreachable, and for what can be no path, whichever library raised the error."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from orchestration.text.printing import printable

# What Python, SQLite and DuckDB say. EFBIG is a quota or limit on the size of files.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# A file where a folder should be or the reverse, a link to itself, or a longer name than the disk takes.
NO_PATH = {
    errno.ENOTDIR: "part of it is a file, not a folder",
    errno.EISDIR: "it is a folder, not a file",
    errno.ELOOP: "a link in it leads to itself",
    errno.ENAMETOOLONG: "it is longer than a path or name can be",
}
LONGEST_SHOWN = 200
CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
FULL_WORDS = (
    *("No space left on device", "database or disk is full", "Disk quota exceeded", "File too large", "disk I/O error"),
    "max_temp_directory_size",  # DuckDB spills to nine tenths of the free space at most
)
CLOSED_WORDS = ("Read-only file system", "readonly database", "unable to open database file", "Permission denied")
# A path as Python (quoted by repr) and DuckDB name it.
_QUOTED = re.compile(r"""['"](/[^'"]+)['"]""")


def advice(error: BaseException | str, home: Path, again: str = "run `sna refresh` again") -> str | None:
    """What to do about an error, or about what it came from; None where storage was not the reason.

    Args:
        again: what to do once the cause is gone.
    """
    errors = chain(error)
    numbers = {e.errno for e in errors if isinstance(e, OSError)}
    text = "\n".join(map(str, errors))
    if numbers & FULL or any(words in text for words in FULL_WORDS):
        return f"The disk that holds {home} is full, or a quota is reached. Free some space and {again}."
    if numbers & CLOSED or any(words in text for words in CLOSED_WORDS):
        paths = list(_paths(errors))
        # Not the home's to write to: a delivery, or something outside the home.
        elsewhere = [path for path in paths if not path.is_relative_to(home) or path.is_relative_to(home / "raw")]
        if elsewhere:
            return f"{elsewhere[0]} cannot be opened by this account. Grant it access, then {again}."
        met = f" (met at {paths[0]})" if paths else ""
        return (
            f"{home} cannot be written to, or parts of it cannot be read{met}. Mount it for writing, or grant this account"
            f" access, then {again}."
        )
    for one in errors:
        if isinstance(one, OSError) and one.errno in NO_PATH and isinstance(one.filename, str):
            path = printable(one.filename)
            shown = path if len(path) <= LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}…"
            return f"{shown} cannot be used: {NO_PATH[one.errno]}. Name another path, then {again}."
    return None


def _paths(errors: list[BaseException | str]) -> Iterator[Path]:
    """The absolute paths that errors name, in their order."""
    for error in errors:
        named = (
            [error.filename] if isinstance(error, OSError) and isinstance(error.filename, str) else _QUOTED.findall(str(error))
        )
        yield from (path for path in map(Path, named) if path.is_absolute())


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
