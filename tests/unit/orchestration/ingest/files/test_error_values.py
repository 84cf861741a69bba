"""Cells that show a failed formula, and numbers whose digits a spreadsheet has cut: no value is made of them."""

from __future__ import annotations

import io
from dataclasses import replace
from xml.sax.saxutils import escape

import duckdb
import pytest
import xlsxwriter

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.files.readers import sheet_rows
from orchestration.ingest.files.workbook import cell_text
from orchestration.ingest.load.loader import load, plan
from tests.unit.orchestration.ingest.conftest import CONTRACTS, GOOD, KEY, NOW, codes, parquet, row, rows, text

EXCEL = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
LIBREOFFICE = ["Err:502", "Err:508", "Err:522"]


@pytest.mark.parametrize("header", ["Easting", "District", "LSOA Code", "Recorded Date Time", "Ward Name", "Crime Reference"])
def test_an_error_value_rejects_its_row_whatever_the_column_holds(desk, header):
    values = [*EXCEL, *LIBREOFFICE, "#n/a", "########"]
    spoilt = [{**row("crimes", number), header: value} for number, value in enumerate(values, 2)]
    record = desk.land("crimes", text([row("crimes", 1), *spoilt, row("crimes", 99)]))
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows[0]) == ("R20", header, len(values), 3)
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2, len(values) + 3]
    assert not any(value in fault.message for value in values if value not in ("#N/A", "#REF!"))


def workbook(sheet: str, lines: list[list[str]]) -> bytes:
    """A workbook in which texts that begin with = are formulas that failed, with what follows as their value."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if cell.startswith("="):
                    page.write_formula(number, place, "=1/0", None, cell[1:])
                else:
                    page.write(number, place, cell)
    return file.getvalue()


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!", "#NAME?"])
def test_an_error_cell_of_a_workbook_is_no_blank(desk, value):
    place = list(GOOD["crimes"]).index("Committed To")  # a column that may be blank
    lines = [list(GOOD["crimes"]), *(list(row("crimes", number).values()) for number in (1, 2))]
    lines[2][place] = f"={value}"
    record = desk.land("crimes", workbook("Crimes", lines), "2023-07.xlsx")
    assert [(fault.code, fault.column_name, fault.first_rows) for fault in record.faults] == [("R20", "Committed To", (3,))]
    assert [kept["_row"] for kept in parquet(record.accepted)] == [2]


def opendocument(sheet: str, lines: list[list[str]]) -> bytes:
    """An OpenDocument workbook; a cell is a text, or XML of its own."""
    from tests.unit.orchestration.ingest.files.test_readers import opendocument as plain

    marks = {f"§{y}§{x}§": cell for y, line in enumerate(lines) for x, cell in enumerate(line) if cell.startswith("<")}
    texts = [[f"§{y}§{x}§" if cell.startswith("<") else cell for x, cell in enumerate(line)] for y, line in enumerate(lines)]
    content = plain(sheet, texts)
    from tests.unit.orchestration.ingest.files.test_workbook import changed

    def with_cells(xml: bytes) -> bytes:
        for mark, cell in marks.items():
            before = f'<table:table-cell office:value-type="string"><text:p>{escape(mark)}</text:p></table:table-cell>'
            assert before.encode() in xml
            xml = xml.replace(before.encode(), cell.encode())
        space = b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        return xml.replace(b"<office:document-content ", b"<office:document-content " + space)

    return changed(content, "content.xml", with_cells)


CELL = '<table:table-cell table:formula="of:=NA()" office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'


@pytest.mark.parametrize(
    "cell",
    [
        CELL.format("string", 'office:string-value="" calcext:value-type="error"', "#N/A"),
        CELL.format("string", 'office:string-value="" calcext:value-type="error"', "Err:502"),
        CELL.format("float", 'office:value="0"', "#DIV/0!"),  # as older programs write it
    ],
)
def test_an_error_cell_of_an_opendocument_workbook_is_no_value(desk, cell):
    header = [column.header for column in CONTRACTS["imd_2019"].columns]
    values = ["E01000001", "City of London 001A", "E09000001", "City of London", "29199", "9"]
    spoilt = [*values[:4], cell, values[5]]
    spoilt[0] = "E01000002"
    record = desk.land("imd_2019", opendocument("IMD2019", [header, values, spoilt]), "2019.ods")
    assert [(fault.code, fault.first_rows) for fault in record.faults] == [("R20", (3,))]
    assert [kept["imd_rank"] for kept in parquet(record.accepted)] == [29199]


@pytest.mark.parametrize("value", ["4.35E+05", "4.35e+05", "1E5", "4.350000E+005"])
def test_a_number_in_scientific_notation_is_no_number(desk, value):
    record = desk.land("crimes", text([row("crimes", 1), row("crimes", 2, Easting=value)]))
    assert [(fault.code, fault.column_name, fault.first_rows) for fault in record.faults] == [("R02", "Easting", (3,))]
    assert "scientific" in record.faults[0].remedy


def test_a_coordinate_in_scientific_notation_is_no_number(desk):
    delivered = [row("police_uk/street"), row("police_uk/street", Longitude="-1.5E+00", Latitude="5.291E+01")]
    record = desk.land("police_uk/street", text(delivered), "2023-07-derbyshire.csv")
    assert [(fault.code, fault.column_name) for fault in record.faults] == [("R02", "Latitude"), ("R02", "Longitude")]


def test_a_small_decimal_number_as_databases_write_it_keeps_its_digits(desk):
    record = desk.land("police_uk/street", text([row("police_uk/street", Longitude="-9.1E-2")]), "2023-07-derbyshire.csv")
    assert [kept["longitude"] for kept in parquet(record.accepted)] == [-0.091]


@pytest.mark.parametrize("value", ["1.23E+11", "4E+07", "9.8765e+15"])
def test_a_code_in_scientific_notation_has_lost_its_digits(desk, value):
    contract = replace(
        CONTRACTS["crimes"],
        bad_row_limit=1.0,
        columns=tuple(replace(c, free_text=False) if c.name == "ward_name" else c for c in CONTRACTS["crimes"].columns),
    )
    desk.put("crimes", text([row("crimes", 1, Ward_Name=value), row("crimes", 2, Ward_Name="1E5"), row("crimes", 3)]))
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert [(fault.code, fault.column_name, fault.first_rows) for fault in record.faults] == [("R21", "Ward Name", (2,))]


@pytest.mark.parametrize("header", ["Offenders"])
@pytest.mark.parametrize("value", ["#REF!", "4.35E+05", "Err:502"])
def test_a_return_without_one_of_its_counts_is_refused(desk, header, value):
    contract = load_contracts()["derby_city_youth_justice", "offenders"]
    folder = desk.raw / contract.agency / contract.feed
    folder.mkdir(parents=True)
    lines = ["Financial Year,Age,Gender,Offenders", "2023/24,12,Female,3", f"2023/24,13,Female,{value}"]
    (folder / "2023-24.csv").write_text("\n".join(lines) + "\n")
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, codes(record)) == ("refused", ["D09", "R02" if "E+" in value else "R20"])


def test_no_return_of_counts_may_lose_a_row():
    """A layout describes a return of totals, which a missing count falsifies; an index to look things up in is none."""
    lookups = {("cambridge", "crime_harm_index")}
    returns = {key: contract for key, contract in load_contracts().items() if contract.layout and key not in lookups}
    assert len(returns) > 20
    assert {key for key, contract in returns.items() if contract.bad_row_limit} == set()


def test_a_small_number_of_a_workbook_or_parquet_file_is_written_out(tmp_path):
    assert [cell_text(value) for value in (1e-05, -9.1e-07, 1e22, 0.25, 435000.0)] == [
        "0.00001",
        "-0.00000091",
        "10000000000000000000000",
        "0.25",
        "435000",
    ]
    path = tmp_path / "small.parquet"
    duckdb.sql("copy (select 1e-05::double as a, null::float as b, 3 as c) to '" + str(path) + "' (format parquet)")
    assert list(sheet_rows(path, "parquet")) == [["a", "b", "c"], ["0.00001", None, "3"]]


def test_error_values_among_many_good_rows_cost_only_their_rows(desk):
    delivered = rows("crimes", 50)
    delivered[10]["District"] = "#N/A"
    delivered[20]["Offence Title"] = "Err:502"
    record = desk.land("crimes", text(delivered))
    assert (codes(record), record.rows_accepted, record.rows_rejected) == (["R20", "R20"], 48, 2)
