"""Files that are replaced in one step: whoever reads one finds what it was, or what it is."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str, *, folder: Path | None = None, mode: int | None = None, durable: bool = False) -> None:
    """Replace a file, or make it. Of what cannot be written, as on a full disk, nothing is left.

    What a killed process leaves is `.<name>.<process id>`, which the next command removes that clears up.

    Args:
        folder: where it is written first, on the same disk; by default beside it.
        mode: permissions; by default those of the account.
        durable: whether it is on the disk before this returns.
    """
    fresh = (folder or path.parent) / f".{path.name}.{os.getpid()}"
    try:
        if mode is not None:
            fresh.touch(mode)
        fresh.write_text(text, "utf-8")
        if durable:
            sync(fresh)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    if durable:
        sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
