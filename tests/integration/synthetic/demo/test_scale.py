"""A larger force has so many times the people, streets, wards and neighbourhoods, each with rows of its own."""

from functools import cache

import duckdb
import pytest

from orchestration.ingest.landing_zone.demonstration import Listing
from tests import counties

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("synthetic")]

POLICE = "derbyshire_constabulary"
DISTINCT = {
    "people": ("victims", '"Nominal Reference"'),
    "suspects": ("suspects", '"Nominal Reference"'),
    "names of people": ("nominals", '("Surname", "Forename")'),
    "surnames": ("nominals", '"Surname"'),
    "crimes": ("crimes", '"Crime Reference"'),
    "streets": ("crimes", '("Ward Code", "Street")'),
    "names of streets": ("crimes", '"Street"'),
    "wards of crimes": ("crimes", '"Ward Name"'),
    "LSOAs of crimes": ("crimes", '"LSOA Code"'),
    "places of the archive": ("street", '("Longitude", "Latitude")'),
    "crimes of the archive": ("street", '"Crime ID"'),
    "LSOAs": ("lsoa_ward_district", '"LSOA21CD"'),
    "names of LSOAs": ("lsoa_ward_district", '"LSOA21NM"'),
    "wards": ("lsoa_ward_district", '"WD24CD"'),
    "schools": ("schools", '"URN"'),
    "searches": ("stop_searches", '"Search Reference"'),
    "fires": ("incidents", '"Incident Number"'),
    "reports": ("knife_intelligence", '"Report Reference"'),
}
"""Feed, and what is counted in it."""
IDS = ("Crime Reference", "Nominal Reference", "Search Reference", "Incident Number")
ROWS = ("crimes", "victims", "suspects", "nominals", "stop_searches", "stop_and_search", "ed_assaults", "incidents")
"""Feeds in which nearly every row of the county differs from all others but for these ids."""


class Zone:
    """The deliveries of a demonstration as tables, each read once."""

    def __init__(self, summary):
        self.scale, self.files, self.rows, self.raw = summary.scale, summary.files, summary.rows, summary.raw
        self.con, self._read = duckdb.connect(), set()

    def count(self, feed, sql):
        """The only row of a query of a feed."""
        if feed not in self._read:
            (folder, *_) = sorted(self.raw.glob(f"*/{feed}"))
            files = f"read_csv('{folder}/*.csv', all_varchar = true, union_by_name = true)"
            self.con.execute(f"create table {feed} as from {files}")
            self._read.add(feed)
        return self.con.execute(sql).fetchall()[0]

    def distinct_rows(self, feed):
        """Rows, and distinct rows but for ids."""
        rest = f"select columns(c -> c not in {list(IDS)!r}) from {feed}"
        return self.count(feed, f"select (select count(*) from {feed}), (select count(*) from (select distinct * from ({rest})))")


@cache
def zone(scale):
    return Zone(counties.demo(scale))


@pytest.fixture
def single():
    return zone(1)


@pytest.fixture(params=[2, 4])
def force(request):
    return zone(request.param)


@pytest.mark.parametrize("thing", DISTINCT)
def test_things_and_their_names_grow_with_the_scale(single, force, thing):
    feed, columns = DISTINCT[thing]
    one, many = (of.count(feed, f"select count(distinct {columns}) from {feed}")[0] for of in (single, force))
    assert many == pytest.approx(force.scale * one, rel=0.02)


@pytest.mark.parametrize("feed", ROWS)
def test_no_row_repeats_another_but_for_an_id(single, force, feed):
    (rows, distinct), (more_rows, more_distinct) = single.distinct_rows(feed), force.distinct_rows(feed)
    assert more_rows == pytest.approx(force.scale * rows, rel=0.02)
    if feed == "crimes":
        assert more_distinct == more_rows
    # Chance repeats a row here and there, of a town's names more often.
    assert more_rows - more_distinct <= max(2 * force.scale * (rows - distinct), more_rows // 1000)


def test_the_same_files_with_so_many_times_the_rows(single, force):
    assert force.files == single.files
    # What is national, and tables of a fixed shape, have as many rows for any scale.
    fixed = ("cambridge/", "dfe/lait", "dfe/statistical", "dfe/exclusion", "dfe/children", "dfe/neet", "hmicfrs/", "moj/")
    tables = ("/term_dates", "rescue/referrals", "_youth_justice/offenders", "cases_by_age_and_sentence", "/exclusions", "/neet")
    tables += ("census_population", "census_ethnicity")
    grown = {feed for feed in single.rows if not feed.startswith(fixed) and not feed.endswith(tables)}
    assert {f"{POLICE}/crimes", "ons/lsoa_boundaries", "nhs_liaison_and_diversion/referrals", "dfe/schools"} <= grown
    for feed, rows in single.rows.items():
        many = force.rows[feed]
        if feed == "derby_city_education/neet":
            assert rows < many < force.scale * rows  # by ward, and by year
        else:
            assert many == pytest.approx(force.scale * rows if feed in grown else rows, rel=0.01), feed


def test_a_larger_force_reproduces_no_printed_report(force):
    listing = Listing.read(force.raw)
    assert listing.report is None
    assert set(listing.files) == {str(path.relative_to(force.raw)) for path in force.raw.glob("*/*/*")}


def test_a_victim_is_of_a_crime_and_a_registered_person_met_in_one(force):
    for feed in ("crimes", "suspects", "nominals"):
        force.count(feed, f"select count(*) from {feed}")
    lost = """select count(*) from victims where "Crime Reference" not in (select "Crime Reference" from crimes)"""
    assert force.count("victims", lost) == (0,)
    met = """select "Nominal Reference" from victims union all select "Nominal Reference" from suspects"""
    assert force.count("nominals", f"""select count(*) from nominals where "Nominal Reference" not in ({met})""") == (0,)
