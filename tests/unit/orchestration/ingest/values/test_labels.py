"""Labels that nothing here knows the meaning of: named when the delivery is landed, and harmful to no other."""

from __future__ import annotations

import re

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use, read
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.values import labels
from tests.unit.orchestration.ingest.conftest import KEY, NOW, codes, parquet, row, text
from tests.unit.orchestration.ingest.files.test_completeness import ATTENDANCE, ATTENDANCES

FIRE = ("derbyshire_fire_and_rescue", "incidents")
STREET = ("police_uk", "street")


def refresh(desk, feed) -> list[LoadRecord]:
    contract = load_contracts()[feed]
    return load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)


def land(desk, feed, delivered: list[dict[str, str]], name: str = "2023-07.csv") -> LoadRecord:
    path = desk.raw.joinpath(*feed, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(delivered))
    (record,) = refresh(desk, feed)
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected
    return record


def incident(number: int, kind: str = "Assault", district: str = "Derby") -> dict[str, str]:
    return {
        "Incident Number": f"DFRS-2023-{number:08d}",
        "Call Date Time": "03/07/2023 10:15",
        "Incident Type": kind,
        "District": district,
        "Attack on Firefighters": "N",
    }


KINDS = sorted(labels.known()["fire_incident_kind"])


@pytest.fixture
def seed(tmp_path, monkeypatch):
    """A copy of the seed to which a test can add."""
    path = tmp_path / "source_label.csv"
    path.write_bytes(labels.SEED.read_bytes())
    monkeypatch.setattr(labels, "SEED", path)

    def add(line: str) -> None:
        path.write_text(f"{path.read_text().rstrip()}\n{line}\n")
        labels.known_in.cache_clear()

    labels.known_in.cache_clear()
    yield add
    labels.known_in.cache_clear()


@pytest.mark.parametrize(
    ("unknown", "shown"),
    [
        ("Threat with weapon", "Aaaaaa aaaa aaaaaa"),
        ("  cat   up a TREE", "aaa   aa a AAAA"),
        ("Derby", "Aaaaa"),
        ("Zornapple, Quibble 03/07/1987", "Aaaaaaaaa, Aaaaaaa 99/99/9999"),
        ("Zoë Ångström-Łęcka", "Aaa Aaaaaaaa-Aaaaa"),
        (f"{KINDS[0]}x", f"{KINDS[0]}x"),  # a spelling mistake in a known one
    ],
)
def test_d23_an_unknown_label_keeps_the_last_good_delivery_in_use(desk, unknown, shown):
    good = land(desk, FIRE, [incident(n, KINDS[0]) for n in (1, 2)])
    record = land(desk, FIRE, [incident(1, KINDS[0]), incident(2, unknown), incident(3, unknown)], "2023-07.v2.csv")
    (fault,) = record.faults
    assert (record.verdict, fault.code, fault.column_name, fault.rows) == ("refused", "D23", "Incident Type", 2)
    assert fault.first_rows == (3, 4)
    assert f"“{shown}”" in fault.message and "fire_incident_kind" in fault.remedy
    assert [load.load_id for load in loads_in_use(read(desk.landing))] == [good.load_id]


def test_d23_without_an_earlier_delivery_the_period_is_left_out_and_the_others_are_used(desk):
    land(desk, FIRE, [incident(1, "Cat up a tree")], "2023-07.csv")
    other = {**incident(1, KINDS[0]), "Call Date Time": "03/08/2023 10:15"}
    land(desk, FIRE, [other], "2023-08.csv")
    assert [load.period for load in loads_in_use(read(desk.landing))] == ["2023-08"]


def test_labels_are_compared_as_dbt_compares_them(desk):
    record = land(desk, FIRE, [incident(1, f" {KINDS[0].upper().replace(' ', '   ')} "), incident(2, KINDS[1], "")])
    assert (record.verdict, record.faults) == ("accepted", ())


def test_several_unknown_labels_are_counted(desk):
    record = land(desk, FIRE, [incident(n, "x" * n) for n in range(1, 7)])
    (fault,) = record.faults
    assert fault.rows == 6 and "“a”, “aa”, “aaa” and 3 more" in fault.message


@pytest.mark.parametrize(
    ("label", "shown"),
    [("x" * 61, "a" * 60), ("ring 01332 496012", "aaaa 99999 999999"), ("NHS 943 476 5919", "AAA 999 999 9999")],
)
def test_a_value_that_may_be_somebodys_is_shown_as_its_shape(desk, label, shown):
    record = land(desk, FIRE, [incident(1, label)])
    assert f"“{shown}”" in record.faults[0].message
    assert all(label.encode() not in path.read_bytes() for path in desk.landing.rglob("load.json"))


def test_a_file_is_read_again_once_its_label_has_a_meaning(desk, seed):
    assert land(desk, FIRE, [incident(1, "Cat up a tree")]).verdict == "refused"
    assert refresh(desk, FIRE) == []
    seed("hospital,Somewhere,RXX,test")  # a scheme of other feeds
    assert refresh(desk, FIRE) == []
    seed("fire_incident_kind,cat up a tree,Other,test")
    (record,) = refresh(desk, FIRE)
    assert (record.verdict, record.rows_accepted) == ("accepted", 1)
    assert refresh(desk, FIRE) == []


@pytest.mark.parametrize(
    ("header", "value"),
    [("Assault Method", "Threat with weapon"), ("Location Type", "The moon"), ("Assault District", "Paris"), ("Sex", "Martian")],
)
def test_r22_in_a_feed_of_health_or_social_care_an_unknown_label_rejects_its_row(desk, header, value):
    delivered = [{**ATTENDANCE, "Arrival Date Time": f"{day:02d}/07/2023 {hour}:08"} for day in range(1, 31) for hour in (13, 14)]
    delivered[4][header] = value
    record = land(desk, ATTENDANCES, delivered)
    (fault,) = record.faults
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 59, 1)
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows) == ("R22", header, 1, (6,))
    assert [(kept["_row"], kept["codes"], kept["columns"]) for kept in parquet(record.rejected)] == [(6, ["R22"], [header])]
    for path in desk.landing.rglob("*"):
        assert path.is_dir() or value.encode() not in path.read_bytes()
    assert value not in str(parquet(record.rejected))


def test_a_row_of_health_with_two_unknown_labels_is_rejected_once(desk):
    delivered = [{**ATTENDANCE, "Arrival Date Time": f"{day:02d}/07/2023 {hour}:08"} for day in range(1, 31) for hour in (13, 14)]
    delivered[4] |= {"Assault Method": "Threat with weapon", "Location Type": "The moon", "Age": "old"}
    delivered[5] |= {"Assault Method": "Threat with weapon", "Location Type": "The moon"}
    record = land(desk, ATTENDANCES, delivered[:5] + delivered[6:])
    assert (record.rows_rejected, codes(record)) == (1, ["R02"])
    assert not {"moon", "Threat"} & set(re.findall(r"\w+", str(parquet(record.rejected))))


def test_no_label_off_its_list_is_kept_of_a_row_of_health(desk):
    delivered = [{**ATTENDANCE, "Arrival Date Time": f"{day:02d}/07/2023 {hour}:08"} for day in range(1, 31) for hour in (13, 14)]
    delivered[4] |= {"Assault Method": "Threat with weapon", "Location Type": "The moon"}
    record = land(desk, ATTENDANCES, delivered)
    assert (record.rows_rejected, codes(record)) == (1, ["R22"])
    (kept,) = parquet(record.rejected)
    assert (kept["assault_method"], kept["location_type"]) == ("Aaaaaa aaaa aaaaaa", "Aaa aaaa")


def test_a_return_names_the_label_of_its_breakdown(desk):
    feed = ("derby_city_youth_justice", "offenders")
    lines = [{"Financial Year": "2023/24", "Age": "12", "Gender": gender, "Offenders": "3"} for gender in ("Female", "Martian")]
    record = land(desk, feed, lines, "2023-24.csv")
    assert (record.verdict, codes(record), record.faults[0].column_name) == ("refused", ["D23"], "Gender")
    assert "“Aaaaaaa”" in record.faults[0].message


@pytest.mark.parametrize("old", ["Violent crime", "Public disorder and weapons", "violence and sexual offences", "Fraud"])
def test_a_type_of_crime_of_the_early_archive_does_not_enter_the_series(desk, old):
    delivered = [{**row("police_uk/street"), "Crime type": old if n % 7 == 0 else "Other crime"} for n in range(50)]
    record = land(desk, STREET, delivered, "2023-07-derbyshire.csv")
    assert (record.verdict, codes(record)) == ("refused", ["D09", "R05"])
    assert record.faults[1].column_name == "Crime type"
