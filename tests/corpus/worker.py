"""A process that lands cases, one after the other: their ids come in, their results go out, each on a line.

It is a process of its own because what is tried here aborts, hangs or fills the memory of the one that reads it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tests.corpus.cases import by_id
from tests.corpus.landing import Result, contracts, land

# Of addresses, so that no case can take the machine's memory; far above what is allowed (`run.MEGABYTES`).
ADDRESSES = 4 << 30
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measured(name: str) -> Result:
    case = by_id()[name]
    # Short, since a socket's path may have no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="c"))
    # The peak begins again, without what the cases before left unused.
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    CLEAR.write_text("5")
    start = time.monotonic()
    try:
        result = land(case, folder)
    except MemoryError:
        result = Result(name, "memory")
    finally:
        seconds = time.monotonic() - start
        with suppress(OSError):
            os.chmod(folder, 0o700)  # noqa: PTH101
        shutil.rmtree(folder, ignore_errors=True)
    return replace(result, seconds=seconds, megabytes=_peak())


def _peak() -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    # Whatever the code under test prints is not a result.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    contracts()
    measured(next(iter(by_id())))  # what is imported late, by whichever case is the first, is no fault of that case
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(measured(line.rstrip("\n")).as_json(), file=answers, flush=True)


if __name__ == "__main__":
    main()
