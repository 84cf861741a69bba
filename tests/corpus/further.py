"""What neither a spreadsheet nor a database writes of itself, but a careless copy, an odd program or an attacker does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.corpus import people, valid
from tests.corpus.case import ACCEPTED, NOT_WHOLE, REFUSED, ROWS, Case, Outcome, content
from tests.corpus.valid import CRIMES, ROYAL_DERBY, SOCIAL_CARE_COUNTY, county_return, geojson, yaml_text
from tests.corpus.workbooks import edited, with_rows

EITHER: tuple[Outcome, ...] = ("accepted", "refused", "rows rejected")
NUMBER = people.nhs_number(202_407)


def _crimes(change: Callable[[str], str | bytes] = lambda text: text) -> Callable[[], bytes]:
    def made() -> bytes:
        changed = change(valid.text(CRIMES.rows()))
        return changed if isinstance(changed, bytes) else changed.encode()

    return made


def _cell(column: str, value: str) -> Callable[[], bytes]:
    return lambda: valid.text(valid.with_cell(CRIMES.rows(), column, value)).encode()


def _lines(change: Callable[[list[str]], list[str]]) -> Callable[[], bytes]:
    return _crimes(lambda text: "\n".join(change(text.splitlines())) + "\n")


_TEXT: dict[str, tuple[Callable[[], bytes], tuple[Outcome, ...]]] = {
    "two carriage returns at each line end": (_crimes(lambda t: t.replace("\n", "\r\r\n")), EITHER),
    "end mark of an old program": (_crimes(lambda t: t + "\x1a"), ACCEPTED),
    "end mark alone on the last line": (_crimes(lambda t: t + "\r\n\x1a\r\n"), EITHER),
    "NUL in a header": (_crimes(lambda t: t.replace("District", "Dis\0trict", 1)), REFUSED),
    "header twice, in another case": (_crimes(lambda t: t.replace("Ward Name", "DISTRICT", 1)), REFUSED),
    "byte-order mark between two exports": (_crimes(lambda t: t + "\ufeff" + t), NOT_WHOLE),
    "typographic quotation marks": (_cell("Offence Title", "“Assault, actual bodily harm”"), ACCEPTED),
    "a comma within typographic quotation marks": (
        _lines(lambda rows: [*rows[:4], rows[4].replace("Street", "“a, b”"), *rows[5:]]),
        ROWS,
    ),
    "comments above the rows": (_lines(lambda rows: [rows[0], "# exported by x", *rows[1:]]), NOT_WHOLE),
    "a row of blanks": (_lines(lambda rows: [*rows[:4], "," * 20, *rows[4:]]), ACCEPTED),
    "a row of quotation marks": (_lines(lambda rows: [*rows[:4], ",".join(['""'] * 21), *rows[4:]]), ACCEPTED),
    "line separator of Unicode in a cell": (_cell("Offence Title", "Assault\u2028occasioning"), EITHER),
    "next line of an old system in a cell": (_cell("Offence Title", "Assault\u0085occasioning"), EITHER),
    "vertical tab and form feed": (_cell("Offence Title", "Assault\x0b\x0coccasioning"), EITHER),
    "quotation over two rows": (_lines(lambda rows: [*rows[:4], rows[4].replace("Street", '"Street'), *rows[5:]]), NOT_WHOLE),
    "a formula's text within quotation marks": (_cell("Offence Title", '"=1+1"'), ACCEPTED),
    "a cell of 32,767 letters": (_cell("Offence Title", "x" * 32_767), EITHER),
    "a cell of 32,768 letters": (_cell("Offence Title", "x" * 32_768), ROWS),
    "a thousand line breaks in a cell": (_cell("Offence Title", "x\n" * 1_000), EITHER),
    "an empty header among the others": (_lines(lambda rows: [rows[0].replace("Ward Name", "", 1), *rows[1:]]), REFUSED),
    "a separator declared": (_crimes(lambda t: "sep=,\n" + t), EITHER),
    "UTF-7": (_crimes(lambda t: t.encode("utf-7")), EITHER),
    "UTF-16 with the other mark": (_crimes(lambda t: b"\xfe\xff" + t.encode("utf-16-le")), REFUSED),
    "database": (lambda: b"SQLite format 3\0" + bytes(4_080), REFUSED),
    "tape archive": (lambda: b"crimes.csv".ljust(257, b"\0") + b"ustar\0" + bytes(1_000), REFUSED),
}
_FORMULAS = {
    "behind a word joiner": "\u2060=1+1",
    "behind a byte-order mark": "\ufeff=1+1",
    "behind a space that does not break": "\xa0=1+1",
    "behind a line break": "\n=1+1",
    "behind an invisible space": "\u200b=1+1",
    "small equals sign": "\ufe66cmd|'/c calc'!A0",
    "full-width plus": "\uff0b1+cmd|'/c calc'!A0",
    "full-width at sign": "\uff20SUM(1+1)",
    "behind a soft hyphen": "\u00ad=1+1",
    "behind a mark of direction": "\u200f=1+1",
}
_EASTINGS = {
    "digits of full width": "\uff14\uff13\uff15\uff10\uff10\uff10",
    "binary": "0b1101010",
    "apostrophes between thousands": "435'000",
    "Arabic separator": "435٬000",
    "letters for digits": "43S0O0",
    "a date": "1900-01-01",
    "true": "true",
    "a space of thousands": "435\u202f000",
    "signed twice": "--435000",
    "exponent of none": "435000e",
}
_PERSONS = {
    "behind the last column": lambda rows: [f"{rows[0]},", *(f"{row}," for row in rows[1:5]), f"{rows[5]},{NUMBER}", *rows[6:]],
    "in a row too long": lambda rows: [*rows[:5], f"{rows[5]},x,Zainab Qureshi {NUMBER}", *rows[6:]],
    "in a comment above the rows": lambda rows: [rows[0], f"# patient {NUMBER}", *rows[1:]],
    "in a comment below the rows": lambda rows: [*rows, f"Prepared for Mr Zainab Qureshi, {NUMBER}"],
    "in a row that is cut": lambda rows: [*rows[:5], NUMBER, *rows[5:]],
    "in circled digits": lambda rows: _planted(rows, "".join(chr(0x2460 + int(d) - 1) if d != "0" else "⓪" for d in NUMBER)),
    "in keycaps": lambda rows: _planted(rows, "".join(f"{d}\ufe0f\u20e3" for d in NUMBER)),
    "in mathematical digits": lambda rows: _planted(rows, "".join(chr(0x1D7CE + int(d)) for d in NUMBER)),
    "in lowered digits": lambda rows: _planted(rows, "".join(chr(0x2080 + int(d)) for d in NUMBER)),
    "as character references": lambda rows: _planted(rows, "".join(f"&#{ord(d)};" for d in NUMBER)),
    "in percent signs": lambda rows: _planted(rows, "".join(f"%{ord(d):02x}" for d in NUMBER)),
    "with a slash after each digit": lambda rows: _planted(rows, "/".join(NUMBER)),
    "with a line break in it": lambda rows: _planted(rows, f'"{NUMBER[:5]}\n{NUMBER[5:]}"'),
    "with invisible spaces": lambda rows: _planted(rows, "\u200b".join(NUMBER)),
}


def _planted(rows: list[str], text: str) -> list[str]:
    return [
        *rows[:5],
        rows[5].replace(",Street,", f",{text},").replace(",Home,", f",{text},").replace(",Pub,", f",{text},"),
        *rows[6:],
    ]


_DOCUMENTS: dict[str, tuple[str, str, Callable[[], str | bytes], tuple[Outcome, ...]]] = {
    "type behind the features": (
        "ons/ward_boundaries",
        "2025-E07000032.geojson",
        lambda: geojson({**{k: v for k, v in valid.wards().items() if k != "type"}, "type": "FeatureCollection"}),
        ACCEPTED,
    ),
    "a version of YAML": ("vru/interventions", "2024-25.yaml", lambda: "%YAML 1.1\n---\n" + yaml_text(), EITHER),
    "an end of YAML": ("vru/interventions", "2024-25.yaml", lambda: yaml_text() + "...\nmore: 1\n", REFUSED),
    "YAML as JSON": ("vru/interventions", "2024-25.yaml", lambda: '{"interventions": [{"Reference": "x"}]}', REFUSED),
    "YAML of carriage returns": ("vru/interventions", "2024-25.yaml", lambda: yaml_text().replace("\n", "\r\n"), ACCEPTED),
}


def cases() -> Iterator[Case]:
    for name, (made, right) in _TEXT.items():
        yield _case(name, CRIMES.feed, "2023-07.csv", made, right)
    for name, value in _FORMULAS.items():
        yield _case(f"formula {name}", CRIMES.feed, "2023-07.csv", _cell("Offence Title", value), ROWS)
    for name, value in _EASTINGS.items():
        yield _case(f"easting: {name}", CRIMES.feed, "2023-07.csv", _cell("Easting", value), ROWS)
    for name, (feed, file_name, document, right) in _DOCUMENTS.items():
        yield _case(name, feed, file_name, document, right)
    for name, change in _PERSONS.items():
        rows = valid.text(ROYAL_DERBY.rows()).splitlines()
        yield Case(
            "further",
            f"NHS number {name}",
            ROYAL_DERBY.feed,
            "2023-07.csv",
            content("\n".join(change(rows)) + "\n"),
            REFUSED,
            planted=(NUMBER,),
            disguise=True,
        )
    book = valid.xlsx(county_return())
    phonetic = f'<row r="60"><c r="A60" t="inlineStr"><is><t>x</t><rPh sb="0" eb="1"><t>{NUMBER}</t></rPh></is></c></row>'
    for name, made in {
        "phonetic text": with_rows(phonetic)(book),
        "an attribute of the sheet": edited("xl/worksheets/sheet1.xml", "<sheetData>", f'<sheetData x="{NUMBER}">')(book),
        "an attribute as a span": edited("xl/worksheets/sheet1.xml", "<sheetData>", f'<sheetData x="{NUMBER}:1">')(book),
        "an attribute as a duration": edited("xl/worksheets/sheet1.xml", "<sheetData>", f'<sheetData x="P{NUMBER}D">')(book),
        "a name of a sheet": edited("xl/workbook.xml", 'name="Care leavers"', f'name="{NUMBER}"')(book),
    }.items():
        yield Case(
            "further",
            f"NHS number in {name}",
            SOCIAL_CARE_COUNTY,
            "2023-24.xlsx",
            content(made),
            REFUSED,
            planted=(NUMBER,),
            disguise=True,
        )


def _case(name: str, feed: str, file_name: str, made: Callable[[], str | bytes], right: tuple[Outcome, ...]) -> Case:
    return Case("further", name, feed, file_name, content(_encoded(made)), right)


def _encoded(made: Callable[[], str | bytes]) -> Callable[[], bytes]:
    def encoded() -> bytes:
        data = made()
        return data if isinstance(data, bytes) else data.encode()

    return encoded
