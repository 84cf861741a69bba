"""Further inputs of every kind: one crime under two spellings of its reference, one part under two spellings of its name, times
and numbers that nearly are some, odd encodings, tables within tables, and what programs other than the usual ones write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.corpus import people, valid
from tests.corpus.case import ACCEPTED, NOT_TAKEN, NOT_WHOLE, REFUSED, ROWS, Case, Outcome, content
from tests.corpus.valid import AMBULANCE, CRIMES, ROYAL_DERBY, STREET, county_return, interventions, wards, yaml_text
from tests.corpus.workbooks import SHEET, edited, with_rows

EITHER: tuple[Outcome, ...] = ("accepted", "refused", "rows rejected")
USED_OR_ROW: tuple[Outcome, ...] = ("accepted", "rows rejected")
Text = Callable[[], str | bytes]

# Of row 5 once more, under another spelling.
_REFERENCES = {
    "with a blank behind it": "DC-2023-0000005 ",
    "with a no-break space behind it": "DC-2023-0000005\u00a0",
    "with an invisible space": "DC-2023-\u200b0000005",
    "with a soft hyphen": "DC-2023\u00ad-0000005",
    "with a hyphen that does not break": "DC\u20112023\u20110000005",
    "with a dash": "DC\u20132023\u20130000005",
    "with digits of full width": "DC-2023-000000\uff15",
    "with a Cyrillic letter": "D\u0421-2023-0000005",
    "with a byte-order mark": "\ufeffDC-2023-0000005",
    "in quotation marks": "'DC-2023-0000005",
    "in small letters": "dc-2023-0000005",
    "with a tab before it": "\tDC-2023-0000005",
}
# Beside the same rows under the name of the part.
_PARTS = (
    *("2023-07-Derbyshire.csv", "2023-07-derbyshire.CSV", "2023-07-derbyshire-street.csv"),
    *("2023-07--derbyshire.csv", "2023-07-derbyshire_.csv", "2023-07-derbyshire%20.csv", "2023-07-derbyshire\u200b.csv"),
    *("2023-07-derbysh\u0131re.csv", "2023-07-\uff44erbyshire.csv", "2023-07-derbyshire copy.csv", "2023-07-derbyshire(1).csv"),
    *("2023-07-kent.csv", "2023-07-derbyshire-and-kent.csv", "2023-07-derbyshires.csv", "2023-07-.csv"),
)
_TIMES: dict[str, tuple[str, tuple[Outcome, ...]]] = {
    "hour 24": ("05/07/2023 24:00", ROWS),
    "hour 25": ("05/07/2023 25:00", ROWS),
    "minute 60": ("05/07/2023 10:60", ROWS),
    "second 61": ("05/07/2023 10:15:61", ROWS),
    "afternoon": ("05/07/2023 10:15 PM", ROWS),
    "afternoon, joined": ("05/07/2023 10:15pm", ROWS),
    "a point for the colon": ("05/07/2023 10.15", USED_OR_ROW),
    "letter O for a nought": ("05/07/2023 1O:15", ROWS),
    "universal time": ("05/07/2023 10:15Z", ROWS),
    "an offset": ("05/07/2023 10:15+01:00", ROWS),
    "summer time in words": ("05/07/2023 10:15 BST", ROWS),
    "29 February of no leap year": ("29/02/2023 10:15", ROWS),
    "31 June": ("31/06/2023 10:15", ROWS),
    "minus for the minute": ("05/07/2023 10:-5", ROWS),
    "a third colon": ("05/07/2023 10:15:00:00", ROWS),
    "a no-break space": ("05/07/2023\u00a010:15", USED_OR_ROW),
    "two blanks": ("05/07/2023  10:15", USED_OR_ROW),
    "milliseconds": ("05/07/2023 10:15:00.000", USED_OR_ROW),
    "the time first": ("10:15 05/07/2023", ROWS),
    "a range of times": ("05/07/2023 10:15-11:15", ROWS),
}
_NUMBERS: dict[str, tuple[str, tuple[Outcome, ...]]] = {
    "minus of typographers": ("\u2212435000", ROWS),
    "minus behind it": ("435000-", ROWS),
    "a unit": ("435000 m", ROWS),
    "two in one cell": ("435000;335000", ROWS),
    "a slash": ("435000/335000", ROWS),
    "raised digit behind it": ("435000\u00b2", ROWS),
    "hexadecimal of Basic": ("&H6A338", ROWS),
    "binary fraction": ("0x1.a8p18", ROWS),
    "percent": ("435000%", ROWS),
    "a line break within": ("4350\n00", ROWS),
    "a blank of thousands": ("435 000", USED_OR_ROW),
    "a comma of thousands": ("435,000", USED_OR_ROW),
    "a comma of thousands in the wrong place": ("4350,00", ROWS),
    "a nought before it": ("0435000", USED_OR_ROW),
    "a point behind it": ("435000.", USED_OR_ROW),
    "circled digits": ("④③⑤⓪⓪⓪", ROWS),
}


def _lines(change: Callable[[list[str]], list[str]]) -> Text:
    return lambda: "\n".join(change(valid.text(CRIMES.rows()).splitlines())) + "\n"


def _encoded(encoding: str, letter: str = "é") -> Text:
    return lambda: valid.text(valid.with_cell(CRIMES.rows(), "Offence Title", f"Assault {letter}")).encode(encoding)


def _bytes(old: bytes, new: bytes) -> Text:
    return lambda: valid.text(CRIMES.rows()).encode().replace(old, new, 1)


def _columns(change: Callable[[str], str]) -> Text:
    return lambda: valid.text([{change(name): cell for name, cell in row.items()} for row in CRIMES.rows()])


def _turned() -> str:
    rows = CRIMES.rows()
    return "\n".join(",".join([name, *(row[name] for row in rows)]) for name in rows[0]) + "\n"


_TEXTS: dict[str, tuple[Text, tuple[Outcome, ...]]] = {
    "columns in another order": (lambda: valid.text([dict(reversed(row.items())) for row in CRIMES.rows()]), ACCEPTED),
    "headers in capitals": (_columns(str.upper), ACCEPTED),
    "headers with blanks around them": (_columns(lambda name: f" {name} "), ACCEPTED),
    "headers with an asterisk": (_columns(lambda name: f"{name}*"), ("accepted", "refused")),
    "headers with a no-break space": (_columns(lambda name: name.replace(" ", "\u00a0")), ("accepted", "refused")),
    "rows turned into columns": (_turned, REFUSED),
    "a line of types below the header": (_lines(lambda rows: [rows[0], ",".join(["text"] * 21), *rows[1:]]), NOT_WHOLE),
    "a line of totals": (_lines(lambda rows: [*rows, f"Total,{len(rows)}" + "," * 19]), NOT_WHOLE),
    "a last line in words": (_lines(lambda rows: [*rows, "End of report"]), NOT_WHOLE),
    "rows affected": (_lines(lambda rows: [*rows, "", "(30 rows affected)"]), NOT_WHOLE),
    "a line of dashes below the header": (_lines(lambda rows: [rows[0], ",".join(["-----"] * 21), *rows[1:]]), NOT_WHOLE),
    "the header on each page": (_lines(lambda rows: [*rows[:10], rows[0], *rows[10:20], rows[0], *rows[20:]]), NOT_WHOLE),
    "another table below": (_lines(lambda rows: [*rows, "", "District,Count", "Derby City,30"]), NOT_WHOLE),
    "five blank lines above": (_lines(lambda rows: [""] * 5 + rows), ("accepted", "refused")),
    "a column of row numbers": (
        _lines(lambda rows: [f"{n if n else ''},{row}" for n, row in enumerate(rows)]),
        ("accepted", "refused"),
    ),
    "quotation mark within a cell": (
        _lines(lambda rows: [*rows[:3], rows[3].replace("Street", 'St"reet'), *rows[4:]]),
        NOT_WHOLE,
    ),
    "quotation marks behind a backslash": (
        _lines(lambda rows: [*rows[:3], rows[3].replace("Street", '"St\\"reet"'), *rows[4:]]),
        NOT_WHOLE,
    ),
    "a line break within a cell": (
        lambda: valid.text(valid.with_cell(CRIMES.rows(), "Offence Title", "Assault\r\noccasioning")),
        USED_OR_ROW,
    ),
    "commas behind half of the rows": (_lines(lambda rows: [*rows[:15], *(f"{row},,," for row in rows[15:])]), EITHER),
    "a table of a web page": (lambda: "<table><tr><td>Crime Reference</td></tr></table>", REFUSED),
    "XML": (lambda: '<?xml version="1.0"?><crimes><crime/></crimes>', REFUSED),
    "lines of JSON": (lambda: "\n".join(json.dumps(row) for row in CRIMES.rows()), REFUSED),
    "Parquet": (lambda: b"PAR1" + bytes(400) + b"PAR1", REFUSED),
    "program": (lambda: b"\x7fELF" + bytes(400), REFUSED),
    "mail": (lambda: "From: x\nTo: y\nContent-Type: text/csv\n\n" + valid.text(CRIMES.rows()), REFUSED),
    "no-break spaces alone": (lambda: "\u00a0" * 4_000, REFUSED),
    "overlong UTF-8": (_bytes(b"Street", b"Str\xc0\xafet"), EITHER),
    "surrogates in UTF-8": (_bytes(b"Street", b"\xed\xa0\xbd\xed\xb8\x80"), EITHER),
    "a character cut off": (lambda: valid.text(CRIMES.rows()).encode().rstrip(b"\n") + b"\xc3", EITHER),
    "two byte-order marks": (lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + valid.text(CRIMES.rows()).encode(), EITHER),
    "Windows-1252": (_encoded("cp1252", "– é"), USED_OR_ROW),
    "code page 437": (_encoded("cp437"), EITHER),
    "Mac OS Roman": (_encoded("mac_roman"), EITHER),
    "GB 18030": (_encoded("gb18030", "中"), EITHER),
    "Shift JIS": (_encoded("shift_jis", "ア"), EITHER),
    "UTF-16, little end first, without a mark": (_encoded("utf-16-le"), EITHER),
    "UTF-16, big end first, without a mark": (_encoded("utf-16-be"), EITHER),
    "two encodings": (
        lambda: (
            valid.text(CRIMES.rows()[:15]).encode() + "\n".join(valid.text(CRIMES.rows()[15:]).splitlines()[1:]).encode("utf-16")
        ),
        NOT_WHOLE,
    ),
}

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NOTES = {
    "date of birth joined to its label": "DOB170487",
    "date of birth before its label": "17/04/87 (DOB)",
    "date of birth with a nought in its label": "d0b 17/04/87",
    "date of birth as month and year": "DOB April 1987",
    "hospital number behind a hash": "Hosp# 1234567",
    "e-mail with an a in brackets": "z.qureshi(a)example.org",
    "name on a network, short address": "fb.com/zainab.qureshi",
    "name on a messenger": "t.me/zqureshi",
    "telephone in words": "oh seven seven double oh nine hundred one two three",
    "NHS number in words with hyphens": "-".join(_DIGITS[int(digit)] for digit in people.nhs_number(60606)),
    "postcode in the alphabet of radio": "Delta Echo One Three Alpha Bravo",
}


def _book(sheets: valid.Sheets | None = None) -> bytes:
    return valid.xlsx(valid.calls() if sheets is None else sheets)


def _iso_dates() -> bytes:
    """Cells of the type that ISO 29500 has for dates, which few programs write."""
    cell = '<row r="60"><c r="A60" t="d"><v>2023-07-05T10:15:00</v></c></row>'
    return with_rows(cell)(_book())


_BOOKS: dict[str, tuple[Callable[[], bytes], tuple[Outcome, ...]]] = {
    "the rows on a second sheet too": (lambda: _book([*valid.calls(), ("Calls (2)", valid.calls()[0][1])]), EITHER),
    "the other half on a second sheet": (
        lambda: _book([("Calls", valid.calls()[0][1][:15]), ("Calls2", [valid.calls()[0][1][0], *valid.calls()[0][1][15:]])]),
        EITHER,
    ),
    "an empty first sheet": (lambda: _book([("Cover", []), *valid.calls()]), EITHER),
    "cells of ISO dates": (_iso_dates, EITHER),
    "a serial number for a date": (lambda: with_rows('<row r="60"><c r="A60"><v>45112.4</v></c></row>')(_book()), EITHER),
    "serial number 60": (lambda: with_rows('<row r="60"><c r="A60"><v>60</v></c></row>')(_book()), NOT_WHOLE),
    "serial number below nought": (lambda: with_rows('<row r="60"><c r="A60"><v>-3</v></c></row>')(_book()), NOT_WHOLE),
    "serial number not a number": (lambda: with_rows('<row r="60"><c r="A60"><v>NaN</v></c></row>')(_book()), NOT_WHOLE),
    "true in a cell": (lambda: with_rows('<row r="60"><c r="A60" t="b"><v>1</v></c></row>')(_book()), NOT_WHOLE),
    "type of a cell that is none": (lambda: with_rows('<row r="60"><c r="A60" t="zz"><v>1</v></c></row>')(_book()), EITHER),
    "a cell twice": (
        lambda: with_rows('<row r="60"><c r="A60"><v>1</v></c><c r="A60"><v>2</v></c></row>')(_book()),
        NOT_WHOLE,
    ),
    "rows in the wrong order": (
        lambda: with_rows('<row r="3"><c r="A3" t="inlineStr"><is><t>05/07/2023 10:15</t></is></c></row>')(_book()),
        EITHER,
    ),
    "dates from 1904": (lambda: edited("xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')(_book()), EITHER),
    "spaces kept in a cell": (
        lambda: edited("xl/sharedStrings.xml", "<t>Female", '<t xml:space="preserve">  Female')(_book()),
        EITHER,
    ),
    "escaped control characters": (lambda: edited("xl/sharedStrings.xml", "Female", "Fem_x0007_ale")(_book()), EITHER),
    "a dimension of nothing": (lambda: edited(SHEET, "<dimension ref=", '<dimension ref="" x=')(_book()), EITHER),
}


def _repeated_row() -> bytes:
    """Three referral outcomes that are one row with a count of repetitions."""
    made = county_return()
    row = '<table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="string"/></table:table-row>'
    return valid.ods(made, inside=row)


def _collection(change: Callable[[dict[str, Any]], object]) -> Text:
    def made() -> str:
        document = wards()
        change(document)
        return json.dumps(document)

    return made


def _feature(change: Callable[[dict[str, Any]], object]) -> Text:
    return _collection(lambda document: change(document["features"][1]))


_HERE = valid.square(-1.4, 53.0)
_PLACES: dict[str, tuple[Text, tuple[Outcome, ...]]] = {
    "type in small letters": (_collection(lambda d: d.update(type="featurecollection")), REFUSED),
    "geometry with a capital": (_feature(lambda f: f.update(Geometry=f.pop("geometry"))), REFUSED),
    "hole as large as the ring": (
        _feature(lambda f: f.update(geometry={"type": "Polygon", "coordinates": [_HERE, _HERE[::-1]]})),
        REFUSED,
    ),
    "the same part twice": (
        _feature(lambda f: f.update(geometry={"type": "MultiPolygon", "coordinates": [[_HERE], [_HERE]]})),
        ("accepted", "refused"),
    ),
    "a spike": (
        _feature(lambda f: f["geometry"].update(coordinates=[[*_HERE[:2], [-1.2, 53.0], *_HERE[1:]]])),
        EITHER,
    ),
    "the other way round": (_feature(lambda f: f["geometry"].update(coordinates=[_HERE[::-1]])), ("accepted", "refused")),
    "the boundary of its neighbour": (
        _collection(lambda d: d["features"][1].update(geometry=d["features"][0]["geometry"])),
        ("accepted", "refused"),
    ),
    "a number with a nought before it": (lambda: json.dumps(wards()).replace('"LAT": 53.01', '"LAT": 053.01', 1), REFUSED),
    "a number without its nought": (lambda: json.dumps(wards()).replace('"LAT": 53.01', '"LAT": .5301', 1), REFUSED),
    "a plus": (lambda: json.dumps(wards()).replace('"LAT": 53.01', '"LAT": +53.01', 1), REFUSED),
    "hexadecimal": (lambda: json.dumps(wards()).replace('"LAT": 53.01', '"LAT": 0x35', 1), REFUSED),
    "keys without quotation marks": (lambda: json.dumps(wards()).replace('"features"', "features", 1), REFUSED),
    "an assignment of a script": (lambda: f"var wards = {json.dumps(wards())};", REFUSED),
    "a function call": (lambda: f"callback({json.dumps(wards())})", REFUSED),
    "spaces without end": (lambda: json.dumps(wards()) + " " * 100_000, ("accepted", "refused")),
}


def _record(**changes: Any) -> Text:
    first, second = interventions()
    return lambda: yaml_text([first, {**second, **{name.replace("_", " "): value for name, value in changes.items()}}])


_REGISTERS: dict[str, tuple[Text, tuple[Outcome, ...]]] = {
    "key twice, once in quotation marks": (
        lambda: yaml_text().replace("    Provider:", '    "Provider": Another\n    Provider:', 1),
        REFUSED,
    ),
    "key twice, once with an escape": (
        lambda: yaml_text().replace("    Provider:", '    "Pr\\x6fvider": Another\n    Provider:', 1),
        REFUSED,
    ),
    "key twice, once in small letters": (
        lambda: yaml_text().replace("    Provider:", "    provider: x\n    Provider:", 1),
        REFUSED,
    ),
    "key of another register": (lambda: "register: x\n" + yaml_text(), REFUSED),
    "age with a nought before it": (_record(Age_from="010"), ("accepted", "refused")),
    "age hexadecimal": (_record(Age_from="0x0A"), REFUSED),
    "age scientific": (_record(Age_from="1e1"), REFUSED),
    "age with an underscore": (_record(Age_from="1_0"), REFUSED),
    "age a fraction": (_record(Age_from="10.5"), REFUSED),
    "ages the wrong way round": (_record(Age_from=17, Age_to=10), ("accepted", "refused")),
    "age of a giant": (_record(Age_from=10, Age_to=10_000), REFUSED),
    "districts none": (_record(Districts="[]"), ("accepted", "refused")),
    "districts a word for no": (_record(Districts="[no]"), REFUSED),
    "districts an object": (_record(Districts="{Derby City: 1}"), REFUSED),
    "district twice": (_record(Districts="[Derby City, Derby City]"), ("accepted", "refused")),
    "reference empty": (_record(Reference="''"), REFUSED),
    "reference of blanks": (_record(Reference="'   '"), REFUSED),
    "reference a date": (_record(Reference="2024-11-11"), ("accepted", "refused")),
    "reference with an invisible space": (_record(Reference="VRU-2024-25-01\u200b"), ("accepted", "refused")),
    "date with a time": (_record(Start_date="2024-11-11T00:00:00Z"), ("accepted", "refused")),
    "date day first": (_record(Start_date="11/11/2024"), ("accepted", "refused")),
    "date of the year 99999": (_record(Start_date="99999-01-01"), REFUSED),
    "text over several lines": (_record(Aim="|\n        Mentoring.\n        With partners."), ("accepted", "refused")),
    "escape sequence in a text": (_record(Provider='"\\x1b[2JA charity"'), REFUSED),
    "letters the other way round": (_record(Provider="A \u202eytirahc"), ("accepted", "refused")),
    "a prefix of tags": (lambda: "%TAG ! tag:evil.example,2000:\n---\ninterventions: !x []\n", REFUSED),
    "tag of a text": (_record(Provider="!!str A charity"), ("accepted", "refused")),
    "Latin-1": (lambda: yaml_text().replace("A charity", "A charité", 1).encode("latin-1"), ("accepted", "refused")),
    "UTF-16": (lambda: yaml_text().encode("utf-16"), ("accepted", "refused")),
    "comments of a megabyte": (lambda: "# x\n" * 250_000 + yaml_text(), ("accepted", "refused")),
    "Markdown around it": (lambda: f"```yaml\n{yaml_text()}```\n", REFUSED),
}


def cases() -> Iterator[Case]:
    rows = CRIMES.rows()
    for name, reference in _REFERENCES.items():
        again = [*rows, {**rows[5], "Crime Reference": reference}]
        yield _crimes(f"a crime twice, {name}", lambda again=again: valid.text(again), ROWS)
    for file_name in _PARTS:
        made = valid.text(STREET.rows())
        yield Case(
            "uncommon",
            f"part called {file_name!a}",
            STREET.feed,
            file_name,
            content(made),
            NOT_TAKEN,
            beside=("2023-07-derbyshire.csv", made.encode()),
        )
    for name, (value, right) in _TIMES.items():
        yield _crimes(f"time: {name}", lambda value=value: valid.text(valid.with_cell(rows, CRIMES.when, value)), right)
    for name, (value, right) in _NUMBERS.items():
        yield _crimes(f"easting: {name}", lambda value=value: valid.text(valid.with_cell(rows, "Easting", value)), right)
    for name, (made, right) in _TEXTS.items():
        yield _crimes(name, made, right)
    for name, note in _NOTES.items():
        planted = valid.with_cell(ROYAL_DERBY.rows(), "Location Description", f"in the park, {note}")
        yield Case(
            "uncommon",
            f"{name} in a note",
            ROYAL_DERBY.feed,
            "2023-07.csv",
            content(valid.text(planted)),
            NOT_WHOLE,
            planted=(note,),
            disguise=True,
        )
    for name, (book, right) in _BOOKS.items():
        yield Case("uncommon", f"workbook: {name}", AMBULANCE.feed, "2023-07.xlsx", content(book), right)
    yield Case(
        "uncommon", "OpenDocument: empty rows repeated", valid.SOCIAL_CARE_COUNTY, "2023-24.ods", content(_repeated_row), EITHER
    )
    for name, (made, right) in _PLACES.items():
        yield Case("uncommon", f"boundaries: {name}", "ons/ward_boundaries", "2025-E07000032.geojson", _content(made), right)
    for name, (made, right) in _REGISTERS.items():
        yield Case("uncommon", f"register: {name}", "vru/interventions", "2024-25.yaml", _content(made), right)


def _crimes(name: str, made: Text, right: tuple[Outcome, ...]) -> Case:
    return Case("uncommon", name, CRIMES.feed, "2023-07.csv", _content(made), right)


def _content(made: Text) -> Callable[..., object]:
    def encoded() -> bytes:
        data = made()
        return data if isinstance(data, bytes) else data.encode()

    return content(encoded)
