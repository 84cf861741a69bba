"""A landing zone of twenty files that are none, claim too much or cannot be read, among good ones of other feeds."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.home import creation
from orchestration.home.environment import PROJECT
from tests.unit.orchestration.ingest.conftest import row, text
from tests.unit.orchestration.ingest.files.test_bounds import WORKBOOKS, wide

pytestmark = pytest.mark.slow

SECONDS = 60
MEGABYTES = 500

# What a refresh does with deliveries, feed by feed; then the largest memory of this process and of those that it started.
INGEST = """
import json, resource
from datetime import UTC, datetime
from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.files.confined import _end_all
from orchestration.ingest.files.regular_files import at_rest
from orchestration.ingest.landing_log import pseudonym_key
from orchestration.ingest.landing_zone.demonstration import Admission
from orchestration.ingest.load.loader import load, plan
settings = Settings.from_env()
admission, good = Admission.of(settings), []
for contract in load_contracts().values():
    found = at_rest(plan(settings.raw, settings.landing, contract, pseudonym_key.load(settings), admission), lambda d: d.path)
    records = load(found, contract, settings.landing, pseudonym_key.load(settings), now=datetime.now(UTC), admission=admission)
    good += [f"{r.agency}/{r.feed}/{r.file_name}" for r in records if r.verdict == "accepted"]
_end_all()
# Of this process since it was started; `ru_maxrss` would count what the process that started it had.
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
most = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps({"good": sorted(good), "megabytes": most / 1024}))
"""


def bad_files(raw: Path) -> list[Path]:
    """One of each kind, under names that the feed takes."""
    folder = raw / "derbyshire_constabulary" / "crimes"
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"20{year}-0{month}.csv" for year in (20, 21) for month in range(1, 9)]
    os.mkfifo(made[0])
    with socket.socket(socket.AF_UNIX) as server:
        at = Path.cwd()
        os.chdir(folder)
        server.bind(made[1].name)
        os.chdir(at)
    made[2].mkdir()
    for path, target in zip(made[3:8], ("/dev/zero", "nothing", made[7].name, "/etc/passwd", made[7].name), strict=True):
        path.symlink_to(target)
    with made[8].open("wb") as file:
        file.truncate(100 * 10**9)
    made[9].write_bytes(b"x" * 300_000_000)
    made[10].write_text(wide(100_000))
    made[11].write_text(text([row("crimes", 1)]) + '"' + "x\n" * 5_000_000)
    made[12].write_bytes(b"\0" * 100_000_000)
    made[13].write_bytes(text([row("crimes", 1)]).encode("utf-32"))
    made[14].write_bytes(os.urandom(1_000_000))
    made[15].write_bytes(b"PK\x03\x04" + os.urandom(1_000_000))
    for month, kind in enumerate(("apostrophes", "UTF-16", "long cell in use", "claim of an exabyte"), 1):
        made.append(folder / f"2022-0{month}.xlsx")
        made[-1].write_bytes(WORKBOOKS[kind][0])
    return made


def test_all_that_is_good_lands_and_each_bad_file_is_named(tmp_path):
    creation.make(tmp_path / "home", "derbyshire", "live")
    raw = tmp_path / "raw"
    bad = bad_files(raw)
    assert len(bad) == 20
    good = {
        "derbyshire_constabulary/crimes/2023-07.csv": text([row("crimes", n) for n in range(1, 50)]),
        "derbyshire_constabulary/victims/2023-07.csv": text([row("victims", n) for n in range(1, 50)]),
        "derbyshire_constabulary/outcomes/2023-07.csv": text([row("outcomes", n) for n in range(1, 50)]),
        "police_uk/street/2023-07-derbyshire.csv": text([row("police_uk/street")]),
    }
    for name, content in good.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(content)
    environment = {**os.environ, "SNA_HOME": str(tmp_path / "home"), "SNA_RAW": str(raw), "COLUMNS": "500"}

    start = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", INGEST], env=environment, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert time.monotonic() - start < SECONDS * (os.getloadavg()[0] / (os.cpu_count() or 1) + 1)
    result = json.loads(ran.stdout)
    assert result["good"] == sorted(good)
    assert result["megabytes"] < MEGABYTES

    asked = [sys.executable, "-c", "from orchestration.cli.app import main; main()", "quarantine"]
    named = subprocess.run(asked, env=environment, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert [path.name for path in bad if path.name not in named] == []
    assert "Traceback" not in named


def test_a_refresh_with_them_publishes_what_is_good(own_small_county):
    county = own_small_county
    bad = bad_files(county.raw)
    county.deliver_later()
    before = county.release()
    refreshed = county.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert county.release() != before
    named = county.sna("quarantine").stdout
    assert [path.name for path in bad if path.name not in named] == []
    assert "Traceback" not in refreshed.stdout + refreshed.stderr + named
