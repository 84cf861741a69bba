"""A warehouse file that DuckDB cannot read is set aside, and a new one is begun: everything in it can be made again."""

import os

import pytest

from orchestration.home.settings import Settings
from orchestration.warehouse import warehouse_file

DAMAGES = {
    "half of it is missing": lambda file, size: os.truncate(file, size // 2),
    "only its header is there": lambda file, size: os.truncate(file, 4096),
    "nothing is in it": lambda file, size: os.truncate(file, 0),
    "it is no database": lambda file, size: file.write_text("not a database, but long enough to be looked into" * 1000),
    "its header is overwritten": lambda file, size: file.write_bytes(b"x" * 5000 + file.read_bytes()[5000:]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_moved_aside_and_named(tmp_path, capsys, damage):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    con = warehouse_file.connect(settings)
    con.execute("create schema other; create table other.bulk as from range(300000)")
    con.close()
    DAMAGES[damage](settings.warehouse, settings.warehouse.stat().st_size)
    con = warehouse_file.connect(settings)
    assert con.execute("from ledger.delivery").fetchall() == []
    assert con.execute("from duckdb_tables() where schema_name = 'other'").fetchall() == []
    con.close()
    assert settings.warehouse.with_name("warehouse.duckdb.damaged").exists()
    assert "nothing is lost" in capsys.readouterr().err
    warehouse_file.connect(settings).close()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Corrupt database file: computed checksum 1 does not match stored checksum 2 in block at location 3", True),
        ("Failure while replaying WAL file: Could not write file: No space left on device", False),
        ("Failure while replaying WAL file: Out of Memory Error: could not allocate block of size 256.0 KiB", False),
        ('Could not set lock on file "warehouse.duckdb": Conflicting lock is held', False),
        ("Catalog Error: Table with name x does not exist!", False),
    ],
)
def test_damage_is_not_confused_with_anything_else(message, expected):
    assert warehouse_file.is_damage(message) is expected
