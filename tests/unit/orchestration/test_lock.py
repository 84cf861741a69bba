"""One refresh at a time per home."""

import os
import subprocess
import sys

import pytest

from orchestration import lock


def test_a_second_process_is_told_who_holds_the_home(tmp_path):
    program = f"from orchestration import lock; from pathlib import Path\nwith lock.hold(Path({str(tmp_path)!r})): pass"
    with lock.hold(tmp_path):
        second = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert second.returncode != 0
    assert f"Process {os.getpid()} is refreshing" in second.stderr


def test_the_lock_goes_with_the_block(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path):
        raise ZeroDivisionError
    with lock.hold(tmp_path):
        pass
