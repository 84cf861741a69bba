"""What `sna run` does with runs when it ends: those that it launched end, those of a terminal go on."""

import json
import subprocess

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from orchestration.home import lock
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import unowned_runs

STATES = dg.DagsterRunStatus


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "SNA_TEMP_DIRECTORY", "DAGSTER_HOME", "DBT_PROFILES_DIR"):
        monkeypatch.setenv(name, "")
    return Settings(tmp_path / "raw", tmp_path / "home")


def test_what_it_launched_ends_and_nothing_else(settings, tmp_path, monkeypatch):
    launched = {GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": str(tmp_path / "gone")})}
    monkeypatch.setattr(unowned_runs, "CLEAR_SECONDS", 0)
    said = []
    with open_instance(settings) as instance:
        own = [create_run_for_test(instance, "refresh", status=s, tags=launched) for s in (STATES.STARTING, STATES.STARTED)]
        done = create_run_for_test(instance, "refresh", status=STATES.SUCCESS, tags=launched)
        of_a_terminal = create_run_for_test(instance, "refresh", status=STATES.STARTED)
        # A run that no code server can reach any more, and that does not hear what is asked of it.
        deaf = subprocess.Popen(["sh", "-c", "trap '' INT TERM; sleep 600 & wait"], start_new_session=True)
        with lock.alive(settings.runs_alive, of_a_terminal.run_id):
            ended = unowned_runs.end(settings, instance, [deaf.pid], said.append, cancel_seconds=0)
        assert deaf.wait(30) == -9
        assert sorted(ended) == sorted(run.run_id for run in own)
        assert {run.run_id: run.status for run in instance.get_runs()} == {
            own[0].run_id: STATES.CANCELED,
            own[1].run_id: STATES.CANCELED,
            done.run_id: STATES.SUCCESS,
            of_a_terminal.run_id: STATES.STARTED,
        }
    assert said[0].startswith("Stopping 2 runs that this service started")
    assert not any(of_a_terminal.run_id[:8] in line or done.run_id[:8] in line for line in said)


def test_where_nothing_runs_nothing_is_said(settings):
    said = []
    with open_instance(settings) as instance:
        assert unowned_runs.end(settings, instance, [], said.append) == []
    assert said == []


def test_where_the_history_cannot_be_read_the_processes_are_ended_all_the_same(settings, monkeypatch):
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    monkeypatch.setattr(unowned_runs, "CLEAR_SECONDS", 0)
    with open_instance(settings) as instance:
        monkeypatch.setattr(instance, "get_runs", lambda *_: (_ for _ in ()).throw(OSError("disk gone")))
        with pytest.raises(OSError, match="disk gone"):
            unowned_runs.end(settings, instance, [left.pid], print)
    assert left.wait(30) == -9
