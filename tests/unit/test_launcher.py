"""`./sna` runs the command of its checkout from anywhere, and says how to call it again."""

import os
import shutil
import subprocess

import pytest

from orchestration.home.environment import PROJECT


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the launcher alone; its virtual environment, once set up, prints how it was called."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(PROJECT / "sna", folder)
    return folder


@pytest.fixture
def ready(checkout):
    command = checkout / ".venv" / "bin" / "sna"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$SNA_CALLED_AS" "$PWD" "$@"\nexit 3\n')
    command.chmod(0o755)
    return checkout


def call(command, *arguments, cwd, path=os.environ["PATH"]):
    result = subprocess.run([command, *arguments], cwd=cwd, env={"PATH": path}, capture_output=True, text=True)
    return result.returncode, result.stdout.splitlines(), result.stderr


def test_it_passes_arguments_folder_and_exit_status_on(ready, tmp_path):
    status, printed, _ = call("./a checkout/sna", "deliver", "a file.csv", "", cwd=tmp_path)
    assert (status, printed) == (3, ["./a checkout/sna", str(tmp_path), "deliver", "a file.csv", ""])


def test_it_is_found_through_links(ready, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "first").symlink_to(ready / "sna")
    link = tmp_path / "bin" / "sna"
    link.symlink_to("first")
    assert call(str(link), cwd="/")[:2] == (3, [str(link), "/"])


def test_on_the_search_path_it_is_called_by_its_name(ready):
    assert call("/bin/sh", "-c", "sna", cwd="/", path=f"{ready}:{os.environ['PATH']}")[1][0] == "sna"


def test_before_the_set_up_it_says_what_to_run(checkout):
    status, printed, error = call("./sna", "status", cwd=checkout)
    assert (status, printed) == (1, [])
    assert error == f"{checkout}/.venv: not set up yet; run `make .venv/installed` there, or `make refresh`.\n"
