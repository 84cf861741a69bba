"""Health and social-care deliveries that identify anybody are refused whole, however it is disguised; ordinary ones pass."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from orchestration.contracts import ContractError, FeedContract
from orchestration.ingest.identifiers import MACROS, folded
from orchestration.ingest.load import load, plan
from orchestration.ingest.pseudonyms import MACROS as CHECK_DIGIT
from orchestration.ingest.recognise import deliver

from .conftest import KEY, NOW, Desk, codes, parquet
from .returns import column, contract

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
    return replace(made, cadence="monthly", file_names=(r"^ed_(?P<period>\d{4}-\d{2})",))


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
    "postcode in small letters without a space": {"Location": "lives de13ab"},
    "postcode with no-break space": {"Location": "DE1\u00a03AB"},
    "date of birth in words": {"Location": "DOB 3rd March 1999"},
    "date of birth behind a label": {"Location": "born on 03.03.99"},
    "date of birth where no date belongs": {"Age": "03/03/1999"},
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
        "aged 17, kicked 10 times",
    ),
]


def test_ordinary_text_passes(hospital):
    record = hospital.rows(*({"Location": text} for text in ORDINARY))
    assert (record.verdict, record.rows_accepted, record.faults) == ("accepted", len(ORDINARY) + 1, ())
    assert "location" not in parquet(record.accepted)[0]


@pytest.mark.parametrize("heading", ["Site name", "LSOA name", "Postcode district", "Number", "Ward", "Email sent"])
def test_ordinary_headings_pass(hospital, heading):
    assert hospital.rows({heading: "x"}).verdict == "accepted"


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
    assert [kept["method"] for kept in parquet(record.rejected)] == ["aaaa 99"]


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
