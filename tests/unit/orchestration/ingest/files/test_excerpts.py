"""Rows taken out of a file: the right ones, and none where lines are not rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ingest.files.excerpts import excerpt
from orchestration.ingest.files.readers import Source

LINES = [b"name,place", b"a,1", b'"b, c",2', b"d,3", b"e,4"]


def source(folder: Path, data: bytes, **known: int) -> Source:
    path = folder / "received.csv"
    path.write_bytes(data)
    return Source(path, "0" * 64, folder / "copy.tidy", **known)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_rows_are_taken_out_with_the_header(tmp_path, end, last):
    found = excerpt(source(tmp_path, end.join(LINES) + (end if last else b"")), [0, 1, 3], 4)
    assert found is not None
    assert found.path.read_bytes() == b"".join(LINES[line] + end for line in (0, 1, 2, 4))
    assert found.records == 3


def test_blank_lines_at_the_end_are_no_rows(tmp_path):
    found = excerpt(source(tmp_path, b"\n".join(LINES) + b"\n\n\n", blank_lines=2), [3], 4)
    assert found is not None
    assert (found.path.read_bytes(), found.blank_lines) == (LINES[0] + b"\n" + LINES[4] + b"\n", 0)


def test_of_no_rows_there_is_the_header(tmp_path):
    found = excerpt(source(tmp_path, b"\n".join(LINES)), [], 4)
    assert found is not None and found.path.read_bytes() == LINES[0] + b"\n"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'name,place\n"a\nb",1\nc,2\n', 2),
        (b'"na\nme",place\na,1\nb,2\n', 2),
        (b"name,place\ra,1\rb,2\r", 2),
        (b"name,place\na,1\n\nb,2\n", 2),
    ],
)
def test_where_a_row_may_be_several_lines_none_is_taken_out(tmp_path, data, rows):
    assert excerpt(source(tmp_path, data), [1], rows) is None
