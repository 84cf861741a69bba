"""One refresh at a time per home."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(RuntimeError):
    """Another refresh of the same home is running; the message names its process."""


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the home while the block runs. The lock goes with the process, so a killed refresh leaves none behind.

    Raises:
        Busy: another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "refresh.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(f"Process {file.read().strip()} is refreshing {home}. Wait for it, then try again.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
