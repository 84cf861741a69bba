"""Other areas, from the publishers' files alone: an area is made, its open data delivered, and its marts published."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from orchestration.home import areas, national
from tests.conftest import REAL_DATA, County

OTHERS = REAL_DATA / "other_areas"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not OTHERS.is_dir(), reason="the publishers' files of other areas are not on this machine (../shared/data)"
    ),
]
LOOK_UP = REAL_DATA / "ons_geography" / "LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv"
VIOLENCE = {"Violence and sexual offences", "Robbery", "Possession of weapons"}
STREET = "Violence, robbery and weapons (data.police.uk, snapped points)"


def published(county: County, force: str, files: Iterable[Path], *, new: bool = True) -> str:
    """Make an area and its home, deliver the files, refresh; what the refresh printed."""
    area = force.replace("-", "_")
    commands = [["init", "--area", area, "--home", str(county.home)], ["deliver", *map(str, files)], ["refresh"]]
    if new:
        commands.insert(0, ["area", "new", force])
    for command in commands:
        done = county.sna(*command)
        assert done.returncode == 0, (command[0], done.stdout + done.stderr)
    return " ".join(done.stdout.split())


def boundaries(districts: Iterable[str]) -> list[Path]:
    return [OTHERS / "boundaries" / kind / f"{code}.geojson" for kind in ("lsoa", "ward") for code in districts]


def counted(months: Iterable[Path], districts: Iterable[str]) -> Counter[tuple[str, str, str]]:
    """Rows by month, district and type: equal rows with an id are one, and so are they in the landing log."""
    with LOOK_UP.open(newline="", encoding="utf-8-sig") as file:
        district = {row["LSOA21CD"]: row["LAD24CD"] for row in csv.DictReader(file)}
    own, found = set(districts), Counter[tuple[str, str, str]]()
    for path in months:
        seen = set()
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                content = tuple(row.values())
                if not (row["Crime ID"] and content in seen):
                    code = district[row["LSOA code"]] if row["LSOA code"] else "Unknown"
                    found[row["Month"], code if code in own or code == "Unknown" else "Outside", row["Crime type"]] += 1
                seen.add(content)
    return found


def in_mart(county: County) -> dict[tuple[str, str, str], int]:
    rows = county.query(
        """select strftime(month_start, '%Y-%m'), district_code, crime_type, sum(crimes)::integer
           from marts.street_crime group by all"""
    )
    return {tuple(key): crimes for *key, crimes in rows}


@pytest.fixture
def county(tmp_path, monkeypatch) -> County:
    """A home that is not there yet, in whose areas nobody has written anything."""
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    return County(tmp_path / "raw", tmp_path / "home")


def test_nottinghamshire_has_counts_rates_and_hotspots_from_twelve_real_months(county, monkeypatch):
    monkeypatch.delenv("SNA_AREAS")  # the committed area
    months = sorted(OTHERS.glob("police_uk/*/*-nottinghamshire-street.csv"))
    assert len(months) == 12
    districts = areas.load("nottinghamshire").districts
    files = [*months, LOOK_UP, *boundaries(districts), REAL_DATA / "census2021", REAL_DATA / "imd2019"]
    printed = published(county, "nottinghamshire", files, new=False)
    expected = counted(months, districts)
    assert in_mart(county) == expected
    # Rates by the population that was delivered, which is not all residents and says so.
    with_totals = county.query(
        """select is_total, crime_type, crimes, population, population_source, rate_per_1000, months from marts.street_crime_rates
           where crime_type = 'Robbery' and (is_total or district = 'Nottingham') order by is_total"""
    )
    robbed = sum(n for (_, code, kind), n in expected.items() if kind == "Robbery" and code in districts)
    (_, _, in_city, adults, source, rate, twelve), (_, _, in_all, *_) = with_totals
    assert (in_all, in_city) == (
        robbed,
        sum(n for (_, code, kind), n in expected.items() if (code, kind) == ("E06000018", "Robbery")),
    )
    assert (source, twelve) == ("Residents aged 16 and over (Census 2021, TS066)", 12)
    assert rate == pytest.approx(1000 * in_city / adults, abs=0.005)
    # Hotspots of the archive's types, of every crime in the area.
    violent = sum(n for (_, code, kind), n in expected.items() if kind in VIOLENCE and code in districts)
    assert county.query(
        """select definition, place_kind, places, offences from marts.hotspot_concentration
           where place_kind <> 'Street point' order by place_kind"""
    ) == [
        (STREET, "Hexagon", *county.query("select count(*) from marts.hotspot_hexagons")[0], violent),
        (STREET, "LSOA", *county.query("select count(*) from marts.lsoas")[0], violent),
    ]
    # The same offences at the points to which the archive snaps them, of which a city and its county have thousands.
    ((points, at_points),) = county.query(
        "select places, offences + offences_elsewhere from marts.hotspot_concentration where place_kind = 'Street point'"
    )
    assert (points > 3_000, at_points) == (True, violent)
    assert county.query("select count(*) > 0 from marts.hotspot_lsoas where clustering = 'hot'") == [(True,)]
    assert county.query("select distinct district from marts.deprivation order by 1") == [
        (name,) for name in sorted(districts.values())
    ]
    # Agencies of another area are not asked for anything.
    assert "derby" not in printed.partition("published ")[2].casefold()
    assert county.query("select count(*) from sna.reconciliation") == [(0,)]


@pytest.mark.parametrize("force", ["kent", "south-wales", "city-of-london"])
def test_any_force_publishes_a_month(county, force):
    month = OTHERS / "police_uk" / "2025-12" / f"2025-12-{force}-street.csv"
    districts = {one.district_code: one.district for one in national.districts_of(national.forces()[force])}
    files = [month, LOOK_UP, *boundaries(districts), REAL_DATA / "census2021", REAL_DATA / "imd2019"]
    printed = published(county, force, files)
    assert in_mart(county) == counted([month], districts)
    rated = county.query("select district from marts.street_crime_rates where not is_total and rate_per_1000 is not null")
    assert {name for (name,) in rated} == set(districts.values())
    # One month is no year: places are not compared.
    assert county.query("select count(*) from marts.hotspot_concentration") == [(0,)]
    if force == "south-wales":
        assert county.query("select count(*) from marts.deprivation") == [(0,)]
        assert "not for Wales mhclg/imd_2019_domains" in printed
    else:
        assert county.query("select count(*) > 0 from marts.deprivation") == [(True,)]


def test_the_file_of_northern_ireland_is_of_another_force_and_all_outside(county):
    months = [
        OTHERS / "police_uk" / "2025-12" / f"2025-12-{force}-street.csv" for force in ("city-of-london", "northern-ireland")
    ]
    published(county, "city-of-london", [*months, LOOK_UP])
    forces = county.query(
        """select reported_by, sum(crimes)::integer, bool_or(district_code = 'E09000001'), bool_and(district_code = 'Outside')
           from marts.street_crime group by all order by 2"""
    )
    assert [(name, own, outside) for name, _, own, outside in forces] == [
        ("City of London Police", True, False),
        ("Police Service of Northern Ireland", False, True),
    ]
