"""Standard input, output and error of a command, which the caller may have closed, or may not be able to take what is written.

One rule for every command: what cannot be written is dropped, the work goes on to its end, and the exit status is the command's
own. A reader that stops reading (`| head`) and a stream that the caller closed (`>&-`) are choices of the caller. Any other
reason, such as a full disk, loses what the caller wanted: then standard error names it, and success becomes status 1.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAMES = {1: "Standard output", 2: "Standard error"}


class _Output(io.FileIO):
    """A handle that never fails: from the first error on, what is written to it goes to the null device.

    Attributes:
        lost: why something that was wanted could not be written; None where nothing was lost.
    """

    def __init__(self, handle: int) -> None:
        super().__init__(handle, "w", closefd=False)
        self.lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        while True:
            try:
                written = super().write(data)
            except OSError as error:
                if error.errno != errno.EPIPE:
                    self.lost = error
                _to_null_device(self.fileno())
                return memoryview(data).nbytes
            if written is not None:
                return written
            # Another program has made the terminal or pipe that it shares with this one non-blocking.
            select.select([], [self], [])


def prepare() -> None:
    """Open what the caller has closed, and let no output end the command; before anything else uses the streams."""
    for handle, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            # Else the next file that is opened takes its place.
            _to_null_device(handle)
            setattr(sys, name, open(handle, mode, closefd=False))  # noqa: SIM115 - a handle, open to the end
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        setattr(
            sys,
            name,
            io.TextIOWrapper(
                io.BufferedWriter(_Output(stream.fileno())),
                encoding=stream.encoding,
                # A terminal's character set may lack letters of names and the lines of tables.
                errors="backslashreplace" if stream.errors == "strict" else stream.errors,
                newline="\n",
                line_buffering=stream.line_buffering,
            ),
        )


def finish(status: int) -> int:
    """Write what is buffered; the exit status of the command, 1 for a success whose output was lost."""
    lost = {}
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if isinstance(raw, _Output) and raw.lost:
            lost[NAMES[raw.fileno()]] = raw.lost.strerror
    done = "" if status else " Everything else was done."
    for name, reason in lost.items():
        print(f"{name} could not be written: {reason}.{done}", file=sys.stderr, flush=True)
    return status or int(bool(lost))


def _to_null_device(handle: int) -> None:
    while (opened := os.open(os.devnull, os.O_RDWR)) < handle:
        pass
    if opened != handle:
        os.dup2(opened, handle)
        os.close(opened)
