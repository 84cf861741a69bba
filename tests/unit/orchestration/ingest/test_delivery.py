"""Names in the landing zone, periods, and what a sender's file is recognised as."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import settings
from orchestration.contracts import load_contracts
from orchestration.ingest.delivery import Name, discover, strangers
from orchestration.ingest.landing import Withdrawal
from orchestration.ingest.recognise import Recognised, Unknown, deliver, recognise
from orchestration.periods import Cadence, key

from .conftest import CONTRACTS, row, rows, text

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


def test_discovery_lists_deliveries_and_tells_of_the_rest(desk):
    for name in ("2023-08.csv", "2023-07.v2.csv", "2023-07.csv", "notes.csv", "2023.csv"):
        desk.put("crimes", "x", name)
    for name in ("contract.yaml", "README.md", ".2023-09.csv.part", "~$2023-07.xlsx", "2023-09.csv.tmp"):
        desk.put("crimes", "x", name)
    contract = CONTRACTS["crimes"]
    found = discover(desk.raw, contract)
    assert [(d.period, d.version) for d in found] == [("2023-07", 1), ("2023-07", 2), ("2023-08", 1)]
    assert [stranger.path.name for stranger in strangers(desk.raw, contract)] == ["2023.csv", "notes.csv"]


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
        ("2023-07-city-of-london-street.csv", "police_uk/street", "police_uk/street/2023-07-city-of-london.csv"),
        ("2023-07-btp-stop-and-search.csv", "police_uk/stop_and_search", "police_uk/stop_and_search/2023-07-btp.csv"),
    ],
)
def test_files_are_recognised_by_name_and_header(desk, outbox, sent, feed, target):
    receipt = deliver(outbox(sent, text([row(feed)])), desk.raw, load_contracts())
    assert (receipt.outcome, receipt.target_name) == ("delivered", target)
    assert (desk.raw / target).read_text() == text([row(feed)])


def test_feeds_with_one_header_are_told_apart_by_the_folder_if_not_by_the_name(desk, outbox):
    assert "several feeds" in deliver(outbox("2023-07.csv", text([row("victims")])), desk.raw, load_contracts()).reason
    elsewhere = desk.put("suspects", text([row("victims")]), "2023-07.csv")
    receipt = deliver(elsewhere, desk.raw.parent / "other", load_contracts())
    assert receipt.target_name == "derbyshire_constabulary/suspects/2023-07.csv"


def test_boundaries_are_told_apart_by_their_keys(outbox):
    def geojson(key):
        feature = f'{{"type": "Feature", "properties": {{"{key}": "E05015507"}}, "geometry": null}}'
        return f'{{"type": "FeatureCollection", "features": [{feature}]}}'

    found = recognise(outbox("E06000015.geojson", geojson("LSOA21CD")), load_contracts())
    assert isinstance(found, Unknown) and "WD25CD" in found.reason
    keys = [column.header for column in CONTRACTS["ward_boundaries"].columns if column.name != "geometry"]
    properties = ", ".join(f'"{key}": "1"' for key in keys)
    feature = f'{{"type": "Feature", "properties": {{{properties}}}, "geometry": null}}'
    found = recognise(outbox("E06000015.geojson", f'{{"type": "FeatureCollection", "features": [{feature}]}}'), load_contracts())
    assert isinstance(found, Recognised) and str(found.name) == "2025-E06000015.geojson"


@pytest.mark.parametrize(
    ("sent", "content", "reason"),
    [
        ("holiday.csv", "a,b\n1,2\n", "no feed has files of this name"),
        ("crimes_2023-07.csv", "a,b\n1,2\n", "derbyshire_constabulary/crimes, but"),
        ("crimes_2023-13.csv", text([row("crimes")]), "2023-13 is not a period"),
        ("crimes_2023-07.csv", "", "holds no data rows"),
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
        settings.keep_private()
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
    period = r"(?i)^crimes (?P<period>(FY|Q[1-4] )?\d{4}([-_](Q\d|\d+))?)"
    contract = replace(CONTRACTS["crimes"], cadence=cadence, file_names=(period,))
    found = recognise(outbox(sent, text([row("crimes")])), {contract.id: contract})
    assert isinstance(found, Recognised) and str(found.name) == target


def test_a_name_of_another_cadence_is_told_how_periods_are_written(desk):
    contract = replace(CONTRACTS["crimes"], cadence="annual")
    for name in ("2023-24.csv", "2023-25.csv", "2023.csv", "2023-Q1.csv"):
        desk.put("crimes", "x", name)
    assert [found.period for found in discover(desk.raw, contract)] == ["2023-24"]
    assert {stranger.reason.partition("delivered ")[2] for stranger in strangers(desk.raw, contract)} == {"annual (YYYY-YY)"}
