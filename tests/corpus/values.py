"""Values that spreadsheets, databases and people write into a cell: the row is rejected, and the others are in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.corpus import valid
from tests.corpus.case import NOT_WHOLE, ROWS, Case, Outcome, content
from tests.corpus.valid import AMBULANCE, CRIMES, LIAISON, OUTCOMES, ROYAL_DERBY, VICTIMS, Table

DATES = {
    "31 February": "31/02/2023",
    "month 13": "01/13/2023",
    "day 0": "00/07/2023",
    "American order": "07/25/2023",
    "two-digit year": "05/07/23",
    "three-digit year": "05/07/202",
    "year 0": "05/07/0000",
    "year 9999": "05/07/9999",
    "year of five digits": "05/07/20233",
    "before 1900": "05/07/1823",
    "seconds": "1688551500",
    "in words": "fifth of July",
    "month's name in another language": "05 juillet 2023",
    "words for none": "n/a",
    "noughts": "00/00/0000",
    "dots of no date": "../../....",
    "hashes of a narrow column": "########",
    "formula": "=TODAY()",
    "error value": "#VALUE!",
    "scientific": "4.51E+04",
    "week": "2023-W27-3",
    "day of the year": "2023-186",
    "digits of another script": "٠٥/٠٧/٢٠٢٣",
    "two dates": "05/07/2023 06/07/2023",
    "range": "05-06/07/2023",
    "question mark": "?5/07/2023",
    "below nought": "-05/07/2023",
    "five thousand digits": "9" * 5_000,
}
NUMBERS = {
    "scientific": "4.35E+05",
    "scientific, small letter": "4e5",
    "words": "twenty",
    "comma for a point": "20,5",
    "two points": "20.5.1",
    "unit": "20 yrs",
    "plus": "20+",
    "less than": "<20",
    "about": "c20",
    "range": "18-24",
    "not a number": "NaN",
    "infinite": "Infinity",
    "below infinite": "-inf",
    "hexadecimal": "0x14",
    "overflow": "99999999999999999999",
    "overflow of the overflow": "1" + "0" * 400,
    "below nought": "-1",
    "too large": "999",
    "half": "20.5",
    "true": "TRUE",
    "error value": "#N/A",
    "error value of a reference": "#REF!",
    "error value of a division": "#DIV/0!",
    "error value in another language": "#WERT!",
    "formula": "=20",
    "question mark": "?",
    "digits of another script": "٢٠",
    "raised digits": "²⁰",
    "a fraction's sign": "½",
    "Roman": "XX",
    "symbol": "*",
    "in brackets": "(20)",
    "underscore": "2_0",
    "blank within": "2 0",
    "null of a database": "NULL",
    "NUL": "2\x000",
}
EASTINGS = {name: value for name, value in NUMBERS.items() if name not in ("range", "symbol")} | {
    "too large": "4350000",
    "latitude instead": "52.9146",
}
CODES = {
    "another district": "Atlantis",
    "district with a nought before": "0Derby City",
    "error value": "#N/A",
    "error value of a name": "#NAME?",
    "formula": "=A1",
    "null of a database": "NULL",
    "none of a program": "None",
    "nan": "nan",
    "a number": "1234",
    "a date": "05/07/2023",
    "an object": "[object Object]",
    "a path": "../../etc/passwd",
    "broken letters": "DerbÃ© Citâ€™",
    "replacement character": "Derby\ufffdCity",
    "letters of another script": "Dеrby City",
    "letters set on edge": "D\u0336e\u0336r\u0336b\u0336y\u0336",
    "ten thousand letters": "x" * 10_000,
}
FLAGS = {"maybe": "maybe", "two": "2", "both": "YN", "null": "NULL", "error value": "#N/A", "half": "0.5", "German": "Ja"}


def cases() -> Iterator[Case]:
    for table, column, values in (
        *((CRIMES, "Recorded Date Time", DATES), (CRIMES, "Easting", EASTINGS), (CRIMES, "District", CODES)),
        (CRIMES, "Knife Crime Flag", FLAGS),
        *((ROYAL_DERBY, "Arrival Date Time", DATES), (ROYAL_DERBY, "Age", NUMBERS), (ROYAL_DERBY, "Assault District", CODES)),
        *((LIAISON, "Referral Date", DATES), (LIAISON, "Need - Mental Health", FLAGS), (LIAISON, "Offence Group", CODES)),
        *((OUTCOMES, "Outcome Date", DATES), (VICTIMS, "Offence Date", DATES), (VICTIMS, "Date of Birth", DATES)),
        *((AMBULANCE, "Patient Age", NUMBERS), (AMBULANCE, "Call Date Time", DATES), (AMBULANCE, "Response", CODES)),
    ):
        yield from _of(table, column, values)


def _of(table: Table, column: str, values: Mapping[str, str]) -> Iterator[Case]:
    for name, value in values.items():
        rows = valid.with_cell(table.rows(), column, value)
        book = table is AMBULANCE
        if book and "\x00" in value:
            continue  # no XML can hold it
        yield Case(
            "values",
            f"{name}, in {column}, {table.feed}",
            table.feed,
            f"{table.period_name}.{'xlsx' if book else 'csv'}",
            content(lambda rows=rows, book=book: valid.xlsx(valid.calls(rows)) if book else valid.text(rows).encode()),
            _right(table, value),
        )


def _right(table: Table, value: str) -> tuple[Outcome, ...]:
    """In health data an old date may be somebody's date of birth, and long text is cut off or refused."""
    return NOT_WHOLE if table in (ROYAL_DERBY, LIAISON, AMBULANCE) or len(value) > 1_000 or "\x00" in value else ROWS
