"""Real files of police.uk and MHCLG take the place of their stand-ins, and the past can be had back."""

import json

import pytest

from orchestration.releases import read_release
from tests.conftest import REAL_DATA, reconciled

pytestmark = [
    pytest.mark.xdist_group("real_files"),
    pytest.mark.skipif(
        not (REAL_DATA / "police_uk").is_dir(), reason="the publishers' files are not on this machine (../shared/data)"
    ),
]


@pytest.fixture(scope="module")
def delivered(county, tmp_path_factory):
    """The county as received in April 2024, with the real files delivered and refreshed today."""
    made = county.copy(tmp_path_factory.mktemp("real"))
    for path in made.settings.landing.rglob("load.json"):
        record = {**json.loads(path.read_text()), "received_at": "2024-04-10T09:00:00+00:00"}
        path.unlink()  # a link to the original
        path.write_text(json.dumps(record))
    told = made.sna("deliver", str(REAL_DATA / "police_uk"), str(REAL_DATA / "imd2019"))
    assert told.returncode == 0, told.stdout + told.stderr
    refreshed = made.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    return made


def test_real_deliveries_replace_the_stand_ins_of_their_agency_only(delivered):
    synthetic = dict(delivered.query("select agency || '/' || feed, is_synthetic from meta.feeds where deliveries_in_use > 0"))
    assert not any(synthetic[feed] for feed in synthetic if feed.startswith(("police_uk/", "mhclg/")))
    assert all(synthetic[feed] for feed in synthetic if feed.startswith("derbyshire_constabulary/"))
    assert delivered.query("select is_synthetic from meta.release") == [(True,)]


def test_the_figures_still_reconcile_and_deprivation_does_on_the_real_file(delivered):
    # The real index takes the place of all that was made up of its agency: the tables of its domains wait for file 7.
    waiting = "table_id in ('T62', 'T64') or row_label = 'Domains of deprivation'"
    counts = dict(delivered.query(f"select status, count(*) from sna.reconciliation where not ({waiting}) group by all"))
    told = delivered.query(f"select distinct status, reason from sna.reconciliation where {waiting}")
    assert {status for status, _ in told} == {"missing"}
    assert all("mhclg/imd_2019_domains" in reason for _, reason in told)
    expected = reconciled()
    ((missing,),) = delivered.query(f"select count(*) from sna.reconciliation where {waiting}")
    assert counts == {**expected, "match": expected["match"] - missing}
    # Section 19: 46 of the 642 are in the most deprived tenth of England.
    assert delivered.query("select distinct status from sna.reconciliation where row_label like 'LSOAs %'") == [("match",)]
    assert delivered.query("select count(*) from sna.reconciliation where table_id = 'T63' and status = 'match'") == [(20,)]


def test_every_row_of_the_archive_is_counted_and_the_doubled_month_is_told(delivered):
    ((february,),) = delivered.query(
        """select sum(crimes) from marts.street_crime
           where reported_by = 'Derbyshire Constabulary' and month_start = date '2024-02-01'"""
    )
    assert february == 8902
    told = delivered.sna("quarantine", "police_uk/street")
    assert told.returncode == 0
    records = [json.loads(path.read_text()) for path in delivered.settings.landing.glob("police_uk/street/2024-02/*/load.json")]
    assert any(fault["code"] == "I04" for record in records for fault in record["faults"])


def test_a_past_date_gives_back_what_was_published_then(county, delivered):
    before = delivered.release()
    told = delivered.sna("refresh", "--as-at", "2024-05-01")
    assert told.returncode == 0, told.stdout + told.stderr
    assert delivered.release() == before
    link = delivered.settings.published / "as-at" / "2024-05-01"
    past = read_release(delivered.settings.published, link.resolve().name)
    original = json.loads((county.settings.published / "manifest.json").read_text())
    assert past.manifest["content"] == original["content"]
    assert past.manifest["as_at"] == "2024-05-01"


def test_a_file_that_no_contract_knows_is_refused(delivered, tmp_path):
    (tmp_path / "holiday.csv").write_text("when,where\n2024-01-01,Skegness\n")
    told = delivered.sna("deliver", str(tmp_path / "holiday.csv"))
    assert told.returncode == 1
    assert "refused" in told.stdout
