"""What a refresh leaves is its owner's alone, whichever library wrote it."""


def test_nobody_else_may_read_anything_of_a_refreshed_county(small_county):
    everything = [small_county.home, *small_county.home.rglob("*"), *small_county.raw.rglob("*")]
    paths = [path for path in everything if not path.is_symlink()]
    assert {path.name for path in paths} >= {"warehouse.duckdb", "runs.db", "manifest.json", "accepted.parquet"}
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
