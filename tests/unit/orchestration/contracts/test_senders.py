"""A feed type is one contract; what an agency sends otherwise is one entry in the file of its area."""

from __future__ import annotations

import re

import pytest

from orchestration.contracts.model import ContractError
from orchestration.contracts.reader import feed_types, feeds_of, load_contract, load_contracts
from orchestration.home import creation
from orchestration.home.environment import CONTRACTS, SettingsError
from tests.unit.orchestration.home.test_areas import GOOD


@pytest.fixture
def area(tmp_path, monkeypatch):
    """Writes the agencies of an area `mercia`; the contracts of its feeds."""
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))

    def contracts(agencies):
        folder = tmp_path / "areas" / "mercia"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "area.yaml").write_text(f"{GOOD}agencies: [{agencies}]\n")
        return load_contracts("mercia")

    return contracts


def test_an_entry_in_short_form_is_the_contract_of_the_feed_type(area):
    sent = area("{id: mercia_police, feeds: [crimes]}")["mercia_police", "crimes"]
    alone = load_contract(CONTRACTS / "police" / "crimes.yaml")
    assert (sent.owner, sent.title, sent.tables) == ("Mercia police", alone.title, ())
    assert sent.fingerprint != alone.fingerprint  # the agency is a part of it
    assert (sent.columns, sent.type, sent.relation) == (alone.columns, "police/crimes", "police__crimes")


def test_crimes_of_every_force_are_on_the_map_and_an_area_may_narrow_it(area):
    """Eastings and northings of the corners of England and Wales: Scilly, Lowestoft, and Berwick in the north."""
    open_to_all = area("{id: mercia_police, feeds: [crimes]}")["mercia_police", "crimes"].by_name
    for easting, northing in ((90_000, 10_000), (655_000, 293_000), (400_000, 657_000)):
        assert open_to_all["easting"].minimum < easting < open_to_all["easting"].maximum
        assert open_to_all["northing"].minimum < northing < open_to_all["northing"].maximum
    narrowed = "{id: mercia_police, feeds: [{type: crimes, columns: {easting: {minimum: 440000, maximum: 480000}}}]}"
    own = area(narrowed)["mercia_police", "crimes"].by_name
    assert (own["easting"].minimum, own["easting"].maximum) == (440_000, 480_000)
    assert own["northing"] == open_to_all["northing"]


def test_an_entry_says_where_the_files_of_an_agency_differ(area):
    sent = area(
        """{id: cottage, name: Cottage Hospital, owner: Its analysts, url: "https://example.org", feeds: [{
             type: ed_assaults, tables: [T44], file_names: [A and E], labels: {sex: {Woman: Female}},
             columns: {arrived_at: Seen at, site_code: {code: RX1CC}, district: {aliases: [Place]},
                       location_description: {optional: true}, assaulted_at: {format: yyyy-MM-dd},
                       sex: {allowed: [Woman, Man]}, assault_method: {pattern: "[A-Z].*"}},
             properties: {formats: [xlsx], sheet: A and E, latency: 40, badRowLimit: 0.01}}]}"""
    )["cottage", "ed_assaults"]
    assert (sent.title, sent.owner) == ("Assault attendances at the emergency department, Cottage Hospital", "Its analysts")
    assert (sent.publisher_url, sent.tables, sent.file_names) == ("https://example.org", ("T44",), ("A and E",))
    assert (sent.formats, sent.sheet, sent.latency_days, sent.bad_row_limit) == (("xlsx",), "A and E", 40, 0.01)
    columns = sent.by_name
    assert (columns["arrived_at"].header, columns["site_code"].own_code) == ("Seen at", "RX1CC")
    assert columns["arrived_at"].formats == ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
    assert (columns["district"].header, columns["district"].aliases) == ("Assault District", ("Place",))
    assert columns["location_description"].optional and columns["location_description"].treatment == "drop"
    assert (columns["assaulted_at"].formats, columns["sex"].allowed) == (("%Y-%m-%d",), ("Woman", "Man"))
    assert columns["assault_method"].pattern == "[A-Z].*"


@pytest.mark.parametrize(
    ("agency", "message"),
    [
        ("{id: a, feeds: [votes]}", "agencies.a.feeds.votes: no such feed type; known are activity, assault_calls"),
        ("{id: a, feeds: [police_archive/street]}", "no such feed type"),  # national: it has one sender
        ("{id: a, feeds: [referrals]}", "agencies.a.feeds.referrals: write fire/referrals or justice/referrals"),
        (
            "{id: a, feeds: [{type: crimes, columns: {colour: Hue}}]}",
            "feeds.crimes.columns.colour is unknown; known are crime_ref",
        ),
        ("{id: a, feeds: [neet]}", "agencies.a.feeds.neet: its returns are of one authority; add authority, its GSS code, to a"),
        ("{id: a, feeds: [{type: crimes, properties: {loadMode: append}}]}", "loadMode is 'append'; expected 'replace_period'"),
        ("{id: a, feeds: [{type: crimes, properties: {sheets: x}}]}", "customProperties.sheets is unknown; known are evidence"),
        ("{id: a, feeds: [{type: crimes, columns: {district: Easting}}]}", "a column header occurs twice: 'easting'"),
        ("{id: a, feeds: [{type: crimes, properties: {latency: soon}}]}", "slaProperties.latency"),
        ("{id: a, feeds: [{type: crimes, columns: {district: {pattern: '('}}}]}", "is not a regular expression"),
    ],
)
def test_an_entry_that_is_not_understood_says_where(area, agency, message):
    with pytest.raises(ContractError, match=r"mercia/area\.yaml: agencies\.a\.feeds\.") as refused:
        area(agency)
    assert re.search(re.escape(message), str(refused.value)), refused.value


def test_a_type_that_no_agency_is_said_to_send_can_be_delivered_all_the_same(area):
    contracts = area("{id: mercia_police, feeds: [crimes]}")
    assert ("police", "outcomes") in contracts and ("police", "crimes") not in contracts
    # Nothing says of which authority the returns would be.
    open_types = {contract.type for contract in contracts.values()}
    assert {each.type for each in feed_types()} - open_types == {
        *("education_and_care/activity", "education_and_care/exclusions", "education_and_care/neet"),
        *("justice/offences", "justice/offenders"),
    }


def test_a_home_has_the_feeds_of_its_area_alone(area, tmp_path, monkeypatch):
    area("{id: first, feeds: [assault_calls]}, {id: second, feeds: [assault_calls]}")
    creation.make(tmp_path / "home", "mercia", "live")
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    assert {key for key in load_contracts() if key[1] == "assault_calls"} == {
        ("first", "assault_calls"),
        ("second", "assault_calls"),
    }
    assert feeds_of("health__assault_calls") == ["first/assault_calls", "second/assault_calls"]
    assert feeds_of("justice__offences") == ["justice/offences"]


def test_tables_of_a_report_wait_for_national_data_only_where_the_area_has_a_report():
    schools = "dfe", "schools"
    assert load_contracts("derbyshire")[schools].tables
    assert load_contracts("nottinghamshire")[schools].tables == ()


def test_an_area_that_is_not_there_is_named(area):
    area("{id: a, feeds: [crimes]}")
    with pytest.raises(SettingsError, match="There is no area 'wessex'"):
        load_contracts("wessex")
