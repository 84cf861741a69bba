"""`sna retain`, killed at any place where something durable changes or on a disk without room: the next one completes it."""

import shutil
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import yaml

from orchestration.home import creation
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.operations import configuration, retention
from orchestration.publication import releases
from orchestration.publication.integrity import verify
from tests.interruptions import ENDED, FULL, KILLED, killed, places, spread, without_room
from tests.press import make_press
from tests.unit.orchestration.operations.test_retention import Zone

OLD = datetime.now(UTC) - timedelta(days=100)


@dg.op
def nothing():
    pass


@dg.job
def job():
    nothing()


@pytest.fixture
def policy(tmp_path, monkeypatch):
    """Four releases, one run, replaced deliveries for thirty days."""
    document = yaml.safe_load(configuration.DEFAULT.read_text())
    document["retention"] |= {"releases": 4, "runs": 1, "superseded_deliveries_days": 30}
    (tmp_path / "operations.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("SNA_OPERATIONS", str(tmp_path / "operations.yaml"))


def at(folder, monkeypatch):
    made = Settings(folder / "raw", folder / "home")
    for name, value in (("SNA_RAW", made.raw), ("SNA_HOME", made.home), ("DAGSTER_HOME", ""), ("SNA_WAREHOUSE", "")):
        monkeypatch.setenv(name, str(value))
    return made


@pytest.fixture
def origin(tmp_path, monkeypatch, policy):
    """A home with five releases, a replaced delivery, and three runs."""
    folder = tmp_path / "origin"
    settings = at(folder, monkeypatch)
    creation.make(settings.home, "derbyshire", "live")
    zone = Zone(folder)
    zone.landing = settings.landing
    zone.deliver("2024-05-derbyshire.csv", OLD)
    zone.deliver("2024-05-derbyshire.v2.csv", OLD + timedelta(days=1), rows=2)
    press = make_press(folder)
    for build in "12345":
        press.change(f"update marts.offences set offences = {build}")
        press.publish(build)
    with open_instance(settings) as instance:
        for _ in range(3):
            assert job.execute_in_process(instance=instance).success
    return folder


def retain(settings):
    with open_instance(settings) as instance:
        return retention.enforce(settings, instance)


@pytest.mark.parametrize(("way", "end"), [(killed, KILLED), (without_room, FULL)], ids=["killed", "disk full"])
@pytest.mark.parametrize("most", [4, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "all"])
def test_it_is_completed_by_the_same_command(origin, tmp_path, monkeypatch, way, end, most):
    def copy(name):
        return at(shutil.copytree(origin, tmp_path / name, symlinks=True), monkeypatch)

    first = copy("first")
    passed = places(first.home.parent, lambda: retain(first))
    for place in spread(len(passed), most):
        settings = copy(f"copy-{place}")
        assert way(settings.home.parent, lambda settings=settings: retain(settings), place) in (end, ENDED), passed[place]
        retain(settings)
        kept = releases.all_releases(settings.published)
        assert [release.is_archived for release in kept] == [True, True, False, False], passed[place]
        assert verify(kept[-1].folder) == []
        zone = Zone(settings.home.parent)
        zone.landing = settings.landing
        assert [load.file_name for load in loads_in_use(zone.loads())] == ["2024-05-derbyshire.v2.csv"]
        assert [path.name for path in settings.raw.rglob("*.csv")] == ["2024-05-derbyshire.v2.csv"]
        assert len(list(settings.landing.rglob("*.parquet"))) == 1, passed[place]
        with open_instance(settings) as instance:
            (run,) = instance.get_run_ids()
        history = settings.dagster_home
        assert {path.stem for path in (history / "history" / "runs").glob("*.db")} == {"index", run}, passed[place]
        assert {path.name for path in (history / "storage").iterdir()} <= {run}, passed[place]
