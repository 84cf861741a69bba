"""Work on a home that is killed, or meets a full disk, at any place where something durable changes; in a process of its own."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fault.points import wire_files

Work = Callable[[], Any]
# What needs room on the disk; what only removes or renames does not.
NEEDS_ROOM = ("open", "mkdir", "symlink", "link")
ENDED, KILLED, FULL, FAILED = "ended", "killed", "full", "failed"
_STATUS = {ENDED: 0, FULL: 3, FAILED: 4}


def places(home: Path, work: Work) -> list[str]:
    """Labels of all places that an undisturbed run of the work passes, in order; what it does is done."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(reading)

        def reached(label: str, after: bool) -> None:
            os.write(writing, f"{label}\t{int(after)}\n".encode())

        _do(home, work, reached)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        found = stream.read().splitlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return found


def killed(home: Path, work: Work, place: int) -> str:
    """Do the work and kill it at its n-th place (SIGKILL); KILLED, or ENDED where it has fewer."""
    passed = 0

    def reached(label: str, after: bool) -> None:
        nonlocal passed
        passed += 1
        if passed > place:
            os.kill(os.getpid(), signal.SIGKILL)

    return _in_a_child(home, work, reached)


def without_room(home: Path, work: Work, place: int) -> str:
    """Do the work on a disk that is full from its n-th place on; FULL where the work fails with that, ENDED where it succeeds."""
    passed = 0

    def reached(label: str, after: bool) -> None:
        nonlocal passed
        passed += 1
        if passed > place and not after and label.startswith(NEEDS_ROOM):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(home))

    return _in_a_child(home, work, reached)


def _in_a_child(home: Path, work: Work, reached: Callable[[str, bool], None]) -> str:
    if not (child := os.fork()):
        _do(home, work, reached)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGKILL:
        return KILLED
    return next(name for name, number in _STATUS.items() if number == status)


def _do(home: Path, work: Work, reached: Callable[[str, bool], None]) -> None:
    """Never returns: the child of a test may not end as the test would."""
    ended = FAILED
    try:
        wire_files(home, reached)
        work()
        ended = ENDED
    except OSError as error:
        ended = FULL if error.errno == errno.ENOSPC else FAILED
    finally:
        os._exit(_STATUS[ended])


def spread(count: int, most: int) -> list[int]:
    """At most so many of the numbers from 0 to below `count`, evenly, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})
