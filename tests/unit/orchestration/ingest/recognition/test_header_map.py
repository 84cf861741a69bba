"""A foreign extract beside the columns of a feed type."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.recognition import header_map
from orchestration.ingest.rules import UnreadableError

CRIMES = load_contracts()["derbyshire_constabulary", "crimes"]
ATTENDANCES = load_contracts()["royal_derby_hospital", "ed_assaults"]
# Another force's layout: other headers and order, its own references, ISO dates, no knife flag but a keyword column.
HEADER = ["Offence Sub Code", "HO Class Cd", "CRIME_REF_NO", "Date Recorded", "Committed From Date", "District Name", "Keywords"]
ROW = ["008/01", "8N", "LR/123456/23", "2023-04-02T10:15:00", "2023-04-01T23:00:00", "Hinckley", "knife"]


def test_headers_of_another_force_are_mapped_and_the_rest_are_gaps():
    rows = [HEADER, *[ROW] * 12, [*ROW[:5], "Ada Example", ""]]
    made = header_map.probable(rows, CRIMES)
    assert {header: column for header, (column, _) in made.headers.items()} == {
        "Offence Sub Code": "ho_sub_code",
        "HO Class Cd": "ho_class",
        "CRIME_REF_NO": "crime_reference",
        "Date Recorded": "recorded_at",
        "Committed From Date": "committed_from",
        "District Name": "district",
    }
    assert made.unmatched == ("Keywords",)
    assert "offence_title" in made.missing and "crime_reference" not in made.missing
    assert made.rows == 13


def test_a_header_of_the_contract_is_certain_and_values_decide_between_like_words():
    rows = [["Crime Reference", "Code A", "Code B"], *[["DC-2023-0000001", "8N", "008/01"]] * 3]
    assert header_map.probable(rows, CRIMES).headers["Crime Reference"] == ("crime_reference", 1.0)
    for label, value, column in (("HO Code", "8N", "ho_class"), ("HO Code", "008/01", "ho_sub_code")):
        assert header_map.probable([[label], [value]], CRIMES).headers[label][0] == column


def test_what_forces_shorten_or_call_otherwise_is_known():
    header = ["URN", "HOME OFFICE SUBCODE", "LOCAL AUTHORITY", "X", "Y", "DV MARKER", "DRUGS RELATED", "KNIFE INVOLVED", "OIC"]
    row = ["40/00001/24", "008/01", "Ashfield", "450000", "350000", "Y", "N", "N", "1234"]
    made = header_map.probable([header, *[row] * 3], CRIMES)
    assert {header: column for header, (column, _) in made.headers.items()} == {
        "URN": "crime_reference",
        "HOME OFFICE SUBCODE": "ho_sub_code",
        "LOCAL AUTHORITY": "district",
        "X": "easting",
        "Y": "northing",
        "DV MARKER": "domestic_abuse",
        "DRUGS RELATED": "drugs",
        "KNIFE INVOLVED": "knife",
    }


def test_the_start_of_a_span_is_not_its_end():
    header = ["Committed Start", "Committed End", "Latest Committed"]
    made = header_map.probable([header[:2], ["2024-03-01", "2024-03-02"]], CRIMES)
    assert {label: column for label, (column, _) in made.headers.items()} == {
        "Committed Start": "committed_from",
        "Committed End": "committed_to",
    }
    assert header_map.probable([header[2:], ["2024-03-01"]], CRIMES).headers[header[2]][0] == "committed_to"
    # What has dates is no text, whatever its words.
    made = header_map.probable([["Offence Titles"], ["2024-03-01"]], CRIMES)
    assert "offence_title" not in {column for column, _ in made.headers.values()}


def test_a_rare_value_and_all_of_health_are_shapes():
    labels = [["Assault Method"], *[["Stabbed by a neighbour"]] * 12, ["Ada Example 01/02/1990"]]
    column = next(name for name in ATTENDANCES.by_name if "method" in name)
    assert header_map.probable(labels, ATTENDANCES).values[column] == {"Aaaaaaa aa a aaaaaaaaa": 12, "Aaa Aaaaaaa 99/99/9999": 1}
    flagged = [["Knife Crime Flag"], *[["Blade seen"]] * 12, ["Ada Example"], ["Y"]]
    assert header_map.probable(flagged, CRIMES).values["knife"] == {"Blade seen": 12, "Aaa Aaaaaaa": 1}


def test_a_file_without_a_header_shows_no_person():
    made = header_map.probable([["Ada Example 01/02/1990", "ada@example.org"]], CRIMES)
    assert made.unmatched == ("Aaa Aaaaaaa 99/99/9999", "aaa@aaaaaaa.aaa")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_text_is_read_with_any_separator(tmp_path, separator):
    path = tmp_path / "extract.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows([HEADER, ROW, [], ROW])
    found = header_map.read(path, CRIMES)
    assert (found.rows, found.sheet, found.delimiter, found.layout) == ([HEADER, ROW, ROW], None, separator, ())


def test_what_is_no_table_is_refused(tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.4 a letter")
    with pytest.raises(UnreadableError):
        header_map.read(path, CRIMES)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_first_sheet_of_a_workbook_is_read_by_the_helper(tmp_path, kind):
    path = tmp_path / f"extract.{kind}"
    book = pd.DataFrame([ROW], columns=HEADER)
    book.to_excel(path, sheet_name="Extract 1", index=False, engine={"xlsx": "xlsxwriter", "ods": "odf"}[kind])
    found = header_map.read(path, CRIMES)
    assert (found.rows, found.sheet, found.layout) == ([HEADER, ROW], "Extract 1", ())


def test_a_file_of_too_many_columns_is_refused(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_text(",".join(f"h{place}" for place in range(2_001)) + "\n")
    with pytest.raises(UnreadableError) as refused:
        header_map.read(path, CRIMES)
    assert [found.code for found in refused.value.faults] == ["D16"]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (["2023-04-02", "2023-04-30"], "%Y-%m-%d"),
        (["02-Apr-2023 10:15", "30-Apr-2023 23:59"], "%d-%b-%Y %H:%M"),
        (["02/04/2023 10:15", "30/04/2023 23:59"], None),
        (["04/02/2023 10:15", "04/30/2023 23:59"], "%m/%d/%Y %H:%M"),
    ],
)
def test_another_form_of_dates_is_found(written, form):
    made = header_map.probable([["Recorded Date Time"], *([each] for each in written)], CRIMES)
    assert made.formats.get("recorded_at") == form


def test_a_header_that_is_a_name_or_has_an_identifier_is_a_shape():
    made = header_map.probable([["John Smith", "Jo Kerrigan", "943 476 5919", "Beat", "Sector Off"]], CRIMES)
    assert made.unmatched == ("Aaaa Aaaaa", "Aa Aaaaaaaa", "999 999 9999", "Beat", "Sector Off")


@pytest.mark.parametrize(
    ("header", "values", "column"),
    [
        # By what it has where its words are few or generic.
        ("Output Area LSOA21", ["E01012345", "E01012346"], "lsoa_code"),
        ("LSOA11", ["W01000001"], "lsoa_code"),
        ("Ward", ["E05000001", "E05000002"], "ward_code"),
        ("Ward", ["Moor", "Mill Hill"], "ward_name"),
        ("Offence Description", ["Robbery", "Burglary"], "offence_title"),
        ("Weapon Used", ["Machete", "None"], "weapon"),
        ("Knife Enabled", ["TRUE", "FALSE"], "knife"),
        ("Date Reported", ["13/02/24 10:15"], "recorded_at"),
        ("Easting", ["412,345", "431,002"], "easting"),
        # Degrees are no metres, a time without its date is no column, and a date is no title.
        ("Latitude", ["50.4123", "50.4177"], None),
        ("Time Reported", ["10:15", "23:05"], None),
        ("Offence until", ["13/02/24 10:15"], None),
    ],
)
def test_values_and_the_words_that_matter_say_the_column(header, values, column):
    made = header_map.probable([[header], *([value] for value in values)], CRIMES)
    found = made.headers.get(header, (None,))[0]
    # Of dates it may be another one; never what is no date.
    assert found == column or (column is None and CRIMES.by_name[found].type == "timestamp")


def test_headers_in_two_languages_or_of_a_system_are_shown_where_the_row_is_plainly_a_header():
    header = ["CRIS Ref", "Dyddiad Cofnodi / Date Recorded", "Cam-drin Domestig / Domestic Abuse", "LSOA", "Ada Example"]
    made = header_map.probable([header, ["1/24", "2024-02-01", "N", "W01000001", "x"]], CRIMES)
    assert {*made.headers, *made.unmatched} == {*header[:4], "Aaa Aaaaaaa"}
    # Not in a row of data, and not of records of patients, which have a header in the first row or none.
    for row, contract in (
        (["Cyfeirnod Trosedd / Crime Ref", "2024-02-01", "E01000001"], CRIMES),
        (["Cam-drin Domestig / Location Type", "Age", "Sex"], ATTENDANCES),
    ):
        made = header_map.probable([row], contract)
        assert row[0] not in (*made.headers, *made.unmatched)
