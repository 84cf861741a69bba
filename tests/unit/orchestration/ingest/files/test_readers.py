"""What is ordinary in files that people export: none of it may cost a row or shift a row number."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
import yaml

from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import CONTRACTS, GOOD, KEY, NOW, codes, parquet, row, rows, text


def test_windows_line_ends(desk):
    record = desk.land("crimes", text(rows("crimes", 3), "\r\n"))
    assert (record.rows_accepted, record.faults) == (3, ())
    assert parquet(record.accepted)[0]["relationship"] == "Stranger"


def test_old_mac_line_ends(desk):
    assert desk.land("crimes", text(rows("crimes", 3), "\r")).rows_accepted == 3


def test_line_ends_of_two_kinds(desk):
    windows, unix = text(rows("crimes", 2), "\r\n"), text([row("crimes", 3)]).splitlines()[1] + "\n"
    record = desk.land("crimes", windows + unix)
    assert (record.rows_accepted, record.faults) == (3, ())


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_line_break_within_quotes(desk, line_end):
    delivered = [row("crimes", 1), row("crimes", 2, Ward_Name="Two\nlines, and a comma"), row("crimes", 3)]
    record = desk.land("crimes", text(delivered, line_end))
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 3, 4]
    assert parquet(record.accepted)[1]["ward_name"] == "Two\nlines, and a comma"


def test_quotation_marks_within_text(desk):
    delivered = [row("crimes", 1, Offence_Title='Possession of a 5" blade'), row("crimes", 2, Ward_Name='The "Park", Derby')]
    record = desk.land("crimes", text(delivered))
    assert parquet(record.accepted)[0]["offence_title"] == 'Possession of a 5" blade'
    unquoted = text([row("crimes", 1, Offence_Title="X")]).replace(",X,", ',Possession of a 5" blade,')
    assert parquet(desk.land("crimes", unquoted, "2023-07.v2.csv").accepted)[0]["offence_title"] == 'Possession of a 5" blade'


def test_blank_lines_do_not_shift_row_numbers(desk):
    lines = text(rows("crimes", 3)).splitlines()
    record = desk.land("crimes", "\n".join([lines[0], lines[1], "", lines[2], "   ", lines[3], "", ""]) + "\n")
    assert record.verdict == "accepted"
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, 4, 6]
    assert record.rows_delivered == 3 and record.rows_blank == 4


def test_no_line_end_after_the_last_row(desk):
    assert desk.land("crimes", text(rows("crimes", 2)).rstrip("\n")).rows_accepted == 2


def test_a_separator_after_the_last_field(desk):
    lines = text(rows("crimes", 2)).splitlines()
    record = desk.land("crimes", "\n".join([lines[0], *(f"{line}," for line in lines[1:]), ""]))
    assert (record.rows_accepted, record.faults) == (2, ())


def test_spaces_around_values_and_headers(desk):
    padded = [{f" {name} ": f"  {value}\t\u00a0" for name, value in delivered.items()} for delivered in rows("crimes", 2)]
    record = desk.land("crimes", text(padded))
    assert (record.rows_accepted, record.faults) == (2, ())
    first = parquet(record.accepted)[0]
    assert (first["district"], first["weapon"], first["committed_to"]) == ("Derby City", "Knife/blade", None)


def test_columns_in_another_order(desk):
    turned = [dict(reversed(delivered.items())) for delivered in rows("crimes", 2)]
    record = desk.land("crimes", text(turned))
    assert parquet(record.accepted)[1]["crime_reference"] == "DC-2023-0000002"


def variant(feed, name, **changes):
    """The contract of a feed with one column changed."""
    contract = CONTRACTS[feed]
    columns = tuple(replace(column, **changes) if column.name == name else column for column in contract.columns)
    return replace(contract, columns=columns)


def test_an_optional_column_may_be_absent(desk):
    contract = variant("crimes", "ward_name", optional=True)
    desk.put("crimes", text([{name: value for name, value in row("crimes").items() if name != "Ward Name"}]))
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, parquet(record.accepted)[0]["ward_name"]) == ("accepted", None)


def test_a_dropped_column_is_checked_and_not_kept(desk):
    contract = variant("crimes", "ward_name", treatment="drop", classification="direct_identifier", required=True)
    desk.put("crimes", text([row("crimes", 1), row("crimes", 2, Ward_Name="")]))
    contract = replace(contract, bad_row_limit=1.0)
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert codes(record) == ["R01"] and record.rows_accepted == 1
    assert "ward_name" not in parquet(record.accepted)[0] and "ward_name" not in parquet(record.rejected)[0]


def test_files_with_different_headers_in_one_call(desk):
    desk.put("crimes", text(rows("crimes", 2)), "2023-07.csv")
    august = [row("crimes", n, Recorded_Date_Time="03/08/2023 10:15") for n in (1, 2, 3)]
    desk.put("crimes", text([dict(reversed(delivered.items())) for delivered in august]), "2023-08.csv")
    assert [(record.period, record.rows_accepted) for record in desk.load("crimes")] == [("2023-07", 2), ("2023-08", 3)]


def test_iso_dates(desk):
    record = desk.land(
        "crimes", text([row("crimes", 1, Recorded_Date_Time="2023-07-03T10:15:00", Committed_From="2023-07-02 23:40")])
    )
    first = parquet(record.accepted)[0]
    assert (first["recorded_at"], first["committed_from"]) == (datetime(2023, 7, 3, 10, 15), datetime(2023, 7, 2, 23, 40))


def test_a_time_with_an_offset_is_turned_into_local_time(desk):
    record = desk.land("crimes", text([row("crimes", 1, Committed_From="2023-07-02T22:40:00Z")]))
    assert parquet(record.accepted)[0]["committed_from"] == datetime(2023, 7, 2, 23, 40)


def test_dates_as_spreadsheets_hold_them(desk):
    """45110 is 3 July 2023; 45109.9861 is 23:40 on the day before, to the second that four decimals allow."""
    record = desk.land("crimes", text([row("crimes", 1, Recorded_Date_Time="45110.5", Committed_From="45109.986111111")]))
    first = parquet(record.accepted)[0]
    assert (first["recorded_at"], first["committed_from"]) == (datetime(2023, 7, 3, 12), datetime(2023, 7, 2, 23, 40))
    outcome = desk.land("outcomes", text([row("outcomes", 1, Outcome_Date="45122")]))
    assert parquet(outcome.accepted)[0]["outcome_date"] == date(2023, 7, 15)


def test_thousands_separators(desk):
    record = desk.land("crimes", text([row("crimes", 1, Easting="435,000", Northing="335000.0")]))
    assert [(kept["easting"], kept["northing"]) for kept in parquet(record.accepted)] == [(435000, 335000)]


def test_the_month_of_a_search_is_local_though_its_time_is_utc(desk):
    times = {"2023-06-30T23:00:00+00:00": True, "2023-06-30T22:59:59+00:00": False, "2023-07-31T22:59:59+00:00": True}
    delivered = [row("police_uk/stop_and_search", Date=moment) for moment in times]
    record = desk.land("police_uk/stop_and_search", text(delivered), "2023-07-derbyshire.csv")
    assert [kept["searched_at"] for kept in parquet(record.accepted)] == [
        datetime(2023, 6, 30, 23),
        datetime(2023, 7, 31, 22, 59, 59),
    ]
    assert [(fault.code, fault.first_rows) for fault in record.faults] == [("R08", (3,))]


def test_a_workbook_with_real_dates(desk):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        book.add_worksheet("Notes")
        page = book.add_worksheet("Crimes")
        page.write_row(0, 0, list(GOOD["crimes"]))
        for number in (1, 2):
            values = row("crimes", number).values()
            page.write_row(number, 0, [float(v) if v in ("435000", "335000") else v for v in values])
            page.write_datetime(number, 1, datetime(2023, 7, 3, 10, 15))
            page.write_datetime(number, 2, datetime(2023, 7, 2))
        page.write_blank(5, 3, None, book.add_format({"bold": True}))
    record = desk.land("crimes", file.getvalue(), "2023-07.xlsx")
    assert (record.rows_accepted, record.rows_rejected) == (2, 0)
    first = parquet(record.accepted)[0]
    assert (first["recorded_at"], first["committed_from"]) == (datetime(2023, 7, 3, 10, 15), datetime(2023, 7, 2))
    assert (first["easting"], first["crime_reference"]) == (435000, "DC-2023-0000001")


def opendocument(sheet: str, lines: list[list[str]]) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>' for cell in line
        )
        + "</table:table-row>"
        for line in lines
    )
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return file.getvalue()


def test_an_opendocument_workbook(desk):
    header = [column.header for column in CONTRACTS["imd_2019"].columns]
    lines = [header, ["E01000001", "City of London 001A", "E09000001", "City of London", "29,199", "9"]]
    record = desk.land("imd_2019", opendocument("IMD2019", lines), "2019.ods")
    assert [(kept["imd_rank"], kept["imd_decile"]) for kept in parquet(record.accepted)] == [(29199, 9)]


def test_row_numbers_are_right_where_a_file_is_read_by_several_threads(desk):
    """Long enough for several of DuckDB's portions (8 MB); the row number is written in the row, so it can be compared."""
    count = 60_000
    template = text([row("police_uk/street", Location="On or near NUMBER" + " padding" * 12)]).splitlines()
    lines = [template[0], *(template[1].replace("NUMBER", str(number)) for number in range(2, count + 2))]
    lines[40_000] = lines[40_000].replace("2023-07", "2023-13")
    content = "\n".join(lines) + "\n"
    assert len(content) > 12_000_000
    desk.put("police_uk/street", content.replace("Derbyshire Constabulary", "Kent Police"), "2023-07-kent.csv")
    desk.put("police_uk/street", "\n".join(lines[:30]) + "\n", "2023-07-derbyshire.csv")
    small, large = desk.load("police_uk/street")
    assert (small.rows_accepted, large.rows_accepted, large.rows_rejected) == (29, count - 1, 1)
    assert large.faults[0].first_rows == (40_001,)
    for record in (small, large):
        assert all(kept["location"].split()[3] == str(kept["_row"]) for kept in parquet(record.accepted))


def test_batches_bound_what_is_read_together_and_change_nothing(desk, tmp_path):
    for month in range(1, 7):
        delivered = [row("crimes", n, Recorded_Date_Time=f"03/{month + 6:02d}/2023 10:15") for n in range(1, month + 2)]
        desk.put("crimes", text(delivered), f"2023-{month + 6:02d}.csv")
    records = desk.load("crimes", batch_bytes=1)
    assert [record.rows_accepted for record in records] == [2, 3, 4, 5, 6, 7]
    assert [codes(record) for record in records] == [[]] * 6


REGISTER = """
crimes:
  - {Crime Reference: DC-2023-0000001, Month: 2023-07-03, Easting: 435000, Tags: [one, two]}
  - {Crime Reference: DC-2023-0000002, Month: 2023-07-04, Easting: null, Knife: true}
"""


def register(contract):
    """The contract of a register: a few plain columns of their own."""
    plain = {"formats": (), "pattern": None, "allowed": (), "required": False, "optional": True, "not_before": ()}
    plain["reference"] = False
    fields = {"Crime Reference": "string", "Month": "date", "Easting": "integer", "Tags": "string", "Knife": "boolean"}
    kinds = {"string": "VARCHAR", "date": "DATE", "integer": "INTEGER", "boolean": "BOOLEAN"}
    columns = tuple(
        replace(contract.columns[0], name=name.lower(), header=name, type=kind, sql_type=kinds[kind], **plain)
        for name, kind in fields.items()
    )
    rule = replace(contract.period, column="month", time_zone=None)
    return replace(contract, columns=columns, key=(), period=rule, formats=("json", "yaml", "csv"))


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_register_is_a_list_of_records(desk, kind):
    content = REGISTER if kind == "yaml" else json.dumps(yaml.safe_load(REGISTER)["crimes"], default=str)
    contract = register(CONTRACTS["crimes"])
    desk.put("crimes", content, f"2023-07.{kind}")
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, record.faults) == ("accepted", ())
    assert [tuple(kept.values())[:5] for kept in parquet(record.accepted)] == [
        ("DC-2023-0000001", date(2023, 7, 3), 435000, "one; two", None),
        ("DC-2023-0000002", date(2023, 7, 4), None, None, True),
    ]


@pytest.mark.parametrize(
    "content", ["- {Crime Reference: {a: b}}", "- [a, b]", "just a sentence", "a: [1, 2]\nb: [3]", "- {a: b", "- *x"]
)
def test_what_is_no_register_is_refused(desk, content):
    contract = register(CONTRACTS["crimes"])
    desk.put("crimes", content, "2023-07.yaml")
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, codes(record)) == ("refused", ["D10"])
