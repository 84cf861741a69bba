"""A person planted in every kind of column: after deliveries that are used, rejected, refused and stopped by a gate, the landing
zone, the accepted rows and the warehouse alone hold anything of them."""

import csv
import io
import stat

import pytest

from tests.counties import CRIMES
from tests.decoded import holders

POLICE = "derbyshire_constabulary"
# Made up; in no file but those that this test writes.
NAME, BORN, REFERENCE = "Quibblethwaite Zornapple", "14/02/1911", "QZX-7734-1911"
WORDS = ("Quibblethwaite", "Zornapple", BORN, "1911-02-14", REFERENCE)
pytestmark = [pytest.mark.xdist_group("leaks"), pytest.mark.slow]


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def send(county, feed, name, rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    county.list_text(out.getvalue())
    (county.raw / feed / name).write_text(out.getvalue(), newline="")


def plant_where_rows_are_used_and_rejected(county):
    """A row for each text in each column that takes any text, and one with the name in every other column."""
    for feed, free in {CRIMES: ("Offence Title", "Ward Name", "Street"), f"{POLICE}/outcomes": ("Outcome Title",)}.items():
        rows = rows_of(county.raw / feed / "2019-05.csv")
        planted = [(column, text) for column in free if column in rows[0] for text in (NAME, BORN, REFERENCE)]
        for row, (column, text) in zip(rows[1:], planted, strict=False):
            row[column] = text
        rows[0] |= {column: NAME for column in rows[0] if column not in free}
        send(county, feed, "2019-05.v2.csv", rows)


def plant_where_the_file_is_refused(county):
    """Too many bad rows, and labels that nothing here knows."""
    rows = rows_of(county.raw / CRIMES / "2019-04.csv")
    for number, row in enumerate(rows):
        row[list(row)[number % len(row)]] = (NAME, BORN, REFERENCE)[number % 3]
    send(county, CRIMES, "2019-04.v2.csv", rows)
    for feed, column in ((f"{POLICE}/stop_searches", "Item Found"), ("derbyshire_fire_and_rescue/incidents", "Incident Type")):
        rows = rows_of(county.raw / feed / "2021-05.csv")
        rows[0][next(name for name in rows[0] if name.casefold() == column.casefold())] = f"{NAME} {BORN}"
        send(county, feed, "2021-05.v2.csv", rows)


def victims_of_nothing(county):
    """Victims whose crimes were never delivered: the gate of the facts closes."""
    rows = rows_of(county.raw / POLICE / "victims" / "2019-05.csv")
    for number, row in enumerate(rows):
        row["Crime Reference"] = row["Crime Reference"][:-7] + f"{9_000_000 + number}"
    send(county, f"{POLICE}/victims", "2019-05.v2.csv", rows)


def assert_held_by_nobody_else(county, *ended):
    for done in ended:
        assert [word for word in WORDS if word.casefold() in (done.stdout + done.stderr).casefold()] == []
    found = holders([county.home], WORDS)
    # Accepted rows are what was sent; the warehouse is made of them. Neither is shown to anybody.
    assert {path.name for path in found} == {"accepted.parquet", "warehouse.duckdb"}, found
    others = stat.S_IRWXG | stat.S_IRWXO
    assert [path for path in county.home.rglob("*") if not path.is_symlink() and path.lstat().st_mode & others] == []


def test_nobody_is_shown_whatever_becomes_of_a_delivery(own_small_county):
    county = own_small_county
    plant_where_rows_are_used_and_rejected(county)
    plant_where_the_file_is_refused(county)
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_held_by_nobody_else(county, done, county.sna("quarantine"), county.sna("status", "--build"), county.sna("status"))

    victims_of_nothing(county)
    closed = county.sna("refresh")
    assert closed.returncode == 1 and "facts gate" in closed.stdout + closed.stderr
    assert_held_by_nobody_else(county, closed, county.sna("status", "--build"))
