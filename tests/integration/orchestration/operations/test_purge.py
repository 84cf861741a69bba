"""A purge with Dagster's own storage: nothing of a person is left in it, what was recorded before stays, and runs go on."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.defs.assets.feeds import feed_assets
from orchestration.defs.resources import Refresh
from orchestration.home import creation, lock
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log.log import read
from orchestration.operations import purge, run_erasure, withdrawal
from orchestration.operations.service import SERVICE
from tests.unit.orchestration.ingest.conftest import row, text
from tests.unit.orchestration.operations.test_purge import PERSON, in_rows

FEED = feed_assets(load_contracts()["derbyshire_constabulary", "crimes"])


@dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="checked")])
def checked(context):
    """An asset whose events quote a person, as an error or a sample may."""
    context.log.info(PERSON)
    result = dg.AssetCheckResult(passed=False, check_name="whole", metadata={"sample": PERSON})
    return dg.MaterializeResult(metadata={"quoted": PERSON}, check_results=[result], tags={"quoted": PERSON.split()[0]})


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
    creation.make(made.home, "derbyshire", "live")
    return made


def deliver(settings, name, rows):
    file = settings.raw / "derbyshire_constabulary" / "crimes" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(rows))


def refresh(instance):
    assert dg.materialize([FEED.table], instance=instance, resources={"refresh": Refresh()}).success


def names(settings):
    here = [path for folder in (settings.raw, settings.home) for path in folder.rglob("*") if path.is_file()]
    words = PERSON.split()
    return [str(path) for path in here if any(word.encode() in path.read_bytes() for word in words) or in_rows(path)]


def test_nothing_is_left_in_the_history_of_runs(settings):
    deliver(settings, "2023-07.csv", [row("crimes", 1)])
    with open_instance(settings) as instance:
        refresh(instance)
        (before,) = instance.get_run_ids()
    # The history has moments to the second.
    time.sleep(1.1)
    deliver(settings, "2023-07.v2.csv", [row("crimes", 1, Ward_Name=PERSON), row("crimes", 2, Location_Type=PERSON, Easting="x")])
    with open_instance(settings) as instance:
        refresh(instance)
        dg.materialize([checked], instance=instance)
    # As sent, as accepted, and what the step of this test wrote twice; quarantine keeps shapes.
    assert len(names(settings)) == 4

    loads = read(settings.landing)
    found = purge.plan(settings, loads, withdrawal.find(loads, "2023-07.v2.csv"), "a decision", datetime.now(UTC))
    removed = purge.purge(settings, found)
    assert removed.runs == 2
    assert names(settings) == []
    with open_instance(settings) as instance:
        assert instance.get_run_ids() == [before]
        assert instance.get_materialized_partitions(FEED.deliveries.key) == {"2023-07"}
        refresh(instance)
        assert len(instance.get_run_ids()) == 2
    assert [load.file_name for load in read(settings.landing)] == ["2023-07.csv"]


def test_nothing_is_purged_while_the_home_is_served(settings):
    deliver(settings, "2023-07.csv", [row("crimes", 1)])
    with open_instance(settings) as instance:
        refresh(instance)
    loads = read(settings.landing)
    found = purge.plan(settings, loads, withdrawal.find(loads, loads[0].load_id), "by mistake", datetime.now(UTC))
    with lock.alive(settings.runs_alive, SERVICE), pytest.raises(lock.HomeLockedError, match="end it, then purge"):
        purge.purge(settings, found)
    assert read(settings.landing) == loads
    assert (settings.raw / "derbyshire_constabulary" / "crimes" / "2023-07.csv").exists()


def test_a_purge_waits_for_who_has_the_history_open_and_is_completed_afterwards(settings, monkeypatch):
    deliver(settings, "2023-07.csv", [row("crimes", 1)])
    with open_instance(settings) as instance:
        refresh(instance)
    loads = read(settings.landing)
    found = purge.plan(settings, loads, withdrawal.find(loads, loads[0].load_id), "by mistake", datetime.now(UTC))
    monkeypatch.setattr(run_erasure, "BUSY_TIMEOUT_SECONDS", 0.1)
    with closing(sqlite3.connect(settings.dagster_home / "history" / "runs.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(lock.HomeLockedError, match="completes the purge"):
            purge.purge(settings, found)
    (begun,) = purge.unfinished(settings)
    purge.purge(settings, begun)
    assert purge.unfinished(settings) == []
    assert read(settings.landing) == []
