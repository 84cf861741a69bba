"""The files that `sna deliver` receives, and a private copy of each; only the copy is read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.files import regular_files
from orchestration.ingest.files.text_bounds import LineLengths
from orchestration.ingest.rules import UnreadableError


@dataclass(frozen=True)
class Handed:
    """What was handed in under a name: a file, or whatever else is there.

    Attributes:
        within: the folder that was named, or that of the file: a link is followed inside it only.
    """

    path: Path
    within: Path


def files(paths: Iterable[Path]) -> list[Handed]:
    """All that is in these folders, at any depth, and these files; links to folders are not followed."""
    found: dict[Path, Handed] = {}
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            names = (Path(folder, name) for folder, folders, names in os.walk(path) for name in _leaves(folder, folders, names))
            found |= {name: Handed(name, path) for name in names}
        else:
            found[path] = Handed(path, path.parent)
    return [found[path] for path in sorted(found)]


def _leaves(folder: str, folders: list[str], names: list[str]) -> list[str]:
    """Names in a folder that are no folders: `os.walk` counts links to folders among these."""
    return [*names, *(name for name in folders if Path(folder, name).is_symlink())]


@contextmanager
def copied(handed: Handed) -> Iterator[Path]:
    """A private copy of a file under its own name, below folders named like those that it came from; gone afterwards.

    Raises:
        UnreadableError: it is no file inside its folder (D33), cannot be opened (D34), is too large (D16), or changed meanwhile
            (D35).
        FileNotFoundError: it has gone.
    """
    with tempfile.TemporaryDirectory(prefix="sna-") as folder:
        # Which feed it belongs to can depend on the names of the folders around it.
        copy = Path(folder, *handed.path.absolute().parts[1:])
        copy.parent.mkdir(parents=True)
        _, state, broken = regular_files.copy(handed.path, handed.within, copy, LineLengths())
        if broken:
            raise UnreadableError(*broken)
        os.utime(copy, ns=(state.mtime_ns, state.mtime_ns))
        yield copy
