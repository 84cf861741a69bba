"""Landed rows that were touched are noticed, said in one sentence, and landed again by the remedy that it names."""

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest

from orchestration.home import creation
from orchestration.home.file_hash import sha256
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import inventory, log
from orchestration.ingest.load import loader, repair
from orchestration.operations import refresh_plan
from tests.commands import rest_is_slow, runner
from tests.unit.orchestration.ingest.conftest import CONTRACTS, KEY, NOW, Desk, row, rows, text
from tests.unit.orchestration.ingest.load.test_extracts import SPAN, quarter

FEED = "derbyshire_constabulary/crimes"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", KEY.decode())
    creation.make(tmp_path / "home", "derbyshire", "live")
    made = Settings.from_env()
    made.warehouse.touch()
    return made


class StrictDesk(Desk):
    """Lands by the contracts as they are, so that a refresh reads nothing again."""

    @staticmethod
    def contract(feed, limit=1.0):
        return CONTRACTS[feed]


@pytest.fixture
def desk(settings):
    return StrictDesk(settings.raw, settings.landing)


@pytest.fixture
def sna(settings, monkeypatch, capfd):
    return runner(monkeypatch, capfd)


@pytest.fixture
def landed(desk):
    """Three deliveries, the second of which took the place of the first, and one with a rejected row."""
    desk.land("crimes", text(rows("crimes", 2)))
    desk.land("crimes", text(rows("crimes", 3)), "2023-07.v2.csv", now=NOW + timedelta(days=1))
    faulty = [*rows("crimes", 40), row("crimes", 41, Easting="far away")]
    return desk.land("crimes", text(faulty).replace("/07/2023", "/06/2023"), "2023-06.csv", now=NOW + timedelta(days=2))


def same_size(file):
    """Other values, in as many bytes, with the time that the file had."""
    stat, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def other_values(file):
    with duckdb.connect() as con:
        con.execute(f"create table t as select * replace (99 as easting) from read_parquet('{file}')")
        con.execute(f"copy t to '{file}' (format parquet)")


DAMAGES = {
    "deleted": lambda file: file.unlink(),
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "overwritten in part": lambda file: file.write_bytes(file.read_bytes()[:-9] + b"otherwise"),
    "written again with other values": other_values,
}


def content(file):
    with duckdb.connect() as con:
        return con.execute("from read_parquet(?)", [str(file)]).fetchall()


def test_the_record_holds_hash_size_and_rows(landed):
    on_record = json.loads((landed.folder / log.RECORD).read_text())["stored"]
    assert {name: file["rows"] for name, file in on_record.items()} == {"accepted.parquet": 40, "rejected.parquet": 1}
    for name, file in on_record.items():
        path = landed.folder / name
        assert (file["sha256"], file["bytes"]) == (sha256(path), path.stat().st_size)


@pytest.mark.parametrize("damage", rest_is_slow(DAMAGES))
def test_damage_is_noticed_and_its_remedy_restores_what_was_there(settings, desk, sna, landed, damage):
    file = landed.accepted
    before, record = content(file), landed
    damage(file)
    with pytest.raises(inventory.LandedRowsDamagedError) as raised:
        refresh_plan.plan(settings, "")
    assert str(file.parent) in str(raised.value) and "accepted.parquet" in str(raised.value)
    for command in (("refresh",), ("verify", "--landing")):
        answer = sna(*command)
        assert answer.status == 1 and f"{FEED}/2023-06.csv" in answer.said
        assert "verify --landing --repair" in answer.remedies()
    assert sna("verify", "--landing", "--repair").status == 0
    assert content(file) == before
    (again,) = [load for load in desk.all() if load.load_id == record.load_id]
    assert (again.received_at, again.rows_accepted, again.stored.keys()) == (record.received_at, 40, record.stored.keys())
    assert sna("verify", "--landing").status == 0
    assert not (settings.landing / repair.DAMAGED).exists()


def test_values_that_were_changed_with_size_and_time_kept_are_found_by_a_rebuild(settings, desk, sna, landed):
    same_size(landed.accepted)
    inventory.require_rows(settings, log.loads_in_use(desk.all()))
    settings.warehouse.unlink()
    with pytest.raises(inventory.LandedRowsDamagedError, match="overwritten"):
        refresh_plan.plan(settings, "")
    assert sna("rebuild").status == 1
    assert sna("verify", "--landing").status == 1
    assert sna("verify", "--landing", "--repair").status == 0
    refresh_plan.plan(settings, "")


def test_a_copy_with_other_times_is_whole_and_read_once(settings, desk, sna, landed):
    for file in settings.landing.rglob("*.parquet"):
        os.utime(file)
    inventory.require_rows(settings, log.loads_in_use(desk.all()))
    assert sna("verify", "--landing").status == 0
    for load in desk.all():
        for name, file in load.stored.items():
            assert (load.folder / name).stat().st_mtime_ns == file.mtime_ns


def test_rejected_rows_and_replaced_deliveries_are_verified_too(settings, desk, sna, landed):
    same_size(landed.rejected)
    first = desk.all()[0]
    first.accepted.unlink()
    refresh_plan.plan(settings, "")  # neither is used
    answer = sna("verify", "--landing")
    assert answer.status == 1 and "rejected.parquet was overwritten" in answer.said and "2023-07.csv" in answer.said
    assert sna("verify", "--landing", "--repair").status == 0
    assert first.accepted.exists() and sna("verify", "--landing").status == 0


def test_where_the_file_is_gone_too_it_is_asked_for_by_name(settings, desk, sna, landed, tmp_path):
    source = settings.raw / FEED / "2023-06.csv"
    source.rename(tmp_path / "2023-06.csv")
    landed.accepted.unlink()
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 1 and f"put it back as {source}" in answer.said and landed.file_sha256 in answer.said
    shutil.copy(tmp_path / "2023-06.csv", source)
    assert sna("verify", "--landing", "--repair").status == 0
    landed.accepted.unlink()
    source.unlink()
    assert sna("withdraw", f"{FEED}/2023-06.csv", "--reason", "its rows are lost").status == 0
    refresh_plan.plan(settings, "")


def test_a_changed_file_is_not_taken_for_the_one_that_was_landed(settings, sna, landed):
    landed.accepted.unlink()
    source = settings.raw / FEED / "2023-06.csv"
    source.write_text(source.read_text().replace("Knife/blade", "Unknown"))
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 1 and not landed.accepted.exists()


def test_one_period_of_several_is_landed_again(settings, desk, sna):
    record = desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    file = record.by_period()[1].accepted
    before = content(file)
    file.write_bytes(b"PAR1")
    with pytest.raises(inventory.LandedRowsDamagedError, match=file.name):
        refresh_plan.plan(settings, "")
    assert sna("verify", "--landing", "--repair").status == 0
    assert content(file) == before


def test_records_of_an_earlier_version_are_completed_once(settings, desk, sna, landed):
    for load in desk.all():
        document = json.loads((load.folder / log.RECORD).read_text())
        del document["stored"]
        (load.folder / log.RECORD).write_text(json.dumps(document))
    refresh_plan.plan(settings, "")
    said = sna("verify", "--landing")
    assert said.status == 0 and "3 deliveries of an earlier version" in said.said
    assert "earlier version" not in sna("verify", "--landing").said
    assert all(load.stored for load in desk.all())


def test_damage_before_completion_is_not_recorded_as_whole(settings, desk, sna, landed):
    document = json.loads((landed.folder / log.RECORD).read_text())
    del document["stored"]
    (landed.folder / log.RECORD).write_text(json.dumps(document))
    shutil.copy(landed.rejected, landed.accepted)
    answer = sna("verify", "--landing")
    assert answer.status == 1 and "does not have the 40 rows" in answer.said


RECORDS = {
    "empty": b"",
    "cut": b'{"load_id": "a", "agency":',
    "zeros": b"\0" * 400,
    "another document": b"[]",
    "a word": b'"a"',
    "no text": b"\xff\xfe\xfa",
    "a key is missing": b'{"load_id": "a"}',
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("damage", rest_is_slow(RECORDS))
def test_a_damaged_record_is_named_and_its_remedy_lands_the_file_again(settings, desk, sna, landed, damage):
    record, before = landed.folder / log.RECORD, content(landed.accepted)
    record.write_bytes(damage)
    for command in (("refresh",), ("status",), ("quarantine",), ("deliveries", FEED), ("feeds",), ("verify", "--landing")):
        answer = sna(*command)
        assert answer.status == 1 and str(record) in answer.said, command
        assert {"verify --landing --repair", "refresh"} <= set(answer.remedies())
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 0 and "Set aside as" in answer.said
    (again,) = desk.load("crimes", now=NOW + timedelta(days=9))
    assert again.file_name == "2023-06.csv" and again.load_id == landed.load_id
    assert content(again.accepted) == before


def test_a_record_of_a_later_version_is_left_as_it_is(settings, sna, landed):
    record = landed.folder / log.RECORD
    record.write_text(json.dumps({**json.loads(record.read_text()), "invented_later": 1}))
    before = record.read_bytes()
    for command in (("refresh",), ("verify", "--landing", "--repair")):
        answer = sna(*command)
        assert answer.status == 1 and "invented_later" in answer.said and "that version" in answer.said
    assert record.read_bytes() == before
    kept = json.loads(before)
    del kept["invented_later"]
    record.write_text(json.dumps(kept))
    assert sna("verify", "--landing").status == 0


def test_where_the_file_has_other_rows_by_now_that_is_said_and_the_remedy_works(settings, desk, sna, landed, monkeypatch):
    """Landed by an earlier version of the code: to advise the same repair once more would help nobody."""
    monkeypatch.setattr(loader, "ENGINE", "of a later version")
    landed.accepted.unlink()
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 1 and "has other rows than it had" in " ".join(answer.said.split())
    remedies = [command for command in answer.remedies() if command.startswith("withdraw")]
    assert remedies == [f"withdraw {landed.load_id} --reason TEXT"]
    assert sna(*remedies[0].split()).status == 0
    assert sna("verify", "--landing").status == 0


def test_lost_rows_that_are_not_in_use_are_no_reason_to_withdraw_those_that_are(settings, desk, sna, landed):
    """The same file was read twice: to withdraw the reading that is lost would withdraw the one in use as well."""
    contract = replace(desk.contract("crimes"), bad_row_limit=0.5)
    later = loader.plan(desk.raw, desk.landing, contract, KEY)
    loader.load(later, contract, desk.landing, KEY, now=NOW + timedelta(days=3))
    landed.accepted.unlink()
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 0 and landed.accepted.exists()
    landed.accepted.unlink()
    (settings.raw / FEED / "2023-06.csv").unlink()
    answer = sna("verify", "--landing", "--repair")
    assert answer.status == 1 and "leave it: it is not in use" in " ".join(answer.said.split())
    assert "sna withdraw" not in answer.said


def test_a_name_that_means_other_content_by_now_is_no_remedy(settings, desk, sna, landed):
    """The file was replaced by hand, refused, and deleted: what is in use is withdrawn by its id alone."""
    file = settings.raw / FEED / "2023-06.csv"
    desk.put("crimes", "no header\n", file.name)
    (refused,) = desk.load("crimes", now=NOW + timedelta(days=3))
    assert refused.verdict == "refused"
    file.unlink()
    (remedy,) = [command for command in sna("status").remedies() if command.startswith("withdraw")]
    assert sna(*remedy.split()).status == 0
    assert "File missing" not in sna("status").said
    assert [load.file_name for load in log.loads_in_use(desk.all())] == ["2023-07.v2.csv"]


def test_where_all_is_withdrawn_a_refresh_says_so_at_once_and_what_can_be_done(settings, desk, sna, landed):
    for load in desk.all()[1:]:
        assert sna("withdraw", load.load_id, "--reason", "a test").status == 0
    answer = sna("withdraw", desk.all()[0].load_id, "--reason", "a test")
    assert answer.status == 0 and "No delivery is in use" in answer.said and "refresh" not in answer.remedies()
    answer = sna("refresh")
    assert answer.status == 1 and "No delivery is in use" in answer.said and "deliver FILE" in answer.remedies()
    # What waits in the landing zone is read by it.
    desk.put("crimes", text(rows("crimes", 4)), "2023-08.csv")
    assert refresh_plan.plan(settings, "").new_deliveries == 1
