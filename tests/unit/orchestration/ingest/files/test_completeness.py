"""Files that end too early, and files that hold their rows twice."""

from __future__ import annotations

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.files.completeness import check_ending
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.rules import UnreadableError
from tests.unit.orchestration.ingest.conftest import KEY, NOW, codes, row, rows, text

HEAD = "a,b,c\n1,2,3\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n", "\n   \n"])
@pytest.mark.parametrize("last", ["4,5", "4", '"4",5', '4,"5 and\n6"', '"x, y and\nz",2'])
def test_d20_a_last_record_with_too_few_fields(last, end):
    with pytest.raises(UnreadableError) as refused:
        check_ending(f"{HEAD}{last}{end}".encode(), ",", 3)
    assert [fault.code for fault in refused.value.faults] == ["D20"]
    assert "of 3 fields" in refused.value.faults[0].message


@pytest.mark.parametrize("last", ['"4', '4,5,"six', '4,"5 and\nsix,7', '4,5,"six ""seven"""", eight'])
def test_d10_a_quotation_mark_without_an_end(last):
    with pytest.raises(UnreadableError) as refused:
        check_ending(f"{HEAD}{last}".encode(), ",", 3)
    assert [fault.code for fault in refused.value.faults] == ["D10"]


@pytest.mark.parametrize("last", ["4,5,6", "4,5,", ",,", '4,5,"six, seven"', '4,5,"six and\nseven"', '4,"5\n\n",6', "4,5,6,7"])
def test_i20_only_the_end_of_the_last_line_is_missing(last):
    assert [fault.code for fault in check_ending(f"{HEAD}{last}".encode(), ",", 3)] == ["I20"]
    for end in ("\n", "\r\n", "\n\n"):
        assert check_ending(f"{HEAD}{last}{end}".encode(), ",", 3) == ()


@pytest.mark.parametrize("content", ["", "a,b,c", "a,b,c\n", "\n"])
def test_a_file_without_a_record_is_judged_elsewhere(content):
    assert check_ending(content.encode(), ",", 3) == ()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_d20_a_delivery_cut_off_within_its_last_record_in_every_encoding(desk, encoding, line_end):
    content = text([row("crimes", n, Ward_Name="Café") for n in range(1, 7)], line_end)
    whole = desk.land("crimes", content.encode(encoding))
    assert whole.rows_accepted == 6
    half = len(content) // 2
    assert content[half - 1] not in "\r\n"
    record = desk.land("crimes", content[:half].encode(encoding), "2023-08.csv")
    assert (record.verdict, codes(record)[0]) == ("refused", "D20")
    assert record.rows_delivered == record.rows_rejected > 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_i20_a_delivery_without_its_last_line_end_is_used_and_named(desk, encoding):
    record = desk.land("crimes", text([row("crimes", n, Ward_Name="Café") for n in (1, 2)]).rstrip("\n").encode(encoding))
    assert (record.verdict, record.rows_accepted) == ("accepted", 2)
    assert "I20" in codes(record)


def test_d20_tab_separated_text(desk):
    contract = load_contracts()["dfe", "school_locations"]
    folder = desk.raw / contract.agency / contract.feed
    folder.mkdir(parents=True)
    header = "\t".join(column.header for column in contract.columns)
    blank = "\t".join("x" for _ in contract.columns)
    (folder / f"{contract.period.fixed}.tsv").write_text(f"{header}\n{blank}\nx\n")
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, codes(record)) == ("refused", ["D20"])


STREET = "police_uk/street"
ID = "a" * 64


def test_r06_of_equal_rows_with_one_identifier_the_first_counts(desk):
    delivered = [row(STREET, Crime_ID=ID, Crime_type="Drugs") for _ in range(13)]
    delivered += [row(STREET, Crime_ID=ID, Crime_type="Robbery"), row(STREET), row(STREET), row(STREET)]
    record = desk.land(STREET, text(delivered), "2023-07-derbyshire.csv", limit=0.01)
    (fault,) = record.faults
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows[:2]) == ("R06", None, 12, (3, 4))
    # Rows that share the identifier and differ stay, and so do equal rows without one.
    assert (record.verdict, record.rows_accepted, record.rows_rejected) == ("accepted", 5, 12)


def test_r06_of_outcomes(desk):
    contract = load_contracts()["police_uk", "outcomes"]
    made = {column.header: "" for column in contract.columns} | {
        "Crime ID": ID,
        "Month": "2023-07",
        "Reported by": "Derbyshire Constabulary",
        "Falls within": "Derbyshire Constabulary",
        "Outcome type": "Suspect charged",
    }
    delivered = [made, {**made, "Outcome type": "Local resolution"}, made]
    folder = desk.raw / contract.agency / contract.feed
    folder.mkdir(parents=True)
    (folder / "2023-07-derbyshire.csv").write_text(text(delivered))
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (codes(record), record.rows_accepted, record.rows_rejected) == (["R06"], 2, 1)


def places(count: int, **changes: str) -> list[dict[str, str]]:
    return [row(STREET, Location=f"On or near Street {n}", **changes) for n in range(count)]


def crimes(count: int) -> list[dict[str, str]]:
    return [row(STREET, Crime_ID=f"{n:064x}", Crime_type="Drugs") for n in range(count)]


@pytest.mark.parametrize("once", [crimes(10), crimes(30), crimes(5) + places(5), crimes(100) + places(100)])
@pytest.mark.parametrize("times", [2, 4])
def test_d21_a_file_that_holds_its_rows_twice(desk, once, times):
    record = desk.land(STREET, text(once * times), "2023-07-derbyshire.csv")
    assert (record.verdict, codes(record)[0]) == ("refused", "D21")
    assert record.faults[0].rows == len(once) * times


@pytest.mark.parametrize(
    "delivered",
    [crimes(30) * 3, crimes(30) * 2 + crimes(31)[30:], crimes(9) * 2, places(10), places(40) * 2],
    ids=["three times", "one row once", "too few to say", "once", "no identifier: the archive holds such months"],
)
def test_a_file_that_is_not_shown_to_be_doubled_is_used(desk, delivered):
    record = desk.land(STREET, text(delivered), "2023-07-derbyshire.csv")
    assert record.verdict == "accepted"


ATTENDANCES = ("royal_derby_hospital", "ed_assaults")
ATTENDANCE = {
    "Site Code": "RTGFG",
    "Arrival Date Time": "01/07/2023 13:08",
    "Assault Date Time": "",
    "Assault Method": "Fist",
    "Location Type": "Home",
    "Location Description": "",
    "Assault District": "High Peak",
    "Age": "20",
    "Sex": "Female",
    "Ethnic Category": "A",
}


@pytest.mark.parametrize("header_again", [False, True])
def test_a_doubled_file_of_a_feed_without_any_identifier_is_refused(desk, header_again):
    contract = load_contracts()[ATTENDANCES]
    once = [{**ATTENDANCE, "Arrival Date Time": f"{day:02d}/07/2023 10:15"} for day in range(1, 21)]
    twice = text(once) + text(once).split("\n", 0 if header_again else 1)[-1]
    folder = desk.raw.joinpath(*ATTENDANCES)
    folder.mkdir(parents=True)
    (folder / "2023-07.csv").write_text(twice)
    (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
    assert (record.verdict, record.rows_accepted) == ("refused", 0)
    assert ("D07" if header_again else "D21") in codes(record)


def test_a_keyed_feed_keeps_the_first_of_each(desk):
    record = desk.land("crimes", text(rows("crimes", 20) * 2))
    assert (record.rows_accepted, codes(record)) == (20, ["R06"])
