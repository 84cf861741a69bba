"""A pseudonym key that is gone, damaged or another one stops the refresh, and a lost one is replaced by everything read again."""

import pytest

from orchestration.home import creation
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import pseudonym_key
from orchestration.operations import refresh_plan
from tests.commands import rest_is_slow, runner
from tests.unit.orchestration.ingest.conftest import CONTRACTS, Desk, parquet, rows, text


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "raw"))
    monkeypatch.delenv(pseudonym_key.VARIABLE, raising=False)
    creation.make(tmp_path / "home", "derbyshire", "live")
    return Settings.from_env()


class OwnDesk(Desk):
    @staticmethod
    def contract(feed, limit=1.0):
        return CONTRACTS[feed]


@pytest.fixture
def landed(settings):
    desk = OwnDesk(settings.raw, settings.landing)
    return desk, desk.land("victims", text(rows("victims", 3)), key=pseudonym_key.load(settings))


@pytest.fixture
def sna(settings, monkeypatch, capfd):
    return runner(monkeypatch, capfd)


DAMAGES = {
    "deleted": (lambda file: file.unlink(), "is gone"),
    "moved away with its folder": (lambda file: file.parent.rename(file.parent.with_name("elsewhere")), "is gone"),
    "emptied": (lambda file: file.write_bytes(b""), "is damaged: it has 0 bytes"),
    "cut": (lambda file: file.write_text(file.read_text()[:10]), "is damaged: it has 10 bytes"),
    "another one": (lambda file: file.write_text("ab" * 32), "a different key"),
    "cut to half": (lambda file: file.write_text(file.read_text()[:32]), "a different key"),
}


@pytest.mark.parametrize(("damage", "said"), rest_is_slow(DAMAGES))
def test_the_refresh_stops_and_goes_on_with_the_key_restored(settings, landed, sna, damage, said):
    file = pseudonym_key.file(settings)
    kept = file.read_text()
    damage(file)
    there = file.exists()
    answer = sna("refresh")
    assert answer.status != 0 and said in answer.said and str(file) in answer.said and "rekey" in answer.remedies()
    assert kept not in answer.said and file.exists() == there
    file.parent.mkdir(exist_ok=True)
    file.write_text(kept)
    assert refresh_plan.plan(Settings.from_env(), "").new_deliveries == 0


def test_a_lost_key_is_replaced_and_everything_read_again(settings, landed, sna):
    desk, record = landed
    pseudonym_key.file(settings).unlink()
    source = settings.raw / "derbyshire_constabulary/victims/2023-07.csv"
    content = source.read_bytes()
    source.unlink()
    answer = sna("rekey")
    assert answer.status == 1 and "victims/2023-07.csv" in answer.said and not pseudonym_key.file(settings).exists()
    source.write_bytes(content)
    assert sna("rekey").status == 0
    fresh = Settings.from_env()
    assert refresh_plan.plan(fresh, "").new_deliveries == 1
    (again,) = desk.load("victims", key=pseudonym_key.load(fresh))
    assert [row["_row"] for row in parquet(again.accepted)] == [row["_row"] for row in parquet(record.accepted)]
    assert parquet(again.accepted)[0]["person_key"] != parquet(record.accepted)[0]["person_key"]
    assert refresh_plan.plan(fresh, "").new_deliveries == 0
    pseudonym_key.file(settings).unlink()
    assert sna("refresh").status != 0


def test_another_key_in_the_variable_stops_it_too(settings, landed, sna):
    answer = sna("refresh", **{pseudonym_key.VARIABLE: "another key of enough bytes"})
    assert answer.status != 0 and f"{pseudonym_key.VARIABLE} has a different key" in answer.said
    same = pseudonym_key.file(settings).read_text()
    assert "a different key" not in sna("status", **{pseudonym_key.VARIABLE: same}).said


def test_a_home_without_pseudonyms_needs_no_key(settings):
    desk = OwnDesk(settings.raw, settings.landing)
    desk.land("crimes", text(rows("crimes", 3)), key=pseudonym_key.load(settings))
    pseudonym_key.file(settings).unlink()
    assert len(pseudonym_key.load(settings)) == 64
