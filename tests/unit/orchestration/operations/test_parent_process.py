"""A program that is to end with its parent does so however the parent ends, and however early."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from orchestration.operations import parent_process

# A program with a child of its own, which says that it runs and would go on for ever; it cannot be asked to end.
PROGRAM = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(*sys.argv[1:], child.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import os, sys, time
from pathlib import Path
from orchestration.operations import parent_process
process = parent_process.start("forever", "word", cwd=Path.cwd(), environment=os.environ)
print(process.pid, flush=True)
time.sleep({seconds})
os._exit(0)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "forever.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")]), *sys.path]))
    return tmp_path


def started(folder, *, seconds):
    return subprocess.Popen([sys.executable, "-c", PARENT.format(seconds=seconds)], cwd=folder, stdout=subprocess.PIPE, text=True)


def test_it_is_killed_with_its_children_when_its_parent_was_killed(folder):
    with started(folder, seconds=600) as parent:
        program = psutil.Process(int(parent.stdout.readline()))
        word, child = parent.stdout.readline().split()
        assert word == "word"
        family = [program, psutil.Process(int(child))]
        assert os.getpgid(program.pid) == program.pid
        parent.kill()
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []


def test_a_parent_that_ends_before_the_program_has_begun_is_noticed(folder):
    with started(folder, seconds=0) as parent:
        program = int(parent.stdout.readline())
        parent.wait(30)
        until = time.monotonic() + 30
        while psutil.pid_exists(program) and psutil.Process(program).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_its_exit_status_is_that_of_the_module(folder):
    (folder / "ends.py").write_text("import sys\nsys.exit(7)\n")
    process = parent_process.start("ends", cwd=folder, environment=os.environ)
    assert process.wait(30) == 7


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, -signal.SIGINT)])
def test_a_program_can_be_asked_to_end_where_its_parent_ignores_that(folder, number, status):
    (folder / "sleeps.py").write_text("import pathlib, time\npathlib.Path('asleep').touch()\ntime.sleep(600)\n")
    before = signal.signal(number, signal.SIG_IGN)
    try:
        process = parent_process.start("sleeps", cwd=folder, environment=os.environ)
    finally:
        signal.signal(number, before)
    until = time.monotonic() + 30
    while not (folder / "asleep").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(30) == status
