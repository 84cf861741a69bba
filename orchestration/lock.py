"""One refresh at a time per home."""

from __future__ import annotations

import fcntl
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# How often a waiting process looks again, in seconds.
LOOK_AGAIN = 0.5


class Busy(RuntimeError):
    """Another process works on the same home; the message names it."""


@contextmanager
def hold(home: Path, *, wait_seconds: float = 0, on_wait: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the home while the block runs. The lock goes with the process, so a killed refresh leaves none behind.

    Args:
        wait_seconds: how long to wait for another process; `math.inf` for as long as it takes.
        on_wait: told once, before waiting, which process holds the home.

    Raises:
        Busy: another process holds it, and still does after the wait.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "refresh.lock").open("a+") as file:
        deadline = time.monotonic() + wait_seconds
        told = False
        while not _taken(file):
            holder = f"Process {_holder(file)} is working on {home}"
            if time.monotonic() >= deadline:
                raise Busy(f"{holder}. Try again when it has finished, or wait for it with `--wait`.")
            if not told:
                on_wait(holder)
                told = True
            time.sleep(LOOK_AGAIN)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def seconds(wait: bool) -> float:
    """How long `--wait` waits, and how long its absence does."""
    return math.inf if wait else 0


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip()
