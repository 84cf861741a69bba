"""A third hospital, a second ambulance service and a force with other headers are one entry each in the area's file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.conftest import County

pytestmark = pytest.mark.slow

AGENCIES = """
agencies:
  - id: kent_police
    feeds:
      - type: crimes
        columns:
          crime_reference: URN
          recorded_at: {header: Recorded, format: yyyy-MM-dd HH:mm}
          district: Borough
  - {id: general_hospital, name: General Hospital, feeds: [{type: ed_assaults, columns: {site_code: {code: RVV01}}}]}
  - {id: royal_hospital, name: Royal Hospital, feeds: [{type: ed_assaults, columns: {site_code: {code: RVV02}}}]}
  - id: cottage_hospital
    name: Cottage Hospital
    feeds:
      - type: ed_assaults
        columns: {site_code: {header: Site, code: RVV03}, arrived_at: Seen at, location_description: {optional: true}}
        labels: {sex: {Woman: Female}}
  - {id: north_ambulance, feeds: [{type: assault_calls, properties: {formats: [csv]}}]}
  - id: south_ambulance
    feeds:
      - type: assault_calls
        properties: {formats: [csv]}
        columns: {called_at: Rang, response: Done, district: Town}
"""
ATTENDANCE = {
    **{"Site Code": "RVV01", "Arrival Date Time": "03/07/2023 10:15", "Assault Date Time": "03/07/2023 01:00"},
    **{"Assault Method": "Fist", "Location Type": "Home", "Location Description": "", "Assault District": "Dover"},
    **{"Age": "30", "Sex": "Female", "Ethnic Category": "A"},
}
CALL = {
    **{"Call Date Time": "05/07/2023 23:10", "Response": "Hear and Treat", "Patient Sex": "Male", "Patient Age": "20"},
    **{"Incident Ward Code": "", "Incident District": "Dover", "Conveyed To": ""},
}
ROBBERY = {
    **{"Crime Reference": "", "Recorded Date Time": "03/07/2023 10:15", "Committed From": "02/07/2023 23:40"},
    **{"Committed To": "", "HO Class": "34B", "HO Sub Code": "034/11", "Offence Title": "Robbery", "District": "Dover"},
    **{"Ward Code": "", "Ward Name": "", "Easting": "", "Northing": "", "LSOA Code": "", "Location Type": "Street"},
    **{"Domestic Abuse Flag": "N", "Modern Slavery Flag": "N", "Alcohol Qualifier": "N", "Drugs Qualifier": "N"},
    **{"Weapon Description": "", "Knife Crime Flag": "N", "Suspect to Victim Relationship": "Stranger"},
}


def write(path: Path, rows: Sequence[Mapping[str, str]], headers: Mapping[str, str] | None = None) -> Path:
    """A file of these rows, with other headers where they are named; one that is renamed to nothing is left out."""
    renamed = [{(headers or {}).get(name, name): value for name, value in row.items()} for row in rows]
    made = [{name: value for name, value in row.items() if name} for row in renamed]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    return path


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> County:
    """A home of an area of its own, in which every agency has delivered July 2023."""
    base = tmp_path_factory.mktemp("feed_types")
    made = County(base / "raw", base / "home", {"SNA_AREAS": str(base / "areas"), "SNA_REPORT": "no"})
    sent = base / "sent"
    sent.mkdir()
    crimes = [
        ROBBERY
        | {"Crime Reference": f"46/{n}/23", "Recorded Date Time": f"2023-07-{n:02} 10:15", "District": ("Dover", "Thanet")[n > 6]}
        for n in range(4, 9)
    ]
    write(sent / "July.csv", crimes, {"Crime Reference": "URN", "Recorded Date Time": "Recorded", "District": "Borough"})
    write(sent / "general.csv", [ATTENDANCE] * 3)
    write(sent / "royal.csv", [ATTENDANCE | {"Site Code": "RVV02"}] * 4)
    cottage = [ATTENDANCE | {"Site Code": "RVV03", "Sex": "Woman"}] * 2
    write(sent / "seen.csv", cottage, {"Site Code": "Site", "Arrival Date Time": "Seen at", "Location Description": ""})
    write(sent / "calls north.csv", [CALL] * 2)
    south = [CALL | {"Incident District": "Thanet"}] * 6
    write(sent / "calls.csv", south, {"Call Date Time": "Rang", "Response": "Done", "Incident District": "Town"})
    commands = [
        ["area", "new", "kent"],
        ["area", "check", "kent"],
        ["init", "--area", "kent"],
        ["deliver", str(sent)],
        ["refresh"],
    ]
    for command in commands:
        done = made.sna(*command)
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        if command[:2] == ["area", "new"]:
            file = base / "areas" / "kent" / "area.yaml"
            file.write_text(file.read_text() + AGENCIES)
    return made


def test_each_agency_s_file_is_taken_as_its_own(county):
    assert {str(path.parent.relative_to(county.raw)) for path in county.raw.rglob("*.csv")} == {
        *("kent_police/crimes", "general_hospital/ed_assaults", "royal_hospital/ed_assaults", "cottage_hospital/ed_assaults"),
        *("north_ambulance/assault_calls", "south_ambulance/assault_calls"),
    }


def test_a_third_hospital_is_in_the_marts_under_its_own_name(county):
    assert county.query("select hospital, sum(attendances)::integer from marts.ed_attendances group by all order by all") == [
        ("Cottage Hospital", 2),
        ("General Hospital", 3),
        ("Royal Hospital", 4),
    ]
    # What it alone calls a thing has its meaning too.
    women = "select sum(attendances)::integer from marts.assault_attendances where sex = 'Female'"
    assert county.query(women) == [(9,)]
    # The month is whole, for all three have sent it.
    assert county.query("select sum(ed_attendances)::integer from marts.violence_across_agencies") == [(9,)]


def test_a_second_ambulance_service_is_counted_with_the_first(county):
    calls = "select district, sum(calls)::integer from marts.ambulance_calls group by all order by all"
    assert county.query(calls) == [("Dover", 2), ("Thanet", 6)]


def test_a_force_with_other_headers_has_its_offences(county):
    offences = "select district, sum(offences)::integer from marts.offences group by all order by all"
    assert county.query(offences) == [("Dover", 3), ("Thanet", 2)]


def test_the_release_says_which_agencies_each_mart_has_its_rows_from(county):
    feeds = "select feed from meta.availability where table_name = 'ed_attendances' and is_delivered order by all"
    assert county.query(feeds) == [(f"{name}_hospital/ed_assaults",) for name in ("cottage", "general", "royal")]
