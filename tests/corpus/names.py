"""What files are called: by attackers, by spreadsheet programs, by copying, and by people in a hurry.

The content is good each time. In the landing zone only a landing-zone name is read; whatever is sent keeps no name of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus import valid
from tests.corpus.case import NOT_READ, Case, Outcome, content
from tests.corpus.valid import CRIMES

_GOOD = valid.text(CRIMES.rows())
EITHER: tuple[Outcome, ...] = ("accepted", "refused")

# Put into the feed's folder: none is the name of a delivery.
_LANDED = {
    "path in it": "..\\..\\2023-07.csv",
    "percent-coded path": "..%2f..%2f2023-07.csv",
    "no period": "crimes.csv",
    "month 13": "2023-13.csv",
    "month 00": "2023-00.csv",
    "day": "2023-07-15.csv",
    "two digits of a year": "23-07.csv",
    "American order": "07-2023.csv",
    "quarter": "2023-Q3.csv",
    "underscore": "2023_07.csv",
    "dots": "2023.07.csv",
    "blank before the ending": "2023-07 .csv",
    "blank at the end": "2023-07.csv ",
    "no ending": "2023-07",
    "two endings": "2023-07.csv.csv",
    "packed": "2023-07.csv.gz",
    "program": "2023-07.csv.exe",
    "old copy": "2023-07.csv.bak",
    "editor's copy": "2023-07.csv~",
    "part of a feed without parts": "2023-07-derbyshire.csv",
    "copy by a system": "2023-07 (1).csv",
    "copy by another system": "2023-07 - Copy.csv",
    "final": "2023-07_final.csv",
    "version 0": "2023-07.v0.csv",
    "version below nought": "2023-07.v-1.csv",
    "version with a nought before": "2023-07.v01.csv",
    "version as a word": "2023-07.vNew.csv",
    "digits of another script": "٢٠٢٣-٠٧.csv",
    "digits of full width": "２０２３-０７.csv",
    "long dash": "2023–07.csv",
    "invisible character": "2023\u200b-07.csv",
    "right-to-left override": "2023-07\u202evsc.exe",
    "line break": "2023-07\n.csv",
    "carriage return": "2023-07\r.csv",
    "tab": "2023-07\t.csv",
    "escape sequence": "\x1b[2J2023-07.csv",
    "bell": "2023-07\x07.csv",
    "markup": "[red]2023-07[/red].csv",
    "closing markup": "2023-07[/].csv",
    "picture of Markdown": "![x](http:evil)2023-07.csv",
    "script": "<script>alert(1)<script>.csv",
    "statement of SQL": "2023-07'; drop table crimes;--.csv",
    "option of a command": "--help.csv",
    "command": "$(touch x).csv",
    "command in backquotes": "`id`.csv",
    "pipe": "2023-07|id.csv",
    "pattern of the shell": "*.csv",
    "pattern of a reader": "2023-0[0-9].csv",
    "as long as a name may be": "2" * 251 + ".csv",
    "a version of sixty digits": "2023-07.v" + "9" * 60 + "x.csv",
    "year 0000": "0000-07x.csv",
    "emoji": "2023-07😀.csv",
    "span the wrong way round": "2023-07_2023-05.csv",
    "span without an end": "2023-07_.csv",
    "device of another system": "CON.csv",
}

# Handed to `sna deliver`: known by its rows, taken under a name of the landing zone or refused in a sentence.
_SENT = {
    **{name: written for name, written in _LANDED.items() if "/" not in written},
    "hidden": ".2023-07.csv",
    "lock of an office program": "~$2023-07.csv",
    "still arriving": "2023-07.csv.part",
    "capitals": "CRIMES_2023-07.CSV",
    "another month": "crimes 2023-06.csv",
    "two months": "crimes 2023-06 2023-07.csv",
    "month in words": "Crimes July 2023.csv",
    "a person's name": "crimes 2023-07 for Pat.csv",
    "workbook's ending": "crimes 2023-07.xlsx",
}


def cases() -> Iterator[Case]:
    for name, written in _LANDED.items():
        # A hidden file is no delivery, and is not listed.
        right: tuple[Outcome, ...] = ("not read", "left") if written.startswith(".") else NOT_READ
        yield Case("names", f"{name}, landed", CRIMES.feed, written, content(_GOOD), right, beside=valid.neighbour(CRIMES))
    for name, written in _SENT.items():
        yield Case("names", f"{name}, sent", CRIMES.feed, written, content(_GOOD), EITHER, sent=True)
