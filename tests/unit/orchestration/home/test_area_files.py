"""Area files that are made from the national seeds, checked and upgraded."""

import pytest

from orchestration.contracts.reader import load_contracts, read_contracts
from orchestration.home import area_files, areas, national
from orchestration.home.environment import SettingsError

VERSION_1 = """
id: mercia
name: Mercia
forces: [{name: Nottinghamshire Police, police_uk: nottinghamshire}]
districts: {E06000018: Nottingham, E07000170: Ashfield}
agencies: [derby_city_education]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("force", national.forces())
def test_every_force_gets_an_area_without_a_contradiction(force):
    area = areas.load(area_files.make([force]).parent.name)
    assert area_files.missing(area, {"sna-2024"}) == []
    assert set(area.districts.values()) == {one.district for one in national.districts_of(national.forces()[force])}
    assert [gap.partition(":")[0] for gap in area.gaps] == ["agencies", "hospitals"]


def test_a_force_is_found_by_either_name_and_wales_has_no_region():
    area = areas.load(area_files.make(["South Wales Police"]).parent.name)
    assert (area.id, area.country, area.region) == ("south_wales", "W92000004", None)


@pytest.mark.parametrize("spelt", ["Avon & Somerset", "avon and somerset police", "AVON-AND-SOMERSET", "E23000036"])
def test_a_force_is_found_however_it_is_spelt(spelt):
    assert areas.load(area_files.make([spelt]).parent.name).forces == ("avon-and-somerset",)


@pytest.mark.parametrize(
    ("forces", "message"),
    [
        (["British Transport Police"], "polices no districts of England or Wales"),
        (["Police Service of Northern Ireland"], "polices no districts of England or Wales"),
        (["kent", "Gwent"], "forces of two countries make no area"),
        (["kent", "Kent Police"], "Kent Police is named twice"),
        ([" "], "no territorial force"),
    ],
)
def test_forces_that_make_no_area_are_refused_in_a_sentence(forces, message):
    with pytest.raises(SettingsError, match=message):
        area_files.make(forces)


def test_an_area_of_one_district_has_a_name_of_its_own():
    assert areas.load(area_files.make(["city-of-london"]).parent.name).name == "City of London (whole area)"


def test_two_forces_make_one_area():
    area = areas.load(area_files.make(["derbyshire", "nottinghamshire"], "east").parent.name)
    assert (area.id, area.name, len(area.districts)) == ("east", "Derbyshire and Nottinghamshire", 17)
    # Each force sends its own crimes: in one folder the month of one would take the place of that of the other.
    own = {agency.id for agency in area.agencies}
    assert own == {"derbyshire", "nottinghamshire"}
    sent = [key for key in read_contracts("east") if key[0] in own]
    assert sorted(sent) == sorted((agency, feed.rpartition("/")[2]) for agency in own for feed in area_files.OF_A_FORCE)
    assert areas.load(area_files.make(["kent"]).parent.name).agencies == ()


def test_a_force_of_several_without_an_agency_is_a_gap(folder):
    area = areas.load(area_files.make(["dorset", "wiltshire"]).parent.name)
    assert area_files.without_agency(area) == []
    dorset, wiltshire = area.agencies
    of_one = area.model_copy(update={"agencies": (dorset, wiltshire.model_copy(update={"feeds": wiltshire.feeds[:1]}))})
    assert [line.split()[1] for line in area_files.without_agency(of_one)] == ["outcomes", "victims", "suspects", "stop_searches"]
    assert "(dorset, wiltshire) come from dorset;" in area_files.without_agency(of_one)[0]
    alone = area.model_copy(update={"forces": area.forces[:1], "agencies": ()})
    assert area_files.without_agency(alone) == []


def test_a_force_that_is_none_and_an_area_that_exists_are_refused():
    with pytest.raises(SettingsError, match=r"no territorial force 'mercia'\. Known are avon-and-somerset"):
        area_files.make(["mercia"])
    area_files.make(["kent"])
    with pytest.raises(SettingsError, match="exists already"):
        area_files.make(["kent"])


def test_what_contradicts_the_seeds_and_the_contracts_is_named(folder):
    text = area_files.make(["kent"], "mercia").read_text()
    text = text.replace("  E06000035: Medway\n", "  E06000018: Nottingham\n", 1).replace(
        "E06000035: Medway", "E06000018: City\n  E06000035: Medway"
    )
    text = text.replace("E12000008", "E12000007") + "definition: none\n"
    (folder / "mercia" / "area.yaml").write_text(text)
    assert area_files.missing(areas.load("mercia"), {"sna-2024"}) == [
        "districts: Medway (E06000035) of its force is missing",
        "districts: Nottingham (E06000018) is of another force",
        "authorities: no district is in Medway (E06000035)",
        "region: E12000007, but its districts are in E12000004 and E12000008",
        "definition: none is unknown; known are sna-2024",
    ]


def test_a_file_of_the_first_schema_is_upgraded_once(folder):
    (folder / "mercia").mkdir()
    (folder / "mercia" / "area.yaml").write_text(VERSION_1)
    types = {key: contract.type for key, contract in load_contracts().items()}
    assert area_files.upgrade("mercia", types)
    area = areas.load("mercia")
    assert (area.forces, area.region) == (("nottinghamshire",), "E12000004")
    assert [feed.type for feed in area.agencies[0].feeds] == ["education_and_care/exclusions", "education_and_care/neet"]
    assert area.authorities == {"E06000018": "Nottingham", "E10000024": "Nottinghamshire"}
    assert not area_files.upgrade("mercia", types)
