"""A program that opens the warehouse by mistake is named, and the message says what to open instead."""

import os
import subprocess
import sys
import threading

import pytest

from orchestration.home.lock import HomeLockedError
from orchestration.home.settings import Settings
from orchestration.warehouse import warehouse_file


@pytest.mark.parametrize("read_only", [False, True])
def test_the_process_that_has_the_warehouse_open_is_named(tmp_path, read_only):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    warehouse_file.connect(settings).close()
    program = f"""
import duckdb
con = duckdb.connect({str(settings.warehouse)!r}, read_only={read_only})
print("open", flush=True)
input()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as tool:
        assert tool.stdout.readline() == "open\n"
        with pytest.raises(HomeLockedError, match=f"Process {tool.pid} .*open .*sna_marts.duckdb read-only instead"):
            warehouse_file.connect(settings)
        if not read_only:
            with pytest.raises(HomeLockedError, match=f"Process {tool.pid} "), warehouse_file.open_read_only(settings):
                pass
        tool.communicate("\n")
    warehouse_file.connect(settings).close()


def test_who_only_looks_changes_nothing_and_keeps_nobody_out(tmp_path):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    con = warehouse_file.connect(settings)
    con.execute("update ops.layout set layout = 'of another version'")
    con.close()
    before = settings.warehouse.read_bytes()
    program = """
from orchestration.warehouse import warehouse_file
from orchestration.home.settings import Settings
with warehouse_file.open_read_only(Settings.from_env()) as con:
    print(con.execute("select layout from ops.layout").fetchone()[0], flush=True)
    input()
"""
    pipe = subprocess.PIPE
    environment = {**os.environ, "SNA_RAW": str(settings.raw), "SNA_HOME": str(settings.home)}
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True, env=environment) as look:
        assert look.stdout.readline() == "of another version\n"
        assert settings.warehouse.read_bytes() == before
        threading.Timer(0.5, lambda: print(file=look.stdin, flush=True)).start()
        warehouse_file.connect(settings).close()
