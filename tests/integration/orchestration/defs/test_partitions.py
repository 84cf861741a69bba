"""Sixty months are one run, and one month is one run of that month only."""

import json
import shutil
from dataclasses import asdict

import dagster as dg
import pytest
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from orchestration.contracts.reader import load_contracts
from orchestration.defs.assets.feeds import feed_assets, partitions_of
from orchestration.defs.resources import Refresh
from orchestration.home import creation
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log.log import read
from orchestration.operations import purge
from tests.unit.orchestration.ingest.conftest import rows, text
from tests.unit.orchestration.ingest.load.test_extracts import quarter

CONTRACT = load_contracts()["derbyshire_constabulary", "crimes"]
FEED = feed_assets(CONTRACT)
MONTHS = [f"{year}-{month:02d}" for year in range(2019, 2024) for month in range(1, 13)]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
    creation.make(made.home, "derbyshire", "live")
    folder = made.raw / "derbyshire_constabulary" / "crimes"
    folder.mkdir(parents=True)
    for month in MONTHS:
        (folder / f"{month}.csv").write_text(text(rows("crimes", 2)).replace("/07/2023", f"/{month[5:]}/{month[:4]}"))
    return made


def backfill(instance, first, last):
    """The one run that Dagster makes of a backfill of a range, by the asset's single-run policy."""
    tags = {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}
    return dg.materialize([FEED.deliveries], instance=instance, resources={"refresh": Refresh()}, tags=tags)


def test_sixty_months_are_one_run_and_one_month_is_one_run(settings):
    assert FEED.deliveries.backfill_policy == dg.BackfillPolicy.single_run()
    with open_instance(settings) as instance:
        backfill(instance, "2023-07", "2023-07")
        assert {load.period for load in read(settings.landing)} == {"2023-07"}
        assert instance.get_materialized_partitions(FEED.deliveries.key) == {"2023-07"}

        backfill(instance, MONTHS[0], MONTHS[-1])
        assert sorted(load.period for load in read(settings.landing)) == MONTHS
        assert instance.get_materialized_partitions(FEED.deliveries.key) == set(MONTHS)
        assert len(instance.get_runs()) == 2


def test_a_period_of_which_nothing_was_delivered_is_not_materialised(settings):
    """Neither alone, where the run says so, nor among others."""
    with open_instance(settings) as instance:
        tags = {ASSET_PARTITION_RANGE_START_TAG: "2024-01", ASSET_PARTITION_RANGE_END_TAG: "2024-02"}
        run = dg.materialize(
            [FEED.deliveries], instance=instance, resources={"refresh": Refresh()}, tags=tags, raise_on_error=False
        )
        (failure,) = (event.step_failure_data.error for event in run.all_events if event.is_step_failure)
        assert "derbyshire_constabulary/crimes: nothing was delivered for 2024-01, 2024-02. Deliver" in failure.to_string()
        assert instance.get_materialized_partitions(FEED.deliveries.key) == set()

        assert backfill(instance, "2023-11", "2024-01").success
        assert instance.get_materialized_partitions(FEED.deliveries.key) == {"2023-11", "2023-12"}


@pytest.mark.parametrize("asset", ["deliveries", "landing"])
def test_a_period_of_which_all_was_refused_is_not_materialised(settings, asset):
    month = settings.raw / "derbyshire_constabulary" / "crimes" / "2023-12.csv"
    month.write_text("not,a,delivery\n1,2,3\n")
    with open_instance(settings) as instance:
        if asset == "deliveries":
            tags = {ASSET_PARTITION_RANGE_START_TAG: "2023-12", ASSET_PARTITION_RANGE_END_TAG: "2023-12"}
            run = dg.materialize(
                [FEED.deliveries], instance=instance, resources={"refresh": Refresh()}, tags=tags, raise_on_error=False
            )
            assert not run.success
            (failure,) = (event.step_failure_data.error for event in run.all_events if event.is_step_failure)
            assert "`sna quarantine derbyshire_constabulary/crimes`" in failure.to_string()
        else:
            assert dg.materialize([FEED.table], instance=instance, resources={"refresh": Refresh()}).success
        assert "2023-12" not in instance.get_materialized_partitions(FEED.deliveries.key)


def test_a_file_of_several_months_is_of_the_partitions_of_all_of_them(settings):
    folder = settings.raw / "derbyshire_constabulary" / "crimes"
    for file in folder.iterdir():
        file.unlink()
    (folder / "2023-05_2023-07.csv").write_text(text(quarter()))
    with open_instance(settings) as instance:
        backfill(instance, "2023-06", "2023-06")
        assert [load.period for load in read(settings.landing)] == ["2023-05_2023-07"]
        assert instance.get_materialized_partitions(FEED.deliveries.key) == {"2023-06"}

        shutil.rmtree(settings.landing)
        result = dg.materialize([FEED.table], instance=instance, resources={"refresh": Refresh()})
        assert instance.get_materialized_partitions(FEED.deliveries.key) == {"2023-05", "2023-06", "2023-07"}
        (event,) = (each for each in result.asset_materializations_for_node(FEED.table.op.name) if each.partition is None)
        assert event.metadata["dagster/row_count"].value == len(quarter())


def test_deleted_rows_of_a_delivery_in_use_end_the_run_with_what_to_do(settings):
    with open_instance(settings) as instance:
        backfill(instance, "2023-07", "2023-07")
        (load,) = read(settings.landing)
        load.accepted.unlink()
        table = dg.materialize([FEED.table], instance=instance, resources={"refresh": Refresh()}, raise_on_error=False)
        assert not table.success
        (failure,) = [event for event in table.all_events if event.event_type_value == "RESOURCE_INIT_FAILURE"]
        assert "`sna verify --landing --repair` lands it again" in str(failure.engine_event_data.error)


def test_no_run_starts_before_a_purge_is_complete(settings):
    (settings.landing / purge.PURGING).mkdir(parents=True)
    entry = purge.Entry(
        "a", "derbyshire_constabulary", "crimes", "2023-07", "2024-05-01T09:00:00+00:00", "somebody", "a decision"
    )
    begun = purge.Purge(entry, (), "b", 1, "2024-05-01T09:00:00+00:00")
    (settings.landing / purge.PURGING / begun.file_name).write_text(json.dumps(asdict(begun)))
    with open_instance(settings) as instance:
        result = dg.materialize([FEED.table], instance=instance, resources={"refresh": Refresh()}, raise_on_error=False)
    assert not result.success and read(settings.landing) == []


def test_each_cadence_has_its_partitions():
    for contract in load_contracts().values():
        keys = partitions_of(contract).get_partition_keys()
        if contract.cadence == "once":
            assert keys == [contract.period.fixed], contract.id
        else:
            assert len(keys) == len(set(keys)) and len(keys) > 15, contract.id


def test_only_the_contract_says_how_fresh_a_feed_is():
    """A policy of Dagster counts from the last time that something was landed, whatever period it was of."""
    assert all(spec.freshness_policy is None for spec in FEED.deliveries.specs)
