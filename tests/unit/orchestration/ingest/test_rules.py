"""One small broken file per rule: its code, its rows and column, the counts, and that good rows survive."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter

from orchestration.home.environment import PROJECT
from orchestration.ingest.rules import CATALOGUE
from tests.unit.orchestration.ingest.conftest import GOOD, codes, parquet, row, rows, text

NHS_NUMBER = "943 476 5919"  # the NHS Data Dictionary's own example of a valid check digit

ROW_FAULTS = [
    ("R01", "crimes", "Offence Title", {"Offence_Title": "  "}),
    ("R01", "victims", "Nominal Reference", {"Nominal_Reference": ""}),
    ("R02", "crimes", "Easting", {"Easting": "43x000"}),
    ("R02", "crimes", "Easting", {"Easting": "435000.5"}),
    ("R02", "crimes", "Northing", {"Northing": "nan"}),
    ("R02", "crimes", "Easting", {"Easting": "435_000"}),
    ("R02", "outcomes", "Outcome Sequence", {"Outcome_Sequence": "first"}),
    ("R03", "crimes", "Committed From", {"Committed_From": "07/31/2023 10:00"}),
    ("R03", "crimes", "Recorded Date Time", {"Recorded_Date_Time": "03/07/2023"}),
    ("R03", "victims", "Date of Birth", {"Date_of_Birth": "31/02/2001"}),
    ("R03", "outcomes", "Outcome Date", {"Outcome_Date": "15/07/2023 14:30"}),
    ("R04", "crimes", "Recorded Date Time", {"Recorded_Date_Time": "03/07/2033 10:15"}),
    ("R04", "crimes", "Recorded Date Time", {"Committed_From": "04/07/2023 10:15"}),
    ("R04", "crimes", "Committed To", {"Committed_To": "01/07/2023 10:15"}),
    ("R04", "victims", "Date of Birth", {"Date_of_Birth": "03/07/2023"}),
    ("R04", "victims", "Date of Birth", {"Date_of_Birth": "01/01/1899"}),
    ("R05", "crimes", "Weapon Description", {"Weapon_Description": "Kitchen knife"}),
    ("R05", "victims", "Sex", {"Sex": "Female"}),
    ("R05", "outcomes", "Outcome Code", {"Outcome_Code": "23"}),
    ("R08", "crimes", "Recorded Date Time", {"Recorded_Date_Time": "01/08/2023 00:00"}),
    ("R08", "police_uk/street", "Month", {"Month": "2023-06"}),
    ("R10", "crimes", "Easting", {"Easting": "530000"}),
    ("R10", "crimes", "Northing", {"Northing": "-1"}),
    ("R10", "police_uk/street", "Latitude", {"Latitude": "0"}),
    ("R25", "crimes", "Offence Title", {"Offence_Title": "\x1b[31mWounding"}),
    ("R25", "crimes", "Ward Name", {"Ward_Name": "Ab\x07\x08bey"}),
    ("R26", "crimes", "Offence Title", {"Offence_Title": "x" * 32_768}),
    ("R26", "crimes", "Ward Name", {"Ward_Name": "\u00e9" * 32_768}),
    ("R11", "crimes", "Offence Title", {"Offence_Title": '=HYPERLINK("http://example.org","x")'}),
    ("R11", "crimes", "Easting", {"Easting": "=A1*2"}),
    ("R11", "crimes", "Offence Title", {"Offence_Title": "-2+3+cmd|' /C calc'!A0"}),
    ("R11", "crimes", "Ward Name", {"Ward_Name": "+A1+A2"}),
    ("R11", "crimes", "Ward Name", {"Ward_Name": "＝A1"}),
    ("R11", "crimes", "District", {"District": "@SUM(A1)"}),
    ("R11", "crimes", "Crime Reference", {"Crime_Reference": "-A1"}),
    ("R11", "crimes", "Committed From", {"Committed_From": "=TODAY()"}),
    ("R11", "crimes", "Easting", {"Easting": "+A1+A2"}),
    ("R11", "victims", "Nominal Reference", {"Nominal_Reference": "=1+1"}),
    ("R11", "police_uk/street", "Location", {"Location": "\t=1+1"}),
    ("R11", "police_uk/stop_and_search", "Outcome linked to object of search", {"Outcome_linked_to_object_of_search": "=1"}),
    ("R12", "crimes", "Offence Title", {"Offence_Title": f"Assault of patient {NHS_NUMBER}"}),
    ("R12", "crimes", "Offence Title", {"Offence_Title": "Assault at DE1 2AB"}),
    ("R12", "crimes", "Ward Name", {"Ward_Name": "ring 01332 496012"}),
    ("R12", "outcomes", "Outcome Title", {"Outcome_Title": "told someone@example.org"}),
    ("R13", "crimes", "Crime Reference", {"Crime_Reference": "see officer"}),
    ("R13", "crimes", "LSOA Code", {"LSOA_Code": "S01013453"}),
    ("R14", "police_uk/stop_and_search", "Outcome linked to object of search", {"Outcome_linked_to_object_of_search": "maybe"}),
]


@pytest.mark.parametrize(("code", "feed", "column", "changes"), ROW_FAULTS)
def test_a_bad_row_is_quarantined_and_the_others_are_kept(desk, code, feed, column, changes):
    delivered = [row(feed, 1), row(feed, 2), row(feed, 3, **changes), row(feed, 4)]
    record = desk.land(feed, text(delivered))
    (fault,) = record.faults
    assert (fault.code, fault.severity, fault.column_name, fault.rows, fault.first_rows) == (code, "row", column, 1, (4,))
    assert (record.verdict, record.rows_delivered, record.rows_accepted, record.rows_rejected) == ("accepted", 4, 3, 1)
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 3, 5]
    (rejected,) = parquet(record.rejected)
    assert (rejected["_row"], rejected["codes"], rejected["columns"]) == (4, [code], [column])


def test_r06_keeps_the_first_of_equal_rows(desk):
    delivered = [row("crimes", 1), row("crimes", 2), row("crimes", 1), row("crimes", 1)]
    record = desk.land("crimes", text(delivered))
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows) == ("R06", None, 2, (4, 5))
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 3]


def test_r07_uses_none_of_the_rows_that_contradict_each_other(desk):
    delivered = [row("crimes", 1), row("crimes", 2), row("crimes", 1, District="Erewash"), row("crimes", 1)]
    record = desk.land("crimes", text(delivered))
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows) == ("R07", None, 3, (2, 4, 5))
    assert [kept["crime_reference"] for kept in parquet(record.accepted)] == ["DC-2023-0000002"]


def test_a_bad_row_does_not_drag_down_a_good_one_with_its_key(desk):
    record = desk.land("crimes", text([row("crimes", 1), row("crimes", 1, Easting="x"), row("crimes", 2)]))
    assert codes(record) == ["R02"]
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 4]


def test_the_same_key_in_two_deliveries_is_no_fault(desk):
    desk.put("outcomes", text([row("outcomes", 1)]), "2023-07.csv")
    desk.put("outcomes", text([row("outcomes", 1, Outcome_Date="01/08/2023")]), "2023-08.csv")
    assert [codes(record) for record in desk.load("outcomes")] == [[], []]


def test_police_uk_rows_have_no_key_so_equal_rows_all_stay(desk):
    record = desk.land("police_uk/street", text(rows("police_uk/street", 5)), "2023-07-derbyshire.csv")
    assert (record.rows_accepted, record.faults) == (5, ())


@pytest.mark.parametrize(
    "broken",
    [
        "DC-2023-0000009,too,few",
        ",".join(GOOD["crimes"].values()) + ",one,too,many",
        ",".join(['"Derby" City' if value == "Derby City" else value for value in GOOD["crimes"].values()]),
    ],
    ids=["too few", "too many", "misplaced quotation mark"],
)
def test_r09_a_row_that_cannot_be_split_harms_no_other(desk, broken):
    lines = text([row("crimes", 1), row("crimes", 2), row("crimes", 3)]).splitlines()
    record = desk.land("crimes", "\n".join([*lines[:3], broken, *lines[3:]]) + "\n")
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows) == ("R09", None, 1, (4,))
    assert (record.rows_delivered, record.rows_accepted) == (4, 3)
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 3, 5]
    (rejected,) = parquet(record.rejected)
    assert rejected["codes"] == ["R09"] and rejected["crime_reference"] is None


def test_one_row_can_break_several_rules(desk):
    record = desk.land("crimes", text([row("crimes", 1), row("crimes", 2, Easting="x", District="Nottingham")]))
    assert {(fault.code, fault.column_name) for fault in record.faults} == {("R02", "Easting"), ("R05", "District")}
    assert record.rows_rejected == 1


def assert_refused(record, code, column=None):
    assert record.verdict == "refused"
    assert record.rows_accepted == 0 and record.rows_rejected == record.rows_delivered
    assert record.accepted is None and not (record.folder / "accepted.parquet").exists()
    found = {(fault.code, fault.column_name) for fault in record.faults if fault.severity == "delivery"}
    assert (code, column) in found


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 ...", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html><body>Please log in</body></html>", b'{"a": 1}', b"\1\2\0\3"],
    ids=["PDF", "old Office file", "web page", "JSON", "binary"],
)
def test_d01_wrong_file_type_whatever_the_name_says(desk, content):
    assert_refused(desk.land("crimes", content), "D01")


def test_d01_a_workbook_is_known_by_its_content(desk):
    assert_refused(desk.land("police_uk/street", workbook("Crimes", [["a"]]), "2023-07-derbyshire.csv"), "D01")


@pytest.mark.parametrize(
    "spoilt",
    ["Beeston ô".encode() + b" \xe9", b"\x81", b"\xff\xfea"],
    ids=["UTF-8 and Windows-1252 mixed", "no such byte", "UTF-16 cut off"],
)
def test_d02_unreadable_encoding(desk, spoilt):
    content = text(rows("crimes", 2)).encode().replace(b"Arboretum", spoilt)
    assert_refused(desk.land("crimes", spoilt if spoilt.startswith(b"\xff\xfe") else content), "D02")


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", text(rows("crimes", 1)).splitlines()[0], text(rows("crimes", 1)).splitlines()[0] + "\n" + "," * 20 + "\n"],
    ids=["no bytes", "line ends", "header only", "blank rows only"],
)
def test_d03_empty(desk, content):
    assert_refused(desk.land("crimes", content), "D03")


def without(header: str) -> list[dict[str, str]]:
    return [{name: value for name, value in delivered.items() if name != header} for delivered in rows("crimes", 3)]


def test_d04_column_missing(desk):
    record = desk.land("crimes", text(without("Knife Crime Flag")))
    assert_refused(record, "D04", "Knife Crime Flag")
    assert record.rows_delivered == 3


def test_d05_unknown_column(desk):
    assert_refused(desk.land("crimes", text([{**row("crimes"), "Beat": "B1"}])), "D05", "Beat")


def test_d06_column_named_twice(desk):
    content = text(rows("crimes", 2)).replace("Ward Name", "Ward Code", 1)
    record = desk.land("crimes", content)
    assert_refused(record, "D06", "Ward Code")
    assert "D04" in codes(record)


def test_d07_header_repeated_among_the_rows(desk):
    content = text(rows("crimes", 3))
    record = desk.land("crimes", content + content.splitlines()[0] + "\n" + text([row("crimes", 9)]).splitlines()[1] + "\n")
    assert_refused(record, "D07")
    assert record.rows_delivered == 5


def test_d08_wrong_period(desk):
    delivered = [row("crimes", n, Recorded_Date_Time="03/08/2023 10:15") for n in (1, 2)] + [row("crimes", 3)]
    record = desk.land("crimes", text(delivered))
    assert_refused(record, "D08")
    assert next(fault for fault in record.faults if fault.code == "R08").rows == 2


def test_d09_too_many_bad_rows(desk):
    delivered = [*rows("crimes", 17), *(row("crimes", n, Easting="x") for n in (18, 19))]
    assert_refused(desk.land("crimes", text(delivered), limit=0.1), "D09")
    (record,) = desk.load("crimes", limit=0.11)
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 17, 2)


def test_d10_a_quotation_mark_that_is_never_closed(desk):
    content = text(rows("crimes", 3)).replace("Street", '"Street', 1)
    assert_refused(desk.land("crimes", content), "D10")


def test_d10_a_workbook_that_is_damaged(desk):
    content = workbook("Crimes", [list(GOOD["crimes"]), list(GOOD["crimes"].values())])
    start = content.index(b"xl/worksheets/sheet1.xml") + 30
    record = desk.land("crimes", content[:start] + bytes(64) + content[start + 64 :], "2023-07.xlsx")
    assert_refused(record, "D10")


def test_d10_geojson_without_features(desk):
    record = desk.land("ward_boundaries", '{"type": "FeatureCollection", "features": 3}', "2025-E06000015.geojson")
    assert_refused(record, "D10")


@pytest.mark.parametrize("header", ["Victim Name", "NHS Number", "Home Address", "Postcode", "Mobile", "E-mail", "Date of Birth"])
def test_d11_identifier_that_must_not_be_there(desk, header):
    record = desk.land("crimes", text([{**row("crimes"), header: "secret"}]))
    assert_refused(record, "D11", header)
    assert "secret" not in (record.folder / "load.json").read_text()


def test_d12_sheet_missing(desk):
    content = workbook("Tabelle1", [list(GOOD["crimes"]), list(GOOD["crimes"].values())])
    assert_refused(desk.land("crimes", content, "2023-07.xlsx"), "D12")


def workbook(sheet: str, lines: list[list[str]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, line in enumerate(lines):
            page.write_row(number, 0, line)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_i01_other_encodings_are_read(desk, encoding):
    content = text([row("crimes", 1, Ward_Name="Señor Café – Ward")]).encode(encoding)
    record = desk.land("crimes", content)
    assert codes(record) == ["I01"] and record.verdict == "accepted"
    assert parquet(record.accepted)[0]["ward_name"] == "Señor Café – Ward"


def test_i02_byte_order_mark(desk):
    record = desk.land("crimes", "\ufeff" + text(rows("crimes", 2)))
    assert (codes(record), record.rows_accepted) == (["I02"], 2)


def test_i03_blank_rows_are_not_rows(desk):
    blank = "," * 20 + "\n"
    record = desk.land("crimes", text(rows("crimes", 2)) + blank + text([row("crimes", 3)]).splitlines()[1] + "\n" + blank * 2)
    (fault,) = record.faults
    assert (fault.code, fault.rows, record.rows_blank) == ("I03", 3, 3)
    assert (record.rows_delivered, record.rows_accepted) == (3, 3)
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 3, 5]


def test_i04_suspected_double_load(desk):
    once = [row("police_uk/street", Location=f"On or near Street {n}") for n in range(60)]
    twice = desk.land("police_uk/street", text(once + once), "2023-07-derbyshire.csv")
    assert [(fault.code, fault.column_name, fault.rows) for fault in twice.faults] == [("I04", "Crime ID", 120)]
    assert twice.rows_accepted == 120
    odd = desk.land("police_uk/street", text([*once, *once, once[0]]), "2023-07-derbyshire.v2.csv")
    assert "I04" not in codes(odd)


def test_i05_file_changed_in_place(desk):
    first = desk.land("crimes", text(rows("crimes", 2)))
    second = desk.land("crimes", text(rows("crimes", 3)))
    assert (second.version, second.supersedes, codes(second)) == (1, first.load_id, ["I05", "I06"])


def test_i06_a_resubmission_supersedes(desk):
    first = desk.land("crimes", text(rows("crimes", 2)))
    second = desk.land("crimes", text(rows("crimes", 3)), "2023-07.v2.csv")
    assert (second.version, second.supersedes, codes(second)) == (2, first.load_id, ["I06"])


def test_i07_read_again_under_another_contract(desk):
    first = desk.land("crimes", text([row("crimes", 1), row("crimes", 2, Easting="x")]), limit=0.1)
    assert first.verdict == "refused"
    (second,) = desk.load("crimes", limit=0.9)
    assert (second.verdict, second.rows_accepted) == ("accepted", 1)
    assert codes(second) == ["R02", "I07"]


def test_i08_a_resubmission_of_the_same_content(desk):
    desk.land("crimes", text(rows("crimes", 2)))
    assert codes(desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv")) == ["I06", "I08"]


def test_every_rule_has_a_test():
    """A new code without a test is a promise nobody has checked."""
    here = "".join(path.read_text() for path in (PROJECT / "tests/unit/orchestration/ingest").rglob("test_*.py"))
    assert [code for code in CATALOGUE if f'"{code}"' not in here and f"test_{code.lower()}" not in here] == []


def test_a_refusal_says_what_to_do(desk):
    record = desk.land("crimes", text(without("District")))
    (fault,) = json.loads((record.folder / "load.json").read_text())["faults"]
    assert fault["message"] == "The column “District” is missing."
    assert fault["remedy"] == "Send all columns of the agreed format, with the agreed headers."
