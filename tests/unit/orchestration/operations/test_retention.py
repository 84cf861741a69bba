"""Deliveries go when their time is over, never while they are in use, and are not read again."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.load.loader import load, plan
from orchestration.operations import retention

KEY = b"a key for tests only"
FEED = ("police_uk", "stop_and_search")
CONTRACTS = load_contracts()
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Zone:
    """A landing zone and its log; deliveries of one month with so many rows."""

    def __init__(self, folder):
        self.raw, self.landing, self.contract = folder / "raw", folder / "landing", CONTRACTS[FEED]

    def deliver(self, name, now, rows=1):
        file = self.raw.joinpath(*FEED, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        given = {"Type": "Person search", "Date": "2024-05-10T10:00:00+00:00"}
        headers = [column.header for column in self.contract.columns]
        lines = [headers, *[[given.get(header, "") for header in headers]] * rows]
        file.write_text("".join(",".join(line) + "\n" for line in lines))
        (record,) = load(self.new(), self.contract, self.landing, KEY, now=now)
        assert record.verdict == "accepted", record.faults
        return record

    def new(self):
        return plan(self.raw, self.landing, self.contract, KEY)

    def loads(self):
        return log.read(self.landing)

    def file(self, record):
        return self.raw.joinpath(*FEED, record.file_name)

    def surplus(self, published=(), days=30, now=NOW):
        return retention.surplus_deliveries(self.loads(), CONTRACTS, published, timedelta(days=days), now)

    def retain(self, **options):
        found = self.surplus(**options)
        assert retention.apply(found, self.loads(), self.raw, options.get("now", NOW)) == []
        return [(item.load.file_name, item.step) for item in found]


@pytest.fixture
def zone(tmp_path):
    return Zone(tmp_path)


def test_a_superseded_delivery_goes_when_its_days_are_over(zone):
    old = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    new = zone.deliver("2024-05-derbyshire.v2.csv", NOW - timedelta(days=31), rows=2)
    assert zone.surplus(days=31) == []
    assert zone.retain(days=30) == [("2024-05-derbyshire.csv", "remove")]
    assert not zone.file(old).exists() and not old.accepted.exists()
    assert zone.file(new).exists() and new.accepted.exists()
    record, _ = zone.loads()
    assert (record.load_id, record.rows_accepted, record.accepted) == (old.load_id, 1, None)
    assert [load.load_id for load in log.loads_in_use(zone.loads())] == [new.load_id]
    assert zone.retain(days=30) == []


def test_what_the_current_release_is_made_of_stays_after_a_rollback(zone):
    old = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    zone.deliver("2024-05-derbyshire.v2.csv", NOW - timedelta(days=50), rows=2)
    assert zone.surplus(published={old.load_id}) == []


def test_the_same_file_is_not_read_again_after_it_was_removed(zone):
    old = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    content = zone.file(old).read_text()
    zone.deliver("2024-05-derbyshire.v2.csv", NOW - timedelta(days=50), rows=2)
    zone.retain()
    zone.file(old).write_text(content)
    assert zone.new() == []
    zone.file(old).write_text(content + content.splitlines()[-1] + "\n")
    assert [delivery.file_name for delivery in zone.new()] == ["2024-05-derbyshire.csv"]


def test_a_file_that_was_delivered_again_under_the_same_name_stays(zone):
    zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    new = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=50), rows=2)
    assert zone.retain() == [("2024-05-derbyshire.csv", "remove")]
    assert zone.file(new).exists() and new.accepted.exists()


def test_past_the_years_of_its_contract_a_delivery_is_first_left_out_and_then_removed(zone):
    years = zone.contract.retention_years
    only = zone.deliver("2024-05-derbyshire.csv", NOW)
    assert zone.surplus(now=NOW + timedelta(days=365 * years)) == []
    later = NOW + timedelta(days=366 * years)
    assert zone.retain(published={only.load_id}, now=later) == [("2024-05-derbyshire.csv", "retire")]
    assert log.loads_in_use(zone.loads()) == [] and only.accepted.exists()
    assert zone.retain(published={only.load_id}, now=later) == [("2024-05-derbyshire.csv", "wait")]
    assert only.accepted.exists() and zone.file(only).exists() and zone.new() == []
    assert zone.retain(now=later) == [("2024-05-derbyshire.csv", "remove")]
    assert not only.accepted.exists() and not zone.file(only).exists()


def test_a_past_state_that_needs_a_removed_delivery_is_refused_by_name(zone):
    old = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    zone.deliver("2024-05-derbyshire.v2.csv", NOW - timedelta(days=50), rows=2)
    log.require_kept(zone.loads()[:1])
    zone.retain()
    log.require_kept(zone.loads())
    with pytest.raises(log.DeliveryExpiredError, match=f"1 deliveries .*{old.file_name} since 2026-06-01"):
        log.require_kept(zone.loads()[:1])


def test_what_was_set_aside_as_damaged_goes_when_its_days_are_over(tmp_path):
    kept = [tmp_path / name for name in ("warehouse.duckdb", "dagster/history/runs.db", "landing/agency/feed/2024-01/load.json")]
    aside = [
        *(tmp_path / "dagster" / name for name in ("history/runs.db.damaged", "history/runs/index.db.damaged")),
        *(tmp_path / name for name in ("landing/.damaged/2024-01", "warehouse.duckdb.damaged")),
    ]
    for path in (*kept, *aside[:2], aside[2] / "accepted.parquet", aside[3]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    now = datetime.now(UTC)
    assert retention.set_aside_before(tmp_path, now - timedelta(days=1)) == []
    assert retention.set_aside_before(tmp_path, now + timedelta(days=1)) == sorted(aside)


def test_what_a_killed_removal_left_goes_the_next_time(zone):
    old = zone.deliver("2024-05-derbyshire.csv", NOW - timedelta(days=100))
    zone.deliver("2024-05-derbyshire.v2.csv", NOW - timedelta(days=50), rows=2)
    rows = old.accepted.read_bytes()
    zone.retain()
    old.accepted.write_bytes(rows)  # as if the process had ended after the record was written
    assert zone.retain() == []
    assert not old.accepted.exists()
