"""Child processes that end with their parent, even if the parent was killed.

Their standard input is a pipe of which the parent alone holds the other end, and into which it writes nothing. The operating
system closes that end with the parent, on every platform, and however early: the program finds it closed as soon as it reads.

    python -m orchestration.operations.parent_process MODULE ARGUMENT...
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path


def start(module: str, *arguments: str, cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Run a module in its own session and process group; it ends when this process ends."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, module, *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _end_with_parent() -> None:
    """Wait for the end of the parent, then kill this process's group, and with it what this process has started.

    Nothing is terminated gently: whatever runs here recovers from a kill, and no process is left to wait for it.
    """
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the module that the arguments name, with the arguments after it, until it or the parent ends."""
    _, *sys.argv = sys.argv
    # A shell starts what runs in its background with interrupts ignored, and the programs are asked to end by one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
