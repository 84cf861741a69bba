"""Whoever met the disk, the advice is the same; and only then."""

import errno
import os
from pathlib import Path

import pytest

from orchestration.home.disk_errors import advice

HOME = Path("/srv/sna")


def of(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (of(errno.ENOSPC), "full"),
        (of(errno.EFBIG), "full"),
        (of(errno.EROFS), "written to"),
        (of(errno.EACCES), "written to"),
        ("(sqlite3.OperationalError) database or disk is full", "full"),
        ("IO Error: Could not write file: No space left on device", "full"),
        ("(sqlite3.OperationalError) attempt to write a readonly database", "written to"),
    ],
)
def test_the_disk_is_named_where_it_was_the_reason(error, word):
    message = advice(error, HOME)
    assert word in message and str(HOME) in message and "sna refresh" in message


def test_what_an_error_came_from_counts():
    try:
        try:
            raise of(errno.ENOSPC)
        except OSError as full:
            raise RuntimeError("Dagster could not store an event") from full
    except RuntimeError as error:
        assert "full" in advice(error, HOME)


def test_another_error_is_left_alone():
    assert advice(ValueError("a bug"), HOME) is None
    assert advice(of(errno.ENOENT), HOME) is None
