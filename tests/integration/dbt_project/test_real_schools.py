"""The Department for Education's own files, through dbt: phases, points, districts, and a join that makes no pair too many."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import duckdb
import pytest
import spatial_extension

from orchestration.contracts.reader import load_contracts
from orchestration.home.creation import make as make_home
from orchestration.home.settings import Settings
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import deliver
from orchestration.warehouse import warehouse_file
from orchestration.warehouse.dbt import _invoke
from tests.conftest import REAL_DATA
from tests.integration.expectations import mini

KEY = b"a key for tests only"
FILES = (
    *sorted((REAL_DATA / "schools").rglob("*school*.?sv")),
    *sorted((REAL_DATA / "ons_geography" / "boundaries" / "ward").glob("*")),
)

# An assault on a child of 12 at noon on a Tuesday in May, every 200 metres of 10 kilometres about Derby.
CRIMES = """
insert into landing.police__crimes by name
    select 'DC-2018-' || i as crime_reference, timestamp '2018-05-15 13:00' as recorded_at,
           timestamp '2018-05-15 12:00' as committed_from, '8N' as ho_class, '008/01' as ho_sub_code, 'GBH' as offence_title,
           'Derby City' as district, 430000 + 200 * (i % 50) as easting, 331000 + 200 * (i // 50) as northing,
           'Street' as location_type, 'N' as domestic_abuse, 'N' as modern_slavery, 'N' as alcohol, 'N' as drugs, 'N' as knife,
           'crimes' as _load_id, i as _row
    from range(2500) as t(i);
insert into landing.people__victims by name
    select crime_reference, recorded_at, recorded_at::date as offence_date, md5(crime_reference) as person_key, 12 as age,
           'victims' as _load_id, _row
    from landing.police__crimes;
"""

pytestmark = [
    pytest.mark.xdist_group("real_schools"),
    pytest.mark.slow,
    pytest.mark.skipif(not (REAL_DATA / "schools").is_dir(), reason=f"the publishers' files are not in {REAL_DATA}"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A warehouse of real schools and wards, and made-up crimes; with the SQL that dbt made of the fact."""
    base = tmp_path_factory.mktemp("real_schools")
    settings, contracts = Settings(base / "raw", base / "home"), load_contracts()
    make_home(settings.home, "derbyshire", "live")
    for path in FILES:
        deliver(path, settings.raw, contracts)
    with warehouse_file.connect(settings) as con:
        mini.tables(con)
        for contract in contracts.values():
            now = datetime.now(UTC)
            for record in load(plan(settings.raw, base, contract, KEY), contract, base, KEY, now=now):
                con.execute(f"insert into landing.{contract.relation} by name from read_parquet('{record.accepted}')")
        con.execute(CRIMES)
    built = _invoke(settings, ["build", "--select", "+fct_school_age_offence", "--exclude-resource-type", "unit_test", "test"])
    (sql,) = (result.node.compiled_code for result in built.result if result.node.name == "fct_school_age_offence")
    con = duckdb.connect(str(settings.warehouse))
    spatial_extension.register(con)
    yield con, sql
    con.close()


def test_544_of_the_581_schools_of_derby_and_derbyshire_have_a_point(real):
    con, _ = real
    found = con.execute(
        "select count(*), count(latitude), count(*) filter (district_code = 'Unknown' and latitude is not null) "
        "from conformed.dim_school where la_code in ('830', '831')"
    ).fetchone()
    assert found == (581, 544, 0)
    outside = "select count(*) from conformed.dim_school where la_code in ('830', '831') and district_code = 'Outside'"
    assert con.execute(outside).fetchone() == (0,)


def test_names_agree_with_phases(real):
    con, _ = real
    phase = "select phase, count(*) from conformed.dim_school where la_code in ('830', '831') and school_name {} group by all"
    assert set(dict(con.execute(phase.format("like '%Primary School'")).fetchall())) == {"Primary"}
    by_phase = dict(con.execute(phase.format("is not null")).fetchall())
    assert {"Primary", "Secondary", "Special", "Nursery", "Pupil referral unit"} == set(by_phase)


def test_the_districts_are_where_the_schools_say_they_are(real):
    con, _ = real
    towns = {"Buxton": "E07000037", "Bolsover": "E07000033", "Ripley": "E07000032", "Dronfield": "E07000038"}
    for town, district in towns.items():
        found = con.execute(
            "select distinct district_code from conformed.dim_school where la_code = '830' and latitude is not null "
            f"and school_name like '{town}%'"
        ).fetchall()
        assert found == [(district,)], town


def test_whoever_is_within_500_metres_is_found_as_by_comparing_all_with_all(real):
    con, _ = real
    found = con.execute(
        "select count(*), count(metres_to_secondary), count(metres_to_primary), max(metres_to_secondary) "
        "from conformed.fct_school_age_offence"
    ).fetchone()
    expected = con.execute("""
        with school as (
            select st_point(latitude, longitude) as place from conformed.dim_school
            where phase = 'Secondary' and is_open and la_code in ('830', '831')
        ),
        crime as (
            select crime_reference, st_transform(st_point(easting, northing), 'EPSG:27700', 'EPSG:4326') as place
            from conformed.fct_offence
        )
        select count(distinct crime_reference) from crime, school where st_distance_spheroid(crime.place, school.place) <= 500
    """).fetchone()
    assert expected > (50,)
    assert found[:3] == (2500, *expected, 0)
    assert found[3] <= 500


def _operators(node):
    yield node
    for child in node["children"]:
        yield from _operators(child)


def _is_one_row(node):
    """Whether it is an aggregate of all rows, as `exists` is: that there is a list of schools at all."""
    name = node["name"].strip()
    return name == "UNGROUPED_AGGREGATE" or (name in ("PROJECTION", "FILTER") and _is_one_row(node["children"][0]))


def test_no_pair_is_made_that_is_not_near(real):
    con, sql = real
    plans = con.execute(f"explain (format json) {sql}").fetchall()
    operators = [operator for _, text in plans for root in json.loads(text) for operator in _operators(root)]
    assert [operator["name"].strip() for operator in operators].count("SPATIAL_JOIN") == 1
    crossed = [operator for operator in operators if operator["name"].strip() == "CROSS_PRODUCT"]
    assert [operator for operator in crossed if not any(map(_is_one_row, operator["children"]))] == []
