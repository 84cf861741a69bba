"""A workbook in the form of the Cambridge index lands as weights of its edition."""

from __future__ import annotations

import io

import pytest

from tests.unit.orchestration.ingest.conftest import codes, parquet

FEED = "crime_harm_index"
HEADERS = ["ATHENA URN", "FULL_OFFENCE_TITLE", "CCHI Score", "Starting Point", "HOME_OFFICE_CLASSIFICATION", "HO_CODE"]


def workbook(sheet: str, rows: list[list[object]]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("Cover page").write(0, 0, "Cambridge Crime Harm Index")
        values = book.add_worksheet(sheet)
        for number, row in enumerate([HEADERS, *rows]):
            values.write_row(number, 0, row)
        book.add_worksheet("Expired offences").write_row(0, 0, HEADERS)
    return content.getvalue()


ROWS = [
    ["U1", "Murder of persons aged 1 year or over", 5475, "15 years", "001/01", 1],
    ["U2", "Robbery", 365, "1 year", "034/11", 34],
    ["U3", "Offence that the guidelines leave open", "N/A", None, "099/99", 99],
    ["U4", "Possession of something", 273.75, "9 months", None, 10],
]


def test_weights_land_with_the_edition_that_the_sheet_names(desk) -> None:
    record = desk.land(FEED, workbook("CCHI 2026 values sheet", ROWS), "2026.xlsx")
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 4, 0)
    landed = parquet(record.accepted)
    assert [(row["edition"], row["ho_sub_code"], row["score"]) for row in landed] == [
        ("2026", "001/01", 5475.0),
        ("2026", "034/11", 365.0),
        ("2026", "099/99", None),
        ("2026", None, 273.75),
    ]
    assert landed[2]["score_symbol"] == "n/a"


@pytest.mark.parametrize("score", [-1, 20_001, "five years"])
def test_a_score_that_is_no_number_of_days_is_rejected(desk, score) -> None:
    record = desk.land(
        FEED, workbook("CCHI 2026 values sheet", [*ROWS, ["U5", "Something", score, "", "001/02", 1]]), "2026.xlsx"
    )
    assert (record.rows_accepted, record.rows_rejected) == (4, 1)


def test_a_workbook_without_the_sheet_of_values_is_refused(desk) -> None:
    record = desk.land(FEED, workbook("Values", ROWS), "2026.xlsx")
    assert record.verdict == "refused"
    assert codes(record)
