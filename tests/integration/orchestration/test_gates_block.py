"""A failure at each gate leaves the published release untouched: from the command line, from `dagster asset materialize`, and
when what is downstream is materialised in a later run."""

import csv
from pathlib import Path

import pytest

CRIMES = "derbyshire_constabulary/crimes"
VICTIMS = "derbyshire_constabulary/victims"
MONTH = "2023-07"


def resubmit(county, feed: str, change) -> Path:
    """Deliver a second version of a month, with its rows changed by a function."""
    folder = county.raw / feed
    with (folder / f"{MONTH}.synthetic.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    target = folder / f"{MONTH}.synthetic.v2.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *change(header, rows)])
    return target


def half_the_rows(county):
    """A truncated extract: every row is good, but most are not there. The feeds gate sees the volume."""
    resubmit(county, CRIMES, lambda header, rows: rows[: len(rows) // 5])


def victims_of_nothing(county):
    """Victims whose crimes were never delivered. The facts gate sees orphans."""

    def orphan(header, rows):
        at = header.index("Crime Reference")
        return [[*row[:at], row[at][:-7] + f"{9_000_000 + n}", *row[at + 1 :]] for n, row in enumerate(rows)]

    resubmit(county, VICTIMS, orphan)


def knives_forgotten(county):
    """No knife flag in the month: plausible rows, but knife crime no longer adds up to the published table."""

    def blunt(header, rows):
        at = header.index("Knife Crime Flag")
        return [[*row[:at], "N", *row[at + 1 :]] for row in rows]

    resubmit(county, CRIMES, blunt)


@pytest.mark.parametrize(
    ("spoil", "stage", "subject", "downstream"),
    [
        (half_the_rows, "feeds", CRIMES, 'key:"conformed/*"+'),
        (victims_of_nothing, "facts", "conformed.fct_victim", 'key:"marts/*"+'),
        (knives_forgotten, "marts", "sna.reconciliation", 'key:"published/release"'),
    ],
    ids=["feeds", "facts", "marts"],
)
def test_a_closed_gate_keeps_what_is_published(own_county, spoil, stage, subject, downstream):
    before = own_county.release()
    spoil(own_county)

    told = own_county.sna("refresh")
    assert told.returncode == 1, told.stdout + told.stderr
    assert f"{stage} gate {subject}" in told.stderr
    assert "Remedy:" in told.stderr
    assert own_county.release() == before

    later = own_county.run("dagster", "asset", "materialize", "-m", "orchestration.definitions", "--select", downstream)
    assert later.returncode != 0
    assert "GateClosed" in later.stderr + later.stdout
    assert own_county.release() == before

    again = own_county.run("dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh")
    assert again.returncode != 0
    assert own_county.release() == before
    assert own_county.sna("status").returncode == 0
