"""Two kinds of damage or disguise at once: an identifier in an odd encoding or at an odd place, text that mixes encodings or line
ends, tables within pages. They are counted with those of `further`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.corpus import people, valid
from tests.corpus.case import ACCEPTED, NOT_WHOLE, ROWS, Case, Outcome, content
from tests.corpus.valid import CHESTERFIELD, CRIMES, ROYAL_DERBY

EITHER: tuple[Outcome, ...] = ("accepted", "refused", "rows rejected")
NUMBER = people.nhs_number(711_203)
_CYRILLIC = str.maketrans({"0": "\u041e", "3": "\u0417", "1": "\u04c0", "6": "\u0431"})


def _moved(digit: str, zero: int) -> str:
    return chr(zero + int(digit))


# In the written notes of one row, among other words.
_NOTES = {
    "with Cyrillic letters for digits": NUMBER.translate(_CYRILLIC),
    "in Arabic digits": "".join(_moved(digit, 0x0660) for digit in NUMBER),
    "in Devanagari digits": "".join(_moved(digit, 0x0966) for digit in NUMBER),
    "in raised digits": NUMBER.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    "underlined by combining marks": "".join(f"{digit}\u0332" for digit in NUMBER),
    "with joiners between its digits": "\u200d".join(NUMBER),
    "with word joiners and soft hyphens": "\u2060\u00ad".join(NUMBER),
    "between marks of direction": f"\u202e{NUMBER[::-1]}\u202c",
    "with underscores": f"{NUMBER[:3]}_{NUMBER[3:6]}_{NUMBER[6:]}",
    "with commas of thousands": f"{int(NUMBER):,}",
    "as a number in scientific notation": f"{NUMBER[0]}.{NUMBER[1:]}E9",
    "with a decimal point and a nought": f"{NUMBER}.0",
    "with a letter behind it": f"{NUMBER}X",
    "behind thousands of words": "outside the bar " * 1_500 + NUMBER,
    "with plus signs for blanks": f"{NUMBER[:3]}+{NUMBER[3:6]}+{NUMBER[6:]}",
    "in brackets by parts": f"({NUMBER[:3]})({NUMBER[3:6]})({NUMBER[6:]})",
}


def _lines() -> list[str]:
    return valid.text(ROYAL_DERBY.rows()).splitlines()


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _noted(note: str) -> str:
    return valid.text(valid.with_cell(ROYAL_DERBY.rows(), "Location Description", note))


_PLACES: dict[str, Callable[[], str | bytes]] = {
    "above the header": lambda: _joined([f"Report for {NUMBER}", "", *_lines()]),
    "below blank lines": lambda: _joined([*_lines(), "", "", f"checked: {NUMBER}"]),
    "in a line of groups above the header": lambda: _joined([f"{NUMBER}" + "," * _lines()[0].count(","), *_lines()]),
    "in brackets behind a header": lambda: valid.text(ROYAL_DERBY.rows()).replace(
        "Location Type", f"Location Type ({NUMBER})", 1
    ),
    "in UTF-16": lambda: _noted(f"in the park, {NUMBER}").encode("utf-16"),
    "in UTF-16 without a mark": lambda: _noted(f"in the park, {NUMBER}").encode("utf-16-le"),
    "behind two byte-order marks": lambda: b"\xef\xbb\xbf" * 2 + _noted(f"in the park, {NUMBER}").encode(),
    "in Windows-1252, in typographic quotation marks": lambda: _noted(f"“{NUMBER}” – by the bar").encode("cp1252"),
    "with NUL between its digits": lambda: _noted("\0".join(NUMBER)),
    "with carriage returns for line ends": lambda: _noted(f"in the park, {NUMBER}").replace("\n", "\r"),
    "in the second header of two exports": lambda: _joined([*_lines()[:10], _lines()[0].replace("Sex", NUMBER), *_lines()[10:]]),
}


def _crimes(change: Callable[[list[str]], list[str]]) -> Callable[[], str]:
    return lambda: _joined(change(valid.text(CRIMES.rows()).splitlines()))


def _titled(title: str) -> str:
    return valid.text(valid.with_cell(CRIMES.rows(), "Offence Title", title))


def _mixed() -> str:
    rows = valid.text(CRIMES.rows()).splitlines()
    return "".join(f"{row}{end}" for row, end in zip(rows, ("\n", "\r\n") * len(rows), strict=False))


_TEXTS: dict[str, tuple[Callable[[], str | bytes], tuple[Outcome, ...]]] = {
    "two kinds of line ends": (_mixed, ACCEPTED),
    "two kinds of line ends, and a line break within a cell": (
        lambda: _mixed().replace("Street", '"Str\r\neet"', 1),
        NOT_WHOLE,
    ),
    "a header of two lines": (
        _crimes(lambda rows: ["Crime" + "," * rows[0].count(","), *rows]),
        ("accepted", "refused"),
    ),
    "a header repeated below a form feed": (_crimes(lambda rows: [*rows[:12], "\x0c" + rows[0], *rows[12:]]), NOT_WHOLE),
    "byte-order mark of UTF-8 before Windows-1252": (
        lambda: (
            b"\xef\xbb\xbf" + valid.text(valid.with_cell(CRIMES.rows(), "Offence Title", "Assault – “grave”")).encode("cp1252")
        ),
        EITHER,
    ),
    "a byte-order mark of UTF-16 before each line": (
        lambda: b"".join(f"{row}\n".encode("utf-16") for row in valid.text(CRIMES.rows()).splitlines()),
        EITHER,
    ),
    "end mark of an old program in the middle": (_crimes(lambda rows: [*rows[:12], "\x1a", *rows[12:]]), EITHER),
    "rows filled up with NUL": (lambda: valid.text(CRIMES.rows()).replace("\n", "\0" * 9 + "\n"), EITHER),
    "blanks behind a closing quotation mark": (
        _crimes(lambda rows: [*rows[:3], rows[3].replace("Street", '"Street"  '), *rows[4:]]),
        EITHER,
    ),
    "a total in the last row, in all columns": (
        _crimes(lambda rows: [*rows, ",".join(["Total", *["30"] * rows[0].count(",")])]),
        ROWS,
    ),
    "two totals, of parts": (
        _crimes(lambda rows: [*rows[:12], "Subtotal,11" + "," * (rows[0].count(",") - 1), *rows[12:], "Total,30"]),
        NOT_WHOLE,
    ),
}


def cases() -> Iterator[Case]:
    for number, (name, note) in enumerate(_NOTES.items()):
        table = (ROYAL_DERBY, CHESTERFIELD)[number % 2]
        rows = valid.with_cell(table.rows(), "Location Description", f"in the park, {note}")
        yield Case(
            "further",
            f"NHS number {name}, in a note",
            table.feed,
            "2023-07.csv",
            content(valid.text(rows)),
            NOT_WHOLE,
            planted=(note[-40:], NUMBER),
            disguise=True,
        )
    for name, made in _PLACES.items():
        yield Case(
            "further",
            f"NHS number {name}",
            ROYAL_DERBY.feed,
            "2023-07.csv",
            content(_encoded(made)),
            NOT_WHOLE,
            planted=(NUMBER,),
            disguise=True,
        )
    for name, (made, right) in _TEXTS.items():
        yield Case("further", name, CRIMES.feed, "2023-07.csv", content(_encoded(made)), right)


def _encoded(made: Callable[[], str | bytes]) -> Callable[[], bytes]:
    def encoded() -> bytes:
        data = made()
        return data if isinstance(data, bytes) else data.encode()

    return encoded
