"""What an area file may say."""

import os
import re
import time

import pytest

from orchestration.contracts.model import ContractError
from orchestration.contracts.reader import load_contracts
from orchestration.home import areas, creation, national, settings_files
from orchestration.home.environment import SettingsError
from orchestration.home.settings import Settings
from orchestration.warehouse import ledger

GOOD = """
schema_version: 2
id: mercia
name: Mercia
country: E92000001
region: E12000004
forces: [nottinghamshire]
districts: {E06000018: Nottingham}
authorities: {E06000018: Nottingham City}
hospitals: [{name: General, site_code: RX1RA}, {name: Beyond, in_area: false}]
"""
HOTSPOT = "hotspot_sets: [{valid_from: 2024-01-01, source: s, wards: [{ward: a, type: Control, "


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))

    def put(text):
        (tmp_path / "mercia").mkdir()
        (tmp_path / "mercia" / "area.yaml").write_text(text)

    return put


def test_an_adopter_s_own_area_is_read(write):
    write(GOOD)
    assert areas.names() == ["mercia"]
    assert areas.load("mercia").forces == ("nottinghamshire",)


def test_the_models_get_districts_authorities_and_hospitals_in_their_order(write):
    write(GOOD)
    area = areas.load("mercia").variables()["area"]
    assert area["districts"] == [{"district_code": "E06000018", "district": "Nottingham"}]
    assert area["authorities"] == [{"authority_code": "E06000018", "authority": "Nottingham City", "place": 1}]
    assert [(one["hospital"], one["hospital_code"], one["is_in_county"], one["sort_order"]) for one in area["hospitals"]] == [
        ("General", "RX1RA", True, 1),
        ("Beyond", None, False, 2),
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("schema_version: 2", "schema_version: 1", "schema_version is 1; this .*sna area upgrade"),
        ("schema_version: 2\n", "", "schema_version is 1; this .*sna area upgrade"),
        ("id: mercia", "id: wessex", "its folder is 'mercia'"),
        ("districts: {E06000018", "districts: {E12000004", "districts: E12000004 is not the GSS code of a district"),
        ("districts: {E06000018", "districts: {E0600001", "districts: E0600001 is not the GSS code of a district"),
        ("{E06000018: Nottingham}", "{E07000026: Allerdale}", r"ended on 2023-03-31; it is now in E06000063 \(Cumberland\)"),
        (
            "districts: {",
            "districts: {E07000170: Ashfield, ",
            r"E10000024, of which Ashfield \(E07000170\) is a part, is missing",
        ),
        ("authorities: {E06000018", "authorities: {E12000018", "authorities: E12000018: not the GSS code"),
        ("name: Mercia\n", "name: Nottingham\n", "name: 'Nottingham' is also a district's"),
        ("name: Mercia\n", "", "name is missing"),
        ("name: Mercia\n", "name: Mercia\npolice: none\n", "police is unknown; known are schema_version"),
        ("forces: [nottinghamshire]", "forces: [mercia]", "forces: mercia: no territorial force; known are metropolitan"),
        ("forces: [nottinghamshire]", "forces: []", "forces"),
        ("country: E92000001", "country: N92000002", "country: N92000002 is not the GSS code"),
        ("site_code: RX1RA", "site_code: rx1", "hospitals.General.site_code"),
        ("name: Beyond, in_area", "name: Beyond, inside", "hospitals.Beyond.inside is unknown"),
        ("id: mercia", "id: [", "area.yaml"),
        (
            "id: mercia",
            f"id: mercia\n{HOTSPOT}district: E07000170}}]}}]",
            "hotspot_sets: a is in E07000170, which is none of the",
        ),
        (
            "id: mercia",
            f"id: mercia\n{HOTSPOT}district: E06000018}}], valid_to: 2023-01-01}}]",
            "hotspot_sets: 2023-01-01 is before 2024-01-01",
        ),
        ("id: mercia", "id: mercia\nagencies: [{id: a, feeds: []}]", "agencies.0.feeds"),
        ("id: mercia", "id: mercia\nagencies: [{id: a, feeds: [{type: crimes, header: x}]}]", "feeds.0.header is unknown"),
        (
            "id: mercia",
            "id: mercia\nagencies: [{id: a, feeds: [{type: crimes, columns: {district: {colour: red}}}]}]",
            "columns.district.colour is unknown; known are header, aliases",
        ),
        ("id: mercia", "id: mercia\nagencies: [{id: a, feeds: [crimes, police/crimes]}]", "a sends crimes twice"),
        (
            "id: mercia",
            "id: mercia\nagencies: [{id: a, authority: E10000007, feeds: [neet]}]",
            "a is of E10000007, which is none of the authorities",
        ),
    ],
)
def test_what_an_area_may_not_say_is_named(write, before, after, message):
    assert before in GOOD
    write(GOOD.replace(before, after))
    with pytest.raises(SettingsError, match=r"area\.yaml") as refused:
        areas.load("mercia")
    assert re.search(message, str(refused.value)), refused.value


def test_hotspot_wards_reach_the_models_with_the_days_of_their_choice(write):
    ward = "{ward: Arbour, district: E06000018, section: West, type: Hotspot, printed_name: Arbor}"
    write(GOOD + f"hotspot_sets: [{{valid_from: 2023-05-01, valid_to: 2024-04-30, source: the board, wards: [{ward}]}}]\n")
    assert areas.load("mercia").variables()["area"]["hotspot_wards"] == [
        {
            **{"ward_name": "Arbour", "district_code": "E06000018", "printed_name": "Arbor", "section": "West"},
            **{"ward_type": "Hotspot", "valid_from": "2023-05-01", "valid_to": "2024-04-30", "source": "the board"},
        }
    ]


def test_a_hospital_that_delivers_need_not_be_listed_again(write):
    sent = "feeds: [{type: ed_assaults, columns: {site_code: {code: RX1RA}}}]"
    new = "{id: cottage, name: Cottage Hospital, feeds: [{type: ed_assaults, columns: {site_code: {code: RX1CC}}}]}"
    write(GOOD + f"agencies: [{{id: general, name: The General, {sent}}}, {new}]\n")
    area = areas.load("mercia")
    assert [(one.name, one.site_code) for one in area.all_hospitals()] == [
        ("General", "RX1RA"),
        ("Beyond", None),
        ("Cottage Hospital", "RX1CC"),
    ]
    assert ("hospital", "Cottage Hospital", "Cottage Hospital") in area.all_labels()


def test_what_only_one_agency_calls_a_thing_is_a_label_of_the_area(write):
    write(GOOD + "agencies: [{id: a, feeds: [{type: crimes, labels: {district: {Town: E06000018}}}]}]\n")
    assert ("district", "Town", "E06000018") in areas.load("mercia").all_labels()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (os.mkfifo, "a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "a regular file"),
        (lambda path: path.symlink_to(path), "a regular file"),
        (lambda path: path.symlink_to("nowhere"), "a regular file"),
        (lambda path: path.mkdir(), "a regular file"),
        (lambda path: path.write_bytes(b"#" * (settings_files.LARGEST + 1)), "a regular file"),
        (lambda path: path.write_bytes(b"id: mercia\nname: \xff"), "not text in UTF-8 (byte 17)"),
        (lambda path: path.write_text(GOOD + "a: [b"), "not valid YAML: did not find expected ',' or ']' (line"),
        (lambda path: path.write_text(GOOD + "name: Mercia\n"), "the key 'name' occurs twice (line"),
        (lambda path: path.write_text("".join(f"k{n}: 1\n" for n in range(5_000)) + "k7: 1"), "the key 'k7' occurs twice"),
        (lambda path: path.write_text("[" * 5_000 + "]" * 5_000), "not valid YAML"),
        (lambda path: path.write_text("a: &x [1]\nb: *x"), "an alias; write out what it names (line 1"),
        (lambda path: path.write_text(""), "schema_version"),
        (lambda path: path.write_text("[1, 2]"), "the file: expected a mapping"),
        (lambda path: path.write_text("schema_version: [2]"), "schema_version is [2]"),
        (lambda path: path.write_text(GOOD.replace("[nottinghamshire]", "nottinghamshire")), "forces: expected a valid tuple"),
        (lambda path: path.write_text(GOOD.replace("[nottinghamshire]", "[[1]]")), "forces.0: expected a valid string"),
        (lambda path: path.write_text(GOOD.replace("[nottinghamshire]", str([1] * 10_000))), "and 9,981 more"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_with_its_place(tmp_path, monkeypatch, made, message):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))
    (tmp_path / "mercia").mkdir()
    made(file := tmp_path / "mercia" / "area.yaml")
    began = time.monotonic()
    for read in (areas.load, load_contracts):
        with pytest.raises(SettingsError) as refused:
            read("mercia")
        text = str(refused.value)
        assert text.startswith(f"{file}: ") and "\n" not in text and len(text) < 3_000, text[:200]
    with pytest.raises(SettingsError, match=re.escape(message)):
        areas.load("mercia")
    assert time.monotonic() - began < 20


def test_a_label_of_two_agencies_is_one_and_may_not_mean_two_things(write):
    sent = "- {id: %s, feeds: [{type: ed_assaults, labels: {sex: {%s}}}]}"
    same = GOOD + "agencies:\n" + sent % ("one", "Woman: Female") + "\n" + sent % ("two", "' woman': Female")
    write(same)
    assert [label for label in areas.load("mercia").all_labels() if label[0] == "sex"] == [("sex", "Woman", "Female")]
    with pytest.raises(SettingsError, match="labels: sex: 'woman' means both Female and Male"):
        areas.parsed(areas.folder() / "x", same.replace("' woman': Female", "woman: Male"))


def test_a_return_of_one_authority_comes_from_one_agency(write):
    agencies = "agencies:\n" + "\n".join(
        f"- {{id: {name}, authority: E06000018, feeds: [exclusions]}}" for name in ("city_schools", "city_trust")
    )
    write(GOOD + agencies)
    with pytest.raises(ContractError, match=r"city_trust\.feeds\.exclusions: city_schools sends these of E06000018 already"):
        load_contracts("mercia")


def test_counts_of_the_vault_are_of_the_whole_area(write):
    write(GOOD + "agencies:\n" + "\n".join(f"- {{id: {one}, feeds: [knife_carrier_counts]}}" for one in ("one", "two")))
    with pytest.raises(ContractError, match="one sends these of the whole area already"):
        load_contracts("mercia")


def test_the_committed_areas_are_read():
    assert {"derbyshire", "nottinghamshire"} <= set(areas.names())
    assert all(load_contracts(name) for name in areas.names())


def test_the_committed_areas_are_the_districts_of_their_forces():
    for name in areas.names():
        area = areas.load(name)
        own = {
            one.district_code: one.district for force in area.forces for one in national.districts_of(national.forces()[force])
        }
        assert area.districts == own


def test_agencies_of_the_project_s_areas_send_nothing_to_an_adopter(write):
    write(GOOD)
    others = {agency for agency, _ in load_contracts()} - {agency for agency, _ in load_contracts("mercia")}
    assert {"derbyshire_constabulary", "royal_derby_hospital"} <= others


def test_the_definition_of_the_area_is_in_force_in_the_models_and_the_ledger(write, tmp_path):
    write(GOOD + "definition: duty-section-13\n")
    assert areas.load("mercia").variables()["definition_id"] == "duty-section-13"
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    assert ledger.definition_id(settings) == "sna-2024"
    creation.make(settings.home, "mercia", "live")
    assert ledger.definition_id(settings) == "duty-section-13"


BREAK = """
series_breaks:
  - {id: new-system, kind: break, feed_types: [crimes, victims], first_date: 2024-11-18, what: New system, source: The registrar}
"""


def test_the_models_get_the_series_breaks_of_the_area(write):
    write(GOOD + BREAK)
    assert areas.load("mercia").variables()["area"]["series_breaks"] == [
        {
            **{"series_break_id": "new-system", "break_kind": "break", "feed_types": "crimes;victims", "series": None},
            **{"first_date": "2024-11-18", "last_date": None, "what": "New system", "source": "The registrar"},
        }
    ]


@pytest.mark.parametrize("wrong", ["kind: exceptional period", "kind: break, last_date: 2024-12-01"])
def test_only_an_exceptional_period_has_an_end(write, wrong):
    write(GOOD + BREAK.replace("kind: break", wrong))
    with pytest.raises(SettingsError, match="new-system: an exceptional period has a last_date"):
        areas.load("mercia")
