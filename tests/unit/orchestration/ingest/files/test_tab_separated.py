"""Tab-separated text is taken as CSV is: with its encodings, broken rows, row numbers and wrong headers."""

from __future__ import annotations

from tests.unit.orchestration.ingest.conftest import parquet

GOOD = ("location\tpoint", "school:100000\t[51.51397,-0.07753]", "school:100001\t[51.51915,-0.09457]")


def text(*lines: str, line_end: str = "\n") -> str:
    return line_end.join(lines) + line_end


def test_commas_within_fields_stay(desk):
    record = desk.land("school_locations", text(*GOOD), "2024.tsv")
    assert (record.rows_accepted, record.faults) == (2, ())
    kept = parquet(record.accepted)
    assert [(row["school"], row["point"]) for row in kept] == [tuple(line.split("\t")) for line in GOOD[1:]]


def test_windows_lines_a_quoted_field_and_another_encoding(desk):
    lines = ("location\tpoint", 'school:100000\t"[51.51397,-0.07753]"', "school:100001\t[51.51915,-0.09457]")
    record = desk.land("school_locations", text(*lines, line_end="\r\n").encode("utf-16"), "2024.tsv")
    assert record.rows_accepted == 2
    assert [fault.code for fault in record.faults] == ["I01"]


def test_a_row_with_too_many_fields_is_named(desk):
    record = desk.land("school_locations", text(*GOOD, "school:100002\t[51.5,-0.1]\tmore"), "2024.tsv")
    assert (record.rows_accepted, record.rows_rejected) == (2, 1)
    assert [(fault.code, fault.first_rows) for fault in record.faults] == [("R09", (4,))]


def test_a_file_with_commas_between_fields_has_not_the_header(desk):
    record = desk.land("school_locations", text("location,point", "school:100000,x"), "2024.tsv")
    assert record.verdict == "refused"
    (fault,) = record.faults
    assert (fault.code, fault.message) == ("D30", "The fields are separated by commas; this feed accepts tabs.")
