"""CSV text as exports, mail gateways, editors and spreadsheet programs spoil it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence

from tests.corpus import valid
from tests.corpus.case import ACCEPTED, NOT_WHOLE, REFUSED, ROWS, Case, Outcome, content
from tests.corpus.valid import CRIMES, ROYAL_DERBY, STREET, Row, Table

Damage = Callable[[list[Row], Table], str | bytes]
TOOK_OR_LEFT: tuple[Outcome, ...] = ("accepted", "refused", "rows rejected")


def cases() -> Iterator[Case]:
    for table in valid.TEXT_FEEDS:
        # One of so few rows is more than a feed of health may lose (2%).
        row = REFUSED if table in valid.HEALTH else ROWS
        for name, (damage, right) in {**_STRUCTURE, **(_ROWS if table is not STREET else {})}.items():
            yield _case(table, name, damage, row if right == ROWS else right)
    for table in (CRIMES, ROYAL_DERBY):
        for name, (damage, right) in _LARGE.items():
            yield _case(table, name, damage, right, cheap=False)


def _case(table: Table, name: str, damage: Damage, right: tuple[Outcome, ...], *, cheap: bool = True) -> Case:
    return Case(
        "CSV damage",
        f"{name}, {table.feed}",
        table.feed,
        f"{table.period_name}.csv",
        content(lambda: _bytes(damage(table.rows(), table))),
        right,
        rejected=1 if right == ROWS else None,
        beside=valid.neighbour(table),
        cheap=cheap,
    )


def _bytes(made: str | bytes) -> bytes:
    return made.encode() if isinstance(made, str) else made


def _lines(rows: Sequence[Row]) -> list[str]:
    return valid.text(rows).splitlines()


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _renamed(rows: list[Row], old: str, new: str) -> list[Row]:
    return [{new if name == old else name: cell for name, cell in row.items()} for row in rows]


def _without(rows: list[Row], header: str) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name != header} for row in rows]


def _with_line(rows: list[Row], line: str, number: int = 6) -> str:
    lines = _lines(rows)
    return _joined([*lines[:number], line, *lines[number:]])


def _twice(header: str) -> Damage:
    """A column of this header twice, the second with the same cells."""

    def damage(rows: list[Row], table: Table) -> str:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        name = header or table.when
        writer.writerow([*rows[0], name])
        writer.writerows([*row.values(), row[name]] for row in rows)
        return file.getvalue()

    return damage


def _cut_in_a_field(rows: list[Row], table: Table) -> str:
    lines = _lines(rows)
    return _joined(lines[:-1]) + lines[-1][: len(lines[-1]) // 2].rpartition(",")[0]


def _cut_in_a_quotation(rows: list[Row], table: Table) -> str:
    made = valid.text(valid.with_cell(rows, table.texts[0], 'a "quoted, text" with commas', len(rows) - 1))
    return made[: made.rindex("quoted") + 3]


def _in_quotation_marks(rows: list[Row], mark: str = '"') -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL, quotechar=mark)
    writer.writerows([list(rows[0]), *(list(row.values()) for row in rows)])
    return file.getvalue()


def _zipped(rows: list[Row]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("data.csv", valid.text(rows))
    return made.getvalue()


def _separated(separator: str) -> Damage:
    return lambda rows, _: valid.text(rows, separator=separator)


# What is wrong with the whole file, whatever the feed.
_STRUCTURE: dict[str, tuple[Damage, tuple[Outcome, ...]]] = {
    "no bytes": (lambda rows, _: b"", REFUSED),
    "one line end": (lambda rows, _: "\n", REFUSED),
    "blanks and tabs": (lambda rows, _: " \t \n\t\n", REFUSED),
    "byte-order mark alone": (lambda rows, _: codecs.BOM_UTF8, REFUSED),
    "header alone": (lambda rows, _: _joined(_lines(rows)[:1]), REFUSED),
    "no header": (lambda rows, _: _joined(_lines(rows)[1:]), REFUSED),
    "header twice": (lambda rows, _: _with_line(rows, _lines(rows)[0]), NOT_WHOLE),
    "two exports joined": (lambda rows, _: valid.text(rows) + valid.text(rows), REFUSED),
    "semicolons": (_separated(";"), REFUSED),
    "tabs": (_separated("\t"), REFUSED),
    "bars": (_separated("|"), REFUSED),
    "tildes": (_separated("~"), REFUSED),
    "a declaration of the separator": (lambda rows, _: "sep=;\n" + valid.text(rows, separator=";"), REFUSED),
    "column missing": (lambda rows, table: valid.text(_without(rows, table.when)), REFUSED),
    "column unknown": (lambda rows, _: valid.text([{**row, "Zusatz": "x"} for row in rows]), ("refused", "accepted")),
    "header misspelt": (lambda rows, table: valid.text(_renamed(rows, table.when, table.when[:-1])), REFUSED),
    "a header twice": (_twice(""), REFUSED),
    "cut within a record": (_cut_in_a_field, REFUSED),
    "cut within quotation marks": (_cut_in_a_quotation, REFUSED),
    "zip archive": (lambda rows, _: _zipped(rows), REFUSED),
    "gzip": (lambda rows, _: gzip.compress(valid.text(rows).encode()), REFUSED),
    "web page": (lambda rows, _: "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>", REFUSED),
    "PDF": (lambda rows, _: b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF", REFUSED),
    "picture": (lambda rows, _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), REFUSED),
    "noise": (lambda rows, _: bytes((n * 167 + n // 7) % 256 for n in range(4000)), REFUSED),
    "JSON": (lambda rows, _: '[{"a": 1}]', REFUSED),
    "an error message of a database": (lambda rows, _: "ORA-01555: snapshot too old\n", REFUSED),
    "NUL bytes alone": (lambda rows, _: bytes(4096), REFUSED),
    "second half all NUL": (lambda rows, _: valid.text(rows[:15]).encode() + bytes(1500), NOT_WHOLE),
    "UTF-32": (lambda rows, _: valid.text(rows).encode("utf-32"), ("refused", "accepted")),
    "UTF-16 with an odd number of bytes": (lambda rows, _: valid.text(rows).encode("utf-16")[:-1], NOT_WHOLE),
    "UTF-16 that begins as UTF-8": (lambda rows, _: codecs.BOM_UTF8 + valid.text(rows).encode("utf-16-le"), REFUSED),
    "EBCDIC": (lambda rows, _: valid.text(rows).encode("cp500"), REFUSED),
    "quotation mark never closed in the header": (lambda rows, _: '"' + valid.text(rows), REFUSED),
    "rows of another month": (
        lambda rows, _: valid.text(rows).replace("07/2023", "08/2023").replace("2023-07", "2023-08"),
        REFUSED,
    ),
    "every row twice": (lambda rows, _: valid.text([*rows, *rows]), REFUSED),
    "title above the header": (lambda rows, _: "Extract of July\n\n" + valid.text(rows), ("refused", "accepted")),
    "old line ends": (lambda rows, _: valid.text(rows, line_end="\r"), TOOK_OR_LEFT),
    # Good enough to be read.
    "byte-order mark": (lambda rows, _: codecs.BOM_UTF8 + valid.text(rows).encode(), ACCEPTED),
    "UTF-16": (lambda rows, _: valid.text(rows).encode("utf-16"), ACCEPTED),
    "carriage returns": (lambda rows, _: valid.text(rows, line_end="\r\n"), ACCEPTED),
    "all in quotation marks": (lambda rows, _: _in_quotation_marks(rows), ACCEPTED),
    "an empty last column": (lambda rows, _: _joined([f"{line}," for line in _lines(rows)]), ACCEPTED),
    "blank lines at the end": (lambda rows, _: valid.text(rows) + "\n\n\n", ACCEPTED),
    "no last line end": (lambda rows, _: valid.text(rows).rstrip("\n"), ACCEPTED),
}


def _cell(value: str) -> Damage:
    """This text in the first text column of one row."""
    return lambda rows, table: valid.text(valid.with_cell(rows, table.texts[0], value))


# What is wrong with one row; that one is rejected, and the others are in use.
_ROWS: dict[str, tuple[Damage, tuple[Outcome, ...]]] = {
    "a field too many": (lambda rows, _: _with_line(rows, _lines(rows)[1] + ",extra,extra"), ROWS),
    "a field too few": (lambda rows, _: _with_line(rows, _lines(rows)[1].rpartition(",")[0].rpartition(",")[0]), ROWS),
    "one word for a row": (lambda rows, _: _with_line(rows, "Subtotal"), NOT_WHOLE),
    **{
        name: (_cell(value), NOT_WHOLE)
        for name, value in {
            "formula": "=1+1",
            "formula that begins with a minus": "-2+3+cmd|' /C calc'!A0",
            "formula that begins with a plus": "+A1+A2",
            "formula that begins with an at sign": "@SUM(1+1)*cmd|' /C calc'!A0",
            "formula behind a blank": ' =HYPERLINK("http://evil.example","x")',
            "formula behind a tab": "\t=1+1",
            "formula in full width": "＝1+1",
            "NUL within a cell": "Fi\0st",
            "escape sequence in a cell": "\x1b[31mred",
            "bell and backspace in a cell": "a\x07\x08b",
        }.items()
    },
    # In use or not, as the column has a list or has none: where it is shown, it is shown as text.
    **{
        name: (_cell(value), TOOK_OR_LEFT)
        for name, value in {
            "right-to-left override in a cell": "\u202etsiF",
            "markup in a cell": "[/red][link=http://evil.example]x",
            "script in a cell": "<script>alert(1)</script>",
            "statement of SQL in a cell": "'; drop table crimes; --",
        }.items()
    },
}


def _many_columns(rows: list[Row], table: Table) -> str:
    extra = [f"x{n}" for n in range(20_000)]
    return valid.text([{**row, **dict.fromkeys(extra, "1")} for row in rows[:5]])


_LARGE: dict[str, tuple[Damage, tuple[Outcome, ...]]] = {
    "a cell of a megabyte": (lambda rows, table: valid.text(valid.with_cell(rows, table.texts[0], "x" * 1_000_000)), NOT_WHOLE),
    "a cell of twenty megabytes": (
        lambda rows, table: valid.text(valid.with_cell(rows, table.texts[0], "x" * 20_000_000)),
        NOT_WHOLE,
    ),
    "a header of a megabyte": (lambda rows, table: valid.text(_renamed(rows, table.when, "x" * 1_000_000)), REFUSED),
    "a line of thirty megabytes": (lambda rows, table: "x" * 30_000_000, REFUSED),
    "a line of commas": (lambda rows, table: _with_line(rows, "," * 5_000_000), NOT_WHOLE),
    "twenty thousand columns": (_many_columns, REFUSED),
    "a million blank lines": (lambda rows, table: valid.text(rows) + "\n" * 1_000_000, ("accepted", "refused")),
    "a million quotation marks": (lambda rows, table: valid.text(rows) + '"' * 1_000_001 + "\n", NOT_WHOLE),
    "a quotation of thirty megabytes": (lambda rows, table: valid.text(rows) + '"' + "a\n" * 15_000_000, NOT_WHOLE),
    "four hundred thousand rows of one cell": (lambda rows, table: valid.text(rows) + "x\n" * 400_000, REFUSED),
    "thirty megabytes of NUL": (lambda rows, table: valid.text(rows).encode() + bytes(30_000_000), NOT_WHOLE),
}
