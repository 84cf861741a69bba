"""Health and social-care deliveries that identify anybody are refused whole, however it is disguised; ordinary ones pass."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from orchestration.contracts.model import ContractError, FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_zone.delivery import unrecognised_files
from orchestration.ingest.legal_gate import gate
from orchestration.ingest.legal_gate.identifiers import MACROS, folded
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import deliver
from orchestration.ingest.values.pseudonyms import MACROS as CHECK_DIGIT
from tests.unit.orchestration.ingest.conftest import KEY, NOW, Desk, codes, parquet
from tests.unit.orchestration.ingest.returns import column, contract

NHS = "9434765919"  # the NHS Data Dictionary's own example of a valid check digit
ROW = {
    "Ref": "A1",
    "Arrived": "2023-07-03 22:15",
    "Method": "Fist",
    "Location": "Market Place, near the taxi rank",
    "Age": "18-24",
}


@pytest.fixture
def ed(tmp_path: Path) -> FeedContract:
    """An emergency department's feed: a date, closed lists, and free text that never leaves ingestion."""
    arrived = column("arrived", "Arrived")
    arrived |= {"logicalType": "timestamp", "physicalType": "TIMESTAMP"}
    columns = [
        *(column("ref", "Ref", required=True), arrived, column("method", "Method")),
        *(column("location", "Location", treatment="drop", freeText=True), column("age", "Age")),
    ]
    made = contract(tmp_path / "contracts", columns, None, sharing="no_personal_identifiers", unknownColumns="ignore")
    return replace(made, cadence="monthly")


class Hospital:
    """Sends files and reads what became of them."""

    def __init__(self, desk: Desk, contract: FeedContract) -> None:
        self.desk, self.contract = desk, contract

    def send(self, content: bytes, name: str = "2023-07.csv"):
        path = self.desk.raw / self.contract.agency / self.contract.feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        args = (self.contract, self.desk.landing, KEY)
        (record,) = load(plan(self.desk.raw, self.desk.landing, self.contract, KEY), *args, now=NOW)
        return record

    def rows(self, *changes: dict[str, str]):
        return self.send(written([ROW, *({**ROW, **change} for change in changes)]))


def written(rows: list[dict[str, str]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@pytest.fixture
def hospital(desk: Desk, ed: FeedContract) -> Hospital:
    return Hospital(desk, ed)


def assert_nothing_kept(record, secret: str) -> None:
    assert (record.verdict, set(codes(record)), record.rows_accepted) == ("refused", {"D17"}, 0)
    assert all("section 16(4)" in fault.message for fault in record.faults)
    assert [path.name for path in record.folder.iterdir()] == ["load.json"]
    assert secret.lower() not in (record.folder / "load.json").read_text().lower()


DISGUISES = {
    "NHS number with spaces": {"Location": "Pt 943 476 5919 seen"},
    "NHS number with dashes": {"Location": "943-476-5919"},
    "NHS number in a column of codes": {"Ref": NHS},
    "NHS number in digits of full width": {"Location": "９４３４７６５９１９"},
    "NHS number with invisible characters": {"Location": "943\u200b476\u200b5919"},
    "NHS number with long dashes": {"Location": "943–476–5919"},
    "NHS number digit by digit": {"Location": "9 4 3 4 7 6 5 9 1 9"},
    "NHS number behind a label": {"Method": f"NHS_{NHS}"},
    "NHS number over two lines": {"Location": "943 476\n5919"},
    "NHS number with commas": {"Location": "943,476,5919"},
    "NHS number as a sum of thousands": {"Location": "9,434,765,919"},
    "postcode in small letters without a space": {"Location": "lives de13ab"},
    "postcode with no-break space": {"Location": "DE1\u00a03AB"},
    "date of birth in words": {"Location": "DOB 3rd March 1999"},
    "date of birth behind a label": {"Location": "born on 03.03.99"},
    "date of birth where no date belongs": {"Age": "03/03/1999"},
    "date of birth within text": {"Location": "Male 03/03/1999 punched"},
    "date of birth in words within text": {"Location": "man, 3rd of March 1999, punched"},
    "date of birth behind one letter": {"Location": "aged 24 (b. 03/03/1999)"},
    "date of birth behind one letter, short": {"Location": "b. 03/03/99, punched"},
    "date of birth behind an age, short": {"Location": "aged 24 (03/03/99)"},
    "date of birth behind a label with dashes": {"Location": "date-of-birth: 03/03/2021"},
    "date of birth behind a label with lines": {"Location": "date_of_birth=03/03/2021"},
    "date of birth with the month's name": {"Age": "03 Mar 1999"},
    "date of birth with the month's name and dashes": {"Method": "03-Mar-1999"},
    "date of birth in the American order": {"Method": "March 3, 1999"},
    "date of birth with a short year for an age": {"Age": "03/03/99"},
    "date of birth without separators": {"Method": "19990303"},
    "date of birth without separators, turned round": {"Method": "03031999"},
    "name with a title": {"Location": "hit by Mr John Smith"},
    "name in capitals": {"Location": "MRS PATEL WITNESSED"},
    "name without a title": {"Location": "pushed by Sarah Okafor outside"},
    "name turned round": {"Location": "OKAFOR, Sarah"},
    "name behind a label": {"Location": "Patient name: Zbigniew Nowak"},
    "address": {"Location": "14 Station Road"},
    "address in small letters": {"Location": "flat above 12 station road"},
    "telephone": {"Location": "ring 07700 900123"},
    "telephone with brackets": {"Location": "(01332) 496012"},
    "e-mail": {"Location": "someone@example.org"},
    "e-mail written out": {"Location": "someone (at) example.org"},
    "unknown column": {"Remarks": f"ref {NHS}"},
    "unknown column with a name": {"Remarks": "Mr John Smith"},
    "unknown column with dates of birth": {"Ref date": "1999-03-03"},
    "heading": {"Pt Name": "x"},
    "heading without spaces": {"PatientSurname": "x"},
    "heading with dots": {"D.O.B.": "x"},
    "heading of addresses": {"Address Line 1": "x"},
    "heading of usual addresses": {"Usual Address": "x"},
    "heading of homes": {"Home Postcode": "x"},
    "heading turned round": {"Name of patient": "x"},
    "heading with a format": {"Date of Birth (dd/mm/yyyy)": "x"},
    "heading of patients' ids": {"Patient ID": "x"},
}


@pytest.mark.parametrize("change", DISGUISES.values(), ids=DISGUISES)
def test_a_disguised_identifier_refuses_the_whole_delivery(hospital, change):
    record = hospital.rows({}, change)
    assert_nothing_kept(record, next(iter(change.values())) if "x" not in change.values() else "\0")
    (fault,) = record.faults
    assert fault.first_rows == ((1,) if "heading" in fault.message else (4,))


ORDINARY = [
    *("DE1", "de1 area", "NG", "E01013453", "E05001770", "X99.0", "276853009", "S18 and S40", "s18 2nd degree", "e10 4th floor"),
    *("9434765918", "2024011510", "1111111111", "0000000000", "435000 335000", "-1.5943476591", "52.914620, -1.502174"),
    *("2024-01-15 10:15", "31-01-2024 10:15", "07-01-2024 10:30", "01/02/2024", "18-24", "2023/24", "1,234 [r]", "£1,234"),
    *("On or near High Street", "2 males in High Street", "hit 3 times on road", "A38 Kingsway", "M1 J28", "ward 12 bed 3"),
    *(
        "outside Mr Chippy",
        "Dr Wu's bar",
        "John Street",
        "St John Street car park",
        "David Lloyd gym",
        "James House",
        "Miss",
        "Ms",
    ),
    *(
        "Mark left on arm",
        "Royal Derby Hospital",
        "Market Place",
        "RDH-2024-000123",
        "999 called at 22:10",
        "07 Jan 2024",
        "male punched 03/07/23",
        "3 lads aged 10/11/12",
        "lift 03/03/99",
        "aged 24, hit on 03/07/23",
        "club b 12/13",
        "taxi 4,123,456 of 5,000",
        "12/03/2019 22:10",
        "version 2019.03",
        "aged 17, kicked 10 times",
    ),
]


def test_ordinary_text_passes(hospital):
    record = hospital.rows(*({"Location": text} for text in ORDINARY))
    assert (record.verdict, record.rows_accepted, record.faults) == ("accepted", len(ORDINARY) + 1, ())
    assert "location" not in parquet(record.accepted)[0]


@pytest.mark.parametrize(
    "heading",
    ["Site name", "LSOA name", "Postcode district", "Number", "Ward", "Email sent", "Incident Postcode", "Birth (n)", "Site ID"],
)
def test_ordinary_headings_pass(hospital, heading):
    assert hospital.rows({heading: "x"}).verdict == "accepted"


def test_a_series_of_numbers_is_none_of_dates_of_birth(hospital):
    assert hospital.rows({"Ref": "20100101"}, {"Ref": "20100199"}, {"Ref": "20101350"}).verdict == "accepted"


def book(
    hide_column: bool = False, comment: str = "", sheet: str = "Notes", hidden: str = "", header: str = "", box: str = ""
) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        page = made.add_worksheet("Data")
        page.write_row(0, 0, [*ROW, "Extra"] if hide_column else list(ROW))
        page.write_row(1, 0, [*ROW.values(), float(NHS)] if hide_column else list(ROW.values()))
        if hide_column:
            page.set_column(len(ROW), len(ROW), None, None, {"hidden": True})
        if comment:
            page.write_comment(1, 1, comment)
        if header:
            page.set_header(header)
        if box:
            page.insert_textbox(5, 5, box)
        other = made.add_worksheet(sheet)
        other.write(3, 3, hidden or "ok")
        other.very_hidden()
    return file.getvalue()


def with_part(content: bytes, name: str, text: str) -> bytes:
    """The workbook with another part in its archive."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, text)
    return file.getvalue()


COPIES = {
    "number of a pivot table": ("xl/pivotCache/pivotCacheRecords1.xml", f'<r><n v="{NHS}"/></r>'),
    "text of a pivot table": ("xl/pivotCache/pivotCacheDefinition1.xml", '<sharedItems><s v="Mr John Smith"/></sharedItems>'),
    "date of a pivot table": (
        "xl/pivotCache/pivotCacheDefinition1.xml",
        '<sharedItems><d v="1999-03-03T00:00:00"/></sharedItems>',
    ),
    "name of a field": ("xl/pivotCache/pivotCacheDefinition1.xml", '<cacheField name="Sarah Okafor"/>'),
    "linked workbook": ("xl/externalLinks/externalLink1.xml", "<cell><v>14 Station Road</v></cell>"),
    "sheet of a linked workbook": ("xl/externalLinks/externalLink1.xml", '<sheetName val="Mr John Smith"/>'),
    "labels of a chart": ("xl/charts/chart1.xml", "<strCache><pt><v>DE1 3AB</v></pt></strCache>"),
    "title of a chart": ("xl/charts/chart1.xml", "<rich><p><r><t>Mr </t></r><r><t>Smith</t></r></p></rich>"),
    "description of a picture": ("xl/drawings/drawing1.xml", '<cNvPr name="Picture 1" descr="someone@example.org"/>'),
}


@pytest.mark.parametrize("part", COPIES.values(), ids=COPIES)
def test_no_copy_of_data_in_a_workbook_hides_an_identifier(hospital, part):
    harmless = with_part(book(), part[0], '<r><s v="Fist" name="Chart 1"/><v>2023</v></r>')
    assert hospital.send(harmless, "2023-06.xlsx").faults[0].code != "D17"
    assert_nothing_kept(hospital.send(with_part(book(), *part), "2023-07.xlsx"), NHS)


def test_notes_may_say_when_something_was_published(desk, ed):
    def codes_of(note: str):
        return {fault.code for fault in Hospital(desk, ed).send(book(hidden=note), "2023-07.xlsx").faults}

    assert "D17" not in codes_of("Codes as published on 12/03/2018")
    assert "D17" in codes_of("male, 12/03/1998")


@pytest.mark.parametrize(
    "where",
    [
        {"hide_column": True},
        {"comment": f"NHS {NHS[:3]} {NHS[3:6]} {NHS[6:]}"},
        {"sheet": "Mr John Smith"},
        {"hidden": "DE1 3AB"},
        {"header": "&LPatient name: Jane Doe"},
        {"box": "d.o.b. 3/3/99"},
    ],
    ids=["hidden column", "comment", "sheet name", "hidden sheet", "page header", "text box"],
)
def test_no_corner_of_a_workbook_hides_an_identifier(hospital, where):
    assert hospital.send(book(), "2023-06.xlsx").faults[0].code != "D17"
    assert_nothing_kept(hospital.send(book(**where), "2023-07.xlsx"), NHS)


def test_records_of_json_are_looked_through(desk, ed):
    hospital = Hospital(desk, replace(ed, formats=("json",)))
    assert_nothing_kept(hospital.send(json.dumps([ROW, {**ROW, "Remarks": NHS}]).encode(), "2023-07.json"), NHS)


def test_a_file_with_an_identifier_is_not_even_copied(desk, ed, tmp_path):
    sent = tmp_path / "ed_2023-07.csv"
    sent.write_bytes(written([{**ROW, "Location": "Mr John Smith"}]))
    receipt = deliver(sent, desk.raw, {ed.id: ed})
    assert receipt.outcome == "refused" and "section 16(4)" in receipt.reason and "Smith" not in receipt.reason
    assert not desk.raw.exists()
    sent.write_bytes(written([ROW]))
    assert deliver(sent, desk.raw, {ed.id: ed}).outcome == "delivered"


def test_rows_in_quarantine_show_the_shape_of_what_was_wrong(hospital):
    allowed = tuple(replace(c, allowed=("Fist",)) if c.name == "method" else c for c in hospital.contract.columns)
    hospital.contract = replace(hospital.contract, columns=allowed)
    record = hospital.rows({"Method": "Foot 12"})
    assert [kept["method"] for kept in parquet(record.rejected)] == ["Aaaa 99"]


# The real contract of a hospital, every text of which is closed or dropped

HOSPITAL = ("royal_derby_hospital", "ed_assaults")
ATTENDANCE = {
    "Site Code": "RTGFG",
    "Arrival Date Time": "03/07/2023 22:15",
    "Assault Date Time": "03/07/2023 21:00",
    "Assault Method": "Fist",
    "Location Type": "Home",
    "Location Description": "in the park",
    "Assault District": "Derby",
    "Age": "24",
    "Sex": "Male",
    "Ethnic Category": "A",
}


@pytest.fixture
def royal(desk: Desk) -> Hospital:
    return Hospital(desk, load_contracts()[HOSPITAL])


def attendances(*changes: dict[str, str], rows: int = 200) -> bytes:
    """A month of attendances, the first of them changed."""
    month = [{**ATTENDANCE, "Arrival Date Time": f"{n % 28 + 1:02d}/07/2023 {n % 2 + 22}:{n // 4:02d}"} for n in range(rows)]
    month = [{**row, "Assault Date Time": row["Arrival Date Time"].replace(" 2", " 1")} for row in month]
    return written([{**row, **change} for row, change in zip(month, [*changes, *({},) * rows], strict=False)])


def kept_of(record) -> str:
    return " ".join(str(parquet(path)) for path in record.folder.glob("*.parquet")) + (record.folder / "load.json").read_text()


OFF_THE_LIST = {
    "a label": {"Assault Method": "Zorvik"},
    "a label behind a fault": {"Age": "old", "Location Type": "Zorvik"},
    "two labels": {"Assault Method": "Thrown", "Sex": "Zorvik"},
    "a code": {"Site Code": "Zorvik"},
    "a letter": {"Ethnic Category": "Zorvik"},
    "a district": {"Assault District": "zorvik"},
    "a number": {"Age": "Zorvik"},
    "a date": {"Assault Date Time": "Zorvik"},
    "a name in free text": {"Location Description": "hit by Zorvik"},
    "a name alone": {"Location Description": "Zorvik"},
    "a name in small letters": {"Location Description": "zorvik tallen"},
}


@pytest.mark.parametrize("change", OFF_THE_LIST.values(), ids=OFF_THE_LIST)
def test_what_is_off_its_list_rejects_its_row_and_is_kept_nowhere(royal, change):
    record = royal.send(attendances(change))
    assert (record.verdict, record.rows_rejected) == ("accepted", 1)
    assert "zorvik" not in kept_of(record).lower()


def test_r23_a_text_that_may_name_somebody_rejects_its_row(royal):
    record = royal.send(attendances({"Location Description": "hit by Zorvik"}))
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.first_rows) == ("R23", "Location Description", (2,))


def test_a_long_file_is_searched_in_pieces_and_rows_keep_their_numbers(royal, monkeypatch):
    monkeypatch.setattr(gate, "PIECE_CELLS", 100)
    late = [{} for _ in range(149)]
    record = royal.send(attendances(*late, {"Location Description": "hit by Zorvik"}))
    assert [(fault.code, fault.first_rows) for fault in record.faults] == [("R23", (151,))]
    record = royal.send(attendances(*late, {"Location Description": "943 476 5919"}))
    assert [(fault.code, fault.first_rows) for fault in record.faults if fault.severity == "delivery"] == [("D17", (151,))]


def test_a_file_of_more_rows_than_are_searched_is_refused(royal, monkeypatch):
    monkeypatch.setattr(gate, "PIECE_CELLS", 100)
    monkeypatch.setattr(gate, "MAX_ROWS", 150)
    record = royal.send(attendances())
    assert (record.verdict, codes(record)) == ("refused", ["D16"])


def test_d40_a_part_that_no_plain_save_writes_refuses_the_workbook_and_is_named(hospital):
    record = hospital.send(with_part(book(), "xl/diagrams/data1.xml", "<d><t>by quarter</t></d>"), "2023-07.xlsx")
    (fault,) = record.faults
    assert (record.verdict, fault.code) == ("refused", "D40") and "xl/diagrams/data1.xml" in fault.message


def test_above_two_in_a_hundred_rows_the_delivery_is_refused(royal):
    change = {"Location Type": "Zorvik"}
    assert royal.send(attendances(*[change] * 4)).verdict == "accepted"
    record = royal.send(attendances(*[change] * 5), "2023-07.v2.csv")
    assert (record.verdict, codes(record)) == ("refused", ["D09", "R22"])
    assert "zorvik" not in kept_of(record).lower()


BIRTHS = {
    "one in a column of moments": [{"Assault Date Time": "03/05/1990 00:00"}],
    "as a spreadsheet's number": [{"Assault Date Time": "32996"}],
    "all in a column of moments": [
        {"Assault Date Time": f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1950 + n % 60} 00:00"} for n in range(200)
    ],
    "all in the column of the period": [
        {"Arrival Date Time": f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1950 + n % 60} 00:00", "Assault Date Time": ""}
        for n in range(200)
    ],
    "of small children": [{"Assault Date Time": f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{2021 + n % 2} 00:00"} for n in range(200)],
    "in a column of days": [{"Reporting Period Start": "03/05/1990"}],
}


@pytest.mark.parametrize("changes", BIRTHS.values(), ids=BIRTHS)
def test_dates_of_birth_in_a_column_of_dates_refuse_the_delivery(royal, changes):
    record = royal.send(attendances(*changes))
    assert (record.verdict, set(codes(record))) == ("refused", {"D17"})
    assert "a date of birth" in record.faults[0].message


def test_a_date_more_than_a_year_from_the_period_rejects_its_row(royal):
    record = royal.send(attendances({"Assault Date Time": "03/05/2021 21:10"}))
    assert (record.verdict, codes(record), record.rows_rejected) == ("accepted", ["R24"], 1)
    assert [row["assaulted_at"] for row in parquet(record.rejected)] == ["99/99/9999 99:99"]


def test_moments_at_midnight_of_the_period_itself_are_moments(royal):
    record = royal.send(attendances(*({"Assault Date Time": f"{n % 28 + 1:02d}/07/2023 00:00"} for n in range(200))))
    assert record.verdict == "accepted"


def test_no_header_off_the_agreed_is_repeated(royal):
    record = royal.send(attendances({"Zorvik": ""}))
    assert (record.verdict, codes(record)) == ("refused", ["D05"])
    assert "zorvik" not in kept_of(record).lower() and "column K" in record.faults[0].message
    record = royal.send(attendances({"Zorvik Tallen": ""}), "2023-07.v2.csv")
    assert set(codes(record)) == {"D17"} and "zorvik" not in kept_of(record).lower()


@pytest.mark.parametrize("name", ["2023-07-zorvik.csv", "2023-07.zorvik", "2023-07.v9434765919.csv", "2023-07-9434765919.csv"])
def test_a_name_of_a_file_says_period_and_version_alone(desk, royal, name):
    path = desk.raw.joinpath(*HOSPITAL, name)
    path.parent.mkdir(parents=True)
    path.write_bytes(attendances())
    assert plan(desk.raw, desk.landing, royal.contract, KEY) == []
    (file,) = unrecognised_files(desk.raw, royal.contract)
    assert not {"zorvik", "9434765919"} & set(re.findall(r"\w+", file.reason.lower()))
    receipt = deliver(path, desk.raw, {royal.contract.id: royal.contract})
    assert (receipt.outcome, receipt.target_name) == ("delivered", f"{'/'.join(HOSPITAL)}/2023-07.csv")


def test_other_feeds_are_not_searched(desk, ed):
    hospital = Hospital(desk, replace(ed, sharing="as_contracted"))
    assert hospital.rows({"Remarks": NHS}).verdict == "accepted"


def test_a_contract_under_the_gate_has_no_identifier(tmp_path):
    named = {**column("ref", "Ref", treatment="drop"), "classification": "direct_identifier"}
    with pytest.raises(ContractError, match="may not identify people"):
        contract(tmp_path, [named], None, sharing="no_personal_identifiers")
    with pytest.raises(ContractError, match="sharing is 'anything'"):
        contract(tmp_path, [column("ref", "Ref")], None, sharing="anything")


def test_the_patterns_are_the_ones_that_duckdb_runs():
    db = duckdb.connect()
    db.execute(CHECK_DIGIT + MACROS)
    ((kinds,),) = db.execute("select identifiers_in($words)", {"words": folded("Mr Smith, DE1 3AB, ９４３ 476 5919")}).fetchall()
    assert kinds == ["nhs", "postcode", "name"]
