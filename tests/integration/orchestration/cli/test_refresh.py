"""A refresh in this process: what a person reads who stops it, and when there is nothing to do."""

import os
import signal
import time

import dagster as dg
import pytest
from rich.console import Console

from orchestration import definitions
from orchestration.cli.refresh import RefreshInterruptedError, run
from orchestration.contracts.reader import load_contracts
from orchestration.defs import asset_keys, checks
from orchestration.defs.assets.landing_zone import landing_zone_asset
from orchestration.defs.progress import LOGGER, progress_logger
from orchestration.defs.resources import Refresh
from orchestration.home import creation
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import refresh_plan
from orchestration.operations.refresh_plan import Plan
from tests.unit.orchestration.ingest.conftest import rows, text

STREET = load_contracts()["police_uk", "street"]
NOTHING = Plan(0, 1, None, None, "", False)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    creation.make(made.home, "derbyshire", "live")
    return made


def test_whoever_stops_it_learns_that_nothing_is_lost(settings, monkeypatch):
    """And no name of one of Dagster's classes."""

    @dg.asset
    def slow():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    job = dg.define_asset_job(definitions.JOB, selection="*")
    made = dg.Definitions(
        [slow], jobs=[job], resources={"refresh": Refresh.configure_at_launch()}, loggers={LOGGER: progress_logger}
    )
    monkeypatch.setattr(definitions, "build_defs", lambda _: made)
    with pytest.raises(RefreshInterruptedError, match="nothing was published") as raised:
        run(settings, NOTHING, Console(quiet=True))
    assert "Dagster" not in str(raised.value)


@pytest.fixture
def street(settings):
    """The first asset, the one feed below it, and the checks of that feed."""

    @dg.asset(key=asset_keys.landed(*STREET.id), deps=[asset_keys.LANDING_ZONE])
    def landed(): ...

    feed_checks = checks.feed_checks([STREET])

    def refresh(instance, **options):
        zone = landing_zone_asset([STREET])
        resources = {"refresh": Refresh(**options)}
        return dg.materialize([zone, landed, feed_checks], instance=instance, resources=resources, raise_on_error=False)

    with open_instance(settings) as instance:
        yield lambda **options: refresh(instance, **options)


def materialised(run):
    return {event.asset_key for event in run.get_asset_materialization_events()}


def test_where_nothing_was_ever_delivered_the_run_says_what_to_do(street):
    run = street()
    (failure,) = (event.step_failure_data.error for event in run.all_events if event.is_step_failure)
    assert "Nothing has been delivered to" in failure.to_string() and "`sna deliver`" in failure.to_string()


@pytest.mark.parametrize("options", [{}, {"force": True}])
def test_something_new_and_whatever_was_asked_for_is_done(street, settings, options):
    folder = settings.raw / "derbyshire_constabulary" / "crimes"
    folder.mkdir(parents=True)
    (folder / "2023-07.csv").write_text(text(rows("crimes", 2)))
    assert materialised(street(**options)) == {asset_keys.LANDING_ZONE, asset_keys.landed(*STREET.id)}


def test_a_file_that_nobody_will_read_is_counted_in_the_log(street, settings, capfd):
    folder = settings.raw / "derbyshire_constabulary" / "crimes"
    folder.mkdir(parents=True)
    (folder / "2023-07.csv").write_text(text(rows("crimes", 2)))
    assert street().success
    assert "cannot be loaded" not in capfd.readouterr().err
    (folder / "Notes of A Person.docx").write_text("anything")
    (folder / "2023-08.csv").write_text(text(rows("crimes", 2)))
    assert street().success
    log = capfd.readouterr().err
    assert "1 file in" in log and "cannot be loaded: `sna status` lists them" in log
    assert "A Person" not in log


def test_where_nothing_is_new_all_is_skipped_but_how_fresh_the_feeds_are(street, settings, monkeypatch):
    release = type("Release", (), {"id": "20240501T000000000000Z-abcdef01"})
    monkeypatch.setattr(refresh_plan, "plan", lambda *_, **__: Plan(0, 1, release, None, "", False))
    run = street()
    assert run.success
    assert materialised(run) == set()
    assert [event.step_key for event in run.all_events if event.is_step_skipped] == ["landing__police_uk__street", "feed_checks"]
    assert {(e.asset_key, e.check_name) for e in run.get_asset_check_evaluations()} == {
        (asset_keys.landed(*STREET.id), name) for name in (checks.ACCEPTED, checks.FRESH)
    }
