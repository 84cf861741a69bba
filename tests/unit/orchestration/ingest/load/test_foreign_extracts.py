"""Extracts of another force and of another hospital, from `sna area map` through a person's entries to landed rows."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import KEY, NOW, codes

AREA = "kent"
VICTIMS = ["SEX_CD", "CRIME NUMBER", "OFFENCE FROM DT", "Victim DOB", "NOMINAL ID", "ETH 16+1", "OIC COLLAR", "CRIME RECORDED DT"]
ATTENDANCES = [
    *("ARRIVAL DATE", "ARRIVAL TIME", "Date Referral Closed", "Provider Site Code", "Place of Assault", "Method of Assault"),
    *("Patient Age", "Stated Gender", "Ethnic Group", "Date & Time of Assault", "LA of Assault", "Location Detail"),
]


def victims(count: int = 60) -> list[list[str]]:
    """Dates of offences with a time of day, sexes in words, one date of birth that is none."""
    return [
        [
            ["Male", "Female", "Not known"][number % 3],
            f"46/{1000 + number}/23",
            f"2023-07-{1 + number % 27:02} 22:{number % 60:02}:00",
            "not given" if number == 7 else f"{1 + number % 28}/3/{1950 + number}",
            f"{44000 + number // 2}",
            ["W1", "B2", ""][number % 3],
            "1234",
            f"{1 + number % 27}/7/2023 11:{number % 60:02}:00 PM",
        ]
        for number in range(count)
    ]


def attendances(count: int = 60) -> list[list[str]]:
    """A date and a time of day apart, ages that are not known, codes for sex, words for places."""
    return [
        [
            f"{1 + number % 28}/7/2023",
            f"{number % 24:02}:15",
            "2023-07-30",
            "RX1CC",
            ["High street", "Bar", "Own home"][number % 3],
            ["Fist", "Knife", ""][number % 3],
            ["Unknown", "22", "35", "61"][number % 4],
            ["1", "2", "9"][number % 3],
            ["A", "H", "Z"][number % 3],
            f"2023-07-{1 + number % 28:02}T00:05:00",
            ["Ashford", "Swale", ""][number % 3],
            "",
        ]
        for number in range(count)
    ]


@pytest.fixture
def area(tmp_path, monkeypatch) -> Path:
    """A new area of another force, in a folder of its own."""
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    assert CliRunner().invoke(app, ["area", "new", AREA]).exit_code == 0
    return tmp_path / "areas" / AREA


def write(path: Path, header: list[str], rows: list[list[str]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".csv":
        engine = {".xlsx": "xlsxwriter", ".ods": "odf"}[path.suffix]
        pd.DataFrame(rows, columns=header).to_excel(path, sheet_name="Export", index=False, engine=engine)
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def mapped(feed: str, sample: Path, area: Path) -> tuple[dict, str]:
    """What `sna area map` writes, and what it prints with it."""
    said = CliRunner().invoke(app, ["area", "map", feed, str(sample), "--area", AREA])
    assert said.exit_code == 0, said.output
    text = (area / "maps" / f"{feed}.yaml").read_text()
    return yaml.safe_load(text), text + said.output


def complete(feed: str, found: dict, area: Path) -> FeedContract:
    """Write what a person made of a map; the contract as it is then. The area has no open gap."""
    (area / "maps" / f"{feed}.yaml").write_text(yaml.safe_dump(found))
    checked = CliRunner().invoke(app, ["area", "check", AREA])
    assert checked.exit_code == 0 and f"maps/{feed}.yaml" not in checked.output, checked.output
    return next(contract for contract in load_contracts(AREA).values() if contract.feed == feed)


def landed(desk, contract: FeedContract, sample: Path) -> LoadRecord:
    path = desk.raw / contract.agency / contract.feed / f"2023-07{sample.suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(sample.read_bytes())
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected
    return record


@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ";"), ("csv", "|"), ("xlsx", ",")])
def test_victims_of_another_force_land_with_the_ages_of_an_independent_count(desk, area, tmp_path, suffix, delimiter):
    rows = victims()
    sample = write(tmp_path / f"extract.{suffix}", VICTIMS, rows, delimiter)
    found, shown = mapped("victims", sample, area)
    assert {header: match["column"] for header, match in found["headers"].items()} == {
        "SEX_CD": "sex",
        "CRIME NUMBER": "crime_reference",
        "OFFENCE FROM DT": "offence_date",
        "Victim DOB": "date_of_birth",
        "NOMINAL ID": "nominal_reference",
        "ETH 16+1": "ethnicity",
        "CRIME RECORDED DT": "recorded_at",
    }
    assert found["formats"] == {"offence_date": ["%Y-%m-%d %H:%M:%S"], "recorded_at": ["%d/%m/%Y %I:%M:%S %p"]}
    assert found["gaps"] == {
        "headers": ["OIC COLLAR"],
        "values": {"sex": {"Aaaa": 20, "Aaaaaa": 20, "Aaa aaaaa": 20}, "date_of_birth": {"aaa aaaaa": 1}},
    }
    # Of people shapes and counts alone.
    assert not [value for row in rows for value in row if len(value) > 4 and value in shown]
    found |= {
        "not_used": ["OIC COLLAR"],
        "values": {"sex": {"Male": "M", "Female": "F", "Not known": "U"}},
        "unknown": {"date_of_birth": ["not given"]},
    }
    record = landed(desk, complete("victims", found, area), sample)
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 60, 0), codes(record)
    ours = pd.read_parquet(record.accepted)
    theirs = pd.DataFrame(rows, columns=VICTIMS)
    born = pd.to_datetime(theirs["Victim DOB"], format="%d/%m/%Y", errors="coerce")
    on = pd.to_datetime(theirs["OFFENCE FROM DT"]).dt.normalize()
    had_birthday = (on.dt.month * 100 + on.dt.day) >= (born.dt.month * 100 + born.dt.day)
    age = on.dt.year - born.dt.year - (~had_birthday)
    expected = Counter(zip(theirs["SEX_CD"].str[0].replace("N", "U"), age.where(born.notna(), -1).astype(int), strict=True))
    assert Counter(zip(ours["sex"], ours["age"].fillna(-1).astype(int), strict=True)) == expected
    recorded = pd.to_datetime(theirs["CRIME RECORDED DT"], format="%d/%m/%Y %I:%M:%S %p")
    assert sorted(ours["recorded_at"]) == sorted(recorded) and sorted(pd.to_datetime(ours["offence_date"])) == sorted(on)
    assert ours["person_key"].nunique() == theirs["NOMINAL ID"].nunique() == 30


@pytest.mark.parametrize(("suffix", "midnight"), [("csv", ""), ("csv", " 00:00:00"), ("ods", "")])
def test_attendances_of_another_hospital_land_with_dates_and_times_apart(desk, area, tmp_path, suffix, midnight):
    rows = attendances()
    written = [[f"{day}{midnight}", *others] for day, *others in rows]
    sample = write(tmp_path / f"extract.{suffix}", ATTENDANCES, written)
    found, shown = mapped("ed_assaults", sample, area)
    assert found["provided"]["arrived_at"]["headers"] == ["ARRIVAL DATE", "ARRIVAL TIME"]
    assert found["headers"].keys() == {*ATTENDANCES[3:]}
    assert found["gaps"] == {
        # Beside each other these words may be somebody's name.
        "headers": ["Aaaa Aaaaaaaa Aaaaaa"],
        "values": {"location_type": {"Aaaa aaaaaa": 20, "Aaa": 20}, "age": {"Aaaaaaa": 15}},
    }
    assert "High street" not in shown and "Unknown" not in shown
    found |= {
        "not_used": ["Date Referral Closed"],
        "values": {"location_type": {"High street": "Street", "Bar": "Bar or pub"}},
        "unknown": {"age": ["Unknown"]},
    }
    record = landed(desk, complete("ed_assaults", found, area), sample)
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 60, 0), (codes(record), record.faults)
    ours = pd.read_parquet(record.accepted)
    theirs = pd.DataFrame(rows, columns=ATTENDANCES)
    arrived = pd.to_datetime(theirs["ARRIVAL DATE"] + " " + theirs["ARRIVAL TIME"], format="%d/%m/%Y %H:%M")
    assert sorted(ours["arrived_at"]) == sorted(arrived)
    age = theirs["Patient Age"].replace("Unknown", "-1").astype(int)
    expected = Counter(zip(age, theirs["Stated Gender"], theirs["LA of Assault"], strict=True))
    assert Counter(zip(ours["age"].fillna(-1).astype(int), ours["sex"], ours["district"].fillna(""), strict=True)) == expected


def test_what_identifies_somebody_is_refused_in_a_column_that_nobody_uses_too(desk, area, tmp_path):
    rows = [[*row[:2], "943 476 5919", *row[3:]] for row in attendances()]
    sample = write(tmp_path / "extract.csv", ATTENDANCES, rows)
    found, shown = mapped("ed_assaults", sample, area)
    assert "943 476" not in shown
    found |= {
        "not_used": ["Date Referral Closed"],
        "values": {"location_type": {"High street": "Street", "Bar": "Bar or pub"}},
        "unknown": {"age": ["Unknown"]},
    }
    record = landed(desk, replace(complete("ed_assaults", found, area), bad_row_limit=1.0), sample)
    assert record.verdict == "refused" and "D17" in codes(record)


def test_no_map_is_written_that_no_command_could_read(area, tmp_path):
    sample = write(tmp_path / "extract.csv", ["Attendances of April", *[""] * 11], [[], ATTENDANCES, *attendances()])
    said = CliRunner().invoke(app, ["area", "map", "ed_assaults", str(sample), "--area", AREA])
    assert said.exit_code == 1 and "have their header in the first row" in " ".join(said.output.split())
    assert not (area / "maps").exists()
    assert CliRunner().invoke(app, ["area", "check", AREA]).exit_code == 0
