"""A caller may have closed standard input, output or error: the command does the same, and no file takes the place of one."""

import os
import subprocess
import sys

import pytest

RUN = "import os, sys; from orchestration.cli import main; sys.argv = ['sna', 'releases']; main()"
OPEN = "import os; from orchestration.cli import _open_streams; _open_streams(); os._exit(os.open(os.devnull, os.O_RDONLY) < 3)"


def status(code, folder, closed):
    def close():
        for handle in closed:
            os.close(handle)

    environment = {**os.environ, "SNA_HOME": str(folder), "SNA_RAW": ""}
    return subprocess.run([sys.executable, "-c", code], env=environment, preexec_fn=close, timeout=120).returncode


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_closed_stream_changes_nothing(tmp_path, closed):
    assert status(RUN, tmp_path, closed) == status(RUN, tmp_path, ())


@pytest.mark.parametrize("closed", [(0,), (1,), (0, 2), (0, 1, 2)], ids=str)
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path, closed):
    assert status(OPEN, tmp_path, closed) == 0
