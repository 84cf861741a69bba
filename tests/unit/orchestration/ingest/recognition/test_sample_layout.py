"""Where the table of a sample is, and what of it is written into the map."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.recognition import header_map

CONTRACTS = load_contracts()
CRIMES = next(contract for contract in CONTRACTS.values() if contract.feed == "crimes")
RETURN = next(contract for contract in CONTRACTS.values() if contract.feed == "exclusions")
UPPER = ["WHAT", "", "", "WHEN", "", "", "FLAGS", ""]
LOWER = ["CRIME REF NO", "HO CLASS", "HO SUB CODE", "RECORDED DATE", "COMMITTED FROM", "DISTRICT", "KNIFE FLAG", "WEAPON"]
ROW = ["LR/1/23", "8N", "008/01", "02 April 2023 10:15", "01 April 2023 09:00", "Swale", "Y", "Knife"]


def write(path, rows, delimiter=";"):
    with path.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def test_titles_totals_and_notes_are_no_part_of_the_table(tmp_path):
    total, note = ["Total", "2", *[""] * 6], ["Source: the crime system – monthly"]
    rows = [["Crimes, knife and other, for the VRU – April"], [], UPPER, LOWER, ROW, [], ROW, total, note]
    found = header_map.read(write(tmp_path / "extract.csv", rows), CRIMES)
    assert (found.rows, found.delimiter) == ([LOWER, ROW, ROW], ";")
    made = header_map.probable(found.rows, CRIMES)
    (table,) = header_map.with_totals(found, made)
    assert set(table) == {"start", "end", "totals"} and table["start"][0] in LOWER and table["end"] == r"^(Source)\b"
    assert list(table["totals"]) == ["crime_reference"] == [made.headers["CRIME REF NO"][0]]
    assert made.formats["recorded_at"] == "%d %B %Y %H:%M"


def test_a_header_of_two_rows_is_one_of_both(tmp_path):
    upper = ["Crime", "", "Committed", "", "Recorded", "District"]
    lower = ["Reference", "HO Class", "From", "To", "At", ""]
    rows = [upper, lower, ["LR/1/23", "8N", "01/04/2023", "02/04/2023", "03/04/2023", "Swale"]]
    found = header_map.read(write(tmp_path / "extract.csv", rows, ","), CRIMES)
    committed = ["Committed | From", "Committed | To"]
    assert found.rows[0] == ["Crime | Reference", "Crime | HO Class", *committed, "Recorded | At", "District"]
    assert (found.layout[0].header_rows, found.layout[0].sheets) == (2, None)
    columns = {header: column for header, (column, _) in header_map.probable(found.rows, CRIMES).headers.items()}
    assert [columns[header] for header in committed] == ["committed_from", "committed_to"]


@pytest.mark.parametrize(
    ("sheets", "pattern"),
    [
        (["Read me", "Data (1)"], r"Data\ \(1\)"),
        (["April 2023"], ".*"),
        (["About", "Crimes Apr 23"], r"Crimes\ [A-Za-z]+\ \d{2}"),
    ],
)
def test_the_sheet_with_the_table_is_found_and_the_only_one_may_change_its_name(tmp_path, sheets, pattern):
    path = tmp_path / "extract.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for name in sheets[:-1]:
            pd.DataFrame([["What this is"], ["Crimes of one month"]]).to_excel(book, sheet_name=name, index=False, header=False)
        rows = [["Crimes of the month"], LOWER, ROW]
        pd.DataFrame(rows).to_excel(book, sheet_name=sheets[-1], index=False, header=False)
    found = header_map.read(path, CRIMES)
    assert (found.rows, found.sheet, found.layout[0].sheets) == ([LOWER, ROW], sheets[-1], pattern)


@pytest.mark.parametrize(
    ("sheets", "pattern"),
    [
        (["Medway", "Swale", "Thanet"], ".*"),
        (["About", "April 2023", "May 2023"], r"(?!(?:About)$).*"),
        (["About", "Medway", "Swale", "Codes 2023"], r"(?!(?:About|Codes\ \d{4})$).*"),
    ],
)
@pytest.mark.parametrize("title", [[], [["Crimes of the month"]]])
def test_a_table_on_several_sheets_is_all_of_them(tmp_path, sheets, pattern, title):
    path, note = tmp_path / "extract.xlsx", ["Source: the crime system"]
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for number, name in enumerate(sheets):
            is_other = name.startswith(("About", "Codes"))
            rows = [["What this is"], ["Crimes"]] if is_other else [*title, LOWER, *[ROW] * (number + 1), note]
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False, header=False)
    found = header_map.read(path, CRIMES)
    with_table = [number + 1 for number, name in enumerate(sheets) if not name.startswith(("About", "Codes"))]
    assert found.rows == [LOWER, *[ROW] * sum(with_table)]
    (table,) = found.layout
    assert (table.sheets, table.end) == (pattern, r"^(Source)\b")
    assert [name for name in sheets if re.fullmatch(pattern, name)] == [n for n in sheets if not n.startswith(("About", "Codes"))]


def test_a_table_that_begins_with_the_first_row_needs_no_layout(tmp_path):
    assert header_map.read(write(tmp_path / "extract.csv", [LOWER, ROW, ROW]), CRIMES).layout == ()


def test_no_layout_is_made_of_a_file_without_a_header(tmp_path):
    rows = [["Ada Example", "01/02/1990"], ["Bea Example", "03/04/1991"]]
    found = header_map.read(write(tmp_path / "extract.csv", rows), CRIMES)
    assert (found.layout, found.rows) == ((), rows)


def test_a_return_in_another_form_gets_a_layout_of_its_own(tmp_path):
    header = [column.header for column in RETURN.columns]
    path = tmp_path / "return.xlsx"
    row, total = ["2023/24", "Secondary", "Bullying", "Suspensions", "4"], ["Total", "", "", "", "4"]
    rows = [["Exclusions of the year"], [], header, row, total]
    pd.DataFrame(rows).to_excel(path, sheet_name="Sheet1", index=False, header=False)
    found = header_map.read(path, RETURN)
    made = header_map.probable(found.rows, RETURN, found.made)
    assert (found.rows, made.unmatched, made.missing) == ([header, row], (), ())
    (table,) = header_map.with_totals(found, made)
    assert table["sheets"] == ".*" and table["start"][0] in header and list(table["totals"]) == ["academic_year"]


def test_of_a_return_in_the_agreed_form_what_its_layout_fills_is_no_gap(tmp_path):
    path = tmp_path / "return.xlsx"
    header = ["Phase", "Reason", "Permanent exclusions", "Suspensions"]
    rows = [["School year: 2023/24"], header, ["Secondary", "Bullying", "1", "4"], ["Source: the council"]]
    pd.DataFrame(rows).to_excel(path, sheet_name="Exclusions and suspensions", index=False, header=False)
    found = header_map.read(path, RETURN)
    made = header_map.probable(found.rows, RETURN, found.made)
    assert (found.rows, found.layout) == ([header[:2], ["Secondary", "Bullying"]], ())
    assert (set(made.headers), made.missing) == ({"Phase", "Reason"}, ())
