"""With little memory a refresh spills, ends, and publishes the same; with too little it says so, and the next one ends."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from orchestration.home.environment import LIMIT, VAULT_LIMIT
from orchestration.ingest.landing_log import pseudonym_key
from orchestration.warehouse import dbt, materializations, warehouse_file
from tests.content import content
from tests.counties import County, spilling

# Smallest limits with which a refresh from nothing ended at full size (docs/how-to/limit-memory.md).
FULL_SIZE = {LIMIT: "300MB", VAULT_LIMIT: "200MB"}
# On the small county; the facts ended with 125MB and not always with 100MB, the refresh with 225MB and not always with 200MB.
FACTS, REFRESH, TOO_SMALL = "125MB", "250MB", "40MB"


def tables(county: County) -> dict[str, dict[str, Any]]:
    """Rows and content of every published table that is about the deliveries, and not about the release."""
    found = json.loads((county.settings.published / "manifest.json").read_text())["tables"]
    return {name: table for name, table in found.items() if not name.startswith("meta.")}


def test_facts_that_spill_are_the_same(own_small_county, monkeypatch):
    """All of them, as a refresh builds them, with less memory than the whole county needs."""
    settings = own_small_county.settings
    monkeypatch.setenv(LIMIT, FACTS)
    manifest, compiled = dbt.load_manifest(settings), dbt.load_compiled(settings)
    facts = {key for key, node in manifest["nodes"].items() if "facts" in node["tags"] and not key.startswith("test.")}
    with warehouse_file.connect(settings) as con:
        before = content(con, "conformed")
        materializations.prepare(con)
        with spilling(settings) as seen:
            built = [each.node for each in materializations.build(con, manifest, compiled, facts, whole=True) if not each.skipped]
        assert facts <= set(built)
        assert "warehouse" in seen
        assert content(con, "conformed") == before
    assert list(settings.spill.iterdir()) == []


@pytest.mark.slow
def test_a_refresh_with_little_memory_publishes_what_another_home_does(small_county, tmp_path):
    """In a home with a pseudonym key of its own as well: neither key nor memory is seen in what is published."""
    other = {"SNA_PSEUDONYM_KEY": "another key than that of the small county", LIMIT: REFRESH}
    little = replace(small_county, home=tmp_path / "home", variables={**small_county.variables, **other}).make_home()
    refreshed = little.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert tables(little) == tables(small_county)


@pytest.mark.slow
def test_too_little_memory_is_said_in_a_sentence_and_the_next_refresh_ends(own_small_county):
    own_small_county.deliver_later()
    before = own_small_county.release()
    small = replace(own_small_county, variables={**own_small_county.variables, LIMIT: TOO_SMALL})
    refused = small.sna("refresh")
    assert refused.returncode == 1
    said = " ".join((refused.stdout + refused.stderr).split())
    message = rf"Stopped at [\w/]+: not enough memory with {LIMIT}={TOO_SMALL}; this step needs about \d+MB\. Set {LIMIT}=\d+MB"
    assert re.search(message, said), said
    assert "Traceback" not in said
    assert small.release() == before
    assert list(small.settings.spill.iterdir()) == []
    assert own_small_county.sna("refresh").returncode == 0
    assert own_small_county.release() != before


@pytest.mark.slow
def test_the_smallest_limits_at_full_size_publish_the_same(county, tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", pseudonym_key.load(county.settings).decode())
    for variable, limit in FULL_SIZE.items():
        monkeypatch.setenv(variable, limit)
    small = County(county.raw, tmp_path / "home").make_home()
    with spilling(small.settings) as seen:
        refreshed = small.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert "warehouse" in seen
    assert tables(small) == tables(county)
