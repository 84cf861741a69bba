"""The event log has the rows that Dagster's own class would have written, whether events come one by one or together."""

import sqlite3
from contextlib import closing

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.operations.event_log import PooledSqliteEventLogStorage

# Set by the clock of SQLite.
CLOCK = "create_timestamp"


@dg.asset(output_required=False)
def zone(context):
    context.log.info("a line of a log")
    context.log_event(dg.AssetMaterialization("deliveries", partition="2024-01", metadata={"rows": 3}, tags={"of": "January"}))
    context.log_event(dg.AssetMaterialization("deliveries", partition="2024-02"))
    context.log_event(dg.AssetObservation("deliveries", metadata={"rows": 3}))
    yield dg.MaterializeResult(metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn("a", "int", "With “quotes”.")])})


@dg.multi_asset(specs=[dg.AssetSpec("facts", deps=[zone]), dg.AssetSpec("marts", deps=[zone])], can_subset=True)
def tables():
    yield dg.MaterializeResult("facts", metadata={"dagster/row_count": 7}, data_version=dg.DataVersion("1"))
    yield dg.MaterializeResult("marts", metadata={"share": 0.5, "none": None, "text": "line\nline"})


@dg.asset_check(asset="facts")
def passes():
    return dg.AssetCheckResult(passed=True, metadata={"observed": "£1"})


@dg.asset_check(asset="marts", blocking=True)
def fails():
    return dg.AssetCheckResult(passed=False, description="too few")


@dg.asset(output_required=False)
def idle():
    yield from ()


@dg.asset(deps=[idle])
def skipped(): ...


@dg.asset
def broken():
    raise ValueError("broken")


@pytest.fixture(scope="module")
def runs():
    """The events of two runs that fail at an asset, as Dagster reports them."""
    with dg.DagsterInstance.ephemeral() as instance:
        definitions = dg.Definitions(
            [zone, tables, idle, skipped, broken], asset_checks=[passes, fails], jobs=[dg.define_asset_job("job")]
        )
        job = definitions.resolve_job_def("job")
        results = [
            job.execute_in_process(instance=instance, raise_on_error=False, asset_selection=selected)
            for selected in ([dg.AssetKey("zone"), dg.AssetKey("facts")], None)
        ]
        return [event for result in results for event in instance.all_logs(result.run_id)]


def tables_of(folder):
    """Every row of every file, without what the clock sets."""
    found = {}
    for file in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(file)) as con:
            con.row_factory = sqlite3.Row
            names = [
                name for (name,) in con.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
            ]
            for name in names:
                if name not in ("alembic_version", "secondary_indexes"):
                    rows = [{k: v for k, v in dict(row).items() if k != CLOCK} for row in con.execute(f"select * from {name}")]
                    found[file.name, name] = rows
    return found


def stored(kind, folder, events, *, together):
    folder.mkdir()
    storage = kind(str(folder))
    with dg.DagsterInstance.ephemeral() as instance:
        storage.register_instance(instance)
        for each in [events] if together else [[event] for event in events]:
            storage.store_event_batch(each) if together else storage.store_event(*each)
        storage.dispose()
    return tables_of(folder)


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_its_rows_are_those_of_dagster(tmp_path, runs, together):
    expected = stored(SqliteEventLogStorage, tmp_path / "dagster", runs, together=False)
    assert {len(rows) for (file, name), rows in expected.items() if (file, name) == ("index.db", "asset_keys")} == {7}
    assert stored(PooledSqliteEventLogStorage, tmp_path / "own", runs, together=together) == expected
    kinds = {event.dagster_event_type.value for event in runs if event.is_dagster_event}
    assert {"ASSET_CHECK_EVALUATION", "ASSET_OBSERVATION", "STEP_FAILURE", "STEP_OUTPUT", "STEP_SKIPPED"} <= kinds


def test_what_a_run_plans_is_one_transaction(tmp_path, runs):
    """So no reader sees half a plan, and a run of this size is created in a tenth of the time."""
    planned = [event for event in runs if event.is_dagster_event and event.dagster_event_type.value.endswith("_PLANNED")]
    commits = []
    storage = PooledSqliteEventLogStorage(str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        storage.register_instance(instance)
        connect = storage._connect

        def counted(shard):
            commits.append(shard)
            return connect(shard)

        storage._connect = counted
        one = [event for event in planned if event.run_id == planned[0].run_id]
        storage.store_event_batch(one)
        assert len(one) > 2 and commits == [one[0].run_id, "index"]
        storage.dispose()


@pytest.mark.parametrize("wiped", [False, True])
def test_the_last_materialisation_of_each_asset_is_that_of_dagster(tmp_path, runs, wiped):
    found = []
    for kind in (SqliteEventLogStorage, PooledSqliteEventLogStorage):
        (tmp_path / kind.__name__).mkdir()
        storage = kind(str(tmp_path / kind.__name__))
        with dg.DagsterInstance.ephemeral() as instance:
            storage.register_instance(instance)
            for event in runs:
                storage.store_event(event)
            if wiped:
                storage.wipe_asset(dg.AssetKey("facts"))
            records = {r.asset_entry.asset_key: r.asset_entry.last_materialization_record for r in storage.get_asset_records()}
            storage.dispose()
        found.append(records)
    assert found[0] == found[1]
    assert (found[1].get(dg.AssetKey("facts")) is None) == wiped
    assert found[1][dg.AssetKey("marts")].asset_materialization.metadata["share"].value == 0.5
    assert found[1][dg.AssetKey("broken")] is None
