"""Small areas of other countries are outside, whichever census their code is from; an unlisted one of England is unknown."""

from __future__ import annotations

import duckdb
import jinja2
import pytest

from orchestration.home.environment import DBT_PROJECT

GEOGRAPHY = DBT_PROJECT / "models" / "conformed" / "geography"
MACROS = (DBT_PROJECT / "macros" / "area.sql").read_text()
LISTED, SEEN = "E01013453", "E01999999"


def districts(home: str, *seen: str) -> dict[str, str]:
    """District of each code where the area's district and one LSOA 2021 of it are listed."""
    con = duckdb.connect()
    con.execute("create table national_district as select 'E07000026' as district_code, 'E06000063' as successor_code")
    con.execute("create table district as select $1 as district_code", [home])
    con.execute(
        """create table stg_geography__lsoa_ward_district as
           select $1 as lsoa_code_2021, 'Derby 013A' as lsoa_name_2021, 'E05001770' as ward_code_2024, $2 as district_code_2024
           union all select 'W01001900', 'Cardiff 049F', 'W05001300', 'W06000015'
           union all select 'E01019011', 'Allerdale 006A', 'E05001300', 'E07000026'""",
        [LISTED, home],
    )
    columns = "lsoa_code_2011 varchar, lsoa_name_2011 varchar, district_code_2019 varchar, imd_rank int, imd_decile int"
    for name in ("stg_population__imd_2019", "stg_population__imd_2019_domains"):
        con.execute(f"create table {name} ({columns})")
    for name in ("stg_police__crimes", "stg_police_archive__street", "stg_police_archive__outcomes"):
        con.execute(f"create table {name} (lsoa_code varchar)")
    con.execute("insert into stg_police_archive__street select unnest($1)", [list(seen)])
    for name in ("listed_lsoa", "dim_lsoa"):
        con.execute(f"create table {name} as {rendered((GEOGRAPHY / f'{name}.sql').read_text())}")
    return dict(con.execute("select lsoa_code, district_code from dim_lsoa").fetchall())


def rendered(model: str) -> str:
    return jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(MACROS + model).render(ref=lambda name: name)


@pytest.mark.parametrize("code", ["W01000001", "W01001900", "W01002000", "S01006506", "N00000001", "N20000123", "95GG01S1"])
def test_an_area_of_another_country_is_outside(code):
    found = districts("E06000015", code, LISTED, SEEN)
    assert (found[code], found[LISTED], found[SEEN]) == ("Outside", "E06000015", "Unknown")


def test_of_a_welsh_area_the_other_countries_are_outside():
    found = districts("W06000015", "W01000001", "W01001900", "E01000001")
    assert (found["W01000001"], found["W01001900"], found["E01000001"]) == ("Unknown", "W06000015", "Outside")


def test_an_lsoa_that_is_listed_in_an_abolished_district_is_in_its_successor():
    assert districts("E06000063")["E01019011"] == "E06000063"
    assert districts("E06000015")["E01019011"] == "Outside"
