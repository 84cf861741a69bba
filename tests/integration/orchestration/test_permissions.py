"""What a refresh leaves is its owner's alone, whichever library wrote it."""

import pytest

pytestmark = pytest.mark.xdist_group("county")


def test_nobody_else_may_read_anything_of_a_refreshed_county(county):
    paths = [path for path in (*county.home.rglob("*"), *county.raw.rglob("*"), county.home) if not path.is_symlink()]
    assert {path.name for path in paths} >= {"warehouse.duckdb", "runs.db", "manifest.json", "accepted.parquet", "pseudonym.key"}
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
