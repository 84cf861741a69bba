"""Crime harm weights in the form of the workbook in which the University of Cambridge publishes its index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synthetic.feeds.files import workbook
from synthetic.records.harm import VERSION, illustrative

HEADERS = ("HOME_OFFICE_CLASSIFICATION", "FULL_OFFENCE_TITLE", "CCHI Score", "Note")
LABEL = "Illustrative, for demonstration only; not a value of the Cambridge Crime Harm Index"


def write_weights(raw: Path) -> Iterator[tuple[str, Path, int]]:
    """The illustrative weights in the form of the Cambridge workbook; yields feed, path and rows."""
    path = raw / "cambridge" / "crime_harm_index" / f"{VERSION}.xlsx"
    rows = illustrative()
    with workbook(path, title=LABEL) as book:
        book.add_worksheet("Cover page").write(0, 0, LABEL)
        sheet = book.add_worksheet(f"CCHI {VERSION} values sheet")
        sheet.write_row(0, 0, HEADERS)
        for number, row in enumerate(rows, start=1):
            note = f"{LABEL}. {row['reason']}."
            sheet.write_row(number, 0, (row["ho_sub_code"], row["title"], float(row["days"]), note))
    yield "cambridge/crime_harm_index", path, len(rows)
