"""What a release says of itself: a demonstration, or live data of which feeds; and what its figures rest on."""

import json
import shutil

import pytest

from orchestration.home import creation
from tests.counties import CRIMES, County

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("environments")]
STREET = "police_uk/street"


@pytest.fixture(scope="module")
def live(small_county, tmp_path_factory) -> County:
    """A live home with one delivery of one feed, refreshed: rows of the small county, of which no list knows outside it."""
    folder = tmp_path_factory.mktemp("live")
    made = County(folder / "raw", folder / "home")
    creation.make(made.home, "derbyshire", "live")
    (folder / "outbox").mkdir()
    sent = folder / "outbox" / "crimes_2019-05.csv"
    shutil.copy(small_county.raw / CRIMES / "2019-05.csv", sent)
    done = made.sna("deliver", str(sent))
    assert done.returncode == 0, done.stdout + done.stderr
    done = made.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "refresh.txt").write_text(done.stdout)
    return made


def test_a_live_release_says_which_feeds_are_in_it(live):
    ((environment, feeds, banner),) = live.query("select environment, feeds, banner from meta.release")
    assert (environment, feeds) == ("live", [CRIMES])
    assert banner.startswith(f"Live data of 1 feed: {CRIMES}.") and "analysts only" in banner
    assert json.loads((live.settings.published / "manifest.json").read_text())["environment"] == "live"
    assert banner in (live.home.parent / "refresh.txt").read_text().replace("\n", " ")
    assert [path.name for path in live.settings.published.parent.iterdir()] == ["analysts"]


def test_the_first_feed_publishes_its_own_marts_and_the_others_are_empty(live, small_county):
    expected = small_county.query("select sum(offences) from marts.offences_monthly where month_start = '2019-05-01'")
    assert live.query("select sum(offences) from marts.offences_monthly") == expected != [(0,)]
    empty = ("victims", "suspects", "ed_attendances", "ambulance_calls", "street_crime", "probation_cases", "deprivation")
    assert {mart: live.query(f"select count(*) from marts.{mart}") for mart in empty} == {mart: [(0,)] for mart in empty}


def test_figures_say_what_they_rest_on(live, small_county):
    assert live.query("select distinct evidence from sna.figures where table_id = 'T01'") == [("record",)]
    assert live.query("select count(*) from sna.figures where evidence = 'demonstration'") == [(0,)]
    found = dict(small_county.query("select table_id, any_value(evidence) from sna.figures group by all having count(*) > 0"))
    # T52 is a sample return, which is real; offences are made up.
    assert (found["T01"], found["T52"]) == ("demonstration", "return")
    compared = small_county.query("select count(*) from sna.reconciliation where (evidence is null) <> (status = 'missing')")
    assert compared == [(0,)]


def test_files_of_a_demonstration_are_refused_by_name(live, small_county):
    done = live.sna("deliver", str(small_county.raw / STREET))
    assert done.returncode == 1
    assert "part of a demonstration" in " ".join(done.stdout.split())
    assert not (live.raw / STREET).exists()


def test_what_a_demonstration_does_not_list_is_refused_and_changes_nothing(own_small_county):
    before = own_small_county.release()
    month = own_small_county.raw / CRIMES / "2019-05.csv"
    own_small_county.raw.joinpath(CRIMES, "2019-07.csv").write_text(month.read_text().replace("/05/2019", "/07/2019"))
    done = own_small_county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sna demo --add FILE" in " ".join(own_small_county.sna("quarantine", CRIMES).stdout.split())
    after = own_small_county.query("select environment, release_id from meta.release")
    assert after[0][0] == "demonstration" and after[0][1] != before
    assert own_small_county.query("select deliveries_refused from meta.feeds where feed = 'crimes'") == [(1,)]


def test_no_release_is_published_of_nothing(live):
    before = live.release()
    done = live.sna("refresh", "--as-at", "2019-01-01")
    assert done.returncode == 1
    assert "No delivery had been received by 2019-01-01" in " ".join(done.stderr.split())
    assert live.release() == before and not (live.settings.published / "as-at").exists()
