"""The `sna` command."""

import os
import sys


def main() -> None:
    """Run the command that the arguments of this process name."""
    _open_streams()
    from orchestration.cli import app

    app.main()


def _open_streams() -> None:
    """Open those of the three standard streams that the caller has closed, or the next file that is opened takes their place."""
    for handle, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            while (opened := os.open(os.devnull, os.O_RDWR)) < handle:
                pass
            if opened != handle:
                os.dup2(opened, handle)
                os.close(opened)
            setattr(sys, name, open(handle, mode, closefd=False))  # noqa: SIM115 - a handle, open to the end
