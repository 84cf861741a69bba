"""Names in the landing zone, periods, and what a sender's file is recognised as."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts.periods import Cadence, key
from orchestration.contracts.reader import load_contracts
from orchestration.home import environment
from orchestration.ingest.landing_log.load_record import Withdrawal
from orchestration.ingest.landing_zone.delivery import Name, discover, unread, unrecognised_files
from orchestration.ingest.recognition.recognition import Recognised, Unknown, deliver, recognise
from tests.unit.orchestration.ingest.conftest import CONTRACTS, row, rows, text

periods = st.builds(key, st.sampled_from(get_args(Cadence)), st.dates(date(1990, 1, 1), date(2100, 12, 31)))
names = st.builds(
    Name,
    period=periods,
    part=st.sampled_from(["", "derbyshire", "city-of-london", "E06000015"]),
    version=st.integers(1, 99),
    extension=st.sampled_from(["csv", "xlsx", "ods", "geojson", "json", "yaml"]),
)


@given(names)
def test_a_name_says_what_it_was_made_of(name):
    assert Name.parse(str(name)) == name


@pytest.mark.parametrize(
    "written",
    ["july.csv", "2023-7.csv", "2023-07", "2023-07.v0.csv", "2023-07.V2.csv", "2023-07 (1).csv", "2023_07.csv", "07-2023.csv"],
)
def test_what_is_no_name(written):
    assert Name.parse(written) is None


def test_discovery_lists_deliveries_and_names_the_rest(desk):
    for name in ("2023-08.csv", "2023-07.v2.csv", "2023-07.csv", "notes.csv", "2023.csv"):
        desk.put("crimes", "x", name)
    for name in ("contract.yaml", "README.md", ".2023-09.csv.part", "~$2023-07.xlsx", "2023-09.csv.tmp"):
        desk.put("crimes", "x", name)
    contract = CONTRACTS["crimes"]
    found = discover(desk.raw, contract)
    assert [(d.period, d.version) for d in found] == [("2023-07", 1), ("2023-07", 2), ("2023-08", 1)]
    assert [file.path.name for file in unrecognised_files(desk.raw, contract)] == ["2023.csv", "notes.csv"]


@pytest.mark.parametrize(
    ("feed", "present", "read", "reason"),
    [
        ("crimes", ["2023-07.csv", "2023-07.CSV"], ["2023-07.csv"], "2023-07.csv is already this version"),
        ("crimes", ["2023-07.csv", "2023-07.xlsx"], ["2023-07.csv"], "2023-07.csv is already this version"),
        ("crimes", ["2023-07.CSV"], ["2023-07.CSV"], None),
        (
            "crimes",
            ["2023-07.csv", "2023-07-resend.csv"],
            ["2023-07.csv"],
            "“resend” is not a part: this feed has one file per period",
        ),
        ("crimes", ["2023-07-final.csv"], [], "“final” is not a part"),
        ("crimes", ["2023-07 (1).csv"], [], "its name is not"),
        ("police_uk/street", ["2023-07.csv"], [], "its name has no force"),
        ("police_uk/street", ["2023-07-derbyshire-street.csv"], [], "“derbyshire-street” is not a force"),
        ("police_uk/street", ["2023_07-durham.csv"], [], "its name is not"),
        ("police_uk/street", ["2023-07-Durham.csv", "2023-07-durham.csv"], ["2023-07-durham.csv"], "is already this version"),
        ("police_uk/street", ["2023-07-kent.csv", "2023-07-durham.csv"], ["2023-07-durham.csv", "2023-07-kent.csv"], None),
        ("ward_boundaries", ["2025-e06000015.geojson"], ["2025-e06000015.geojson"], None),
        ("ward_boundaries", ["2025-derby.geojson"], [], "“derby” is not a district"),
    ],
)
def test_one_version_of_one_period_and_part_is_one_file(desk, feed, present, read, reason):
    for name in present:
        desk.put(feed, "x", name)
    assert [delivery.file_name for delivery in discover(desk.raw, CONTRACTS[feed])] == read
    left = unrecognised_files(desk.raw, CONTRACTS[feed])
    assert [file.path.name for file in left] == [name for name in present if name not in read]
    assert all(reason in file.reason and "sna deliver" in file.remedy for file in left)


def test_files_that_nobody_reads_are_found_anywhere_in_the_landing_zone(desk):
    contracts = load_contracts()
    desk.put("crimes", "x", "2023-07.csv")
    for name in ("crimes.csv", "derbyshire_constabulary/crimes.csv", "new_agency/crimes/2023-07.csv"):
        (desk.raw / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.raw / name).write_text("x")
    (desk.raw / "derbyshire_constabulary/crimes/old").mkdir()
    desk.put("crimes", "x", "old/2023-06.csv")
    for name in ("contract.yaml", "README.md", ".2023-09.csv.part", "~$2023-07.xlsx", "2023-09.csv.tmp"):
        desk.put("crimes", "x", name)
    (desk.raw / "dirt-manifest.json").write_text("{}")
    assert {(str(file.path.relative_to(desk.raw)), file.reason) for file in unread(desk.raw, contracts.values())} == {
        ("crimes.csv", "it is not in the folder of a feed (<agency>/<feed>)"),
        ("derbyshire_constabulary/crimes.csv", "it is not in the folder of a feed (<agency>/<feed>)"),
        ("new_agency/crimes/2023-07.csv", "there is no feed new_agency/crimes"),
        (
            "derbyshire_constabulary/crimes/old/2023-06.csv",
            "it is in a subfolder of the feed derbyshire_constabulary/crimes",
        ),
    }


def test_a_feed_that_was_never_delivered(desk):
    assert discover(desk.raw, CONTRACTS["crimes"]) == []
    assert desk.load("crimes") == []


@pytest.fixture
def outbox(tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()

    def send(name: str, content: str):
        path = folder / name
        path.write_text(content)
        return path

    return send


@pytest.mark.parametrize(
    ("sent", "feed", "target"),
    [
        ("crimes_2023-07.csv", "crimes", "derbyshire_constabulary/crimes/2023-07.csv"),
        ("Crimes 202307 final.csv", "crimes", "derbyshire_constabulary/crimes/2023-07.csv"),
        ("2023-07.csv", "outcomes", "derbyshire_constabulary/outcomes/2023-07.csv"),
        ("2023-07-derbyshire-street.csv", "police_uk/street", "police_uk/street/2023-07-derbyshire.csv"),
        ("2023-07-Derbyshire-street (1).CSV", "police_uk/street", "police_uk/street/2023-07-derbyshire.csv"),
        ("2023-07-btp-stop-and-search.csv", "police_uk/stop_and_search", "police_uk/stop_and_search/2023-07-btp.csv"),
    ],
)
def test_files_are_recognised_by_name_and_header(desk, outbox, sent, feed, target):
    receipt = deliver(outbox(sent, text([row(feed)])), desk.raw, load_contracts())
    assert (receipt.outcome, receipt.target_name) == ("delivered", target)
    assert (desk.raw / target).read_text() == text([row(feed)])


def test_feeds_with_one_header_are_distinguished_by_the_folder_if_not_by_the_name(desk, outbox):
    assert "several feeds" in deliver(outbox("2023-07.csv", text([row("victims")])), desk.raw, load_contracts()).reason
    elsewhere = desk.put("suspects", text([row("victims")]), "2023-07.csv")
    receipt = deliver(elsewhere, desk.raw.parent / "other", load_contracts())
    assert receipt.target_name == "derbyshire_constabulary/suspects/2023-07.csv"


def test_boundaries_are_distinguished_by_their_keys(outbox):
    def geojson(key):
        feature = f'{{"type": "Feature", "properties": {{"{key}": "E05015507"}}, "geometry": null}}'
        return f'{{"type": "FeatureCollection", "features": [{feature}]}}'

    found = recognise(outbox("E06000015.geojson", geojson("LSOA21CD")), load_contracts())
    assert isinstance(found, Unknown) and found.reason.startswith("ons/lsoa_boundaries: The column “LSOA21NM” is missing.")
    keys = [column.header for column in CONTRACTS["ward_boundaries"].columns if column.name != "geometry"]
    square = [[-1.5, 52.9], [-1.4, 52.9], [-1.4, 53.0], [-1.5, 52.9]]
    feature = {
        "type": "Feature",
        "properties": dict.fromkeys(keys, "E06000015"),
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    found = recognise(outbox("E06000015.geojson", content), load_contracts())
    assert isinstance(found, Recognised) and str(found.name) == "2025-E06000015.geojson"


@pytest.mark.parametrize(
    ("sent", "content", "reason"),
    [
        ("holiday.csv", "a,b\n1,2\n", "No feed has the headers of this file (CSV text)"),
        (
            "crimes_2023-07.csv",
            "a,b\n1,2\n",
            "derbyshire_constabulary/crimes: 2 of 2 headers are not part of the agreed format: the header row",
        ),
        ("crimes_2023-13.csv", text([row("crimes")]), "2023-13 is not a period"),
        ("crimes_2023-07.csv", "", "has no data rows"),
        ("crimes_2023-07.pdf", "%PDF-1.4", "a PDF document"),
    ],
)
def test_what_is_not_known_is_refused_with_a_reason(desk, outbox, sent, content, reason):
    receipt = deliver(outbox(sent, content), desk.raw, load_contracts())
    assert receipt.outcome == "refused" and reason in receipt.reason
    assert not desk.raw.exists()


def test_other_content_becomes_the_next_version_and_the_same_is_left(desk, outbox):
    contracts = load_contracts()

    def send(count):
        receipt = deliver(outbox("crimes_2023-07.csv", text(rows("crimes", count))), desk.raw, contracts)
        return receipt.outcome, receipt.target_name.rpartition("/")[2]

    assert send(1) == ("delivered", "2023-07.csv")
    assert send(1) == ("already there", "2023-07.csv")
    assert send(2) == ("delivered", "2023-07.v2.csv")
    assert send(2) == ("already there", "2023-07.v2.csv")
    assert send(1) == ("delivered", "2023-07.v3.csv")  # going back is a change too


def test_what_was_withdrawn_comes_back_as_the_next_version(desk, outbox):
    contracts = load_contracts()
    sent = outbox("crimes_2023-07.csv", text(rows("crimes", 2)))
    deliver(sent, desk.raw, contracts)
    (record,) = desk.load("crimes")
    loads = [replace(record, withdrawn=Withdrawal("2024-06-01T09:00:00+00:00", "somebody", "a mistake"))]
    receipt = deliver(sent, desk.raw, contracts, received=loads)
    assert (receipt.outcome, receipt.target_name.rpartition("/")[2]) == ("delivered", "2023-07.v2.csv")
    assert deliver(sent, desk.raw, contracts, received=loads).outcome == "already there"
    # The version of a file that is no longer in the landing zone is not used again.
    (desk.raw / receipt.target_name).unlink()
    (desk.raw / receipt.target_name).with_name("2023-07.csv").unlink()
    assert deliver(sent, desk.raw, contracts, received=loads).target_name.endswith("/2023-07.v2.csv")


def test_a_copy_and_what_is_landed_of_it_are_their_owners_alone(desk, outbox):
    before = os.umask(0)
    try:
        sent = outbox("crimes_2023-07.csv", text(rows("crimes", 1)))
        left = desk.put("crimes", "of a copy that an earlier version did not finish", ".2023-07.csv.part")
        environment.keep_private()
        receipt = deliver(sent, desk.raw, load_contracts())
        desk.load("crimes")
    finally:
        os.umask(before)
    assert not left.exists()
    assert stat.S_IMODE((desk.raw / receipt.target_name).stat().st_mode) == 0o600
    landed = (desk.landing, *desk.landing.rglob("*"))
    assert {path.name for path in landed} >= {"accepted.parquet", "load.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in landed} == {0o600, 0o700}


def test_a_feed_with_one_period_needs_none_in_the_name(outbox):
    contract = CONTRACTS["lsoa_ward_district"]
    header = ",".join(column.header for column in contract.columns)
    found = recognise(outbox("LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv", f"\ufeff{header}\n"), load_contracts())
    assert isinstance(found, Recognised) and found.name == replace(found.name, period="2024", part="", version=1)


@pytest.mark.parametrize(
    ("cadence", "sent", "target"),
    [
        ("quarterly", "crimes 2023-Q3.csv", "2023-Q3.csv"),
        ("quarterly", "crimes Q2 2023-24.csv", "2023-Q3.csv"),
        ("annual", "crimes 2023_24 final.csv", "2023-24.csv"),
        ("annual", "crimes FY2023-2024.csv", "2023-24.csv"),
        ("calendar_year", "crimes 2023.csv", "2023.csv"),
    ],
)
def test_periods_are_named_by_the_cadence(outbox, cadence, sent, target):
    contract = replace(CONTRACTS["crimes"], cadence=cadence)
    found = recognise(outbox(sent, text([row("crimes")])), {contract.id: contract})
    assert isinstance(found, Recognised) and str(found.name) == target


def test_a_name_of_another_cadence_is_answered_with_how_periods_are_written(desk):
    contract = replace(CONTRACTS["crimes"], cadence="annual")
    for name in ("2023-24.csv", "2023-25.csv", "2023.csv", "2023-Q1.csv"):
        desk.put("crimes", "x", name)
    assert [found.period for found in discover(desk.raw, contract)] == ["2023-24"]
    assert {file.reason.partition("delivered ")[2] for file in unrecognised_files(desk.raw, contract)} == {"annual (YYYY-YY)"}
