"""The history of runs is pruned by number and by age; the asset graph keeps what it shows."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import run_history
from orchestration.operations.configuration import Retention

MONTHS = dg.StaticPartitionsDefinition(["2024-01", "2024-02"])


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "SNA_TEMP_DIRECTORY", "DAGSTER_HOME", "DBT_PROFILES_DIR"):
        monkeypatch.setenv(name, "")


@dg.asset(partitions_def=MONTHS)
def landed(context):
    return dg.MaterializeResult(metadata={"rows": 7, "notes": "x" * 100_000})


@dg.asset_check(asset=landed)
def gate():
    return dg.AssetCheckResult(passed=True)


def policy(runs=24, run_days=730):
    return Retention(releases=1, superseded_deliveries_days=1, runs=runs, run_days=run_days)


def run(instance, month="2024-01"):
    return dg.materialize([landed, gate], instance=instance, partition_key=month).run_id


def test_runs_go_by_number_and_by_age_and_the_newest_stays(tmp_path):
    with open_instance(Settings(tmp_path, tmp_path / "home")) as instance:
        first, second, third = (run(instance) for _ in range(3))
        now = datetime.now(UTC)
        assert run_history.surplus(instance, policy(runs=3), now) == []
        assert run_history.surplus(instance, policy(runs=2), now) == [first]
        assert run_history.surplus(instance, policy(run_days=30), now + timedelta(days=29)) == []
        assert run_history.surplus(instance, policy(run_days=30), now + timedelta(days=31)) == [second, first]
        unfinished = instance.create_run_for_job(
            dg.define_asset_job("job", [landed]).resolve(asset_graph=dg.Definitions(assets=[landed]).resolve_asset_graph())
        )
        assert unfinished.run_id not in run_history.surplus(instance, policy(runs=1), now + timedelta(days=9999))
        assert third not in run_history.surplus(instance, policy(runs=1), now)


def test_what_the_asset_graph_shows_stays_when_its_run_goes(tmp_path):
    settings = Settings(tmp_path, tmp_path / "home")
    key, check = dg.AssetKey("landed"), dg.AssetCheckKey(dg.AssetKey("landed"), "gate")
    with open_instance(settings) as instance:
        gone = [run(instance, "2024-01"), run(instance, "2024-02"), run(instance, "2024-02")]
        kept = run(instance, "2024-02")
        before = run_history.size(settings)
        run_history.prune(settings, instance, gone)
    assert run_history.size(settings) < before / 2
    with open_instance(settings) as instance:
        assert [record.run_id for record in instance.get_runs()] == [kept]
        assert instance.get_materialized_partitions(key) == {"2024-01", "2024-02"}
        events = instance.fetch_materializations(key, limit=10).records
        assert [(event.run_id, event.partition_key) for event in events] == [(kept, "2024-02"), (gone[0], "2024-01")]
        assert instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check].run_id == kept
        run_history.prune(settings, instance, [kept])
    with open_instance(settings) as instance:
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
        assert latest.event.dagster_event.asset_check_evaluation_data.passed
        assert instance.get_materialized_partitions(key) == {"2024-01", "2024-02"}
        assert instance.get_runs() == [] and instance.all_logs(kept) == []


def test_a_history_that_others_have_open_is_pruned_all_the_same(tmp_path):
    settings = Settings(tmp_path, tmp_path / "home")
    with open_instance(settings) as server, open_instance(settings) as instance:
        old, new = run(instance), run(instance)
        assert server.get_run_by_id(old) and server.all_logs(old)
        run_history.prune(settings, instance, [old])
        assert server.get_run_by_id(old) is None
        assert [record.run_id for record in server.get_runs()] == [new]
