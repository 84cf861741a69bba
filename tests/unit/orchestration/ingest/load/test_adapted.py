"""An agency's own extract: other headers and order, dates, values and references land as the feed type."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestration.contracts import area_maps
from orchestration.contracts.model import FeedContract
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import deliver
from tests.unit.orchestration.ingest.conftest import CONTRACTS, KEY, NOW, codes, parquet

MAP = {
    "feed_type": "crimes",
    "sheet": "Extract",
    "headers": {
        "Crime No": "crime_reference",
        "Date Reported": "recorded_at",
        "Class": "ho_class",
        "Place": "location_type",
        "Implement": "weapon",
    },
    "not_used": ["Beat"],
    "absent": ["committed_to", "district", "ward_code", "ward_name", "easting", "northing", "lsoa_code", "relationship"],
    "formats": {"recorded_at": ["%Y-%m-%d"], "committed_from": ["%d-%b-%Y %H:%M"]},
    "values": {"location_type": {"PUBLIC HIGHWAY": "Street", "House": "Dwelling"}},
    "unknown": {"weapon": ["N/K"]},
    "provided": {
        "committed_from": {"headers": ["Date From", "Time From"]},
        "ho_sub_code": {"header": "Off Code", "matches": r"^(\d{3})(\d{2})$", "replace": r"\1/\2"},
        "offence_title": {"value": "Not stated"},
        "knife": {"header": "Keywords", "matches": "knife|blade", "then": "Y", "otherwise": "N"},
        **{flag: {"value": "N"} for flag in ("domestic_abuse", "modern_slavery", "alcohol", "drugs")},
    },
}
HEADER = ["Beat", "Keywords", "Implement", "Place", "Off Code", "Class", "Date From", "Time From", "Date Reported", "Crime No"]
ROWS = [
    [
        "B1",
        "Blade; alcohol",
        "Knife/blade",
        "PUBLIC HIGHWAY",
        "00801",
        "8N",
        "01-Jul-2023",
        "23:40",
        "2023-07-02",
        "LR/123456/23",
    ],
    ["B2", "", "N/K", "House", "00801", "8N", "03-Jul-2023", "01:15", "2023-07-04", "LR/123457/23"],
    ["", "", "", "", "", "", "", "", "", ""],
]


def adapted(**change: object) -> FeedContract:
    made = area_maps.adapt(CONTRACTS["crimes"], area_maps.AreaMap.model_validate(MAP | change), Path("maps/crimes.yaml"))
    return replace(made, bad_row_limit=1.0)


def text(rows: list[list[str]], header: list[str] = HEADER) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return file.getvalue()


def landed(desk, contract: FeedContract) -> LoadRecord:
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    return record


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_an_extract_with_another_delimiter_and_encoding_lands(desk, delimiter, encoding):
    contract = adapted(delimiter=delimiter, sheet=None)
    rows = [[*ROWS[0][:3], "PUBLIC HIGHWAY", *ROWS[0][4:]], [ROWS[1][0], f"kitchen{delimiter} café", *ROWS[1][2:]]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows([HEADER, *rows])
    path = desk.put("crimes", "", "2023-07.csv")
    path.write_bytes(file.getvalue().encode(encoding))
    record = landed(desk, contract)
    assert (record.verdict, record.rows_accepted) == ("accepted", 2), codes(record)
    # Another file of the same agency may be as the contract has it.
    path = desk.put("crimes", text(rows), "2023-07.v2.csv")
    assert landed(desk, contract).rows_accepted == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_an_extract_lands_as_the_feed_type(desk, kind):
    path = desk.put("crimes", text(ROWS), f"2023-07.{kind}")
    if kind != "csv":
        book = pd.DataFrame(ROWS, columns=HEADER)
        book.to_excel(path, sheet_name="Extract", index=False, engine={"xlsx": "xlsxwriter", "ods": "odf"}[kind])
    record = landed(desk, adapted())
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 2, 0), record.faults
    first, second = parquet(record.accepted)
    assert {name: str(first[name]) for name in ("crime_reference", "recorded_at", "committed_from", "ho_sub_code")} == {
        "crime_reference": "LR/123456/23",
        "recorded_at": "2023-07-02 00:00:00",
        "committed_from": "2023-07-01 23:40:00",
        "ho_sub_code": "008/01",
    }
    assert [(row["location_type"], row["weapon"], row["knife"], row["drugs"], row["district"]) for row in (first, second)] == [
        ("Street", "Knife/blade", "Y", "N", None),
        ("Dwelling", None, "N", "N", None),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_extract_with_titles_two_header_rows_totals_and_notes_lands(desk, kind):
    # A heading reaches to the next one.
    upper = ["", "", "", "", "Offence", "", "Committed", "", "Report", ""]
    note = ["Source: crime system", *[""] * 9]
    rows = [["Crimes, all, of July", *[""] * 9], [""] * 10, upper, HEADER, *ROWS, ["Total", *[""] * 8, "2 crimes"], note]
    layout = {"start": "Crime No", "headerRows": 2, "startRow": 2, "end": "^Source", "totals": {"crime_reference": "crimes$"}}
    joined = {label: f"{heading} | {label}" for heading, label in zip(upper, HEADER, strict=True) if heading}
    joined |= {"Class": "Offence | Class", "Time From": "Committed | Time From", "Crime No": "Report | Crime No"}
    changed = {
        "sheet": None,
        "headers": {joined.get(header, header): column for header, column in MAP["headers"].items()},
        "provided": MAP["provided"]
        | {
            "ho_sub_code": MAP["provided"]["ho_sub_code"] | {"header": joined["Off Code"]},
            "committed_from": {"headers": [joined["Date From"], joined["Time From"]]},
        },
    }
    path = desk.put("crimes", "", f"2023-07.{kind}")
    if kind == "csv":
        with path.open("w", newline="", encoding="cp1252") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        contract = adapted(**changed, delimiter=";", layout=[layout])
    else:
        with pd.ExcelWriter(path, engine="xlsxwriter") as book:
            pd.DataFrame([["About these data"]]).to_excel(book, sheet_name="About", index=False, header=False)
            pd.DataFrame(rows).to_excel(book, sheet_name="July 2023", index=False, header=False)
        contract = adapted(**changed, layout=[layout | {"sheets": "[A-Z][a-z]+ 20\\d\\d"}])
    record = landed(desk, contract)
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 2, 0), record.faults
    assert [(str(row["committed_from"]), row["ho_sub_code"]) for row in parquet(record.accepted)] == [
        ("2023-07-01 23:40:00", "008/01"),
        ("2023-07-03 01:15:00", "008/01"),
    ]


def test_a_table_that_is_not_where_the_map_says_is_a_refusal_that_names_it(desk):
    desk.put("crimes", text(ROWS))
    record = landed(desk, adapted(sheet=None, layout=[{"start": "Reference No"}]))
    assert record.verdict == "refused" and [fault.code for fault in record.faults] == ["D13"]
    assert "Reference No" in record.faults[0].message


def test_the_feed_type_in_its_own_form_still_lands(desk):
    from tests.unit.orchestration.ingest.conftest import row
    from tests.unit.orchestration.ingest.conftest import text as own

    desk.put("crimes", own([row("crimes")]))
    record = landed(desk, adapted())
    assert (record.rows_accepted, record.rows_rejected) == (1, 0)
    assert parquet(record.accepted)[0]["knife"] == "Y"


def test_values_that_nobody_mapped_keep_the_first_delivery_out_and_are_named(desk):
    several = [[*ROWS[0][:3], "Moor", *ROWS[0][4:9], f"LR/{number:06}/23"] for number in range(12)]
    path = desk.put("crimes", text([*several, ROWS[1]]))
    contract = adapted()
    record = landed(desk, contract)
    assert record.verdict == "refused"
    (fault,) = [fault for fault in record.faults if fault.code == "D25"]
    assert (fault.column_name, fault.rows) == ("Place", 12) and "“Moor” (12)" in fault.message
    assert "maps/crimes.yaml" in fault.message and "`values`" in fault.remedy
    # `sna deliver` says the same before anything is copied.
    receipt = deliver(path, desk.raw.parent / "elsewhere", {contract.id: contract})
    assert receipt.outcome == "refused" and "“Moor” (12)" in receipt.reason
    # With the value mapped, the same file is read again under the new contract.
    known = MAP["values"]["location_type"] | {"moor": "Open space"}
    again = landed(desk, adapted(values={"location_type": known}))
    assert (again.verdict, again.rows_accepted) == ("accepted", 13)


def test_later_deliveries_may_have_a_new_value(desk):
    desk.put("crimes", text(ROWS))
    assert landed(desk, adapted()).verdict == "accepted"
    later = [[*ROWS[0][:3], "Moor", *ROWS[0][4:8], "2023-08-02", "LR/1/23"], [*ROWS[1][:8], "2023-08-03", "LR/2/23"]]
    desk.put("crimes", text(later), "2023-08.csv")
    record = landed(desk, adapted())
    assert record.verdict == "accepted" and codes(record) == ["R05"] and record.rows_rejected == 1


def test_a_header_without_a_place_and_one_that_is_gone_are_refused(desk):
    header = ["Sector" if label == "Beat" else "Words" if label == "Keywords" else label for label in HEADER]
    path = desk.put("crimes", text(ROWS, header))
    contract = adapted()
    receipt = deliver(path, desk.raw.parent / "elsewhere", {contract.id: contract})
    assert receipt.outcome == "refused"
    for word in ("“Sector”", "“Words”", "“Keywords”", "maps/crimes.yaml", "`sna area map crimes FILE`"):
        assert word in receipt.reason


def test_a_personal_column_shows_shapes_only(desk):
    names = [label for label in MAP["absent"] if label != "relationship"]
    rows = [[*row, "Alex Sample"] for row in ROWS[:2]]
    desk.put("crimes", text(rows, [*HEADER, "Relation"]))
    record = landed(desk, adapted(absent=names, headers=MAP["headers"] | {"Relation": "relationship"}))
    (fault,) = [fault for fault in record.faults if fault.code == "D25"]
    assert "“Aaaa Aaaaaa” (2)" in fault.message and "Alex" not in fault.message
