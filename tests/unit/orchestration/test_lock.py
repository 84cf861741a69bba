"""One refresh at a time per home."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import lock


def test_a_second_process_is_told_who_holds_the_home(tmp_path):
    program = f"from orchestration import lock; from pathlib import Path\nwith lock.hold(Path({str(tmp_path)!r})): pass"
    with lock.hold(tmp_path):
        second = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert second.returncode != 0
    assert f"Process {os.getpid()} is working on" in second.stderr


def test_the_lock_goes_with_the_block(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path):
        raise ZeroDivisionError
    with lock.hold(tmp_path):
        pass


def test_who_waits_is_told_for_whom_and_goes_on_when_it_has_ended(tmp_path):
    program = f"""
from orchestration import lock; from pathlib import Path
with lock.hold(Path({str(tmp_path)!r})):
    print("held", flush=True)
    input()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout.readline() == "held\n"
        told = []

        def release(holder: str) -> None:
            told.append(holder)
            first.stdin.write("\n")
            first.stdin.flush()

        with lock.hold(tmp_path, wait_seconds=math.inf, on_wait=release):
            assert told == [f"Process {first.pid} is working on {tmp_path}"]
    assert Path(tmp_path, "refresh.lock").read_text() == str(os.getpid())
