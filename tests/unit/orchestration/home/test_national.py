"""The national seeds: all districts and forces, and the publisher's codes where its file is on this machine."""

import csv
from collections import Counter

import pytest

from orchestration.home import national
from tests.conftest import REAL_DATA

CODES = REAL_DATA / "ons_geography" / "la_all_codes.csv"


def test_every_district_of_today_is_policed_by_one_of_43_forces():
    today = [district for district in national.districts().values() if not district.successor_code]
    assert Counter(district.country_code[0] for district in today) == {"E": 296, "W": 22}
    forces = {force.force_code for force in national.forces().values()}
    assert len(forces) == len(national.forces()) == 43
    assert {district.force_code for district in national.districts().values()} == forces


def test_the_districts_of_a_force_are_of_its_country_and_authorities_are_not_shared():
    country = {force.force_code: force.country_code for force in national.forces().values()}
    policed = {}
    for district in national.districts().values():
        assert district.country_code == country[district.force_code]
        assert policed.setdefault(district.authority_code, district.force_code) == district.force_code, district
    assert policed.keys() == national.authorities().keys()


def test_what_was_abolished_has_a_successor_of_the_same_force_from_the_next_day():
    districts = national.districts()
    gone = [district for district in districts.values() if district.valid_to]
    assert len(gone) == 50
    for district in gone:
        heir = districts[district.successor_code]
        assert (heir.force_code, heir.successor_code) == (district.force_code, "")
        assert district.valid_to < heir.valid_from or district.valid_to < "2019-04-01", district


@pytest.mark.parametrize(
    ("force", "count", "some"),
    [
        ("nottinghamshire", 8, {"Nottingham", "Newark and Sherwood"}),
        ("kent", 13, {"Medway", "Thanet"}),
        ("south-wales", 7, {"Cardiff", "Vale of Glamorgan"}),
        ("city-of-london", 1, {"City of London"}),
        ("metropolitan", 32, {"Camden", "Kingston upon Thames"}),
        ("thames-valley", 13, {"Slough", "Cherwell", "Buckinghamshire"}),
        ("west-mercia", 9, {"Telford and Wrekin", "Herefordshire, County of"}),
        ("northumbria", 6, {"Gateshead", "Northumberland"}),
        ("dyfed-powys", 4, {"Powys"}),
        ("leicestershire", 9, {"Rutland"}),
    ],
)
def test_the_districts_of_forces(force, count, some):
    districts = {district.district for district in national.districts_of(national.forces()[force])}
    assert len(districts) == count
    assert some <= districts


@pytest.mark.skipif(not CODES.is_file(), reason="the ONS's list of codes is not on this machine (../shared/data)")
def test_codes_and_names_are_the_publisher_s():
    with CODES.open(encoding="utf-8", newline="") as file:
        published = {row["LADCD"]: row for row in csv.DictReader(file) if row["LADCD"][0] in "EW"}
    assert national.districts().keys() == published.keys()
    for code, district in national.districts().items():
        row = published[code]
        assert district.district == row["LADNM"]
        assert (district.authority_code, district.region_code, district.country_code) == (
            row["UTLACD"],
            row["RGNCD"],
            row["CTRYCD"],
        )
        assert (district.successor_code or code) == row["LADCD_ACTIVE"]
