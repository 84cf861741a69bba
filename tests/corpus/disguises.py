"""Identifiers of patients, disguised, in deliveries of health and social care.

A file that holds one is refused; where what is planted is only not among a column's values, the row is rejected and its text
kept nowhere. Each is planted in turn in every text column of every feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle

from tests.corpus import people, valid
from tests.corpus.case import NOT_TAKEN, NOT_WHOLE, REFUSED, Case, Make, Outcome, content
from tests.corpus.valid import AMBULANCE, CHESTERFIELD, LIAISON, ROYAL_DERBY, Row, Table

RECORDS = (ROYAL_DERBY, CHESTERFIELD, LIAISON, AMBULANCE)
# Every text column of every feed of records; those with written notes have cases of their own.
NOTES = ("Location Description", "Assault Method Other")
PLACES = tuple((table, column) for n in range(9) for table in RECORDS for column in table.texts[n : n + 1] if column not in NOTES)


def cases() -> Iterator[Case]:
    written = [
        *((f"name {form}", text) for form, text in _names()),
        *((f"NHS number {form}", text) for form, text in people.nhs_forms(people.nhs_number(40817))),
        *((f"telephone {form}", text) for form, text in people.TELEPHONES.items()),
        *((f"e-mail {form}", text) for form, text in people.MAILS.items()),
        *((f"postcode {form}", text) for form, text in people.POSTCODES.items()),
        *((f"date of birth {form}", text) for form, text in people.BIRTHS.items()),
        *((f"number of a person: {form}", text) for form, text in people.NUMBERS.items()),
    ]
    yield from _in_cells(written, cycle(PLACES))
    yield from _in_notes(written)
    yield from _over_cells()
    yield from _in_columns_of_dates()
    yield from _in_headings()
    yield from _in_file_names()
    yield from _in_returns()


def _names() -> Iterator[tuple[str, str]]:
    """A name for every person, and every form at least four times."""
    for number, (given, family) in enumerate(people.NAMES):
        written = list(people.forms(given, family))
        form, text = written[number % len(written)]
        yield f"{form} ({given} {family})", text


def _in_cells(written: Iterable[tuple[str, str]], places: Iterator[tuple[Table, str]]) -> Iterator[Case]:
    """Alone in a cell of each text column in turn."""
    for (name, text), (table, column) in zip(written, places, strict=False):
        yield disguise(name, table, valid.with_cell(table.rows(), column, text), text, where=column)


def _in_notes(written: Iterable[tuple[str, str]]) -> Iterator[Case]:
    """In what a receptionist has typed, alone and among words."""
    around = cycle(("{}", "outside the bar, {}", "{} - hit with a bottle", "in the park with {} and others"))
    columns = cycle(("Location Description", "Assault Method Other"))
    for (name, text), words, column, table in zip(written, around, columns, cycle((ROYAL_DERBY, CHESTERFIELD))):
        rows = valid.with_cell(table.rows(), column, words.format(text))
        yield disguise(f"{name}, “{words}”", table, rows, text, where=column)


def disguise(name: str, table: Table, rows: list[Row], *planted: str, where: str, right: tuple[Outcome, ...] = NOT_WHOLE) -> Case:
    """A delivery of records with something planted."""
    is_book = table is AMBULANCE
    return Case(
        "disguise",
        f"{name}, in {where}, {table.feed}",
        table.feed,
        f"{table.period_name}.{'xlsx' if is_book else 'csv'}",
        content(lambda: valid.xlsx(valid.calls(rows)) if is_book else valid.text(rows).encode()),
        right,
        planted=tuple(text for text in planted if len(text) > 3),
        disguise=True,
    )


def _over_cells() -> Iterator[Case]:
    """Over two cells of a row, or two rows of a column: none of them says anything alone."""
    number = people.nhs_number(55311)
    for table, first, second in (
        (ROYAL_DERBY, "Assault Method", "Assault Method Other"),
        (CHESTERFIELD, "Location Type", "Location Description"),
        (LIAISON, "Gender", "Offence Group"),
        (AMBULANCE, "Response", "Patient Sex"),
    ):
        for name, one, other in (
            ("NHS number", number[:5], number[5:]),
            ("telephone", "07700", "900123"),
            ("postcode", "DE1", "3AB"),
            ("e-mail", "z.qureshi@", "example.org"),
            ("first and family name", "Zainab", "Qureshi"),
        ):
            rows = valid.with_cell(valid.with_cell(table.rows(), first, one), second, other)
            yield disguise(f"{name} over two cells", table, rows, where=f"{first} and {second}")


def _in_columns_of_dates() -> Iterator[Case]:
    """A date of birth in a column that holds dates of something else, in one row and in all."""
    for table, column, time in (
        (ROYAL_DERBY, "Assault Date Time", " 00:00"),
        (CHESTERFIELD, "Assault Date Time", " 00:00:00"),
        (ROYAL_DERBY, "Reporting Period Start", ""),
        (CHESTERFIELD, "Reporting Period End", ""),
    ):
        births = [f"{1 + n % 28:02}/{1 + n % 12:02}/{1950 + n}" for n in range(valid.ROWS)]
        rows = [{**row, column: row.get(column, "01/07/2023")} for row in table.rows()]
        every = [{**row, column: birth + time} for row, birth in zip(rows, births, strict=True)]
        yield disguise("date of birth in all rows", table, every, where=column, right=REFUSED)
        yield disguise("date of birth in one row", table, valid.with_cell(rows, column, births[7] + time), where=column)


def _in_headings() -> Iterator[Case]:
    for number, heading in enumerate(people.HEADINGS):
        table = RECORDS[number % len(RECORDS)]
        rows = [{**row, heading: "x"} for row in table.rows()]
        yield disguise(f"heading {heading}", table, rows, where="the header", right=REFUSED)
    for table, text in ((ROYAL_DERBY, "Zainab Qureshi"), (LIAISON, people.nhs_number(31337)), (AMBULANCE, "DE1 3AB")):
        rows = [{**row, text: "x"} for row in table.rows()]
        yield disguise(f"a heading that is the identifier {text}", table, rows, text, where="the header", right=REFUSED)


_FILE_NAMES = {
    "a name behind the period": "2023-07-Zainab-Qureshi.csv",
    "a name and a version": "2023-07-Zainab-Qureshi.v2.csv",
    "a name with blanks": "2023-07 Zainab Qureshi.csv",
    "a name before the period": "Zainab Qureshi 2023-07.csv",
    "an NHS number": f"2023-07-N{people.nhs_number(90210)}.csv",
    "a date of birth": "2023-07-DOB-17-04-1987.csv",
    "a postcode": "2023-07-DE1-3AB.csv",
    "an e-mail": "2023-07 z.qureshi@example.org.csv",
}


def _in_file_names() -> Iterator[Case]:
    """A file whose name is a person's: the record of its delivery may not have it."""
    for name, file_name in _FILE_NAMES.items():
        for sent in (False, True):
            yield Case(
                "disguise",
                f"{name} in the file name, {'sent' if sent else 'landed'}",
                ROYAL_DERBY.feed,
                file_name,
                content(valid.text(ROYAL_DERBY.rows())),
                # Where the copy has another name, and nothing that is kept has the old one, it did not get in.
                ("refused", "accepted") if sent else NOT_TAKEN,
                sent=sent,
                planted=(file_name.removeprefix("2023-07").removesuffix(".csv").removesuffix(".v2").replace(" 2023-07", ""),),
                disguise=True,
            )


_IN_RETURNS = {
    "name in the notes": "Male figure includes Chukwuemeka Obi, moved in May",
    "name in capitals in the notes": "NB: DHILLON, HARPREET counted twice",
    "NHS number in the notes": f"see {people.nhs_number(70707)}",
    "pupil number in the notes": "UPN H801200001001 left out",
    "date of birth in the notes": "one child (born 17/04/2012) left out",
    "telephone in the notes": "family on 07700 900 123",
    "postcode in the notes": "home S40 1XA",
}


def _in_returns() -> Iterator[Case]:
    for feed, sheets, ending in (
        (valid.SOCIAL_CARE_COUNTY, valid.county_return, "xlsx"),
        (valid.SOCIAL_CARE_COUNTY, valid.county_return, "ods"),
        (valid.SOCIAL_CARE_CITY, valid.city_return, "xlsx"),
    ):
        for name, text in _IN_RETURNS.items():
            made = sheets()
            made[0][1][-1] = [f"Notes: {text}"]
            yield in_return(f"{name}, {ending}", feed, ending, content(_book(made, ending)), text)
        for name, (row, text) in {
            "name beside the table": (5, "Shabnam Akhtar"),
            "name in capitals beside the table": (5, "SHABNAM AKHTAR"),
            "name for a category": (4, "Kwame Boateng"),
        }.items():
            made = sheets()
            cells = made[0][1][row]
            made[0][1][row] = [text, *cells[1:]] if "category" in name else [*cells, None, text]
            yield in_return(f"{name}, {ending}", feed, ending, content(_book(made, ending)), text)


def _book(sheets: valid.Sheets, ending: str) -> bytes:
    return valid.ods(sheets) if ending == "ods" else valid.xlsx(sheets)


def in_return(name: str, feed: str, ending: str, make: Make, *planted: str) -> Case:
    """A return of children's social care with something planted."""
    return Case("disguise", f"{name}, {feed}", feed, f"2023-24.{ending}", make, REFUSED, planted=planted, disguise=True)
