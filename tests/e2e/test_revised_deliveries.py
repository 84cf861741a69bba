"""A month that its publisher revised, and an outcome that comes late: what changed is reported, and the past can be rebuilt."""

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass

import duckdb
import pytest

from orchestration.publication.release import Release
from orchestration.publication.releases import current_release, find, read_release
from tests.conftest import REAL_DATA, County

PAIR = REAL_DATA / "police_uk_revisions"
LOOK_UP = REAL_DATA / "ons_geography" / "LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv"
pytestmark = [
    pytest.mark.xdist_group("revised_deliveries"),
    pytest.mark.skipif(not PAIR.is_dir(), reason="the publishers' files are not on this machine (../shared/data)"),
]
FIRST, SECOND = "2024-04-10", "2025-03-10"


@dataclass(frozen=True)
class Revised:
    """A county whose deliveries were revised.

    Attributes:
        before, after: the releases with the earlier and with the revised deliveries.
        together: (exit status, output) of two refreshes that were started together.
        blocked: what a refresh said while another program had the warehouse open.
        printed: what the refresh of the revised deliveries said.
    """

    county: County
    before: Release
    after: Release
    together: list[tuple[int, str]]
    blocked: subprocess.CompletedProcess[str]
    printed: str


def received(county, day):
    """As if all that is new had been received on that day, in the same order: counts of the vault after what they count."""
    for path in county.settings.landing.rglob("load.json"):
        record = json.loads(path.read_text())
        if record["received_at"][:10] not in (FIRST, SECOND):
            path.unlink()  # a link to the original
            path.write_text(json.dumps(record | {"received_at": day + record["received_at"][10:]}))


def deliver_late_outcome(county):
    """The outcomes of March 2024 once more, with the charge of an offence that had no outcome until then."""
    con = duckdb.connect(str(county.settings.warehouse))
    ((reference,),) = con.execute(
        """select min(crime_reference) from conformed.fct_offence
           where outcome_key = '0' and is_serious_violence and recorded_at between '2024-01-01' and '2024-02-28'"""
    ).fetchall()
    con.close()
    folder = county.raw / "derbyshire_constabulary" / "outcomes"
    with (folder / "2024-03.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    charge = next(row for row in rows if row[2] == "1")
    corrected = folder / "2024-03.v2.csv"
    with corrected.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows, [reference, "1", *charge[2:]]])
    county.list(corrected)


def extend_look_up(county):
    """The look-up of LSOAs once more, with those of the City of London, whose archive is delivered."""
    (made_up,) = (county.raw / "ons" / "lsoa_ward_district").glob("*.csv")
    with LOOK_UP.open(newline="", encoding="utf-8-sig") as file:
        city = [row for row in csv.reader(file) if "E09000001" in row]
    extended = made_up.with_name("2024.v2.csv")
    extended.write_bytes(made_up.read_bytes())
    with extended.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(city)
    county.list(extended)


@pytest.fixture(scope="module")
def revised(county, tmp_path_factory):
    made = county.copy(tmp_path_factory.mktemp("revised"))
    received(made, FIRST)
    made.list(*(path for path in PAIR.rglob("*.csv")))
    extend_look_up(made)
    assert made.sna("deliver", str(PAIR / "earlier_download")).returncode == 0
    started = [made.start("sna", "refresh") for _ in range(2)]
    together = [(process.wait(), process.stdout.read()) for process in started]
    before = current_release(made.settings.published)
    received(made, SECOND)
    assert made.sna("deliver", str(PAIR / "later_download")).returncode == 0
    deliver_late_outcome(made)
    blocked = refresh_while_open(made)
    done = made.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    return Revised(made, before, current_release(made.settings.published), together, blocked, done.stdout)


def refresh_while_open(county):
    """Refresh while another program has opened the warehouse by mistake; its process id is put before what was said."""
    program = f"""
import duckdb
con = duckdb.connect({str(county.settings.warehouse)!r}, read_only=True)
print("open", flush=True)
input()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as tool:
        assert tool.stdout.readline() == "open\n"
        done = county.sna("refresh")
        tool.communicate("\n")
    return subprocess.CompletedProcess([str(tool.pid)], done.returncode, done.stdout, done.stderr)


def test_of_two_refreshes_started_together_one_runs_and_the_other_says_who_does(revised):
    (_, ran), (left, said) = sorted(revised.together)
    assert [status for status, _ in sorted(revised.together)] == [0, 1], revised.together
    assert revised.before.id in ran
    assert left == 1 and "is working on" in said and str(revised.county.home) in said


def test_a_program_that_has_the_warehouse_open_is_named_and_nothing_is_lost(revised):
    assert revised.blocked.returncode == 1
    assert f"Process {revised.blocked.args[0]} " in revised.blocked.stderr
    assert "sna_marts.duckdb read-only instead" in revised.blocked.stderr
    assert revised.after.manifest["build_id"] != revised.before.manifest["build_id"]


def test_the_revised_month_of_the_archive_is_reported_row_by_row(revised):
    """629 rows in both, of which one repeats another with its id; 301 of the 628 have another outcome, none another point.

    By the last row of each of the 614 ids it is 292 outcomes and one point, which is an id of two rows that changed places.
    """
    done = revised.county.sna("diff", revised.before.id, revised.after.id)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.replace("│", " ").split())
    assert "327 rows the same, 301 changed (last_outcome_category in 301), 0 added, 0 removed" in words


def test_marts_that_the_revision_does_not_touch_stay(revised):
    """Crimes by place and type are the same 628; the archive's outcomes are a feed of their own."""
    for mart in ("marts.street_crime", "marts.street_outcomes"):
        assert revised.before.manifest["tables"][mart]["content"] == revised.after.manifest["tables"][mart]["content"]
    counted = revised.county.query(
        "select sum(crimes) from marts.street_crime where month_start = '2025-01-01' and reported_by = 'City of London Police'"
    )
    assert counted == [(628,)]


def test_the_late_outcome_changes_figures_and_is_named_beside_each(revised):
    (load_id,) = [d["load_id"] for d in revised.after.manifest["deliveries"] if d["file_name"] == "2024-03.v2.csv"]
    named = f"derbyshire_constabulary/outcomes/2024-03.v2.csv ({load_id})"
    changed = revised.county.query(
        """select row_key ->> 'table_id', row_key ->> 'row_label', value_before::double, value_after::double, deliveries
           from sna.revisions where table_name = 'sna.figures' and change_kind = 'changed'"""
    )
    assert {table for table, *_ in changed} <= {"T40", "T41"} and changed
    assert all(deliveries == [named] for *_, deliveries in changed)
    assert any(after == before + 1 for *_, before, after, _ in changed)
    assert revised.county.query("select distinct release_before, code_changed from sna.revisions") == [(revised.before.id, False)]
    # What readers see of a person is that one more offence has an outcome.
    assert not revised.county.query("select 1 from sna.revisions where row_key like '%DC-20%' or value_after like '%DC-20%'")


def test_as_at_rebuilds_what_was_published_before_the_resubmission_and_the_late_outcome(revised):
    done = revised.county.sna("refresh", "--as-at", "2025-04-01")
    assert done.returncode == 0, done.stdout + done.stderr
    published = revised.county.settings.published
    past = read_release(published, find(published, "2025-04-01"))
    assert past.manifest["content"] == revised.before.manifest["content"] != revised.after.manifest["content"]
    assert current_release(published).id == revised.after.id
    untold = revised.county.sna("diff", revised.before.id, "2025-04-01")
    assert "No published figure differs." in untold.stdout


def test_what_was_rebuilt_for_a_past_date_is_not_published_as_if_it_were_of_today(revised):
    """After the look into the past, the last step alone, as a retry or a button of the web UI would run it."""
    again = revised.county.run(
        "dagster", "asset", "materialize", "-m", "orchestration.definitions", "--select", "published/release"
    )
    assert again.returncode != 0
    assert "was last loaded as at 2025-04-01" in again.stdout + again.stderr
    assert current_release(revised.county.settings.published).id == revised.after.id


def test_only_what_depends_on_the_revisions_is_validated_and_built_again(revised):
    assert "; 2 feeds re-validated" in revised.printed
    facts, marts = re.findall(r"Built (\d+) of (\d+) models \(new deliveries of 2 feeds\)", revised.printed)
    assert int(facts[0]) < int(facts[1]) / 2
    assert int(marts[0]) < int(marts[1])


def test_a_rebuild_has_the_content_of_the_increments(revised):
    """Every fact, mart and figure, after months, a resubmission, a late outcome and a look into the past."""
    back = revised.county.sna("refresh")
    assert back.returncode == 0 and "Nothing new" in back.stdout
    done = revised.county.sna("rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"same content as release {revised.after.id}" in done.stdout
    assert current_release(revised.county.settings.published).id == revised.after.id
