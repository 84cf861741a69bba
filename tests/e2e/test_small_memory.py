"""With little memory a refresh spills, ends, and publishes the same; with too little it says so, and the next one ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from orchestration.settings import LIMIT, VAULT_LIMIT
from tests.conftest import County
from tests.fault import zone

# Smallest limits with which a refresh from nothing ended at full size (docs/how-to/operate.md), and on the cut county.
FULL_SIZE = {LIMIT: "300MB", VAULT_LIMIT: "200MB"}
SMALL, TOO_SMALL = "200MB", "40MB"


@contextmanager
def spilling(county: County) -> Iterator[set[str]]:
    """The folders to which DuckDB has spilled, by name; each stays until its connection is closed."""
    seen: set[str] = set()
    ended = Event()

    def look() -> None:
        while not ended.wait(0.02):
            if county.settings.spill.exists():
                seen.update(path.name for path in county.settings.spill.iterdir())

    watch = Thread(target=look)
    watch.start()
    try:
        yield seen
    finally:
        ended.set()
        watch.join()


def content(county: County) -> str:
    return json.loads((county.settings.published / "manifest.json").read_text())["content"]


def test_a_small_county_spills_and_publishes_the_same(county, tmp_path, monkeypatch):
    zone.cut(county.raw, tmp_path / "raw", tmp_path / "later")
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", "a key for tests of memory only")
    monkeypatch.setenv("SNA_RECONCILIATION", "report")
    ample, small = County(tmp_path / "raw", tmp_path / "ample"), County(tmp_path / "raw", tmp_path / "small")
    assert ample.sna("refresh").returncode == 0

    monkeypatch.setenv(LIMIT, TOO_SMALL)
    refused = small.sna("refresh")
    assert refused.returncode == 1
    said = " ".join((refused.stdout + refused.stderr).split())
    told = rf"Stopped at [\w/]+: not enough memory with {LIMIT}={TOO_SMALL}; this step needs about \d+MB\. Set {LIMIT}=\d+MB"
    assert re.search(told, said), said
    assert "Traceback" not in said
    assert not small.settings.published.exists()
    assert list(small.settings.spill.iterdir()) == []

    monkeypatch.setenv(LIMIT, SMALL)
    with spilling(small) as seen:
        refreshed = small.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert "warehouse" in seen
    assert content(small) == content(ample)
    assert list(small.settings.spill.iterdir()) == []


@pytest.mark.slow
def test_the_smallest_limits_at_full_size_publish_the_same(county, tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", county.settings.pseudonym_key.decode())
    for variable, limit in FULL_SIZE.items():
        monkeypatch.setenv(variable, limit)
    small = County(county.raw, tmp_path / "home")
    with spilling(small) as seen:
        refreshed = small.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert "warehouse" in seen
    assert content(small) == content(county)
