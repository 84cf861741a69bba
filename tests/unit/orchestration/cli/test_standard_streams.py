"""What a caller does with standard input, output and error: no command stops, and none reports another disk as full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.cli import standard_streams

SNA = "import sys; from orchestration.cli import main; sys.argv = ['sna', *sys.argv[1:]]; main()"
# A command that writes more than any buffer takes, on both streams, and then does its work.
WORK = """
import os, pathlib, sys
from orchestration.cli import standard_streams
standard_streams.prepare()
for number in range(20000):
    print(number, "\\u2192 Zo\\xeb")
print("an error", file=sys.stderr)
pathlib.Path(sys.argv[1]).touch()
os._exit(standard_streams.finish(int(sys.argv[2])))
"""
OPEN = """
import os
from orchestration.cli import standard_streams
standard_streams.prepare()
os._exit(os.open(os.devnull, os.O_RDONLY) < 3)
"""
FULL = "could not be written: No space left on device."


def call(code, *arguments, closed=(), **options):
    def close():
        for handle in closed:
            os.close(handle)

    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, preexec_fn=close, timeout=300, **options)


def sna(folder, *arguments, **options):
    environment = {**os.environ, "SNA_HOME": str(folder), "SNA_RAW": ""}
    return call(SNA, *arguments, env=environment, **options)


@pytest.fixture
def full():
    with Path("/dev/full").open("w") as stream:
        yield stream


@pytest.fixture
def unread():
    """A pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_closed_stream_changes_nothing(tmp_path, closed):
    assert call(WORK, tmp_path / "done", 0, closed=closed).returncode == 0
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("closed", [(0,), (1,), (0, 2), (0, 1, 2)], ids=str)
def test_no_file_takes_the_place_of_a_closed_stream(closed):
    assert call(OPEN, closed=closed).returncode == 0


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_reader_that_stops_reading_changes_nothing(tmp_path, unread, status):
    done = call(WORK, tmp_path / "done", status, stdout=unread, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (status, "an error\n")
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("status", [0, 1, 2])
def test_output_that_is_lost_is_named_after_the_work_is_done(tmp_path, full, status):
    done = call(WORK, tmp_path / "done", status, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == (status or 1)
    rest = "" if status else " Everything else was done."
    assert done.stderr == f"an error\nStandard output {FULL}{rest}\n"
    assert (tmp_path / "done").exists()


def test_lost_errors_change_the_status_alone(tmp_path, full):
    done = call(WORK, tmp_path / "done", 0, stdout=subprocess.PIPE, stderr=full)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 20000
    assert call(WORK, tmp_path / "both", 0, stdout=full, stderr=full).returncode == 1
    assert (tmp_path / "both").exists()


def test_a_character_set_without_a_letter_loses_the_letter_alone(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = call(WORK, tmp_path / "done", 0, env=environment, stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == rb"19999 \u2192 Zo\xeb"


def test_a_pipe_that_another_program_made_non_blocking_gets_all(tmp_path):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen([sys.executable, "-c", WORK, tmp_path / "done", "0"], stdout=writing) as process:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as stream:
            assert len(stream.read().splitlines()) == 20000
    assert process.returncode == 0


@pytest.mark.parametrize(("arguments", "status"), [(["releases"], 1), (["--help"], 1), (["no-such-command"], 2)], ids=str)
def test_commands_say_that_their_output_is_lost_and_speak_of_no_other_disk(tmp_path, full, arguments, status):
    done = sna(tmp_path, *arguments, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == status
    assert FULL in done.stderr or "No such command" in done.stderr
    assert "Free some space" not in done.stderr


@pytest.mark.parametrize("arguments", [["releases"], ["no-such-command"]], ids=str)
def test_commands_have_their_own_status_where_nobody_reads(tmp_path, unread, arguments):
    expected = sna(tmp_path, *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    assert sna(tmp_path, *arguments, stdout=unread, stderr=unread).returncode == expected


def test_the_status_is_the_commands_where_both_streams_are_in_order():
    assert [standard_streams.finish(status) for status in (0, 1, 2)] == [0, 1, 2]
