"""Deliveries that were taken back: what is published then is what it would be without them, and the past still has them."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.ingest.landing_log.log import read
from orchestration.operations import withdrawal
from orchestration.publication.releases import current_release, read_release
from tests.content import content

CRIMES = "derbyshire_constabulary/crimes"
FIRST, SECOND = "2024-04-10", "2025-03-10"
pytestmark = [pytest.mark.xdist_group("withdrawal"), pytest.mark.slow]


def received(county, day):
    """As if all that is new had been received on that day."""
    for path in county.settings.landing.rglob("load.json"):
        record = json.loads(path.read_text())
        if record["received_at"][:10] not in (FIRST, SECOND):
            path.unlink()  # a link to the original
            path.write_text(json.dumps(record | {"received_at": f"{day}T09:00:00+00:00"}))


def figures(release):
    """Content of every published table that is a matter of the deliveries."""
    tables = release.manifest["tables"].items()
    return {name: table["content"] for name, table in tables if name.startswith(("sna.", "marts.")) and "revisions" not in name}


def facts(county):
    con = duckdb.connect(str(county.settings.warehouse), read_only=True)
    try:
        return content(con, "staging", "conformed")
    finally:
        con.close()


def test_without_a_delivery_everything_is_as_if_it_had_never_come(own_small_county):
    county = own_small_county
    published = county.settings.published
    received(county, FIRST)
    before, facts_before = current_release(published), facts(county)
    ids = {load.load_id for load in read(county.settings.landing)}
    county.deliver_later()
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    received(county, SECOND)
    after = current_release(published)
    assert figures(after) != figures(before)

    (again,) = (county.raw / CRIMES).glob("*.v2.csv")
    done = county.sna("withdraw", f"{CRIMES}/{again.name}", "--reason", "another force's rows")
    assert done.returncode == 0, done.stdout + done.stderr
    first = again.name.replace(".v2", "")
    assert "is withdrawn" in done.stdout and f"{first} with" in done.stdout and "Next: `sna refresh`" in done.stdout
    done = county.sna("status")
    assert "another force's rows" in done.stdout and "still uses a withdrawn delivery" in done.stdout

    loads = read(county.settings.landing)
    for load in loads:
        if load.load_id not in ids and not load.withdrawn:
            withdrawal.withdraw(read(county.settings.landing), [load], "a test", datetime.now(UTC))
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    without = current_release(published)
    assert without.id != after.id and without.manifest["content"] == before.manifest["content"]
    assert figures(without) == figures(before)
    assert facts(county) == facts_before
    assert without.manifest["build_id"] == before.manifest["build_id"]
    done = county.sna("status")
    assert "another force's rows" in done.stdout and "still uses a withdrawn delivery" not in done.stdout
    withdrawn = county.query(f"select deliveries_withdrawn from meta.feeds where agency || '/' || feed = '{CRIMES}'")
    assert withdrawn == [(sum(load.load_id not in ids for load in loads if f"{load.agency}/{load.feed}" == CRIMES),)]
    assert "another force's rows" in county.sna("diff", after.id, "--all").stdout
    assert "Nothing new" in county.sna("refresh").stdout

    done = county.sna("refresh", "--as-at", SECOND)
    assert done.returncode == 0, done.stdout + done.stderr
    then = read_release(published, (published / "as-at" / SECOND).readlink().name)
    assert figures(then) == figures(after)
