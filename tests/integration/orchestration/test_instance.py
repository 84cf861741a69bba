"""Run history: Dagster's own files, kept open, and found again after the home has moved."""

import dagster as dg

from orchestration.event_log import PooledSqliteEventLogStorage
from orchestration.instance import open_instance
from orchestration.settings import Settings


@dg.asset
def something():
    return dg.MaterializeResult(metadata={"rows": 7})


def test_runs_and_materialisations_are_read_back_in_a_moved_home(tmp_path, monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
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


def test_dagsters_own_class_reads_the_same_files(tmp_path, monkeypatch):
    """So that the setting can be taken out of dagster.yaml without losing history."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    monkeypatch.setenv("DAGSTER_HOME", "")
    settings = Settings(tmp_path, tmp_path / "home")
    with open_instance(settings) as instance:
        run = dg.materialize([something], instance=instance)
    stored = SqliteEventLogStorage(str(settings.dagster_home / "history" / "runs")).get_logs_for_run(run.run_id)
    assert any(entry.is_dagster_event and entry.dagster_event.is_successful_output for entry in stored)
