"""The landing log: nothing twice, nothing in half, nothing lost, and which deliveries are in use."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.landing_log import log as log
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import incoming_folder, loads_in_use
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import KEY, NOW, codes, parquet, row, rows, text

LATER = NOW + timedelta(days=30)


def test_the_same_file_twice_is_a_no_op_that_says_so(desk):
    first = desk.land("crimes", text(rows("crimes", 2)))
    assert desk.load("crimes", now=LATER) == []
    contract = desk.contract("crimes")
    from orchestration.ingest.landing_zone.delivery import discover

    (again,) = load(discover(desk.raw, contract), contract, desk.landing, KEY, now=LATER)
    assert again.unchanged and again == first
    assert desk.all() == [first]


def test_a_file_with_another_time_but_the_same_content_is_not_loaded(desk):
    desk.land("crimes", text(rows("crimes", 2)))
    path = desk.put("crimes", text(rows("crimes", 2)))
    os.utime(path, ns=(1, 1))
    assert desk.load("crimes") == []


def test_going_back_to_earlier_content_is_a_new_load(desk):
    made = [desk.land("crimes", text(rows("crimes", count)), now=NOW + timedelta(hours=count)) for count in (1, 2)]
    made.append(desk.land("crimes", text(rows("crimes", 1)), now=LATER))
    assert len({record.load_id for record in made}) == 3
    assert [record.load_id for record in loads_in_use(desk.all())] == [made[2].load_id]


def test_a_clock_that_was_set_back_does_not_make_an_earlier_file_win(desk):
    first = desk.land("crimes", text(rows("crimes", 1)), now=LATER)
    second = desk.land("crimes", text(rows("crimes", 2)), now=NOW)
    assert second.received_at > first.received_at
    assert [record.load_id for record in loads_in_use(desk.all())] == [second.load_id]
    assert desk.load("crimes", now=NOW) == []


def test_the_same_deliveries_get_the_same_ids_anywhere(desk, tmp_path):
    from tests.unit.orchestration.ingest.conftest import Desk

    other = Desk(tmp_path / "elsewhere" / "raw", tmp_path / "elsewhere" / "landing")
    first, second = (place.land("victims", text(rows("victims", 2))) for place in (desk, other))
    assert first.load_id == second.load_id


def test_the_record_is_read_back_as_it_was_written(desk):
    record = desk.land("crimes", text([*rows("crimes", 2), row("crimes", 3, Easting="x")]))
    assert desk.all() == [record]
    document = json.loads((record.folder / "load.json").read_text())
    assert document["received_at"] == "2024-05-01T09:00:00+00:00"
    assert document["faults"][0]["first_rows"] == [4]
    assert record.metrics["period_min"] == record.metrics["period_max"] == "2023-07-03 10:15:00"
    assert record.metrics["null_share"]["committed_to"] == 1.0 and record.metrics["null_share"]["district"] == 0.0
    assert record.metrics["rejected_share"] == pytest.approx(1 / 3)


def test_the_place_of_a_delivery(desk):
    record = desk.land("crimes", text(rows("crimes", 1)))
    assert record.folder == desk.landing / "derbyshire_constabulary" / "crimes" / "2023-07" / record.load_id
    assert sorted(path.name for path in record.folder.iterdir()) == ["accepted.parquet", "load.json"]
    assert record.rejected is None
    (kept,) = parquet(record.accepted)
    assert (kept["_load_id"], kept["_row"]) == (record.load_id, 2)
    assert list(kept) == [name for name, _ in desk.contract("crimes").landed] + ["_load_id", "_row"]


def test_a_half_written_delivery_is_never_seen_and_is_cleared_away(desk):
    record = desk.land("crimes", text(rows("crimes", 1)))
    torn = desk.landing / ".incoming" / "999999999-crashed" / "0123456789abcdef"
    torn.mkdir(parents=True)
    (torn / "accepted.parquet").write_bytes(b"PAR1 half")
    (torn / "load.json").write_text((record.folder / "load.json").read_text()[:50])
    assert desk.all() == [record]
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    assert not torn.exists()


def test_a_crash_at_any_step_leaves_whole_deliveries_only(desk, monkeypatch):
    """The process dies while the second of three deliveries is put into the log."""
    for month in ("07", "08", "09"):
        desk.put("crimes", text([row("crimes", 1, Recorded_Date_Time=f"03/{month}/2023 10:15")]), f"2023-{month}.csv")
    commit, calls = log.commit, []

    def dies(landing: Path, made: Path, record: LoadRecord) -> LoadRecord:
        calls.append(record)
        if len(calls) == 2:
            (made / "load.json").write_text("{")
            raise KeyboardInterrupt
        return commit(landing, made, record)

    monkeypatch.setattr(log, "commit", dies)
    with pytest.raises(KeyboardInterrupt):
        desk.load("crimes")
    monkeypatch.undo()
    survivors = {record.period for record in desk.all()}
    assert len(survivors) < 3
    assert {record.period for record in desk.load("crimes")} == {"2023-07", "2023-08", "2023-09"} - survivors
    assert [record.rows_accepted for record in desk.all()] == [1, 1, 1]


def test_the_workspace_of_a_running_process_is_left_alone(desk):
    running = desk.landing / ".incoming" / f"{os.getppid()}-other"
    running.mkdir(parents=True)
    with incoming_folder(desk.landing) as folder:
        assert folder.is_dir() and running.is_dir()
    assert not folder.exists() and running.is_dir()


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_time(desk):
    contract = desk.contract("crimes")
    path = desk.put("crimes", text(rows("crimes", 1)))
    planned = plan(desk.raw, desk.landing, contract, KEY)
    path.write_text(text(rows("crimes", 2)))
    assert load(planned, contract, desk.landing, KEY, now=NOW) == []
    assert [record.rows_accepted for record in desk.load("crimes")] == [2]


def test_a_file_that_vanishes_stops_nobody(desk):
    contract = desk.contract("crimes")
    desk.put("crimes", text(rows("crimes", 1)))
    desk.put("crimes", text([row("crimes", 1, Recorded_Date_Time="03/08/2023 10:15")]), "2023-08.csv").touch()
    planned = plan(desk.raw, desk.landing, contract, KEY)
    planned[1].path.unlink()
    assert [record.period for record in load(planned, contract, desk.landing, KEY, now=NOW)] == ["2023-07"]


def test_a_refused_resubmission_leaves_the_last_good_one_in_use(desk):
    good = desk.land("crimes", text(rows("crimes", 3)))
    refused = desk.land("crimes", "", "2023-07.v2.csv", now=LATER)
    assert refused.verdict == "refused" and refused.supersedes is None
    assert loads_in_use(desk.all()) == [good]


def test_a_late_first_version_does_not_replace_the_second(desk):
    second = desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    first = desk.land("crimes", text(rows("crimes", 1)), "2023-07.csv", now=LATER)
    assert first.supersedes is None and loads_in_use(desk.all()) == [second]


def test_versions_that_arrive_together_supersede_in_order(desk):
    desk.put("crimes", text(rows("crimes", 1)), "2023-07.csv")
    desk.put("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    first, second = desk.load("crimes")
    assert (first.supersedes, second.supersedes) == (None, first.load_id)


def test_the_log_as_it_was_on_a_past_date(desk):
    first = desk.land("crimes", text(rows("crimes", 1)))
    second = desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv", now=LATER)
    assert loads_in_use(desk.all(), NOW - timedelta(seconds=1)) == []
    assert loads_in_use(desk.all(), NOW) == [first]
    assert loads_in_use(desk.all(), LATER) == [second]


def test_a_delivery_that_a_gate_withholds_is_replaced_by_the_last_good_one(desk):
    first = desk.land("crimes", text(rows("crimes", 1)))
    second = desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")
    assert loads_in_use(desk.all(), withheld={second.load_id}) == [first]


def test_parts_of_a_period_are_deliveries_of_their_own(desk):
    for part, force in (("kent", "Kent Police"), ("derbyshire", "Derbyshire Constabulary")):
        desk.land("police_uk/street", text([row("police_uk/street", Reported_by=force)]), f"2023-07-{part}.csv")
    assert [record.part for record in loads_in_use(desk.all())] == ["derbyshire", "kent"]


def test_the_time_of_receipt_needs_a_time_zone(desk):
    desk.put("crimes", text(rows("crimes", 1)))
    with pytest.raises(ValueError, match="time zone"):
        desk.load("crimes", now=datetime(2024, 5, 1))


def test_receipt_is_shown_in_utc(desk):
    record = desk.land("crimes", text(rows("crimes", 1)), now=datetime.fromisoformat("2024-05-01T10:00:00+01:00"))
    assert desk.all()[0].received_at == datetime(2024, 5, 1, 9, tzinfo=UTC) == record.received_at
    assert codes(record) == []


@pytest.mark.parametrize("feed", ["crimes", "victims"])
def test_too_little_memory_refuses_no_delivery(desk, monkeypatch, feed):
    desk.put(feed, text(rows(feed, 20_000)))
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "4MB")
    with pytest.raises(duckdb.OutOfMemoryException):
        desk.load(feed)
    assert desk.all() == []
    monkeypatch.delenv("SNA_MEMORY_LIMIT")
    (record,) = desk.load(feed)
    assert (record.verdict, record.rows_accepted) == ("accepted", 20_000)


def test_a_record_is_parsed_once_and_again_when_its_content_changes(desk):
    desk.land("crimes", text(rows("crimes", 2)))
    (first,), (second,) = desk.all(), desk.all()
    assert first is second
    record = first.folder / "load.json"
    before = record.stat()
    record.write_text(record.read_text().replace('"version": 1', '"version": 7'))
    os.utime(record, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (first.version, desk.all()[0].version) == (1, 7)
