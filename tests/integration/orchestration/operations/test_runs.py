"""Runs started anywhere share one warehouse; the killed ones do not keep it."""

import time

import dagster as dg
import duckdb
import pytest

from orchestration.database import connection
from orchestration.database.connection import not_enough
from orchestration.defs.resources import Refresh
from orchestration.home import lock
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration, failed_steps
from orchestration.operations.dead_runs import FIRST_SIGN_SECONDS, mark_dead_runs_failed
from orchestration.operations.retries import ATTENDED, retried
from orchestration.publication.release import DamagedReleaseError
from orchestration.warehouse.gates import GateNotPassedError
from tests.unit.orchestration.home.test_lock import holding


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("SNA_RAW", str(made.raw))
    monkeypatch.setenv("SNA_HOME", str(made.home))
    monkeypatch.setenv("SNA_WAREHOUSE", "")
    return made


@pytest.fixture
def instance(settings):
    with open_instance(settings) as opened:
        yield opened


@pytest.fixture
def policy(tmp_path, monkeypatch):
    """Retries that cost no time, in force."""
    import yaml

    document = yaml.safe_load(configuration.DEFAULT.read_text())
    document["retries"] = {"step_attempts": 2, "step_wait_seconds": 0, "run_attempts": 1, "warehouse_wait_seconds": 0}
    path = tmp_path / "operations.yaml"
    path.write_text(yaml.safe_dump(document))
    monkeypatch.setenv("SNA_OPERATIONS", str(path))


def materialize(asset, instance, **tags):
    return dg.materialize(
        [asset],
        instance=instance,
        resources={"refresh": Refresh()},
        raise_on_error=False,
        tags={k: str(v) for k, v in tags.items()},
    )


def test_a_run_holds_the_home_and_shows_that_it_lives_until_it_ends(settings, instance, policy):
    seen = []

    @dg.asset
    def look(context: dg.AssetExecutionContext, refresh: Refresh) -> None:
        seen.append(
            (
                lock.holder(settings.home),
                lock.is_alive(settings.runs_alive, context.run.run_id),
                mark_dead_runs_failed(settings, instance),
            )
        )

    assert materialize(look, instance).success
    ((holder, alive, marked),) = seen
    assert holder and alive and marked == []
    assert lock.holder(settings.home) is None
    assert not list(settings.runs_alive.iterdir())


def test_a_run_that_finds_the_home_held_says_by_whom_and_touches_nothing(settings, instance, policy):
    ran = []

    @dg.asset
    def work(refresh: Refresh) -> None:
        ran.append(True)

    with holding(settings.home) as other:
        result = materialize(work, instance)
    assert not result.success and not ran
    logged = "\n".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert f"Process {other.pid} " in logged


def test_who_holds_the_home_knows_that_no_other_run_from_a_terminal_lives(settings, instance):
    @dg.job(name="refresh")
    def job():
        pass

    states = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED]
    runs = [instance.create_run_for_job(job, status=status, tags={ATTENDED: "sna refresh"}) for status in states]
    queued = instance.create_run_for_job(job, status=dg.DagsterRunStatus.NOT_STARTED)
    assert mark_dead_runs_failed(settings, instance) == []
    with lock.hold(settings.home):
        assert sorted(mark_dead_runs_failed(settings, instance)) == sorted(run.run_id for run in runs)
    assert instance.get_run_by_id(queued.run_id).status == dg.DagsterRunStatus.NOT_STARTED


def test_a_run_whose_process_is_gone_is_marked_as_failed_and_a_living_or_young_one_is_not(settings, instance):
    @dg.job(name="refresh")
    def job():
        pass

    runs = {name: instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED) for name in ("killed", "living", "silent")}
    settings.runs_alive.mkdir(parents=True)
    (settings.runs_alive / runs["killed"].run_id).touch()
    with lock.alive(settings.runs_alive, runs["living"].run_id):
        assert mark_dead_runs_failed(settings, instance) == [runs["killed"].run_id]
        later = time.time() + FIRST_SIGN_SECONDS + 1
        assert mark_dead_runs_failed(settings, instance, now=later) == [runs["silent"].run_id]
    states = {name: instance.get_run_by_id(run.run_id).status.value for name, run in runs.items()}
    assert states == {"killed": "FAILURE", "living": "STARTED", "silent": "FAILURE"}


class TestRetries:
    def attempts(self, instance, fail, **tags):
        """How often a step that fails so is tried, and whether the run succeeds."""
        tries = []

        @dg.asset
        @retried
        def step(context: dg.AssetExecutionContext, refresh: Refresh) -> None:
            tries.append(1)
            fail(len(tries))

        result = materialize(step, instance, **tags)
        return len(tries), result.success

    def test_a_warehouse_that_another_process_had_is_tried_until_it_is_free(self, settings, instance, policy):
        program = holding_the_warehouse(settings)

        def fail(attempt):
            if attempt == 2:
                program.communicate()
            duckdb.connect(str(settings.warehouse)).close()

        assert self.attempts(instance, fail) == (2, True)

    def test_a_share_that_never_answers_is_not_retried_for_ever(self, instance, policy):
        def fail(_):
            raise TimeoutError(110, "Connection timed out", "/share/2024-01.csv")

        assert self.attempts(instance, fail) == (3, False)

    @pytest.mark.parametrize(
        "error",
        [GateNotPassedError("Validation of the feeds failed"), OSError(28, "No space left on device"), ValueError("rows")],
    )
    def test_what_would_only_be_refused_again_is_not_tried_again(self, instance, policy, error):
        def fail(_):
            raise error

        assert self.attempts(instance, fail) == (1, False)

    def test_too_little_memory_is_reported_in_one_sentence_and_not_retried(self, instance, policy, monkeypatch):
        monkeypatch.setenv("SNA_MEMORY_LIMIT", "8MB")
        tries = []

        @dg.asset
        @retried
        def marts(context: dg.AssetExecutionContext, refresh: Refresh) -> None:
            tries.append(1)
            connection.connect().execute("create table listed as select list(md5(range::varchar)) from range(1000000)")

        result = materialize(marts, instance)
        ((step, logged),) = failed_steps.messages(result.all_events)
        assert (len(tries), step) == (1, "marts")
        assert logged == not_enough("Out of Memory Error", "marts")

    def test_a_sentence_of_this_project_is_shown_and_not_its_cause(self, instance, policy):
        @dg.asset
        def release():
            try:
                raise ValueError("Expecting value: line 1 column 10")
            except ValueError as error:
                raise DamagedReleaseError("rollback.json is damaged; delete it.") from error

        result = materialize(release, instance)
        assert failed_steps.messages(result.all_events) == [("release", "rollback.json is damaged; delete it.")]

    def test_a_failed_validation_names_its_table_and_nothing_of_dagster(self, instance, policy):
        @dg.asset(check_specs=[dg.AssetCheckSpec("gate", asset="facts", blocking=True)])
        def facts():
            return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False, check_name="gate")])

        assert failed_steps.messages(materialize(facts, instance).all_events) == [("facts", "Validation failed: facts.")]

    def test_a_person_at_a_terminal_gets_the_message_at_once(self, instance, policy):
        def fail(_):
            raise BlockingIOError(11, "Resource temporarily unavailable")

        assert self.attempts(instance, fail, **{ATTENDED: "sna refresh"}) == (1, False)

    def test_a_generator_is_tried_again_as_well(self, instance, policy):
        tries = []

        @dg.multi_asset(specs=[dg.AssetSpec("part")])
        @retried
        def parts(context: dg.AssetExecutionContext, refresh: Refresh):
            tries.append(1)
            if len(tries) == 1:
                raise OSError(5, "Input/output error")
            yield dg.MaterializeResult(asset_key="part")

        assert materialize(parts, instance).success
        assert len(tries) == 2


def holding_the_warehouse(settings):
    """Another process that has the warehouse open."""
    import subprocess
    import sys

    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(settings.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    return process
