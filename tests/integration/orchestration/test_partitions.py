"""Sixty months are one run, and one month is one run of that month only."""

import dagster as dg
import pytest
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from orchestration.assets.feeds import feed_assets, freshness_policy, partitions_of
from orchestration.contracts import load_contracts
from orchestration.ingest.landing import read
from orchestration.instance import open_instance
from orchestration.resources import Refresh
from orchestration.settings import Settings
from tests.unit.orchestration.ingest.conftest import rows, text

CONTRACT = load_contracts()["derbyshire_constabulary", "crimes"]
FEED = feed_assets(CONTRACT)
MONTHS = [f"{year}-{month:02d}" for year in range(2019, 2024) for month in range(1, 13)]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
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


def test_each_cadence_has_its_partitions_and_its_patience():
    for contract in load_contracts().values():
        keys, policy = partitions_of(contract).get_partition_keys(), freshness_policy(contract)
        if contract.cadence == "once":
            assert (keys, policy) == ([contract.period.fixed], None), contract.id
        else:
            assert len(keys) == len(set(keys)) and len(keys) > 15, contract.id
            days = policy.fail_window.to_timedelta().days - policy.warn_window.to_timedelta().days
            assert days == contract.grace_days, contract.id
