"""Settings that Dagster goes by, and its run history: its own files, kept open, and found again after the home has moved."""

import dagster as dg
import pytest
from dagster._core.instance.config import PoolGranularity

from orchestration.event_log import PooledSqliteEventLogStorage
from orchestration.instance import open_instance
from orchestration.settings import Settings


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


def test_dagsters_own_class_reads_the_same_files(tmp_path):
    """So that the setting can be taken out of dagster.yaml without losing history."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    settings = Settings(tmp_path, tmp_path / "home")
    with open_instance(settings) as instance:
        run = dg.materialize([something], instance=instance)
    stored = SqliteEventLogStorage(str(settings.dagster_home / "history" / "runs")).get_logs_for_run(run.run_id)
    assert any(entry.is_dagster_event and entry.dagster_event.is_successful_output for entry in stored)
