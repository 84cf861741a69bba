"""A program that opens the warehouse by mistake is named, and told what to open instead."""

import subprocess
import sys

import pytest

from orchestration import warehouse
from orchestration.lock import Busy
from orchestration.settings import Settings


@pytest.mark.parametrize("read_only", [False, True])
def test_the_process_that_has_the_warehouse_open_is_named(tmp_path, read_only):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    warehouse.connect(settings).close()
    program = f"""
import duckdb
con = duckdb.connect({str(settings.warehouse)!r}, read_only={read_only})
print("open", flush=True)
input()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as tool:
        assert tool.stdout.readline() == "open\n"
        with pytest.raises(Busy, match=f"Process {tool.pid} .*open .*sna_marts.duckdb read-only instead"):
            warehouse.connect(settings)
        tool.communicate("\n")
    warehouse.connect(settings).close()
