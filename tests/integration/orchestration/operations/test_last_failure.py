"""Why the last refresh failed is kept in the home by whatever process Dagster ran it in, and `sna status` names it."""

import os
import signal
import subprocess
import sys
import time

import dagster as dg
import pytest

from orchestration.defs.resources import Refresh
from orchestration.home import creation
from orchestration.home.environment import PROJECT
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration, last_failure, refresh_job
from orchestration.operations.dead_runs import mark_dead_runs_failed
from orchestration.warehouse.gates import GateNotPassedError
from tests.unit.orchestration.home.test_lock import holding

CLOSED = "Validation of the facts failed."
GONE = "The process of this run is gone: it was killed, or its machine was switched off."
# A code location of one asset, for `dagster job execute` in a process of its own.
LOCATION = f"""
import dagster as dg
from orchestration.warehouse.gates import GateNotPassedError

@dg.asset
def facts():
    raise GateNotPassedError({CLOSED!r})

defs = dg.Definitions([facts], jobs=[dg.define_asset_job("refresh", selection="*", executor_def=dg.in_process_executor)])
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
    creation.make(made.home, "derbyshire", "live")
    return made


@pytest.fixture
def instance(settings):
    with open_instance(settings) as opened:
        yield opened


def failing(name=("facts",), error: BaseException | None = None):
    @dg.asset(key=list(name))
    def step(refresh: Refresh) -> None:
        if error is not None:
            raise error
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    return step


def run(instance, *assets, job=refresh_job.JOB):
    """As the daemon does it: the job of a code location, in this process."""
    made = dg.Definitions(
        list(assets), jobs=[dg.define_asset_job(job, selection="*")], resources={"refresh": Refresh.configure_at_launch()}
    )
    return made.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)


def steps(settings):
    found = last_failure.read(settings.home)
    return found and found.steps


def test_a_failed_step_is_kept_with_its_message(settings, instance):
    assert not run(instance, failing(error=GateNotPassedError(CLOSED))).success
    assert steps(settings) == (("facts", CLOSED),)


def test_a_run_of_the_release_among_other_assets_is_a_refresh(settings, instance):
    release = failing(refresh_job.RELEASE, GateNotPassedError(CLOSED))
    assert not dg.materialize([release], instance=instance, resources={"refresh": Refresh()}, raise_on_error=False).success
    assert steps(settings) is None
    job = dg.Definitions([release], resources={"refresh": Refresh()}).get_implicit_global_asset_job_def()
    chosen = [dg.AssetKey(refresh_job.RELEASE)]
    assert not job.execute_in_process(instance=instance, asset_selection=chosen, raise_on_error=False).success
    assert steps(settings) == (("published__release", CLOSED),)


@pytest.mark.parametrize(
    ("asset", "job"),
    [
        (failing(error=GateNotPassedError(CLOSED)), "retention"),
        (failing(("published", "report"), OSError("no room")), refresh_job.JOB),
        (failing(error=None), refresh_job.JOB),
    ],
    ids=["another job", "the report alone", "stopped by a person"],
)
def test_what_is_no_failed_refresh_is_not_kept(settings, instance, asset, job):
    assert not run(instance, asset, job=job).success
    assert steps(settings) is None


def test_a_run_that_could_not_begin_says_why(settings, instance, tmp_path, monkeypatch):
    import yaml

    policy = yaml.safe_load(configuration.DEFAULT.read_text())
    policy["retries"] |= {"warehouse_wait_seconds": 0}
    (tmp_path / "operations.yaml").write_text(yaml.safe_dump(policy))
    monkeypatch.setenv("SNA_OPERATIONS", str(tmp_path / "operations.yaml"))
    with holding(settings.home) as other:
        assert not run(instance, failing(error=None)).success
    ((step, message),) = steps(settings)
    assert (step, message.startswith(f"Process {other.pid} ")) == ("", True)


def test_a_run_whose_process_was_killed_is_named_once_it_is_found(settings, instance):
    @dg.job(name=refresh_job.JOB)
    def job():
        pass

    killed = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    settings.runs_alive.mkdir(parents=True)
    (settings.runs_alive / killed.run_id).touch()
    assert mark_dead_runs_failed(settings, instance) == [killed.run_id]
    assert steps(settings) == (("", GONE),)


def test_status_names_what_dagsters_own_command_met(settings, instance, tmp_path):
    (tmp_path / "location.py").write_text(LOCATION)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "DAGSTER_HOME": str(settings.dagster_home)}
    command = [sys.executable, "-m", "dagster", "job", "execute", "-f", str(tmp_path / "location.py"), "-j", refresh_job.JOB]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1, ended.stderr[-2000:]
    sna = [sys.executable, "-c", "from orchestration.cli import main; main()", "status"]
    status = subprocess.run(sna, env=environment, capture_output=True, text=True)
    assert "The last refresh failed on " in status.stdout
    assert f"Stopped at facts: {CLOSED}" in status.stdout
