"""The publishers' own files, with the oddities measured in them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log import load_record
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.load.delivery_diff import compare
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import deliver
from tests.conftest import REAL_DATA

KEY = b"a key for tests only"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("real_police_files"),
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the publishers' files are not in {REAL_DATA}"),
]


class Log:
    """A landing zone that real files are delivered to, and the log they are loaded into."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.landing, self.contracts = folder / "raw", folder / "landing", load_contracts()

    def deliver(self, folder: Path) -> Counter[str]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return Counter(deliver(path, self.raw, self.contracts).outcome for path in files)

    def load(self, agency: str, feed: str, now: datetime = NOW) -> list[load_record.LoadRecord]:
        contract = self.contracts[agency, feed]
        return load(plan(self.raw, self.landing, contract, KEY), contract, self.landing, KEY, now=now)


@pytest.fixture
def empty(tmp_path: Path) -> Log:
    return Log(tmp_path)


@pytest.fixture(scope="module")
def police(tmp_path_factory) -> Log:
    made = Log(tmp_path_factory.mktemp("police_uk"))
    assert made.deliver(REAL_DATA / "police_uk") == {"delivered": 33}
    for feed in ("street", "outcomes", "stop_and_search"):
        made.load("police_uk", feed)
    return made


def rows(records: list[load_record.LoadRecord], sql: str) -> list[tuple]:
    files = [str(record.accepted) for record in records if record.accepted]
    return duckdb.connect().execute(f"with landed as (from read_parquet($files)) {sql}", {"files": files}).fetchall()


# Rows per file as counted in the publishers' files, apart from this project.
@pytest.mark.parametrize(
    ("feed", "files", "count", "copies"),
    [("street", 21, 130_388, 17), ("outcomes", 6, 3_627, 49), ("stop_and_search", 6, 1_278, 0)],
)
def test_no_row_of_police_uk_is_lost_and_only_copies_of_identified_rows_are_rejected(police, feed, files, count, copies):
    records = log.read(police.landing, "police_uk", feed)
    assert len(records) == files
    assert sum(record.rows_delivered for record in records) == count
    assert (sum(record.rows_accepted for record in records), sum(record.rows_rejected for record in records)) == (
        count - copies,
        copies,
    )
    assert {record.verdict for record in records} == {"accepted"}
    codes = {fault.code for record in records for fault in record.faults if fault.severity != "information"}
    assert codes == ({"R06"} if copies else set())


def test_rows_without_id_and_rows_that_are_equal_stay(police):
    (october,) = [record for record in log.read(police.landing, "police_uk", "street") if record.period == "2018-10"]
    distinct_rows = "(select count(*) from (select distinct * exclude (_row) from landed))"
    ((count, blank, distinct),) = rows([october], f"select count(*), count(*) - count(crime_id), {distinct_rows} from landed")
    assert (count, blank, count - distinct) == (8194, 2858, 955)


def test_the_month_that_was_loaded_twice_at_source_is_reported(police):
    doubled = {
        record.file_name: fault.rows
        for record in log.read(police.landing, "police_uk", "street")
        for fault in record.faults
        if fault.code == "I04"
    }
    assert doubled == {"2024-02-derbyshire.csv": 2208}


def test_quoted_names_and_places_without_coordinates(police):
    records = log.read(police.landing, "police_uk", "street")
    assert rows(records, "select count(*) from landed where lsoa_name like 'Bournemouth, Christchurch and Poole%'")[0][0] > 0
    nowhere = "select count(*), count(longitude), count(lsoa_code) from landed where lower(location) = 'no location'"
    ((count, with_point, with_lsoa),) = rows(records, nowhere)
    assert count > 0 and with_point == with_lsoa == 0


def test_the_file_of_june_begins_in_may_by_utc(police):
    (june,) = [record for record in log.read(police.landing, "police_uk", "stop_and_search") if record.period == "2023-06"]
    ((first, linked),) = rows([june], "select min(searched_at), count(*) filter (outcome_linked_to_object) from landed")
    assert first == datetime(2023, 5, 31, 23, 0) and linked > 0


def test_a_later_download_updates_and_does_not_add(empty):
    for number, download in enumerate(("earlier_download", "later_download")):
        assert empty.deliver(REAL_DATA / "police_uk_revisions" / download) == {"delivered": 1}
        empty.load("police_uk", "street", NOW + timedelta(days=number))
    assert empty.deliver(REAL_DATA / "police_uk_revisions" / "later_download") == {"already there": 1}
    earlier, later = log.read(empty.landing)
    assert later.supersedes == earlier.load_id
    assert [record.rows_accepted for record in log.loads_in_use(log.read(empty.landing))] == [628]

    def changed(rows_of_a_delivery: str) -> int:
        """Rows of the earlier download that the later one does not have; compared as bags, since rows have no key."""
        sql = f"{rows_of_a_delivery.format(earlier.load_id)} except all {rows_of_a_delivery.format(later.load_id)}"
        return len(rows([earlier, later], sql))

    assert changed("select crime_id, month, crime_type, longitude, latitude from landed where _load_id = '{}'") == 0
    assert changed("select crime_id, crime_type, last_outcome_category from landed where _load_id = '{}'") == 301
    found = compare(earlier.accepted, later.accepted, empty.contracts["police_uk", "street"])
    assert str(found) == "327 rows the same, 301 changed (last_outcome_category in 301), 0 added, 0 removed"
    # The files' own description counts the last row of each of the 614 ids: 292 outcomes, and one point, which is an id
    # of two rows that changed places.
    last = "select crime_id, arg_max_null({}, _row) from landed where _load_id = '{{}}' group by crime_id"
    assert changed(last.format("last_outcome_category")) == 292
    assert changed(last.format("(longitude, latitude)")) == 1


def test_the_index_of_deprivation_as_published(empty):
    assert empty.deliver(REAL_DATA / "imd2019") == {"delivered": 1}
    (record,) = empty.load("mhclg", "imd_2019")
    assert (record.file_name, record.rows_accepted) == ("2019.xlsx", 32_844)
    assert [fault.code for fault in record.faults] == ["I11"]  # the empty sheet "Notes"
    assert rows(
        [record],
        "select count(distinct lsoa_code_2011), min(imd_rank), max(imd_rank), min(imd_decile), max(imd_decile) from landed",
    ) == [(32_844, 1, 32_844, 1, 10)]


def test_the_census_as_published(empty):
    assert empty.deliver(REAL_DATA / "census2021") == {"delivered": 2}
    assert empty.deliver(REAL_DATA / "ons_population") == {"delivered": 1, "refused": 1}
    (homes,), (adults,), (groups,) = (
        empty.load("ons", feed) for feed in ("census_households", "census_residents_16_plus", "census_ethnicity")
    )
    assert [record.rows_accepted for record in (homes, adults, groups)] == [35_672, 35_672, 3_500]
    assert {record.rows_rejected for record in (homes, adults, groups)} == {0}
    # Derby's residents by ethnic group, as added up in the publisher's file.
    assert rows([groups], "select sum(residents) from landed where authority_code = 'E06000015'") == [(261_364,)]
    assert rows([adults], "select residents from landed where area = 'E01011954 : Hartlepool 001A'") == [(1758,)]


def test_look_up_and_boundaries_are_found_among_their_neighbours(empty):
    assert empty.deliver(REAL_DATA / "ons_geography") == {"delivered": 19, "refused": 13}
    (look_up,) = empty.load("ons", "lsoa_ward_district")
    assert (look_up.rows_accepted, [fault.code for fault in look_up.faults]) == (35_672, ["I02"])
    county = "district_code = 'E06000015' or district_code between 'E07000032' and 'E07000039'"
    counts = f"select count(*), count(distinct ward_code), count(distinct district_code) from landed where {county}"
    assert rows([look_up], counts) == [(651, 176, 9)]
    boundaries = empty.load("ons", "ward_boundaries")
    assert sum(record.rows_accepted for record in boundaries) == 176
    kinds = "select distinct json_extract_string(geometry, '$.type') as kind from landed order by kind"
    assert rows(boundaries, kinds) == [("Polygon",)]
    assert sum(record.rows_accepted for record in empty.load("ons", "lsoa_boundaries")) == 651


def test_nothing_else_is_taken_for_a_delivery(empty):
    known = {
        "police_uk",
        "police_uk_revisions",
        "other_areas",
        "imd2019",
        "ons_geography",
        "census2021",
        "ons_population",
        "schools",
    }
    known |= {"imd2019", "dfe_childrens_social_care", "dfe_exclusions", "dfe_lait", "dfe_neet"}
    for folder in sorted(path for path in REAL_DATA.iterdir() if path.is_dir() and path.name not in known):
        assert set(empty.deliver(folder)) == {"refused"}, folder.name


def test_schools_and_where_they_are(empty):
    """The Department's list is in Windows-1252 and the points are tab-separated; both come in whole."""
    assert empty.deliver(REAL_DATA / "schools") == {"delivered": 2}
    (schools,), (points,) = empty.load("dfe", "schools"), empty.load("dfe", "school_locations")
    assert (schools.rows_accepted, points.rows_accepted) == (26_346, 42_420)
    assert [fault.code for fault in schools.faults] == ["I01"]
    assert points.faults == ()
