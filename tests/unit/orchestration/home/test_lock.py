"""One refresh at a time per home."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from orchestration.home import lock

HOLDER = """
import sys
from pathlib import Path
from orchestration.home import lock
with lock.hold(Path(sys.argv[1])), lock.alive(Path(sys.argv[1]) / "alive", "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(home):
    """Another process that holds the home until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.communicate()


def test_a_second_process_learns_who_holds_the_home(tmp_path):
    with holding(tmp_path) as first:
        with pytest.raises(lock.HomeLockedError, match=f"Process {first.pid} .*is working on"), lock.hold(tmp_path):
            pass
        assert f"process {first.pid}" in lock.holder(tmp_path)
    assert lock.holder(tmp_path) is None


def test_whoever_waits_learns_once_for_whom_and_then_has_the_home(tmp_path):
    said = []

    def on_wait(words):
        said.append(words)
        first.stdin.close()

    with holding(tmp_path) as first:
        with lock.hold(tmp_path, wait_seconds=60, on_wait=on_wait):
            assert f"Process {first.pid}" in said[0]
        first.stdin = None
    assert len(said) == 1


def test_every_holder_learns_that_one_was_killed_until_one_has_cleared_up(tmp_path):
    with holding(tmp_path) as first:
        first.kill()
        first.wait()
    with lock.hold(tmp_path) as killed:
        assert killed
    with lock.hold(tmp_path) as killed:
        assert killed
        lock.cleared(tmp_path)
    with lock.hold(tmp_path) as killed:
        assert not killed


def test_a_holder_that_is_killed_in_its_turn_hides_nothing(tmp_path):
    for _ in range(2):
        with holding(tmp_path) as holder:
            holder.kill()
            holder.wait()
    with lock.hold(tmp_path) as killed:
        assert killed


def test_the_lock_goes_with_the_block(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path):
        raise ZeroDivisionError
    with lock.hold(tmp_path):
        pass


def test_within_one_process_the_home_is_held_until_the_outermost_block_ends(tmp_path):
    with lock.hold(tmp_path):
        with lock.hold(tmp_path):
            pass
        assert f"process {os.getpid()}" in lock.holder(tmp_path)
    assert lock.holder(tmp_path) is None


def test_a_killed_process_holds_nothing_and_does_not_live(tmp_path):
    with holding(tmp_path) as first:
        assert lock.is_alive(tmp_path / "alive", "run")
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert lock.holder(tmp_path) is None
        assert lock.is_alive(tmp_path / "alive", "run") is False
    assert lock.is_alive(tmp_path / "alive", "another") is None


def test_nobody_holds_a_home_that_is_not_there(tmp_path):
    assert lock.holder(tmp_path / "none") is None
