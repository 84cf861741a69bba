"""Settings that Dagster goes by, and its run history: its own files, kept open, and found again after the home has moved."""

import dagster as dg
import pytest
from dagster._core.instance.config import PoolGranularity

from orchestration.home.instance import DAGSTER_YAML, open_instance
from orchestration.home.settings import Settings
from orchestration.operations.event_log import PooledSqliteEventLogStorage


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME", "DBT_PROFILES_DIR"):
        monkeypatch.setenv(name, "")


@dg.asset
def something():
    return dg.MaterializeResult(metadata={"rows": 7})


def test_one_run_at_a_time_has_the_pool_and_no_run_is_tried_again_unless_its_job_says_so(tmp_path):
    with open_instance(Settings(tmp_path, tmp_path / "home")) as instance:
        pools = instance.get_concurrency_config().pool_config
        assert (pools.default_pool_limit, pools.pool_granularity) == (1, PoolGranularity.RUN)
        assert (instance.run_retries_enabled, instance.run_retries_max_retries) == (True, 0)
        assert not instance.run_retries_retry_on_asset_or_op_failure
        # Without it nobody notices that the process of a run is gone before it began.
        assert instance.run_monitoring_enabled


def test_runs_and_materialisations_are_read_back_in_a_moved_home(tmp_path):
    with open_instance(Settings(tmp_path, tmp_path / "home")) as instance:
        assert isinstance(instance.event_log_storage, PooledSqliteEventLogStorage)
        run = dg.materialize([something], instance=instance)
        assert run.success
    (tmp_path / "home").rename(tmp_path / "moved")
    with open_instance(Settings(tmp_path, tmp_path / "moved")) as instance:
        assert [record.run_id for record in instance.get_runs()] == [run.run_id]
        event = instance.get_latest_materialization_event(dg.AssetKey("something"))
        assert event.asset_materialization.metadata["rows"].value == 7
    assert not (tmp_path / "home").exists()


def test_a_home_of_an_earlier_version_finds_its_event_log_and_keeps_what_was_changed(tmp_path):
    settings = Settings(tmp_path, tmp_path / "home")
    settings.dagster_home.mkdir(parents=True)
    file = settings.dagster_home / "dagster.yaml"
    file.write_text(DAGSTER_YAML.replace("orchestration.operations.event_log", "orchestration.event_log").replace("300", "600"))
    with open_instance(settings) as opened:
        assert isinstance(opened.event_log_storage, PooledSqliteEventLogStorage)
        assert opened.run_monitoring_start_timeout_seconds == 600


@pytest.mark.parametrize("success", [True, False])
def test_a_check_that_a_run_skipped_keeps_its_last_result(tmp_path, success):
    """Of a run that failed the check shows that it could not be made."""

    @dg.asset(output_required=False)
    def zone(context):
        if context.run.tags.get("fails"):
            raise ValueError
        if not context.run.tags.get("idle"):
            yield dg.MaterializeResult()

    @dg.asset(deps=[zone])
    def feed(): ...

    @dg.asset_check(asset=feed)
    def gate():
        return dg.AssetCheckResult(passed=True, description="judged")

    definitions = [zone, feed, gate]
    with open_instance(Settings(tmp_path, tmp_path / "home")) as instance:
        first = dg.materialize(definitions, instance=instance)
        later = dg.materialize(
            definitions, instance=instance, tags={"idle": "1"} if success else {"fails": "1"}, raise_on_error=False
        )
        assert (first.success, later.success) == (True, success)
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([gate.check_key])[gate.check_key]
        assert latest.run_id == (first if success else later).run_id


def test_dagsters_own_class_reads_the_same_files(tmp_path):
    """So that the setting can be taken out of dagster.yaml without losing history."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    settings = Settings(tmp_path, tmp_path / "home")
    with open_instance(settings) as instance:
        run = dg.materialize([something], instance=instance)
    stored = SqliteEventLogStorage(str(settings.dagster_home / "history" / "runs")).get_logs_for_run(run.run_id)
    assert any(entry.is_dagster_event and entry.dagster_event.is_successful_output for entry in stored)
