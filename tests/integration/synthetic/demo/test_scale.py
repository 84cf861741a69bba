"""A larger force has so many times the people, streets, wards and neighbourhoods, each with rows of its own."""

import duckdb
import pytest

from orchestration.ingest.landing_zone.demonstration import Listing
from tests import counties

pytestmark = pytest.mark.xdist_group("synthetic")

POLICE = "derbyshire_constabulary"
DISTINCT = {
    "people": (f"{POLICE}/*/*.csv", '"Nominal Reference"'),
    "names of people": (f"{POLICE}/nominals/*.csv", '("Surname", "Forename")'),
    "surnames": (f"{POLICE}/nominals/*.csv", '"Surname"'),
    "crimes": (f"{POLICE}/crimes/*.csv", '"Crime Reference"'),
    "streets": (f"{POLICE}/crimes/*.csv", '("Ward Code", "Street")'),
    "names of streets": (f"{POLICE}/crimes/*.csv", '"Street"'),
    "points": (f"{POLICE}/crimes/*.csv", '("Easting", "Northing")'),
    "wards of crimes": (f"{POLICE}/crimes/*.csv", '"Ward Name"'),
    "LSOAs of crimes": (f"{POLICE}/crimes/*.csv", '"LSOA Code"'),
    "places of the archive": ("police_uk/street/*.csv", '("Longitude", "Latitude")'),
    "crimes of the archive": ("police_uk/street/*.csv", '"Crime ID"'),
    "LSOAs": ("ons/lsoa_ward_district/*.csv", '"LSOA21CD"'),
    "names of LSOAs": ("ons/lsoa_ward_district/*.csv", '"LSOA21NM"'),
    "wards": ("ons/lsoa_ward_district/*.csv", '"WD24CD"'),
    "schools": ("dfe/schools/*.csv", '"URN"'),
    "searches": (f"{POLICE}/stop_searches/*.csv", '"Search Reference"'),
    "fires": ("derbyshire_fire_and_rescue/incidents/*.csv", '"Incident Number"'),
    "reports": (f"{POLICE}/knife_intelligence/*.csv", '"Report Reference"'),
}
"""Files, and what is counted in them."""
ROWS = {
    f"{POLICE}/crimes": "Crime Reference",
    f"{POLICE}/victims": "Crime Reference, Nominal Reference",
    f"{POLICE}/suspects": "Crime Reference, Nominal Reference",
    f"{POLICE}/nominals": "Nominal Reference",
    f"{POLICE}/stop_searches": "Search Reference",
    "police_uk/stop_and_search": "",
    "royal_derby_hospital/ed_assaults": "",
    "derbyshire_fire_and_rescue/incidents": "Incident Number",
}
"""Feeds in which nearly every row of the county differs from all others but for ids, and these ids."""


def read(raw, files):
    return f"read_csv('{raw}/{files}', all_varchar = true, union_by_name = true)"


@pytest.fixture(params=[2, pytest.param(4, marks=pytest.mark.slow)])
def force(request):
    return counties.demo(request.param)


@pytest.mark.parametrize("thing", DISTINCT)
def test_things_and_their_names_grow_with_the_scale(raw, force, thing):
    files, columns = DISTINCT[thing]
    one, many = (
        duckdb.sql(f"select count(distinct {columns}) from {read(zone, files)}").fetchall()[0][0] for zone in (raw, force.raw)
    )
    assert many == pytest.approx(force.scale * one, rel=0.01)


@pytest.mark.parametrize("feed", ROWS)
def test_no_row_repeats_another_but_for_an_id(raw, force, feed):
    ids = [name.strip() for name in ROWS[feed].split(",") if name]
    rest = f"columns(c -> c not in {ids!r})" if ids else "*"
    found = [
        duckdb.sql(
            f"with kept as (select {rest} from {read(zone, f'{feed}/*.csv')}) "
            "select count(*), (select count(*) from (select distinct * from kept)) from kept"
        ).fetchall()[0]
        for zone in (raw, force.raw)
    ]
    (of_one, distinct_of_one), (of_many, distinct_of_many) = found
    # Chance makes as many pairs, and a few more since there are more rows to meet.
    assert of_many - distinct_of_many <= 2 * force.scale * (of_one - distinct_of_one)
    if feed == f"{POLICE}/crimes":
        assert distinct_of_many == of_many


def test_the_same_files_with_so_many_times_the_rows(demo, force):
    assert force.files == demo.files
    # What is national, and tables of a fixed shape, have as many rows for any scale.
    fixed = ("cambridge/", "dfe/lait", "dfe/statistical", "dfe/exclusion", "dfe/children", "dfe/neet", "hmicfrs/", "moj/")
    tables = ("/term_dates", "/referrals", "_youth_justice/offenders", "cases_by_age_and_sentence", "/exclusions", "/neet")
    tables += ("census_population", "census_ethnicity")
    for feed, rows in demo.rows.items():
        if feed.startswith(fixed) or (feed.endswith(tables) and not feed.startswith("nhs_")):
            assert force.rows[feed] == rows or feed == "derby_city_education/neet", feed
        else:
            assert force.rows[feed] == pytest.approx(force.scale * rows, rel=0.01), feed


def test_a_larger_force_reproduces_no_printed_report(force):
    listing = Listing.read(force.raw)
    assert listing.report is None
    assert set(listing.files) == {str(path.relative_to(force.raw)) for path in force.raw.glob("*/*/*")}


def test_every_person_and_crime_of_one_feed_is_in_the_others(force):
    """A victim is of a crime that was delivered, and a registered person is met in one."""
    crimes = f"""select "Crime Reference" from {read(force.raw, f"{POLICE}/crimes/*.csv")}"""
    victims = read(force.raw, f"{POLICE}/victims/*.csv")
    assert duckdb.sql(f"""select count(*) from {victims} where "Crime Reference" not in ({crimes})""").fetchall() == [(0,)]
    met = " union all ".join(
        f"""select "Nominal Reference" from {read(force.raw, f"{POLICE}/{feed}/*.csv")}""" for feed in ("victims", "suspects")
    )
    registered = read(force.raw, f"{POLICE}/nominals/*.csv")
    assert duckdb.sql(f"""select count(*) from {registered} where "Nominal Reference" not in ({met})""").fetchall() == [(0,)]
