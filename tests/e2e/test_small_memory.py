"""With little memory a refresh spills, ends, and publishes the same; with too little it says so, and the next one ends."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from orchestration.settings import LIMIT, VAULT_LIMIT
from tests.counties import County, spilling

# Smallest limits with which a refresh from nothing ended at full size (docs/how-to/operate.md); less than the small county needs.
FULL_SIZE = {LIMIT: "300MB", VAULT_LIMIT: "200MB"}
TOO_SMALL = "40MB"


def tables(county: County) -> dict[str, dict[str, Any]]:
    """Rows and content of every published table that is about the deliveries, and not about the release."""
    found = json.loads((county.settings.published / "manifest.json").read_text())["tables"]
    return {name: table for name, table in found.items() if not name.startswith("meta.")}


def test_a_refresh_that_spilled_published_a_release(small_county):
    assert "warehouse" in (small_county.home.parent / "spilled.txt").read_text().split()
    assert list(small_county.settings.spill.iterdir()) == []
    assert small_county.sna("verify").returncode == 0


@pytest.mark.slow
def test_it_published_what_another_home_publishes_with_memory_to_spare(small_county, tmp_path):
    """In a home with a pseudonym key of its own as well: neither key nor memory is seen in what is published."""
    key = {"SNA_PSEUDONYM_KEY": "another key than that of the small county"}
    ample = replace(small_county, home=tmp_path / "home", variables={**small_county.variables, **key})
    refreshed = ample.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert tables(ample) == tables(small_county)


@pytest.mark.slow
def test_too_little_memory_is_said_in_a_sentence_and_the_next_refresh_ends(own_small_county):
    own_small_county.deliver_later()
    before = own_small_county.release()
    small = replace(own_small_county, variables={**own_small_county.variables, LIMIT: TOO_SMALL})
    refused = small.sna("refresh")
    assert refused.returncode == 1
    said = " ".join((refused.stdout + refused.stderr).split())
    told = rf"Stopped at [\w/]+: not enough memory with {LIMIT}={TOO_SMALL}; this step needs about \d+MB\. Set {LIMIT}=\d+MB"
    assert re.search(told, said), said
    assert "Traceback" not in said
    assert small.release() == before
    assert list(small.settings.spill.iterdir()) == []
    assert own_small_county.sna("refresh").returncode == 0
    assert own_small_county.release() != before


@pytest.mark.slow
def test_the_smallest_limits_at_full_size_publish_the_same(county, tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", county.settings.pseudonym_key.decode())
    for variable, limit in FULL_SIZE.items():
        monkeypatch.setenv(variable, limit)
    small = County(county.raw, tmp_path / "home")
    with spilling(small.settings) as seen:
        refreshed = small.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert "warehouse" in seen
    assert tables(small) == tables(county)
