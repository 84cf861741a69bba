"""A delivery that was taken back: what is in use then, what is read again, and under which names it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone.acceptance import accept_short
from orchestration.ingest.landing_zone.delivery import discover
from orchestration.ingest.load.loader import load, plan
from orchestration.operations import retention, withdrawal
from tests.unit.orchestration.ingest.conftest import KEY, NOW, Desk, row, rows, text

LATER = NOW + timedelta(days=30)
FEED = "derbyshire_constabulary/crimes"


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "raw", tmp_path / "landing")


def withdraw(desk, name, reason="rows of another force", now=LATER):
    loads = desk.all()
    return withdrawal.withdraw(loads, withdrawal.find(loads, name), reason, now)


def in_use(desk, as_at=None):
    return [load.file_name for load in loads_in_use(desk.all(), as_at)]


def test_the_earlier_version_is_in_use_again(desk):
    first = desk.land("crimes", text(rows("crimes", 3)))
    second = desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    done = withdraw(desk, f"{FEED}/2023-07.v2.csv")
    assert not done.already
    assert [str(change) for change in done.changes] == [
        "2023-07: 2023-07.csv with 3 rows, instead of 2023-07.v2.csv with 2 rows",
    ]
    assert loads_in_use(desk.all()) == [first]
    (entry,) = [load.withdrawn for load in desk.all() if load.withdrawn]
    assert (entry.reason, entry.by) == ("rows of another force", withdrawal.operator())
    assert entry.at == LATER.isoformat(timespec="microseconds")
    assert second.accepted is not None and second.accepted.exists()


def test_the_gap_is_back_where_nothing_was_delivered_before(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    done = withdraw(desk, "2023-07.csv")
    assert [str(change) for change in done.changes] == ["2023-07: nothing, instead of 2023-07.csv with 3 rows"]
    assert in_use(desk) == []


def test_a_withdrawn_earlier_version_changes_nothing_in_use(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    assert withdraw(desk, "2023-07.csv").changes == ()
    assert in_use(desk) == ["2023-07.v2.csv"]
    withdraw(desk, "2023-07.v2.csv")
    assert in_use(desk) == []


def test_the_past_still_has_it(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv", now=NOW + timedelta(days=1))
    withdraw(desk, "2023-07.v2.csv")
    assert in_use(desk, NOW) == ["2023-07.csv"]
    assert in_use(desk, LATER - timedelta(seconds=1)) == ["2023-07.v2.csv"]
    assert in_use(desk, LATER) == ["2023-07.csv"]
    assert in_use(desk, datetime.max.replace(tzinfo=UTC)) == ["2023-07.csv"]
    assert [load.withdrawn for load in log.as_of(desk.all(), LATER - timedelta(seconds=1))] == [None, None]


def test_all_readings_of_the_file_are_withdrawn_and_none_is_made_again(desk):
    first = desk.land("crimes", text(rows("crimes", 3)))
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    contract = replace(desk.contract("crimes"), bad_row_limit=0.5)
    again = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW + timedelta(days=2))
    assert [record.file_name for record in again] == ["2023-07.csv", "2023-07.v2.csv"]
    done = withdraw(desk, "2023-07.v2.csv")
    assert len(done.loads) == 2
    assert in_use(desk) == ["2023-07.csv"] and loads_in_use(desk.all())[0].load_id != first.load_id
    # Under a third contract, only the file that is in use is read again.
    third = replace(contract, bad_row_limit=0.4)
    assert [delivery.file_name for delivery in plan(desk.raw, desk.landing, third, KEY)] == ["2023-07.csv"]


def test_the_file_in_the_landing_zone_is_not_read_again_even_when_it_was_copied_again(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    withdraw(desk, "2023-07.csv")
    desk.put("crimes", text(rows("crimes", 3)))
    assert desk.load("crimes", now=LATER) == []


def test_the_same_content_under_the_next_version_is_a_new_delivery(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    withdraw(desk, "2023-07.csv")
    desk.land("crimes", text(rows("crimes", 3)), "2023-07.v2.csv", now=LATER)
    assert in_use(desk) == ["2023-07.v2.csv"]


def test_other_content_under_its_name_is_a_new_delivery_and_the_earlier_content_comes_back_with_it(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    replaced = desk.land("crimes", text(rows("crimes", 1)), now=NOW + timedelta(days=1))
    done = withdraw(desk, "2023-07.csv")
    assert done.loads[0].load_id == replaced.load_id
    assert [load.rows_accepted for load in loads_in_use(desk.all())] == [3]


def test_what_is_handed_over_again_on_purpose_is_landed_again(desk):
    """As the counts of the vault are, whose file has one name."""
    first = desk.land("crimes", text(rows("crimes", 3)))
    withdraw(desk, "2023-07.csv")
    contract = desk.contract("crimes")
    (second,) = load(discover(desk.raw, contract), contract, desk.landing, KEY, now=LATER)
    assert not second.unchanged and second.load_id != first.load_id
    assert loads_in_use(desk.all()) == [second]


def test_done_twice_it_is_done_once(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    withdraw(desk, "2023-07.csv")
    done = withdraw(desk, "2023-07.csv", "another reason", LATER + timedelta(days=1))
    assert done.already and done.changes == ()
    assert done.loads[0].withdrawn.reason == "rows of another force"


def test_an_interrupted_withdrawal_is_completed_by_the_next(desk, monkeypatch):
    desk.land("crimes", text(rows("crimes", 3)))
    contract = replace(desk.contract("crimes"), bad_row_limit=0.5)
    load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW + timedelta(days=2))
    whole = log.update_record

    def once(record):
        whole(record)
        raise KeyboardInterrupt

    monkeypatch.setattr(withdrawal, "update_record", once)
    with pytest.raises(KeyboardInterrupt):
        withdraw(desk, "2023-07.csv")
    assert in_use(desk) == ["2023-07.csv"]
    monkeypatch.undo()
    assert not withdraw(desk, "2023-07.csv").already
    assert in_use(desk) == [] and all(load.withdrawn for load in desk.all())


@pytest.mark.parametrize("folder", ["", f"{FEED}/", f"raw/{FEED}/", f"/anywhere/raw/{FEED}/"])
def test_the_names_of_a_delivery(desk, folder):
    record = desk.land("crimes", text(rows("crimes", 1)))
    desk.land("crimes", text(rows("crimes", 1)), "2023-07.v2.csv")
    assert withdrawal.find(desk.all(), f"{folder}2023-07.csv") == [record]
    assert withdrawal.find(desk.all(), record.load_id) == withdrawal.find(desk.all(), record.load_id[:8]) == [record]


def test_a_name_that_several_feeds_have_is_asked_back(desk):
    desk.land("crimes", text(rows("crimes", 1)))
    desk.land("victims", text(rows("victims", 1)))
    with pytest.raises(withdrawal.NoSuchDeliveryError) as raised:
        withdrawal.find(desk.all(), "2023-07.csv")
    assert f"{FEED}/2023-07.csv" in str(raised.value) and "derbyshire_constabulary/victims/2023-07.csv" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("derbyshire_constabulary/crime/2023-07.csv", f"{FEED}/2023-07.csv"),
        ("2023-7.csv", f"{FEED}/2023-07.csv"),
        ("raw/derbyshire/crimes/2023-07.csv", f"{FEED}/2023-07.csv"),
        ("zz", "`sna deliveries FEED`"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(desk, name, close):
    desk.land("crimes", text(rows("crimes", 1)))
    with pytest.raises(withdrawal.NoSuchDeliveryError) as raised:
        withdrawal.find(desk.all(), name)
    assert close in str(raised.value)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_withdrawal_needs_a_reason(desk, reason):
    desk.land("crimes", text(rows("crimes", 1)))
    with pytest.raises(ValueError, match="reason"):
        withdraw(desk, "2023-07.csv", reason)
    assert in_use(desk) == ["2023-07.csv"]


def test_retention_keeps_what_is_back_in_use_and_removes_what_was_withdrawn(desk):
    desk.land("crimes", text(rows("crimes", 3)))
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    withdraw(desk, "2023-07.v2.csv")
    contracts, days = load_contracts(), timedelta(days=30)
    found = retention.surplus_deliveries(desk.all(), contracts, (), days, LATER + timedelta(days=29))
    assert found == []
    found = retention.surplus_deliveries(desk.all(), contracts, (), days, LATER + timedelta(days=31))
    assert [(item.load.file_name, item.why) for item in found] == [("2023-07.v2.csv", f"withdrawn on {LATER:%Y-%m-%d}")]


def test_a_refused_delivery_can_be_withdrawn_too(desk):
    desk.land("crimes", text([row("crimes", 1, Easting="x")]), limit=0.0)
    done = withdraw(desk, "2023-07.csv")
    assert done.loads[0].withdrawn and done.changes == ()


def test_a_delivery_that_was_not_read_yet_is_removed(desk):
    settings = Settings(desk.raw, desk.landing.parent)
    desk.land("crimes", text(rows("crimes", 3)))
    waiting = desk.raw / FEED / "2023-08.csv"
    waiting.write_text(text(rows("crimes", 2)))
    assert withdrawal.take_back_unread(settings, desk.all(), "2023-07.csv") is None
    assert withdrawal.take_back_unread(settings, desk.all(), "2023-09.csv") is None
    assert waiting.exists() and (desk.raw / FEED / "2023-07.csv").exists()
    assert withdrawal.take_back_unread(settings, desk.all(), str(waiting)) == f"{FEED}/2023-08.csv"
    assert not waiting.exists() and len(desk.all()) == 1


def test_a_name_of_two_unread_deliveries_removes_none(desk):
    settings = Settings(desk.raw, desk.landing.parent)
    for feed in (FEED, "derbyshire_constabulary/outcomes"):
        (desk.raw / feed).mkdir(parents=True)
        (desk.raw / feed / "2023-08.csv").write_text("a,b\n1,2\n")
    assert withdrawal.take_back_unread(settings, desk.all(), "2023-08.csv") is None
    assert withdrawal.take_back_unread(settings, desk.all(), f"{FEED}/2023-08.csv") == f"{FEED}/2023-08.csv"
    assert (desk.raw / "derbyshire_constabulary/outcomes/2023-08.csv").exists()


def test_a_file_that_was_replaced_since_it_was_read_is_named(desk):
    settings = Settings(desk.raw, desk.landing.parent)
    record = desk.land("crimes", text(rows("crimes", 3)))
    assert withdrawal.changed_since(settings, record) is None
    desk.put("crimes", text(rows("crimes", 3)))  # at another time, and the same
    assert withdrawal.changed_since(settings, record) is None
    desk.put("crimes", text(rows("crimes", 2)))
    changed = withdrawal.changed_since(settings, record)
    assert changed is not None and changed.file_name == "2023-07.csv"


def test_with_a_delivery_that_was_not_read_yet_goes_what_was_said_of_it(desk):
    settings = Settings(desk.raw, desk.landing.parent)
    record = accept_short(desk.put("crimes", text(rows("crimes", 1))), "a quiet month")
    assert withdrawal.take_back_unread(settings, desk.all(), "2023-07.csv") == f"{FEED}/2023-07.csv"
    assert not record.exists()
