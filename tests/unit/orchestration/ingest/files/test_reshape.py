"""Returns that are made for reading become rows: each peculiarity alone, and the worked example of the documentation."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import xlsxwriter
import yaml

from orchestration.contracts.model import ContractError
from orchestration.home.environment import PROJECT
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import deliver
from tests.unit.orchestration.ingest.conftest import KEY, NOW, Desk, codes, parquet
from tests.unit.orchestration.ingest.returns import column, contract

Send = Callable[..., LoadRecord]


DISTRICT = column("district", "District", required=True)
OFFENCES = column("offences", "Offences", "integer")
YEAR = column("year", "Year")


def xlsx(sheets: dict[str, list[list[Any]]], merged: dict[str, str] | None = None, hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook; `merged` (area → text) is on its last sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if name in hidden:
                page.hide()
        for area, text in (merged or {}).items():
            page.merge_range(area, text)
    return file.getvalue()


@pytest.fixture
def send(desk: Desk, tmp_path) -> Send:
    def land(content: bytes, columns: list[dict[str, Any]], layout: Any, name: str = "2023-24.xlsx", **custom: Any) -> LoadRecord:
        made = contract(tmp_path / "contracts", columns, layout, **custom)
        path = desk.raw / "agency" / "return" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        *_, record = load(plan(desk.raw, desk.landing, made, KEY), made, desk.landing, KEY, now=NOW)
        assert record.file_name == name
        assert record.rows_delivered == record.rows_accepted + record.rows_rejected
        return record

    return land


def landed(record: LoadRecord) -> list[tuple[Any, ...]]:
    """The landed columns and the row number."""
    return [tuple(value for name, value in kept.items() if name != "_load_id") for kept in parquet(record.accepted)]


def faults_of(record: LoadRecord) -> list[tuple[str, int | None, tuple[int, ...]]]:
    return [(fault.code, fault.rows, fault.first_rows) for fault in record.faults]


def documented() -> dict[str, Any]:
    """The custom properties of the worked example."""
    page = (PROJECT / "docs/how-to/add-a-feed.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert block
    return {item["property"]: item["value"] for item in yaml.safe_load(block[1])["customProperties"]}


EXAMPLE = [
    ["Night-time economy"],
    ["Reporting month: 2024-07"],
    [],
    ["Partnership", "Violence", "", "Robbery", ""],
    ["", "2022/23", "2023/24", "2022/23", "2023/24"],
    ["Derby", "1,423", 1540, "c", 12],
    ["North East\nDerbyshire", 210, "198 [r]", 0, 3],
    ["Total", "1,633", "1,738", "c", 15],
    [],
    ["Source: force systems"],
]
EXAMPLE_COLUMNS = [
    column("sheet_year"),
    column("month"),
    column("district", "Partnership", required=True, aliases=["CSP"]),
    column("offence_type"),
    column("financial_year"),
    column("offences", kind="integer", symbols="standard"),
]


@pytest.mark.parametrize("merged", [{"B4:C4": "Violence", "D4:E4": "Robbery"}, {}], ids=["merged", "blank"])
def test_the_worked_example_of_the_documentation(desk, tmp_path, merged):
    properties = documented()
    made = contract(tmp_path, EXAMPLE_COLUMNS, properties["layout"], period=properties["period"], sheet=None)
    made = replace(made, cadence="monthly")
    path = desk.raw / "agency" / "return" / "2024-07.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(xlsx({"Notes": [["Read me"]], "KPI 2024": EXAMPLE}, merged))
    (record,) = load(plan(desk.raw, desk.landing, made, KEY), made, desk.landing, KEY, now=NOW)
    assert landed(record) == [
        ("2024", "2024-07", "Derby", "Violence", "2022/23", 1423, None, 6),
        ("2024", "2024-07", "Derby", "Violence", "2023/24", 1540, None, 6),
        ("2024", "2024-07", "Derby", "Robbery", "2022/23", None, "c", 6),
        ("2024", "2024-07", "Derby", "Robbery", "2023/24", 12, None, 6),
        ("2024", "2024-07", "North East Derbyshire", "Violence", "2022/23", 210, None, 7),
        ("2024", "2024-07", "North East Derbyshire", "Violence", "2023/24", 198, "r", 7),
        ("2024", "2024-07", "North East Derbyshire", "Robbery", "2022/23", 0, None, 7),
        ("2024", "2024-07", "North East Derbyshire", "Robbery", "2023/24", 3, None, 7),
    ]
    assert faults_of(record) == [
        ("I11", 1, ()),
        ("I10", 1, (8,)),
        ("I09", 3, (1, 2, 10)),
        ("I03", 1, ()),
        ("I13", 2, ()),
    ]
    assert {fault.sheet for fault in record.faults if fault.code in ("I09", "I10")} == {"KPI 2024"}


def test_a_plain_workbook_may_begin_lower_on_the_sheet(send):
    rows = [[], [], ["District", "Offences"], ["Derby", 1], [], ["Erewash", "many"]]
    record = send(xlsx({"Data": rows}), [DISTRICT, OFFENCES], None)
    assert landed(record) == [("Derby", 1, 4)]
    assert faults_of(record) == [("R02", 1, (6,)), ("I03", 1, ())]
    assert record.faults[0].message.startswith("Sheet “Data”: “Offences”")
    (kept,) = parquet(record.rejected)
    assert (kept["_sheet"], kept["_row"], kept["offences"]) == ("Data", 6, "aaaa")


def test_one_sheet_a_year(send):
    sheets = {
        "2021-22": [["District", "Offences"], ["Derby", 1]],
        "2022-23": [["Area"], ["District", "Offences"], ["Derby", "x"]],
    }
    layout = {"sheets": r"(?P<year>\d{4}-\d{2})", "start": "District"}
    record = send(xlsx({"Cover": [["Return"]], **sheets}), [DISTRICT, OFFENCES, YEAR], layout)
    assert landed(record) == [("Derby", 1, "2021-22", 2)]
    assert [(fault.code, fault.sheet, fault.first_rows) for fault in record.faults] == [
        ("R02", "2022-23", (3,)),
        ("I11", "", ()),
        ("I09", "2022-23", (1,)),
    ]


def test_hidden_sheets_are_reported_and_not_read(send):
    sheet = [["District", "Offences"], ["Derby", 1]]
    layout = {"sheets": r"(?P<year>\d{4}-\d{2})", "start": "District"}
    content = xlsx({"2021-22": sheet, "2022-23": sheet, "2020-21": sheet}, hidden=("2022-23",))
    record = send(content, [DISTRICT, OFFENCES, YEAR], layout)
    assert [row[2] for row in landed(record)] == ["2021-22", "2020-21"]
    assert record.faults[0].message == "1 other sheet(s) of the workbook were not read; 1 of them are hidden."


def test_a_workbook_whose_only_fitting_sheet_is_hidden(send):
    record = send(xlsx({"Front": [["x"]], "Data": [["District"]]}, hidden=("Data",)), [DISTRICT], {"start": "District"})
    assert (record.verdict, codes(record)) == ("refused", ["D12"])


def test_sections_merged_row_labels_and_totals(send):
    rows = [
        ["District", "Offence", "Offences"],
        ["Derby"],
        ["", "Robbery", 1],
        ["", "Arson", 2],
        ["", "All offences", 3],
        ["Erewash"],
        ["", "Robbery", 4],
    ]
    columns = [column("offence", "Offence"), column("area", required=True), column("label", "District", optional=True), OFFENCES]
    layout = {"start": "District", "section": "area", "totals": {"offence": "^All"}}
    record = send(xlsx({"Data": rows}), columns, layout)
    assert [(row[0], row[1], row[3]) for row in landed(record)] == [
        ("Robbery", "Derby", 1),
        ("Arson", "Derby", 2),
        ("Robbery", "Erewash", 4),
    ]
    assert faults_of(record) == [("I10", 1, (5,))]
    filled = [["District", "Offence", "Offences"], ["Derby", "Robbery", 1], ["", "Arson", 2], ["Erewash", "Robbery", 4]]
    again = send(
        xlsx({"Data": filled}), [DISTRICT, column("offence", "Offence"), OFFENCES], {"start": "District", "fillDown": "district"}
    )
    assert [row[0] for row in landed(again)] == ["Derby", "Derby", "Erewash"]


def test_several_tables_on_one_sheet(send):
    rows = [
        ["Table 1: referrals"],
        ["District", "2022/23", "2023/24", "Total"],
        ["Derby", 1, 2, 3],
        [],
        ["Table 2: plans"],
        ["District", "2022/23", "2023/24", "Total"],
        ["Derby", 5, "z", 5],
        ["Note: z is not applicable"],
    ]
    common = {"start": "District", "unpivot": r"(?P<year>\d{4}/\d{2})", "value": "offences", "skipColumns": "^Total$"}
    layout = [
        {**common, "endAtBlankRow": True, "constants": {"measure": "referrals"}},
        {**common, "below": "^Table 2", "end": "^Note", "constants": {"measure": "plans"}},
        {**common, "below": "^Table 3", "optional": True, "constants": {"measure": "leavers"}},
    ]
    columns = [column("measure"), DISTRICT, YEAR, column("offences", kind="integer", symbols=["z"])]
    record = send(xlsx({"Data": rows}), columns, layout)
    assert landed(record) == [
        ("referrals", "Derby", "2022/23", 1, None, 3),
        ("referrals", "Derby", "2023/24", 2, None, 3),
        ("plans", "Derby", "2022/23", 5, None, 7),
        ("plans", "Derby", "2023/24", None, "z", 7),
    ]
    assert faults_of(record) == [("I12", 1, ()), ("I12", 1, ()), ("I09", 3, (1, 5, 8)), ("I13", 1, ())]


def test_columns_that_are_gathered(send):
    rows = [["District", "Offences", "F0", "F1", "M0", "Rate"], ["Derby", 6, 1, "", 0, 9], ["Erewash", 3, "", "", "", 9]]
    columns = [DISTRICT, OFFENCES, column("ages")]
    record = send(xlsx({"Data": rows}), columns, {"start": "District", "gather": {"ages": r"[FM]\d+"}, "skipColumns": "Rate"})
    # A zero is a number; what is blank is not there.
    assert [row[:3] for row in landed(record)] == [("Derby", 6, "F0=1 M0=0"), ("Erewash", 3, None)]


def test_headers_over_two_rows_where_the_label_is_in_either(send):
    upper = [["District", "2022/23", "", "2023/24", ""], ["", "Number", "Rate", "Number", "Rate"], ["Derby", 1, 0.5, 2, 0.7]]
    lower = [["", "2022/23", "", "2023/24", ""], ["District", "Number", "Rate", "Number", "Rate"], ["Derby", 1, 0.5, 2, 0.7]]
    columns = [DISTRICT, YEAR, column("measure"), column("value", kind="number")]
    for rows, start_row, name in ((upper, 1, "2023-24.xlsx"), (lower, 2, "2024-25.xlsx")):
        layout = {
            **{"start": "District", "headerRows": 2, "startRow": start_row},
            **{"unpivot": r"(?P<year>\S+) \| (?P<measure>Number|Rate)", "value": "value"},
        }
        record = send(xlsx({"Data": rows}), columns, layout, name)
        assert [row[1:4] for row in landed(record)] == [
            *(("2022/23", "Number", 1), ("2022/23", "Rate", 0.5)),
            *(("2023/24", "Number", 2), ("2023/24", "Rate", 0.7)),
        ]


def test_the_layout_of_nomis(send):
    lines = ['"TS021 - Ethnic group"', '"ONS Crown Copyright Reserved"', "", '"population","All usual residents"', ""]
    table = ['"2021 district","2021"', '"E06000015 : Derby","261,364"', "", '"In order to protect against disclosure, ..."', ""]
    columns = [column("area", "2021 district", required=True), column("people", "2021", "integer", required=True)]
    content = "\r\n".join(lines + table).encode("utf-16")
    record = send(content, columns, {"start": "2021 district", "end": "^In order"}, "2023-24.csv")
    assert landed(record) == [("E06000015 : Derby", 261364, 7)]
    assert faults_of(record) == [("I01", None, ()), ("I09", 4, (1, 2, 4, 9)), ("I03", 1, ())]


def test_headers_that_drift_and_marks_of_notes(send):
    columns = [column("district", "District", required=True, aliases=["LA name", "Local\nauthority"]), OFFENCES]
    for name, header in (("2021-22.csv", "la  NAME"), ("2022-23.csv", '"Local\nauthority [note 2]"')):
        record = send(
            f"Return\n{header},Offences²\nDerby [note 1],4\n".encode(), columns, {"start": ["LA name", "Local authority"]}, name
        )
        assert [row[:2] for row in landed(record)] == [("Derby", 4)]


@pytest.mark.parametrize(
    ("rows", "layout", "expected"),
    [
        ([["Area", "Offences"], ["Derby", 1]], {"start": "District"}, ("D13", "no row has the header")),
        ([["District", "Offences", "Remarks"], ["Derby", 1, "ok"]], {"start": "District"}, ("D05", "“remarks”")),
        ([["District", "Offences", ""], ["Derby", 1, "ok"]], {"start": "District"}, ("D05", "(no header)")),
        ([["District", "Offences", "Offences"], ["Derby", 1, 2]], {"start": "District"}, ("D06", "“offences”")),
        ([["District", "Offences", "NHS Number"], ["Derby", 1, ""]], {"start": "District"}, ("D11", "identifier")),
        ([["District"], ["Derby"]], {"start": "District"}, ("D04", "“offences”")),
        (
            [["District", "Change"], ["Derby", 1]],
            {"start": "District", "unpivot": r"\d{4}", "value": "offences", "skipColumns": "Change"},
            ("D04", "“offences”"),
        ),
        ([["District", "Offences"], ["Derby", 1]], {"start": "District", "capture": r"(?P<offences>\d+)"}, ("D04", "“offences”")),
        ([["District", "Offences"]], {"start": "District"}, ("D03", "no data rows")),
    ],
)
def test_what_the_layout_does_not_explain_is_refused(send, rows, layout, expected):
    record = send(xlsx({"Data": rows}), [DISTRICT, OFFENCES], layout)
    assert record.verdict == "refused"
    assert (record.faults[0].code, expected[1] in record.faults[0].message.lower()) == (expected[0], True)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"begin": "District"}, "begin is unknown; known are start"),
        ({"sheets": "x"}, "start is missing"),
        ({"start": "District", "end": "("}, "not a regular expression"),
        ({"start": "District", "unpivot": r"(?P<year>\d+)"}, "unpivot and value go together"),
        ({"start": "District", "headerRows": 1, "startRow": 2}, "startRow is one of"),
        ({"start": "District", "totals": {"area": "Total"}}, "layout refers to column 'area', which is not described"),
        ({"start": "District", "capture": "(?P<month>.*)"}, "layout refers to column 'month', which is not described"),
        (["District"], "layout.0: expected a mapping of start"),
    ],
)
def test_a_layout_that_is_not_understood_says_why(tmp_path, layout, message):
    with pytest.raises(ContractError) as error:
        contract(tmp_path, [DISTRICT, OFFENCES], layout)
    assert message in str(error.value)


def test_symbols_are_kept_beside_the_number(send):
    written = ["12", "1,234", "c", "[C]", "low", "-", "45 [r]", "", "q", "c1"]
    lines = ["District,Offences", *(f'D{n},"{value}"' for n, value in enumerate(written))]
    columns = [DISTRICT, column("offences", "Offences", "integer", symbols="standard")]
    record = send(("\n".join(lines) + "\n").encode(), columns, None, "2023-24.csv")
    assert [row[1:3] for row in landed(record)] == [
        *((12, None), (1234, None), (None, "c"), (None, "c"), (None, "low"), (None, "-"), (45, "r"), (None, None)),
    ]
    assert faults_of(record) == [("R02", 2, (10, 11)), ("I13", 5, ())]


def test_a_return_is_recognised_by_its_table(desk, tmp_path):
    made = contract(tmp_path, [DISTRICT, OFFENCES], {"start": "District"})
    sent = tmp_path / "return 2023-24 final.xlsx"
    sent.write_bytes(xlsx({"Data": [["Our return"], ["District", "Offences"], ["Derby", 1]]}))
    assert deliver(sent, desk.raw, {made.id: made}).target_name == "agency/return/2023-24.xlsx"
    sent.write_bytes(xlsx({"Data": [["Another table"], ["Area", "Offences"], ["Derby", 1]]}))
    assert "“District”" in deliver(sent, desk.raw, {made.id: made}).reason


def test_patterns_of_sheets_may_pass_over_letter_case_and_name_the_same_column(send):
    """Each is a pattern of its own: flags are at its beginning, and two may have a group of one name."""
    layout = [
        {"sheets": r"(?i)cases (?P<year>\d{4})", "start": "District"},
        {"sheets": r"(?i)offences (?P<year>\d{4})", "start": "District"},
    ]
    sheet = [["District", "Offences"], ["Derby", 3]]
    record = send(xlsx({"CASES 2022": sheet, "Offences 2023": sheet, "Notes": [["none"]]}), [DISTRICT, OFFENCES, YEAR], layout)
    assert (record.verdict, codes(record)) == ("accepted", ["I11"])
    assert [(row["year"], row["offences"]) for row in parquet(record.accepted)] == [("2022", 3), ("2023", 3)]
