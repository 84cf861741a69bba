"""The guides are followed step by step: a refused delivery is corrected, and a home of another version is upgraded."""

import re
import shlex

import duckdb
import pytest

from orchestration.publication.releases import current_release
from tests.documented import below

FEED = "derbyshire_constabulary/crimes"
pytestmark = [pytest.mark.xdist_group("operate"), pytest.mark.slow]


def steps(page: str, heading: str) -> list[list[str]]:
    """The `sna` commands of the first block below a heading of a page."""
    words = [shlex.split(command) for command in below(page, heading).commands]
    return [command[1:] for command in words if command[0] == "sna"]


def test_a_refused_delivery_is_put_right(own_small_county, tmp_path):
    before = current_release(own_small_county.settings.published)
    month = own_small_county.raw / FEED / "2019-05.csv"
    good = month.read_bytes()
    wrong = own_small_county.raw / FEED / "2019-05.v2.csv"
    wrong.write_bytes(re.sub(b"Crime Reference", b"Reference", good, count=1))
    own_small_county.list(wrong)

    refused = own_small_county.sna("refresh")
    assert refused.returncode == 0, refused.stdout + refused.stderr
    assert "sna quarantine" in refused.stdout
    noticed = current_release(own_small_county.settings.published)
    assert noticed.manifest["content"] == before.manifest["content"]
    assert "Nothing new" in own_small_county.sna("refresh").stdout

    # The very month that was good before, but for one row more than the sender had at first: nothing of it is in the SNA.
    corrected = tmp_path / "2019-05.csv"
    head, *rows = good.splitlines(keepends=True)
    theft = next(row for row in rows if b"Theft" in row)
    corrected.write_bytes(b"".join([head, *rows, re.sub(rb"DC-(\d{4})-\d{7}", rb"DC-\1-9999999", theft, count=1)]))
    own_small_county.list(corrected)
    printed = []
    page = "correct-a-rejected-delivery.md"
    for command in (steps(page, "Find out what is wrong")[0], *steps(page, "Load the corrected file")):
        words = [{"FEED": FEED, "FILE": str(corrected)}.get(word, word) for word in command]
        done = own_small_county.sna(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        printed.append(done.stdout)
    assert "refused whole" in printed[0] and "Remedy:" in printed[0]
    assert "2019-05.v3.csv" in printed[1]
    assert "1 feed re-validated" in printed[2]
    after = current_release(own_small_county.settings.published)
    assert after.id not in (before.id, noticed.id)
    assert after.manifest["tables"]["sna.figures"] == before.manifest["tables"]["sna.figures"]


def test_a_home_of_another_version_is_taken_on(own_small_county):
    """The ledger and the gates of the other version are made again, facts and marts built whole, and nothing differs."""
    before = current_release(own_small_county.settings.published)
    con = duckdb.connect(str(own_small_county.settings.warehouse))
    con.execute("update ops.layout set layout = 'another'; alter table ledger.feed drop column token")
    con.close()
    for command in steps("restore-and-upgrade.md", "Upgrade"):
        done = own_small_county.sna(*[before.id if word == "RELEASE" else word for word in command])
        assert done.returncode == 0, done.stdout + done.stderr
    assert own_small_county.release() == before.id
    assert "No published figure differs." in done.stdout
