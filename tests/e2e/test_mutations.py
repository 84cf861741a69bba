"""Known rows added to deliveries move exactly the cells that they must, and the same rows written otherwise move none."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publication.release import FILE
from orchestration.publication.releases import current_release
from tests.conftest import County

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mutations")]

POLICE, NEW = "derbyshire_constabulary", "DC-2019-9999999"


@dataclass(frozen=True)
class Added:
    """A row that is added to a delivery.

    Attributes:
        file: below the landing zone.
        row: column → value; what it does not name is as in the first row of the file.
    """

    file: str
    row: Mapping[str, str]


ADDED = (
    Added(
        f"{POLICE}/crimes/2019-04.csv",
        {
            "Crime Reference": NEW,
            "Recorded Date Time": "23/04/2019 09:30",
            "Committed From": "22/04/2019 21:40",
            "Committed To": "22/04/2019 21:40",
            "HO Class": "8N",
            "HO Sub Code": "008/01",
            "Offence Title": "Wounding or inflicting grievous bodily harm (without intent)",
            "District": "Derby City",
            "Ward Code": "E05990058",
            "Ward Name": "Arboretum",
            "Easting": "434548",
            "Northing": "333079",
            "LSOA Code": "E01990246",
            "Location Type": "Street",
            "Domestic Abuse Flag": "N",
            "Modern Slavery Flag": "N",
            "Alcohol Qualifier": "Y",
            "Drugs Qualifier": "N",
            "Weapon Description": "Knife/blade",
            "Knife Crime Flag": "Y",
            "Suspect to Victim Relationship": "Stranger",
            "Street": "Victoria Street",
        },
    ),
    Added(
        f"{POLICE}/victims/2019-04.csv",
        {
            "Crime Reference": NEW,
            "Crime Recorded Date Time": "23/04/2019 09:30",
            "Offence Date": "22/04/2019",
            "Nominal Reference": "N99999998",
            "Date of Birth": "22/04/2002",
            "Sex": "F",
            "Self Defined Ethnicity": "B2",
        },
    ),
    Added(
        f"{POLICE}/suspects/2019-04.csv",
        {
            "Crime Reference": NEW,
            "Crime Recorded Date Time": "23/04/2019 09:30",
            "Offence Date": "22/04/2019",
            "Nominal Reference": "N99999999",
            "Date of Birth": "21/04/1989",
            "Sex": "M",
            "Self Defined Ethnicity": "A1",
        },
    ),
    Added(
        f"{POLICE}/outcomes/2019-05.csv",
        {
            "Crime Reference": NEW,
            "Outcome Sequence": "1",
            "Outcome Code": "1",
            "Outcome Title": "Charge / Summons",
            "Outcome Date": "14/05/2019",
            "Decision Maker": "Police",
        },
    ),
    Added(
        f"{POLICE}/stop_searches/2021-04.csv",
        {
            "Search Reference": "SS-2021-99999999",
            "Search Date Time": "17/04/2021 18:05",
            "Search Type": "Person",
            "Search Reason": "Offensive weapons",
            "Item Found": "Offensive weapon",
            "Search Outcome": "Arrest",
            "Age at Search": "17",
            "Sex": "F",
            "Self Defined Ethnicity": "B1",
            "District": "High Peak",
        },
    ),
    Added(
        "royal_derby_hospital/ed_assaults/2021-04.csv",
        {
            "Arrival Date Time": "16/04/2021 23:45",
            "Assault Date Time": "16/04/2021 22:00",
            "Assault Method": "Pushed",
            "Location Type": "Workplace",
            "Location Description": "",
            "Assault District": "Erewash",
            "Age": "23",
            "Sex": "Female",
            "Ethnic Category": "J",
        },
    ),
    Added(
        "chesterfield_royal_hospital/ed_assaults/2021-05.csv",
        {
            "Arrival Date Time": "18/05/2021 02:15",
            "Assault Date Time": "18/05/2021 01:00",
            "Assault Method": "Punch / fist",
            "Location Type": "Home",
            "Location Description": "",
            "Assault District": "Bolsover",
            "Age": "67",
            "Sex": "Male",
            "Ethnic Category": "A",
        },
    ),
    Added(
        "police_uk/street/2023-04-derbyshire.csv",
        {
            "Crime ID": "f" * 64,
            "Crime type": "Robbery",
            "LSOA code": "E01990002",
            "LSOA name": "Amber Valley 01B",
            "Last outcome category": "Under investigation",
        },
    ),
    Added(
        "police_uk/outcomes/2023-05-derbyshire.csv",
        {"Crime ID": "e" * 64, "LSOA code": "E01990156", "LSOA name": "Chesterfield 07E", "Outcome type": "Local resolution"},
    ),
    Added(
        "police_uk/stop_and_search/2023-04-derbyshire.csv",
        {
            "Date": "2023-04-19T10:11:12+00:00",
            "Gender": "Female",
            "Age range": "over 34",
            "Object of search": "Firearms",
            "Outcome": "Arrest",
            "Outcome linked to object of search": "False",
        },
    ),
    Added(
        "derbyshire_fire_and_rescue/incidents/2021-04.csv",
        {
            "Incident Number": "DFRS-2021-99999999",
            "Call Date Time": "20/04/2021 05:05",
            "District": "Derbyshire Dales",
            "Attack on Firefighters": "Y",
        },
    ),
    Added(
        "nhs_liaison_and_diversion/referrals/2021-05.csv",
        {
            "Referral Date": "12/05/2021",
            "Age Group": "Child",
            "Gender": "Female",
            "Offence Group": "Theft",
            "Previous Contact": "N",
        },
    ),
)

# Mart → its counts, and each cell that must change: the counts' changes in their order, and what names the cell.
IN_DERBY = {"financial_year": "2019/20", "district": "Derby", "offence_type": "Violence with injury"}
IN_APRIL = {"month_start": "2019-04-01", **IN_DERBY}
SEARCHED = {"financial_year": "2021/22", "search_reason": "Offensive weapons", "sex": "Female", "ethnicity_code": "B1"}
DERBY_ROYAL = {"financial_year": "2021/22", "hospital": "Royal Derby Hospital"}
CHESTERFIELD = {"financial_year": "2021/22", "hospital": "Chesterfield Royal Hospital"}
CELLS: dict[str, tuple[tuple[str, ...], list[tuple[tuple[int, ...], dict[str, Any]]]]] = {
    "offences": (
        ("offences",),
        [((1,), IN_APRIL | {"ward_name": "Arboretum", "is_knife_crime": True, "outcome_group": "Charged/Summonsed"})],
    ),
    "offences_monthly": (("offences", "knife_offences"), [((1, 1), IN_APRIL)]),
    "offences_by_hour": (
        ("offences", "offences_with_child_victim", "offences_with_adult_victim"),
        [((1, 1, 0), IN_DERBY | {"committed_hour": 21, "day_name": "Monday"})],
    ),
    "recorded_crime": (("crimes",), [((1,), IN_APRIL | {"is_serious_violence": True})]),
    "recorded_offences": (
        ("offences",),
        [
            (
                (1,),
                IN_APRIL
                | {"weapon": "Knife/blade", "relationship": "Stranger", "committed_hour": 21}
                | {"has_alcohol_qualifier": True, "has_drugs_qualifier": False},
            )
        ],
    ),
    "nte_crimes": (("crimes",), [((1,), {"month_start": "2019-04-01", "nte_area": "Arboretum centre"})]),
    "nte_crimes_by_hour": (("crimes",), [((1,), {"district": "Derby", "day_name": "Monday", "committed_hour": 21})]),
    # On the day of the offence she had her seventeenth birthday.
    "victims": (("victims",), [((1,), IN_DERBY | {"age_band": "16-20", "sex": "Female", "ethnicity_code": "B2"})]),
    "victims_single_year_of_age": (("victims",), [((1,), {"financial_year": "2019/20", "age": 17, "sex": "Female"})]),
    "suspects": (("suspects",), [((1,), IN_DERBY | {"age_band": "26-30", "sex": "Male", "ethnicity_code": "A1"})]),
    "suspects_single_year_of_age": (("suspects",), [((1,), {"financial_year": "2019/20", "age": 30, "sex": "Male"})]),
    "victim_suspect_age": (("pairs",), [((1,), {"victim_age_group": "0-17", "suspect_age_group": "18-35"})]),
    "victim_suspect_sex": (("victims", "pairs"), [((1, 1), {"victim_sex": "Female", "suspect_sex": "Male"})]),
    "offence_outcomes": (("outcome_records",), [((1,), IN_APRIL | {"outcome_code": "1", "sna_group": "Positive outcome"})]),
    "outcomes_at_report": (("outcome_records",), [((1,), {"financial_year": "2019/20", "outcome_code": "1"})]),
    "outcomes_monthly": (
        ("outcome_records", "positive_records", "other_records", "pending_offences"),
        [
            ((1, 1, 0, 0), IN_DERBY | {"basis": "Closed in period", "month_start": "2019-05-01"}),
            ((1, 1, 0, 0), IN_APRIL | {"basis": "Recorded in period"}),
        ],
    ),
    "force_stop_searches": (
        ("searches", "weapons_found_as_sought"),
        [((1, 1), {"month_start": "2021-04-01", "district": "High Peak", "item_found": "Offensive weapon", "outcome": "Arrest"})],
    ),
    "person_searches": (
        ("searches", "weapons_found_as_sought"),
        [((1, 1), SEARCHED | {"month_start": "2021-04-01", "district": "High Peak"})],
    ),
    "ed_attendances": (
        ("attendances",),
        [
            ((1,), DERBY_ROYAL | {"month_start": "2021-04-01", "district": "Erewash", "assault_location": "Workplace"}),
            ((1,), CHESTERFIELD | {"month_start": "2021-05-01", "district": "Bolsover", "assault_method": "Fist"}),
        ],
    ),
    "ed_attendances_by_hour": (
        ("attendances",),
        [
            ((1,), DERBY_ROYAL | {"district": "Erewash", "arrived_hour": 23, "day_name": "Friday"}),
            ((1,), CHESTERFIELD | {"district": "Bolsover", "arrived_hour": 2, "day_name": "Tuesday"}),
        ],
    ),
    "assault_attendances": (
        ("attendances",),
        [
            ((1,), DERBY_ROYAL | {"district": "Erewash", "sex": "Female", "ethnicity_group": "Asian"}),
            ((1,), CHESTERFIELD | {"district": "Bolsover", "sex": "Male", "ethnicity_group": "White"}),
        ],
    ),
    "ed_attendances_single_year_of_age": (
        ("attendances",),
        [((1,), DERBY_ROYAL | {"age": 23}), ((1,), CHESTERFIELD | {"age": 67})],
    ),
    "street_crime": (("crimes",), [((1,), {"month_start": "2023-04-01", "lsoa_code": "E01990002", "crime_type": "Robbery"})]),
    "street_outcomes": (
        ("outcomes",),
        [((1,), {"month_start": "2023-05-01", "district": "Chesterfield", "outcome_type": "Local resolution"})],
    ),
    "stop_search": (
        ("searches", "searches_with_linked_outcome"),
        [((1, 0), {"month_start": "2023-04-01", "object_of_search": "Firearms", "age_range": "over 34", "gender": "Female"})],
    ),
    "fire_incidents": (
        ("incidents", "incidents_with_attack"),
        [((1, 1), {"month_start": "2021-04-01", "district": "Derbyshire Dales", "incident_kind": "Deliberate fire"})],
    ),
    "liaison_referrals": (
        ("referrals",),
        [((1,), {"month_start": "2021-05-01", "life_stage": "Child or young person", "sex": "Female", "offence_group": "Theft"})],
    ),
    "violence_across_agencies": (
        ("serious_violence_offences", "violence_offences", "violence_with_injury_offences", "ed_attendances", "ambulance_calls"),
        [
            ((1, 1, 1, 0, 0), {"month_start": "2019-04-01", "district": "Derby", "day_name": "Monday", "hour_of_day": 21}),
            ((0, 0, 0, 1, 0), {"month_start": "2021-04-01", "district": "Erewash", "day_name": "Friday", "hour_of_day": 23}),
            ((0, 0, 0, 1, 0), {"month_start": "2021-05-01", "district": "Bolsover", "day_name": "Tuesday", "hour_of_day": 2}),
        ],
    ),
    "violence_by_day": (
        ("serious_violence_offences", "knife_offences", "ed_attendances", "ambulance_calls"),
        [
            ((1, 1, 0, 0), {"date_day": "2019-04-22", "district": "Derby", "hour_of_day": 21}),
            ((0, 0, 1, 0), {"date_day": "2021-04-16", "district": "Erewash", "hour_of_day": 23}),
            ((0, 0, 1, 0), {"date_day": "2021-05-18", "district": "Bolsover", "hour_of_day": 2}),
        ],
    ),
}
# Marts of sums, shares, rates and tests over the same facts.
DERIVED = {
    *(
        "crime_harm",
        "crime_harm_by_person",
        "crime_harm_weights",
        "district_profile",
        "drivers",
        "latest_trends",
        "monthly_trends",
        "yearly_trends",
    ),
    *(
        "nte_rates",
        "offences_yearly",
        "outcome_maturity",
        "outcome_rates",
        "days_to_outcome",
        "repeat_people",
        "repeat_people_top",
    ),
    *("time_to_next_offence", "victim_offender_overlap", "victims_across_agencies", "liaison_needs"),
    *("night_time_crimes", "offence_suspects", "offence_victims", "repeat_people_ages", "repeat_people_districts"),
    *("street_crime_rates", "violence_by_definition", "violence_by_definition_yearly"),
}


def rows_of(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.reader(opened))


def as_text(rows: list[list[str]], line_end: str = "\n") -> str:
    text = StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def replace(county: County, name: str, content: bytes) -> None:
    """A file of the landing zone with other content; it may be a link to the original."""
    (county.raw / name).unlink()
    (county.raw / name).write_bytes(content)
    county.list(county.raw / name)


def refresh(county: County) -> str:
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def mutated(small_county: County, tmp_path_factory: pytest.TempPathFactory) -> County:
    """The small county with one more row in each of twelve deliveries."""
    made = small_county.copy(tmp_path_factory.mktemp("mutated"))
    for added in ADDED:
        head, *rows = rows_of(made.raw / added.file)
        row = dict(zip(head, rows[0], strict=True)) | added.row
        assert list(row) == head, added.file
        replace(made, added.file, as_text([head, *rows, list(row.values())]).encode())
    refresh(made)
    return made


@pytest.fixture(scope="module")
def compared(small_county: County, mutated: County) -> duckdb.DuckDBPyConnection:
    """Both releases, as `before` and `after`."""
    con = duckdb.connect()
    for name, county in (("before", small_county), ("after", mutated)):
        con.execute(f"attach '{county.settings.published / FILE}' as {name} (read_only)")
    return con


@pytest.mark.parametrize("mart", CELLS)
def test_a_row_moves_its_cells_and_no_other(compared: duckdb.DuckDBPyConnection, mart: str) -> None:
    counts, expected = CELLS[mart]
    changes = ", ".join(f"sum(coalesce({count}, 0) * side)::bigint as {count}" for count in counts)
    dimensions = f"columns(* exclude (side, {', '.join(counts)}))::varchar"
    found = compared.execute(f"""
        select {dimensions}, {changes}
        from (select *, 1 as side from after.marts.{mart} union all by name select *, -1 as side from before.marts.{mart})
        group by all having {" or ".join(f"sum(coalesce({count}, 0) * side) <> 0" for count in counts)}
    """).df()
    cells = found.to_dict("records")
    assert len(cells) == len(expected), cells
    for change, named in expected:
        cell = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in named.items()}
        matching = [row for row in cells if cell.items() <= row.items()]
        assert [tuple(row[count] for count in counts) for row in matching] == [change], (named, cells)


def test_no_other_mart_moves(small_county: County, mutated: County) -> None:
    assert changed(small_county, mutated) == {f"marts.{mart}" for mart in {*CELLS, *DERIVED}}


def test_the_same_rows_written_otherwise_move_nothing(small_county: County, tmp_path: Path) -> None:
    made = small_county.copy(tmp_path)
    shuffle = random.Random(11).shuffle
    for place, added in enumerate(ADDED):
        file = made.raw / added.file
        head, *rows = rows_of(file)
        shuffle(rows)
        written = as_text([head, *rows], "\r\n" if place % 2 else "\n")
        # The same bytes under another name, and the same rows in another order and encoding.
        file.with_name(f"Copy of {file.stem} (1){file.suffix}").write_bytes(file.read_bytes())
        replace(made, added.file, written.encode(("utf-16", "utf-8-sig", "utf-8")[place % 3]))
    assert f"{len(ADDED)} new deliveries" in refresh(made)
    assert changed(small_county, made) == set()


def changed(one: County, other: County) -> set[str]:
    """Marts with other content."""
    before, after = (current_release(county.settings.published).manifest["tables"] for county in (one, other))
    assert before.keys() == after.keys()
    return {name for name in before if name.startswith("marts.") and before[name] != after[name]}
