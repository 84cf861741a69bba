"""The month after the demonstration: its rows are good, hang together, and repeat no year before."""

import os
import shutil
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_zone.demonstration import Admission, Listing
from synthetic.demo.next_month import NoNextMonthError, write_next_month
from synthetic.demo.next_month.agencies import FEEDS
from tests.integration.synthetic.conftest import of_the_whole
from tests.unit.orchestration.ingest.conftest import KEY

pytestmark = pytest.mark.xdist_group("synthetic")

RECEIVED = datetime(2025, 5, 1, 9, tzinfo=UTC)
FORCE = "derbyshire_constabulary"
MONTHLY = [
    *(f"{FORCE}/{feed}" for feed in ("crimes", "victims", "suspects", "outcomes", "knife_intelligence")),
    *("police_uk/street", "police_uk/outcomes"),
    *FEEDS,
]
# The time of the day counts as part of what a row says; dates and references do not.
DATES = {
    "crimes": ["Recorded Date Time", "Committed From", "Committed To"],
    "stop_searches": ["Search Date Time"],
    "ed_assaults": ["Arrival Date Time", "Assault Date Time"],
    "incidents": ["Call Date Time"],
    "stop_and_search": ["Date"],
    "victims": ["Crime Recorded Date Time", "Offence Date"],
    "suspects": ["Crime Recorded Date Time", "Offence Date"],
}
REFERENCES = ("Crime Reference", "Nominal Reference", "Search Reference", "Incident Number")


@pytest.fixture(scope="module")
def month(zone, tmp_path_factory):
    """A landing zone with May 2024, and what was written."""
    folder = tmp_path_factory.mktemp("following") / "raw"
    shutil.copytree(zone, folder, copy_function=os.link)
    return folder, write_next_month(folder)


def table(path):
    """The rows of a delivery as text."""
    if path.suffix == ".xlsx":
        return f"read_xlsx('{path}', all_varchar = true)"
    return f"read_csv('{path}', all_varchar = true)"


def delivery(raw, feed, month):
    (found,) = (raw / feed).glob(f"{month}*")
    return found


def query(sql):
    return duckdb.sql(sql).fetchall()


def test_every_monthly_feed_is_brought_up_to_the_new_month(month, zone):
    _, done = month
    assert done.month == "2024-05"
    written = {(feed, path.name[:7]) for feed, path, _ in done.files}
    for feed in MONTHLY:
        last = max(path.name[:7] for path in (zone / feed).glob("*"))
        expected = {"2024-05"} if last == "2024-04" else {"2024-04", "2024-05"}
        assert {period for name, period in written if name == feed} == expected, feed


def test_its_files_are_listed_and_the_report_stays(month, zone):
    folder, done = month
    before, after = Listing.read(zone), Listing.read(folder)
    assert after.report == before.report
    added = {name: after.files[name] for name in after.files.keys() - before.files.keys()}
    assert added == {str(path.relative_to(folder)): sha256(path) for _, path, _ in done.files}
    assert {path: sha256(zone / path) for path in before.files} == {path: sha256(folder / path) for path in before.files}


def test_the_contracts_accept_every_row(month, tmp_path):
    from orchestration.ingest.landing_zone.delivery import discover
    from orchestration.ingest.load.loader import load

    folder, done = month
    contracts = load_contracts()
    new = {path for _, path, _ in done.files}
    for feed in sorted({feed for feed, _, _ in done.files}):
        contract = contracts[tuple(feed.split("/"))]
        deliveries = [delivery for delivery in discover(folder, contract) if delivery.path in new]
        records = load(deliveries, contract, tmp_path, KEY, now=RECEIVED, admission=Admission("demonstration", folder))
        rows = {path: rows for _, path, rows in done.files}
        assert len(records) == len(deliveries) == sum(name == feed for name, _, _ in done.files)
        for record in records:
            assert (record.verdict, record.rows_rejected) == ("accepted", 0), (feed, record.faults)
            assert record.rows_accepted > 0
        assert sum(record.rows_accepted for record in records) == sum(rows[delivery.path] for delivery in deliveries), feed


@of_the_whole
@pytest.mark.parametrize("feed", [feed for feed in MONTHLY if feed.split("/")[1] in DATES])
@pytest.mark.parametrize("period", ["2024-04", "2024-05"])
def test_no_row_says_what_one_of_the_year_before_said(month, feed, period):
    folder, _ = month
    now, before = (delivery(folder, feed, at) for at in (period, period.replace("2024", "2023")))
    dates = DATES[feed.split("/")[1]]
    first = f"""regexp_extract("{dates[0]}", '[0-9:]{{5,8}}$|T([0-9:]+)')"""
    if "crimes" in feed:  # which say enough without it
        first = "''"
    # Of somebody without a date of birth there is only the sex and the ethnicity.
    known = '"Date of Birth" is not null' if feed.endswith(("victims", "suspects")) else "true"
    listed = ", ".join(f'"{name}"' for name in dates)

    def said(path):
        columns = {name for (name, *_) in query(f"describe from {table(path)}")}
        left = ", ".join(f'"{name}"' for name in REFERENCES if name in columns)
        return f"select * exclude ({listed}{', ' + left if left else ''}), {first} as clock from {table(path)} where {known}"

    alike = len(query(f"{said(now)} intersect {said(before)}"))
    ((rows, usual),) = query(f"select (select count(*) from {table(now)}), (select count(*) from {table(before)})")
    tolerance = load_contracts()[tuple(feed.split("/"))].volume_tolerance
    # People come again, and one in some thousand at the same minute of another day.
    assert alike <= (rows // 1000 if feed.endswith(("victims", "suspects")) else 0)
    assert 1 - tolerance < rows / usual < 1 + tolerance


@of_the_whole
def test_kinds_and_districts_move_apart(month):
    folder, _ = month
    path = folder / FORCE / "crimes"
    ((cells, same),) = query(
        f"""with counted as (
                select "HO Sub Code", "District", count(*) filter (filename like '%2024-05%') as new,
                    count(*) filter (filename like '%2023-05%') as old
                from read_csv(['{path}/2023-05.csv', '{path}/2024-05.csv'], all_varchar = true, filename = true) group by all
            )
            select count(*), count(*) filter (new = old) from counted where greatest(new, old) >= 20"""
    )
    assert cells > 40 and same / cells < 0.2


def test_references_go_on_and_are_unique(month):
    folder, _ = month
    for feed, column in (
        ("crimes", "Crime Reference"),
        ("stop_searches", "Search Reference"),
        ("knife_intelligence", "Report Reference"),
    ):
        files = f"read_csv('{folder / FORCE / feed}/*.csv', all_varchar = true, filename = true)"
        assert query(f'select "{column}" from {files} group by all having count(*) > 1') == [], feed
    earlier, may = (
        f"read_csv('{folder / FORCE / 'crimes'}/2024-0{months}.csv', all_varchar = true)" for months in ("[1-4]", "5")
    )
    assert query(
        f"""select bool_and(number = last + place)
            from (select "Crime Reference"[9:]::int as number,
                row_number() over (order by strptime("Recorded Date Time", '%d/%m/%Y %H:%M'), "Crime Reference") as place
            from {may}), (select max("Crime Reference"[9:]::int) as last from {earlier})"""
    ) == [(True,)]


def test_people_and_outcomes_are_of_crimes_that_were_delivered(month, request):
    folder, _ = month
    # Few come again to the same places.
    least = {"whole": 0.1, "sampled": 0.01}[request.node.callspec.params["zone"]]
    force = folder / FORCE
    crimes = f"read_csv('{force}/crimes/*.csv', all_varchar = true)"
    for feed in ("victims", "suspects"):
        people = f"read_csv('{force}/{feed}/2024-05.csv', all_varchar = true)"
        joined = f'{people} as person left join {crimes} as crime using ("Crime Reference")'
        assert query(
            f"""select count(*) from {joined} where "Recorded Date Time" is distinct from "Crime Recorded Date Time"
                or "Committed From"[:10] is distinct from "Offence Date"
                or strptime("Date of Birth", '%d/%m/%Y') > strptime("Offence Date", '%d/%m/%Y')"""
        ) == [(0,)]
        assert query(f'select "Crime Reference", "Nominal Reference" from {people} group by all having count(*) > 1') == []
        earlier = f"""read_csv(['{force}/victims/20*[0-4].csv', '{force}/suspects/2023*.csv'], all_varchar = true)"""
        ((share,),) = query(
            f"""select avg(("Nominal Reference" in (select "Nominal Reference" from {earlier}))::int) from {people}"""
        )
        assert least < share < 0.9, "new people, and people who were met before"
    # Who was met before has the same date of birth.
    everybody = f"read_csv(['{force}/victims/*.csv', '{force}/suspects/*.csv'], all_varchar = true)"
    births = f"""select "Nominal Reference" from {everybody} group by all having count(distinct "Date of Birth") > 1"""
    assert query(births) == []

    outcomes = f"read_csv('{force}/outcomes/*.csv', all_varchar = true, filename = true)"
    new = f"(from {outcomes} where filename like '%2024-05.csv')"
    assert query(
        f"""select count(*) from {new} as outcome left join {crimes} as crime using ("Crime Reference")
            where "Recorded Date Time" is null
                or strptime("Outcome Date", '%d/%m/%Y') < strptime("Recorded Date Time"[:10], '%d/%m/%Y')"""
    ) == [(0,)]
    assert query(f'select 1 from {new} group by "Crime Reference", "Outcome Sequence" having count(*) > 1') == []
    ((rows, old, replaced, changed),) = query(
        f"""with earlier as (
                select "Crime Reference", "Outcome Sequence", max_by("Outcome Code", filename) as code
                from {outcomes} where filename not like '%2024-05.csv' group by all
            )
            select count(*), count(*) filter ("Crime Reference" not in (select "Crime Reference" from
                    read_csv('{force}/crimes/2024-05.csv', all_varchar = true))),
                count(code), count(*) filter (code <> "Outcome Code")
            from {new} left join earlier using ("Crime Reference", "Outcome Sequence")"""
    )
    assert old > 0.06 * rows and 0.002 * rows < replaced < 0.025 * rows and changed > 0.9 * replaced


def test_the_archive_shows_the_same_crimes_and_outcomes(month):
    folder, _ = month
    force, archive = folder / FORCE, folder / "police_uk"
    for period in ("2024-04", "2024-05"):
        crimes = f"read_csv('{force}/crimes/{period}.csv', all_varchar = true)"
        street = f"read_csv('{archive}/street/{period}-derbyshire.csv', all_varchar = true)"
        assert query(
            f"""select (select count(*) from {crimes} where "LSOA Code" is not null)
                    = (select count(distinct "Crime ID") from {street})"""
        ) == [(True,)]
        assert (
            query(
                f"""(select "LSOA Code", count(*) from {crimes} where "LSOA Code" is not null group by all)
                except (select "LSOA code", count(distinct "Crime ID") from {street} group by all)"""
            )
            == []
        )
    # An outcome is at the place that the archive showed for its crime.
    assert query(
        f"""select count(crime.id) > 0.4 * count(*), count(*) filter (outcome.at = crime.at) = count(crime.id)
            from (select "Crime ID" as id, any_value(("Longitude", "Latitude")) as at
                  from read_csv('{archive}/outcomes/2024-05-derbyshire.csv', all_varchar = true) group by all) as outcome
            left join (select "Crime ID" as id, any_value(("Longitude", "Latitude")) as at
                  from read_csv('{archive}/street/*.csv', all_varchar = true) group by all having count(*) = 1) as crime
                using (id)"""
    ) == [(True, True)]


@of_the_whole
def test_the_same_seed_and_landing_zone_make_the_same_bytes(month, zone, tmp_path):
    _, done = month
    shutil.copytree(zone, tmp_path / "raw", copy_function=os.link)
    again = write_next_month(tmp_path / "raw")
    assert [sha256(path) for _, path, _ in done.files] == [sha256(path) for _, path, _ in again.files]
    shutil.copytree(zone, tmp_path / "other", copy_function=os.link)
    other = write_next_month(tmp_path / "other", seed=7)
    differing = [
        feed for (feed, path, _), (_, twin, _) in zip(done.files, other.files, strict=True) if sha256(path) != sha256(twin)
    ]
    assert set(MONTHLY) <= set(differing)


def test_nothing_follows_where_there_is_no_demonstration(tmp_path):
    with pytest.raises(NoNextMonthError, match="no demonstration"):
        write_next_month(tmp_path)
