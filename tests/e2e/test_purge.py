"""A person who should never have been delivered: after the purge no file has anything of them, and the figures are as before."""

import csv
import io
from pathlib import Path

import pytest

from orchestration.operations import purge
from orchestration.publication.releases import all_releases, current_release
from tests.decoded import holders

CRIMES = "derbyshire_constabulary/crimes"
# Made up; in no file but those that this test writes.
PERSON = "Quibblethwaite Zornapple"
pytestmark = [pytest.mark.xdist_group("purge"), pytest.mark.slow]


def plant(county):
    """A month sent again, with the person in accepted rows and in one that goes to quarantine."""
    (may,) = (county.raw / CRIMES).glob("2019-05.csv")
    rows = list(csv.DictReader(io.StringIO(may.read_bytes().decode("utf-8-sig"))))
    # Of a ward that no look-up knows, the name is published as it was sent where so many rows have it.
    for row in rows[2:14]:
        row |= {"Ward Code": "E05999999", "Ward Name": PERSON}
    rows[1] |= {"Location Type": PERSON, "Easting": "far away"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    county.list_text(out.getvalue())
    (county.raw / CRIMES / "2019-05.v2.csv").write_text(out.getvalue())
    return (county.raw / CRIMES / "2019-05.v2.csv").read_bytes()


def files_with(county, words):
    """Files below the landing zone and the home that hold a text."""
    return sorted(map(str, holders([county.raw, county.home], [words])))


def test_nothing_of_a_purged_person_is_left(own_small_county):
    county = own_small_county
    before = current_release(county.settings.published)
    content = plant(county)
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert current_release(county.settings.published).id != before.id
    planted = files_with(county, PERSON)
    assert {"2019-05.v2.csv", "accepted.parquet", "warehouse.duckdb", "sna_marts.duckdb"} <= {Path(name).name for name in planted}

    dry = county.sna("purge", f"{CRIMES}/2019-05.v2.csv", "--basis", "Decision 7 of the data protection officer", "--dry-run")
    assert dry.returncode == 0 and "would be removed" in dry.stdout
    assert files_with(county, PERSON) == planted
    done = county.sna("purge", f"{CRIMES}/2019-05.v2.csv", "--basis", "Decision 7 of the data protection officer")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Out of reach of this program" in done.stdout and str(county.raw) in done.stdout

    assert files_with(county, PERSON) == []
    assert not [path for path in county.raw.rglob("*") if path.is_file() and path.read_bytes() == content]
    after = current_release(county.settings.published)
    assert after.manifest["content"] == before.manifest["content"]
    # The release from before the delivery is kept; where it holds all that is left, nothing is published again.
    assert {release.id for release in all_releases(county.settings.published)} == {before.id, after.id}
    (entry,) = purge.entries(county.settings)
    assert entry.basis == "Decision 7 of the data protection officer" and entry.period == "2019-05"
    assert "purged on" in county.sna("deliveries", CRIMES).stdout
    assert county.sna("verify").returncode == 0
    assert "Nothing new" in county.sna("refresh").stdout
