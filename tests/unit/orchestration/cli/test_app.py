"""How commands are listed, and how the process of one ends: with its status, everything written, and nothing taken apart."""

import os
import subprocess
import sys

import pytest
import typer.main

from orchestration.cli import app

# Runs `main` with another command in the place of the real one.
START = """
import sys
from orchestration.cli import app

def end_with(command):
    app._run = command
    app.main()

class Slow:
    def __del__(self):
        print("taken apart", flush=True)

# As a library does: without the end of the interpreter it is never taken apart.
sys.modules["typer"].slow = Slow()
"""


def end(code, **options):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    options = {"env": buffered, "capture_output": True, "text": True, **options}
    return subprocess.run([sys.executable, "-c", START + code], **options)


ALL = typer.main.get_command(app.app)
GROUPS = {"sna": ALL, **{name: group for name, group in ALL.commands.items() if hasattr(group, "commands")}}


@pytest.mark.parametrize("name", GROUPS)
def test_the_list_of_commands_has_a_whole_sentence_for_each(name):
    commands = GROUPS[name].commands
    # As wide as help is printed, less the margins and the longest name.
    width = 80 - 6 - max(map(len, commands))
    shortened = {command: commands[command].get_short_help_str(width) for command in commands}
    assert commands and {command: text for command, text in shortened.items() if not text.endswith(".") or "..." in text} == {}


@pytest.mark.parametrize(("code", "status"), [("2", 2), ("None", 0)])
def test_the_status_is_that_of_the_command_and_nothing_is_taken_apart(code, status):
    ended = end(f"end_with(lambda: sys.exit({code}))")
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", "")


def test_what_was_written_comes_through_a_pipe_whole():
    ended = end("""
def command():
    sys.stdout.write("x" * 1_000_000)
    sys.stderr.write("e")
    sys.exit(1)
end_with(command)
""")
    assert (ended.returncode, len(ended.stdout), ended.stderr) == (1, 1_000_000, "e")


def test_threads_logs_and_temporary_folders_are_closed_first():
    ended = end("""
def command():
    import logging.handlers, pathlib, tempfile, threading, time
    def work():
        time.sleep(0.05)
        print("thread")
    threading.Thread(target=work).start()
    handler = logging.handlers.MemoryHandler(100, target=logging.StreamHandler(sys.stdout))
    logging.getLogger().addHandler(handler)
    logging.warning("log")
    global folder
    folder = tempfile.TemporaryDirectory()
    print(folder.name)
    sys.exit(0)
end_with(command)
""")
    name, *loaded = ended.stdout.splitlines()
    assert (ended.returncode, sorted(loaded)) == (0, ["log", "thread"])
    assert not os.path.exists(name)  # noqa: PTH110


def test_an_error_that_nobody_foresaw_keeps_its_traceback():
    ended = end("end_with(lambda: 1 / 0)")
    assert ended.returncode == 1 and "ZeroDivisionError" in ended.stderr


def test_what_dbt_says_of_a_project_is_shown_without_a_traceback():
    code = """
from orchestration.warehouse.dbt import DbtError

def fail():
    raise DbtError("dbt: Compilation Error in model fct_offence")

app.app = fail
app.main()
"""
    ended = end(code)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "dbt: Compilation Error in model fct_offence\n"


def test_usage_errors_and_interrupts_keep_their_status():
    assert end("sys.argv = ['sna', 'no-such-command']; app.main()").returncode == 2
    interrupted = end("""
def interrupt(*_):
    raise KeyboardInterrupt
from orchestration.home.settings import Settings
Settings.from_env = interrupt
sys.argv = ['sna', 'status']; app.main()
""")
    assert interrupted.returncode == 130
