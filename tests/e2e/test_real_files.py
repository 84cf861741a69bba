"""Files of police.uk, ONS and MHCLG as they were published, in a live home to which the look-up comes after the crimes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from orchestration.home import areas, creation
from orchestration.publication.releases import read_release
from tests.conftest import REAL_DATA, County

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("real_files"),
    pytest.mark.skipif(
        not (REAL_DATA / "police_uk").is_dir(), reason="the publishers' files are not on this machine (../shared/data)"
    ),
]
LOOK_UP = "LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv"
FORCE = "Derbyshire Constabulary"
MONTHS = ("2024-01", "2024-02", "2024-03", "2024-04")


@dataclass(frozen=True)
class Delivered:
    """A live home and what its two refreshes said: of street crime alone, and of the look-up and the index after it.

    Attributes:
        first: id of the release without the look-up.
        unknown: district codes of street crime in that release, but for that in Wales, which is outside whatever is delivered.
    """

    county: County
    first: str
    unknown: set[str]
    before: str
    after: str


def refreshed(made: County, *arguments: str) -> str:
    done = made.sna("refresh", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Delivered:
    folder = tmp_path_factory.mktemp("real")
    made = County(folder / "raw", folder / "home")
    creation.make(made.home, "derbyshire", "live")
    done = made.sna("deliver", str(REAL_DATA / "police_uk"))
    assert done.returncode == 0, done.stdout + done.stderr
    before = refreshed(made)
    # As if it had been received in April, so that the release can be asked for as at a day before the look-up came.
    for path in made.settings.landing.rglob("load.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"received_at": "2026-04-10T09:00:00+00:00"}))
    unknown = {
        code for (code,) in made.query("select distinct district_code from marts.street_crime where lsoa_code not like 'W%'")
    }
    first = made.release()
    geography = REAL_DATA / "ons_geography"
    done = made.sna("deliver", *map(str, (geography / LOOK_UP, geography / "boundaries" / "lsoa", REAL_DATA / "imd2019")))
    assert done.returncode == 0, done.stdout + done.stderr
    return Delivered(made, first, unknown, before, refreshed(made))


def written(month: str) -> Iterator[dict[str, str]]:
    """The rows of a month's file of the force, each row with a Crime ID once."""
    (path,) = (REAL_DATA / "police_uk").rglob(f"{month}-derbyshire-street.csv")
    seen = set()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            content = tuple(row.values())
            if not (row["Crime ID"] and content in seen):
                yield row
            seen.add(content)


def test_without_the_look_up_crimes_are_published_as_unknown_and_the_look_up_is_named(delivered):
    assert delivered.unknown == {"Unknown"}
    assert "warning conformed.fct_street_crime: The look-up of LSOAs was delivered" in delivered.before
    assert "Deliver ons/lsoa_ward_district" in delivered.before
    assert "was delivered" not in delivered.after


def test_the_crimes_of_each_month_and_district_are_those_of_the_files(delivered):
    with (REAL_DATA / "ons_geography" / LOOK_UP).open(newline="", encoding="utf-8-sig") as file:
        district = {row["LSOA21CD"]: row["LAD24CD"] for row in csv.DictReader(file)}
    ours = set(areas.load("derbyshire").districts)
    expected: dict[tuple[str, str], int] = {}
    for month in MONTHS:
        for row in written(month):
            code = district.get(row["LSOA code"], "Unknown")
            cell = month, code if code in ours or code == "Unknown" else "Outside"
            expected[cell] = expected.get(cell, 0) + 1
    counted = delivered.county.query(
        f"""select strftime(month_start, '%Y-%m') as month, district_code, sum(crimes)::integer from marts.street_crime
            where reported_by = '{FORCE}' and month in {MONTHS} group by all"""
    )
    assert {(month, code): crimes for month, code, crimes in counted} == expected


def test_deprivation_reconciles_on_the_published_index(delivered):
    # Section 19: 46 of the 642 are in the most deprived tenth of England. The tables of its domains wait for file 7.
    compared = delivered.county.query(
        "select table_id, evidence, count(*) from sna.reconciliation where status = 'match' group by all"
    )
    assert ("T63", "national_statistic", 20) in compared
    waiting = delivered.county.query("select distinct status, reason from sna.reconciliation where table_id in ('T62', 'T64')")
    assert {status for status, _ in waiting} == {"missing"}
    assert all("mhclg/imd_2019_domains" in reason for _, reason in waiting)


def test_a_month_that_its_publisher_loaded_twice_is_kept_and_named(delivered):
    records = [
        json.loads(path.read_text()) for path in delivered.county.settings.landing.glob("police_uk/street/2024-02/*/load.json")
    ]
    assert any(fault["code"] == "I04" for record in records for fault in record["faults"])
    assert "anti-social behaviour looks loaded twice" in delivered.after


def test_a_day_before_the_look_up_came_rebuilds_what_was_published_then(delivered):
    made = delivered.county
    current = made.release()
    refreshed(made, "--as-at", "2026-05-01")
    assert made.release() == current
    link = made.settings.published / "as-at" / "2026-05-01"
    past, original = (read_release(made.settings.published, name) for name in (link.resolve().name, delivered.first))
    assert past.manifest["content"] == original.manifest["content"]
    assert past.manifest["as_at"] == "2026-05-01"


def test_a_file_that_no_contract_knows_is_refused(delivered, tmp_path):
    (tmp_path / "holiday.csv").write_text("when,where\n2024-01-01,Skegness\n")
    done = delivered.county.sna("deliver", str(tmp_path / "holiday.csv"))
    assert done.returncode == 1
    assert "Refused" in done.stdout
