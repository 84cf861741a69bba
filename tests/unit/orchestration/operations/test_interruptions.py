"""Commands that change what is kept, killed or without room on the disk at every place: what is left is whole, and completed."""

import itertools
import shutil
from datetime import timedelta

import pytest

from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.operations import purge, withdrawal
from orchestration.publication import publish, releases
from orchestration.publication.integrity import verify
from tests.interruptions import ENDED, FULL, KILLED, killed, places, spread, without_room
from tests.press import Press, make_press
from tests.unit.orchestration.ingest.conftest import NOW, Desk, rows, text
from tests.unit.orchestration.operations.test_purge import Home

LATER = NOW + timedelta(days=30)
EVERY_DAY = 6
WAYS = [(killed, KILLED), (without_room, FULL)]
by_way = pytest.mark.parametrize(("way", "end"), WAYS, ids=["killed", "disk full"])
how_many = pytest.mark.parametrize("most", [EVERY_DAY, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "all"])


class Copies:
    """A folder as it was made, to be changed again and again."""

    def __init__(self, origin, folder):
        self._origin, self._folder, self._numbers = origin, folder, itertools.count()

    def __call__(self):
        made = self._folder / f"copy-{next(self._numbers)}"
        return shutil.copytree(self._origin, made, symlinks=True)


def litter(folder):
    """Names under which something is written before it has its own."""
    return [str(path) for path in folder.rglob(".*") if path.name.rpartition(".")[2].isdigit() or "writing" in path.name]


class TestPurge:
    @pytest.fixture(scope="class")
    def copies(self, tmp_path_factory):
        origin = tmp_path_factory.mktemp("purge")
        Home(origin / "of")
        return Copies(origin / "of", origin)

    @staticmethod
    def at(folder):
        home = object.__new__(Home)
        home.settings = Settings(folder / "raw", folder / "home")
        home.desk = Desk(home.settings.raw, home.settings.landing)
        return home

    @by_way
    @how_many
    def test_it_is_completed_by_the_same_command(self, copies, way, end, most):
        passed = self.passed(copies())
        assert len(passed) > 30
        for place in spread(len(passed), most):
            home = self.at(copies())
            found, loads = home.found(), len(home.desk.all())
            ended = way(home.settings.home.parent, lambda home=home, found=found: purge.purge(home.settings, found), place)
            assert ended in (end, ENDED)
            if not (begun := purge.unfinished(home.settings)) and not purge.entries(home.settings):
                assert len(home.desk.all()) == loads, passed[place]
                begun = [found]
            for each in begun:
                purge.purge(home.settings, each)
            assert home.names() == [], passed[place]
            assert (len(purge.entries(home.settings)), purge.unfinished(home.settings)) == (1, [])
            assert [release.current for release in releases.all_releases(home.settings.published)] == [True]
            assert litter(home.settings.home) == [], passed[place]
            assert [load.file_name for load in loads_in_use(home.desk.all())] == ["2023-06.csv", "2023-07.csv"]

    def passed(self, folder):
        home = self.at(folder)
        found = home.found()
        return places(folder, lambda: purge.purge(home.settings, found))


class TestWithdrawal:
    @pytest.fixture(scope="class")
    def copies(self, tmp_path_factory):
        origin = tmp_path_factory.mktemp("withdrawal")
        desk = Desk(origin / "of" / "raw", origin / "of" / "landing")
        desk.land("crimes", text(rows("crimes", 3)))
        desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
        return Copies(origin / "of", origin)

    @by_way
    def test_it_is_made_or_not_and_can_be_repeated(self, copies, way, end):
        def work(desk):
            loads = desk.all()
            withdrawal.withdraw(loads, withdrawal.find(loads, "2023-07.v2.csv"), "rows of another force", LATER)

        def at(folder):
            return Desk(folder / "raw", folder / "landing")

        first = copies()
        passed = places(first, lambda: work(at(first)))
        for place in range(len(passed)):
            folder = copies()
            desk = at(folder)
            assert way(folder, lambda desk=desk: work(desk), place) in (end, ENDED)
            assert [load.file_name for load in loads_in_use(desk.all())] in (["2023-07.csv"], ["2023-07.v2.csv"]), passed[place]
            work(desk)
            assert [load.file_name for load in loads_in_use(desk.all())] == ["2023-07.csv"]
            log.sweep(desk.landing)
            assert litter(folder) == [], passed[place]


class TestRollback:
    @pytest.fixture(scope="class")
    def copies(self, tmp_path_factory):
        origin = tmp_path_factory.mktemp("rollback")
        (origin / "of" / "home").mkdir(parents=True)
        press = make_press(origin / "of")
        for build in "12345":
            press.change(f"update marts.offences set offences = {build}")
            press.publish(build)
        releases.roll_back(press.published, releases.all_releases(press.published)[3])
        return Copies(origin / "of", origin)

    @by_way
    @how_many
    def test_it_is_made_or_not_and_what_was_rolled_back_stays_so(self, copies, way, end, most):
        """From an earlier rollback to a release of which only Parquet is kept."""

        def work(press):
            releases.roll_back(press.published, releases.all_releases(press.published)[0])

        def at(folder):
            return Press(folder / "warehouse.duckdb", folder / "home" / "published" / "analysts")

        first = copies()
        assert releases.all_releases(at(first).published)[0].is_archived
        passed = places(first, lambda: work(at(first)))
        for place in spread(len(passed), most):
            folder = copies()
            press = at(folder)
            assert way(folder, lambda press=press: work(press), place) in (end, ENDED)
            current = releases.current_release(press.published)
            assert press.read("select offences from marts.offences") in ([(1,)], [(4,)]), passed[place]
            assert releases.held_back(press.published, "5" * 64), passed[place]
            if current.id != releases.all_releases(press.published)[0].id:
                work(press)
            assert press.read("select offences from marts.offences") == [(1,)]
            assert verify(releases.current_release(press.published).folder) == []
            assert {build for build in "12345" if releases.held_back(press.published, build * 64)} == {"4", "5"}
            with releases.switching(press.published):
                publish.sweep(press.published)
            assert litter(folder) == [], passed[place]
