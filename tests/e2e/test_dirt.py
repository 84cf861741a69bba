"""Every known fault at once: found, reported to its sender, and without effect on a single figure."""

import json

import pytest

from tests.conftest import County, reconciled

pytestmark = [pytest.mark.xdist_group("dirty_county"), pytest.mark.slow]


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dirty")
    made = County(folder / "raw", folder / "home")
    assert made.sna("demo", "--dirt").returncode == 0
    done = made.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def injected(dirty):
    return json.loads((dirty.raw / "dirt-manifest.json").read_text())


def test_no_figure_changes(dirty):
    assert dict(dirty.query("select status, count(*) from sna.reconciliation group by all")) == reconciled()


def test_every_fault_is_reported_to_its_sender_with_its_rule(dirty, injected):
    printed = dirty.sna("quarantine").stdout
    codes = {fault["code"] for fault in injected if not fault["code"].startswith("I")}
    assert len(codes) > 20
    assert {code for code in codes if f"  {code}  " not in printed} == set()
    assert printed.count("Remedy:") >= len(codes)


def test_the_published_feeds_count_what_was_refused_and_rejected(dirty, injected):
    refused = {fault["file"] for fault in injected if fault["refused"]}
    ((deliveries, rows),) = dirty.query("select sum(deliveries_refused), sum(rows_rejected) from meta.feeds")
    assert deliveries == len(refused)
    assert rows > 0
