"""`sna run` keeps webserver and daemon together: when one ends, so does the other."""

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import psutil
import pytest

from orchestration.home.environment import PROJECT
from orchestration.home.instance import HISTORY
from tests.conftest import BIN


@pytest.fixture
def history():
    """What the history of runs holds when the service starts; None where there is none."""
    return None


@pytest.fixture
def service(tmp_path, history):
    """The running service, once it has said where it is."""
    runs = tmp_path / "home" / "dagster" / HISTORY[0]
    if history is not None:
        runs.parent.mkdir(parents=True)
        runs.write_bytes(history)
    environment = {**os.environ, "SNA_RAW": str(tmp_path / "raw"), "SNA_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    environment["COLUMNS"] = "1000"
    environment["SNA_VAULT_KEY"] = "k" * 32
    environment.pop("SNA_ENVIRONMENT", None)
    command = [str(BIN / "sna"), "run", "--port", "0"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if history is not None:
        aside = runs.with_name(f"{runs.name}.damaged")
        assert f"Dagster's history was damaged. It was moved to {aside}" in process.stdout.readline()
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    assert "No schedules or sensors" in process.stdout.readline()
    children = {" ".join(child.cmdline()): child for child in psutil.Process(process.pid).children()}
    yield process, children
    process.kill()
    for child in children.values():
        if child.is_running():
            child.kill()
    process.communicate()


def named(children, program):
    return next(child for command, child in children.items() if program in command)


def test_when_the_daemon_dies_the_webserver_is_ended_and_the_exit_status_says_so(service):
    process, children = service
    named(children, "dagster._daemon").kill()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "The daemon stopped (exit status -9), so the other process was stopped too." in output
    assert not named(children, "orchestration.operations.web.server").is_running()


def test_neither_program_has_the_key_of_the_vault(service):
    _, children = service
    assert len(children) == 2
    assert all("SNA_VAULT_KEY" not in child.environ() for child in children.values())


def test_a_signal_ends_both_and_is_no_failure(service):
    process, children = service
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert not any(child.is_running() for child in children.values())


def test_where_the_service_is_killed_so_is_all_that_it_had_started(service):
    process, _ = service
    until = time.monotonic() + 120
    # Webserver, daemon, and a code server of either.
    while len(family := psutil.Process(process.pid).children(recursive=True)) < 4:
        assert time.monotonic() < until, family
        time.sleep(0.2)
    process.kill()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


@pytest.mark.parametrize("history", [b"no database"])
def test_a_damaged_history_is_set_aside_before_either_begins(service, tmp_path):
    process, _ = service
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 0
    with closing(sqlite3.connect(tmp_path / "home" / "dagster" / HISTORY[0])) as history:
        assert history.execute("select count(*) from runs").fetchall() == [(0,)]
