"""Safe opening of files: regular files inside a folder, and nothing else.

A name in a landing zone can be that of a pipe, on which a reader waits for ever, of an endless device, or of a link to a file
that nobody meant to deliver. So the target of a name is checked before it is opened, each folder on the way is opened without
following links, and the opened file is checked again. A hard link is a regular file: it looks like any other.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from orchestration.ingest.rules import Fault, UnreadableError, fault

# Several years of a large force as CSV are some 300 MB. More is not read, since a file is held in memory as a whole.
MAX_BYTES = 1024 * 1024 * 1024
# A file that has not changed for so long while somebody looked is not being written.
QUIET_SECONDS = 1.0
CHUNK = 1024 * 1024

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

Item = TypeVar("Item")


@dataclass(frozen=True)
class State:
    """By what a change of a file is noticed; the time of change of the inode cannot be set back."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> State:
        """The state in what `stat` returned."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def problem(path: Path, within: Path) -> Fault | None:
    """Why what has this name cannot be read as a file of a folder; None for a file that can. Nothing is opened."""
    try:
        _look(path, within)
    except UnreadableError as error:
        return error.faults[0]
    except FileNotFoundError:
        return None  # it has gone, and is nobody's concern
    return None


def is_gone(path: Path) -> bool:
    """Whether nothing has this name; what this account may not look at is there, as far as anybody knows."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def names(folder: Path, within: Path) -> list[str]:
    """What a folder holds, by name; nothing where there is no such folder.

    Raises:
        UnreadableError: it is closed (D34), or leads out of the folder that it is to be within (D33).
    """
    try:
        return [path.name for path in _resolved(folder, within).iterdir()] if folder.is_dir() else []
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UnreadableError(fault("D34", reason=error.strerror)) from None


def _look(path: Path, within: Path) -> tuple[Path, os.stat_result]:
    """Where a name leads, and what is there.

    Raises:
        UnreadableError: no regular file (D33), no right to read it (D34), or too large (D16).
        FileNotFoundError: there is no such name.
    """
    real = _resolved(path, within)
    found = real.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError(fault("D33", what=_KINDS.get(stat.S_IFMT(found.st_mode), "no file")))
    if not os.access(real, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UnreadableError(fault("D34", reason=os.strerror(errno.EACCES)))
    if found.st_size > MAX_BYTES:
        detail = f"{found.st_size / 1e6:,.0f} MB, of {MAX_BYTES / 1e6:,.0f} MB that are read"
        raise UnreadableError(fault("D16", detail=detail))
    return real, found


def _resolved(path: Path, within: Path) -> Path:
    """The path without links, inside the folder.

    Raises:
        UnreadableError: it leads nowhere, to itself, or out of the folder (D33), or through a folder that is closed (D34).
    """
    try:
        real = path.resolve(strict=True)
    except PermissionError:
        raise UnreadableError(fault("D34", reason=os.strerror(errno.EACCES))) from None
    except (RuntimeError, OSError) as error:  # pathlib has an error of its own for a loop
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            raise
        loops = isinstance(error, RuntimeError) or error.errno == errno.ELOOP
        raise UnreadableError(fault("D33", what=f"a link that leads {'to itself' if loops else 'nowhere'}")) from None
    if not real.is_relative_to(within.resolve()):
        raise UnreadableError(fault("D33", what="a link, or in a folder that is one, that leads elsewhere"))
    return real


@contextmanager
def opened(path: Path, within: Path) -> Iterator[BinaryIO]:
    """A regular file inside a folder, opened for reading.

    Raises:
        UnreadableError: D16, D33 or D34: see `problem`.
        FileNotFoundError: it has gone.
    """
    real, seen = _look(path, within)
    try:
        folder = within.resolve()
        handle = _open_beneath(folder, real.relative_to(folder))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableError(fault("D34", reason=error.strerror)) from None
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 - a handle has no path
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or (found.st_dev, found.st_ino) != (seen.st_dev, seen.st_ino):
            raise UnreadableError(fault("D35"))
        yield file


def _open_beneath(folder: Path, name: Path) -> int:
    """A handle on a file below a folder, no part of whose name is a link. A pipe does not make it wait."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(folder, flags | os.O_DIRECTORY)
    try:
        for part in name.parts[:-1]:
            below = os.open(part, flags | os.O_DIRECTORY, dir_fd=at)
            os.close(at)
            at = below
        return os.open(name.name, flags | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=at)
    finally:
        os.close(at)


def copy(
    path: Path, within: Path, target: Path, check: Callable[[bytes], None] = lambda _: None
) -> tuple[str, State, tuple[Fault, ...]]:
    """Copy a file through one handle; returns its SHA-256, the state in which it was copied, and what its pieces break.

    Args:
        check: called with each piece, in order. Where it raises UnreadableError, no more is copied, and the rest is only hashed.

    Raises:
        UnreadableError: as `opened`; D35 where the file changed meanwhile.
        FileNotFoundError: it has gone.
    """
    digest, size = hashlib.sha256(), 0
    broken: tuple[Fault, ...] = ()
    with opened(path, within) as source, target.open("wb") as file:
        before = State.of(os.fstat(source.fileno()))
        while piece := _read(source):
            size += len(piece)
            if size > before.size:
                break
            digest.update(piece)
            if not broken:
                broken = _broken(check, piece)
                file.write(piece)
        if size != before.size or State.of(os.fstat(source.fileno())) != before:
            raise UnreadableError(fault("D35"))
    return digest.hexdigest(), before, broken


def _broken(check: Callable[[bytes], None], piece: bytes) -> tuple[Fault, ...]:
    try:
        check(piece)
    except UnreadableError as error:
        return error.faults
    return ()


def _read(source: BinaryIO) -> bytes:
    """The next piece; a disk or share that fails on this file keeps no other from being read."""
    try:
        return source.read(CHUNK)
    except OSError as error:
        raise UnreadableError(fault("D34", reason=error.strerror)) from None


def digest(path: Path, within: Path) -> str:
    """SHA-256 of a file; raises as `opened`."""
    with opened(path, within) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def read_small(path: Path, limit: int = CHUNK) -> bytes:
    """A small file of this program's own in a folder that others write to.

    Raises:
        OSError: it is not there, no regular file, larger than the limit, or cannot be read.
    """
    try:
        with opened(path, path.parent) as file:
            data = file.read(limit + 1)
    except UnreadableError as error:
        raise OSError(errno.EINVAL, error.faults[0].message, str(path)) from None
    if len(data) > limit:
        raise OSError(errno.EFBIG, "too large", str(path))
    return data


def at_rest(items: Iterable[Item], path: Callable[[Item], Path], quiet: float | None = None) -> list[Item]:
    """Those whose file is not being written: unchanged for a moment, which is waited for where the last change was just now."""
    quiet = QUIET_SECONDS if quiet is None else quiet
    items = list(items)
    fresh = {place: state for place, item in enumerate(items) if (state := _state(path(item))) and _age(state) < quiet}
    if fresh:
        time.sleep(quiet)
    return [item for place, item in enumerate(items) if place not in fresh or _state(path(item)) == fresh[place]]


def _state(path: Path) -> State | None:
    try:
        return State.of(path.stat())
    except OSError:
        return None


def _age(state: State) -> float:
    """Seconds since a file was last written; a time in the future says nothing, so it counts as now."""
    return max(time.time() - state.mtime_ns / 1e9, 0.0)
