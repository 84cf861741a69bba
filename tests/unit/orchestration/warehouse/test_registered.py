"""What is in use of a feed is registered again only where something of it has changed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from orchestration.contracts.reader import feed_types, load_contracts
from orchestration.defs.assets.feeds import feed_assets
from orchestration.defs.resources import Refresh
from orchestration.home import creation
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log
from orchestration.warehouse import ledger, warehouse_file
from orchestration.warehouse.ledger import Registered
from tests.unit.orchestration.ingest.conftest import Desk, row, rows, text

CRIMES = load_contracts()["derbyshire_constabulary", "crimes"]
LATER = datetime(2024, 5, 2, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """July 2023 of the crimes, two rows, landed in the home in force."""
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    monkeypatch.setenv("SNA_RAW", str(settings.raw))
    monkeypatch.setenv("SNA_HOME", str(settings.home))
    creation.make(settings.home, "derbyshire", "live")
    desk = Desk(settings.raw, settings.landing)
    desk.land("crimes", text(rows("crimes", 2)), name="2023-07.csv")
    return desk


@pytest.fixture
def registered(desk):
    with warehouse_file.connect(Settings.from_env()) as con:
        assert ledger.register(con, CRIMES, desk.all(), desk.all(), "") == 2
        return Registered.read(con, "")


def test_what_has_not_changed_remains(desk, registered):
    assert registered.rows(CRIMES, desk.all(), desk.all(), "") == 2


@pytest.mark.parametrize(
    "changed",
    [
        lambda loads: (loads, []),
        lambda loads: ([], []),
        lambda loads: ([*loads, replace(loads[0], load_id="another", verdict="refused")], loads),
        lambda loads: ([replace(loads[0], received_at=LATER)], loads),
    ],
    ids=["no longer in use", "not known", "one more, refused", "received at another time"],
)
def test_what_has_changed_does_not(desk, registered, changed):
    assert registered.rows(CRIMES, *changed(desk.all()), "") is None


def test_nothing_remains_for_another_date_or_of_another_feed(desk, registered):
    loads = desk.all()
    assert registered.rows(CRIMES, loads, loads, "2024-05-01") is None
    assert registered.rows(load_contracts()["derbyshire_constabulary", "victims"], loads, loads, "") is None


def test_other_code_changes_the_build_and_registers_nothing(desk, registered, monkeypatch):
    built = "select build_id from ledger.build"
    with warehouse_file.connect(Settings.from_env()) as con:
        before = con.execute(built).fetchall()
        monkeypatch.setattr(ledger, "project_hash", lambda: "other code")
        again = Registered.read(con, "")
        assert con.execute(built).fetchall() != before
    assert again.rows(CRIMES, desk.all(), desk.all(), "") == 2


@pytest.mark.parametrize("name", ["moved", "a home's copy"])
def test_a_home_that_was_moved_has_nothing_to_register_and_reads_its_own_files(desk, registered, tmp_path, name):
    settings = Settings.from_env()
    moved = Settings(settings.raw, tmp_path / name)
    settings.home.rename(moved.home)
    with warehouse_file.connect(moved) as con:
        loads = log.read(moved.landing)
        assert Registered.read(con, "").rows(CRIMES, loads, loads, "") == 2
        assert con.execute("select count(*) from landing.police__crimes").fetchall() == [(2,)]
        assert con.execute("select landing from ops.home").fetchall() == [(str(moved.landing),)]


def test_the_view_of_a_feed_type_has_the_rows_of_all_who_send_it_and_none_of_who_no_longer_does(desk, registered):
    other = replace(CRIMES, agency="other_force")
    own = [replace(load, agency="other_force") for load in desk.all()]
    count = "select agency, count(*) from landing.police__crimes group by all order by all"
    with warehouse_file.connect(Settings.from_env()) as con:
        assert con.execute(count).fetchall() == [("derbyshire_constabulary", 2)]
        ledger.register(con, other, own, own, "")
        assert con.execute(count).fetchall() == [("derbyshire_constabulary", 2), ("other_force", 2)]
        types, feeds = feed_types(), load_contracts()
        ledger.show_feed_types(con, types, feeds)
        assert con.execute(count).fetchall() == [("derbyshire_constabulary", 2)]
        assert con.execute("select count(*) from ledger.delivery where agency = 'other_force'").fetchall() == [(0,)]
        ledger.show_feed_types(con, types, [])
        assert con.execute(count).fetchall() == []
        columns = [name for name, *_ in con.execute("describe landing.police__crimes").fetchall()]
    assert columns == ["agency", *(name for name, _ in CRIMES.landed), "_load_id", "_row"]


def test_the_log_of_a_feed_type_has_the_rows_of_all_who_send_it_and_those_that_later_ones_have_replaced(desk):
    outcomes = load_contracts()["derbyshire_constabulary", "outcomes"]
    count = "select agency, count(*) from {}.police__outcomes group by all order by all"
    desk.land("outcomes", text(rows("outcomes", 2)), name="2023-07.csv")
    desk.land("outcomes", text([row("outcomes", 1, Outcome_Date="15/08/2023")]), name="2023-08.csv")
    loads = [load for load in desk.all() if load.feed == "outcomes"]
    # Another force sends all of them again each month, so that no row of a month replaces one of another.
    other = replace(outcomes, agency="other_force", load_mode="replace")
    with warehouse_file.connect(Settings.from_env()) as con:
        assert con.execute(count.format("landing_log")).fetchall() == []
        ledger.register(con, outcomes, loads, loads, "")
        ledger.register(con, other, (own := [replace(load, agency="other_force") for load in loads[:1]]), own, "")
        assert con.execute(count.format("landing")).fetchall() == [("derbyshire_constabulary", 2), ("other_force", 2)]
        assert con.execute(count.format("landing_log")).fetchall() == [("derbyshire_constabulary", 3), ("other_force", 2)]
        ledger.show_feed_types(con, feed_types(), [])
        assert con.execute(count.format("landing_log")).fetchall() == []


def test_a_change_of_freshness_is_a_change(desk, registered, monkeypatch):
    from orchestration.ingest.landing_log import freshness

    monkeypatch.setattr(freshness, "day", lambda _as_at: date(2023, 8, 1))
    assert registered.rows(CRIMES, desk.all(), desk.all(), "") is None


def test_the_asset_registers_once_and_shows_the_same_rows(desk, monkeypatch):
    written, shown = [], []
    monkeypatch.setattr(ledger, "register", lambda *a, write=ledger.register: written.append(a[1].id) or write(*a))
    for _ in range(2):
        run = dg.materialize([feed_assets(CRIMES).table], resources={"refresh": Refresh()})
        *_, event = run.asset_materializations_for_node("landing__derbyshire_constabulary__crimes")
        shown.append((event.metadata["dagster/row_count"].value, written.count(CRIMES.id)))
    assert shown == [(2, 1), (2, 1)]
