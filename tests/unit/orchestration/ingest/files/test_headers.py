"""Headers as senders' programs write them: empty columns, invisible characters, other separators."""

from __future__ import annotations

import pytest

from orchestration.ingest.files.headers import column_letters, plain, printable
from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, parquet, rows, text


def lines(count: int = 3) -> list[str]:
    return text(rows("crimes", count)).splitlines()


def joined(header: str, others: list[str]) -> str:
    return "\n".join([header, *others]) + "\n"


HEADER, *ROWS = lines()
FIRST, _, REST = HEADER.partition(",")


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (joined(HEADER + ",", [line + "," for line in ROWS]), ["I15"]),
        (joined(HEADER + ",,,", [line + ",,," for line in ROWS]), ["I15"]),
        (joined(HEADER + ", ", [line + ", " for line in ROWS]), ["I15"]),
        (joined(HEADER + ",,", ROWS), ["I15"]),
        (joined(HEADER + ",,", [ROWS[0] + ",,", ROWS[1] + ",", ROWS[2]]), ["I15"]),
        (joined(f"{FIRST},,{REST}", [line.replace(",", ",,", 1) for line in ROWS]), ["I15"]),
        (joined(HEADER, [line + "," for line in ROWS]), []),
        (joined(HEADER.replace("District", "Dis\u200btrict"), ROWS), ["I14"]),
        (joined("\u200b" + HEADER.replace("Easting", "Easting\u2060"), ROWS), ["I14"]),
        (joined(HEADER.replace("Ward Code", "Ward\u00a0Code"), ROWS), []),
        (joined(HEADER.replace("Ward Code", " ward  code "), ROWS), []),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_programs_add_to_a_header_is_passed_over(desk, content, reported, encoding):
    record = desk.land("crimes", content.encode(encoding))
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 3, 0)
    assert [code for code in codes(record) if code != "I01"] == reported
    assert [row["easting"] for row in parquet(record.accepted)] == [435000] * 3


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (joined(HEADER + ",", [ROWS[0] + ",", ROWS[1] + ",something", ROWS[2] + ","]), "(no header), column V"),
        (joined(f"{FIRST},,{REST}", [line.replace(",", ",x,", 1) for line in ROWS]), "(no header), column B"),
    ],
)
def test_a_column_without_a_header_that_has_values_is_refused(desk, content, column):
    record = desk.land("crimes", content)
    assert (record.verdict, [(fault.code, fault.column_name) for fault in record.faults]) == ("refused", [("D05", column)])
    assert "something" not in record.faults[0].message


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
@pytest.mark.parametrize("feed", ["crimes", "victims", "police_uk/street"])
def test_another_separator_is_named_and_nothing_else(desk, feed, sign, word):
    record = desk.land(feed, text(rows(feed, 3)).replace(",", sign))
    (fault,) = record.faults
    assert (fault.code, fault.message) == ("D30", f"The fields are separated by {word}; this feed accepts commas.")


def test_a_file_of_another_kind_is_not_blamed_on_its_separator(desk):
    assert codes(desk.land("crimes", "a;b\n1;2\n")) == ["D32"]
    assert codes(desk.land("victims", joined(HEADER, ROWS))) == ["D32"]


@pytest.mark.parametrize(
    ("written", "feed", "column", "value"),
    [
        ("03/07/23 10:15", "crimes", "Recorded Date Time", None),
        ("3.7.23", "crimes", "Committed From", None),
        ("3-Jul-23", "crimes", "Committed To", None),
        ("02/07/23", "victims", "Offence Date", None),
    ],
)
def test_years_of_two_digits_are_named(desk, written, feed, column, value):
    delivered = rows(feed, 3)
    delivered[1][column] = written
    record = desk.land(feed, text(delivered))
    (fault,) = [fault for fault in record.faults if fault.severity == "row" and fault.column_name == column]
    assert (fault.code, fault.first_rows, fault.remedy.partition(":")[0]) == ("R15", (3,), "Write four-digit years")


@pytest.mark.parametrize("written", ["03/07/2023 10:15", "2023-07-03 10:15", "45110.427"])
def test_years_of_four_digits_are_not(desk, written):
    delivered = rows("crimes", 1)
    delivered[0]["Recorded Date Time"] = written
    assert desk.land("crimes", text(delivered)).verdict == "accepted"


def test_yes_and_no_are_named_beside_the_values_that_are_agreed(desk):
    delivered = rows("crimes", 2)
    delivered[1]["Knife Crime Flag"] = "Yes"
    (fault,) = desk.land("crimes", text(delivered)).faults
    assert (fault.code, fault.remedy) == ("R05", "Use the agreed values, or agree a new one first: Y, N.")


def test_the_words_of_headers():
    assert plain("\ufeff Ward\u200b  CODE ") == "ward code"
    assert [column_letters(place) for place in (0, 22, 25, 26, 701, 702)] == [
        f"column {n}" for n in ("A", "W", "Z", "AA", "ZZ", "AAA")
    ]
    assert printable("a\x1b[2Jb\tc") == "a\\x1b[2Jb\\x09c"
    assert len(printable("x" * 500)) == 80
    assert CONTRACTS["crimes"].columns[0].header == FIRST
