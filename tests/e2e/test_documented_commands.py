"""Every command of the documentation is run: page by page, in order, in a checkout of its own with homes below its `var/`."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestration.home.environment import PROJECT
from tests import counties
from tests.counties import BIN, CRIMES, County
from tests.documented import Block, blocks, name, pages
from tests.e2e.test_first_months import crimes_of

MONTH = "2019-05"
# Settings of whoever runs the tests that would lead a page to another home than its own.
OF_A_HOME = ("SNA_HOME", "SNA_RAW", "SNA_AREA", "SNA_ENVIRONMENT", "SNA_OPERATIONS", "SNA_VAULT", "DAGSTER_HOME")
# What a page's programs do differently here: the checkout is installed already, and the web UI takes a free port and ends once it
# serves.
PROGRAMS = """
set -euo pipefail
export PATH="$PWD:$PWD/.venv/bin:$PATH"
make() { command make -o .venv/installed "$@"; }
sna() {
    if [ "$1" != run ]; then command sna "$@"; return; fi
    command sna "$@" --port 0 > served.txt 2>&1 &
    for _ in $(seq 120); do grep -q 'http://127.0.0.1' served.txt && break; sleep 1; done
    kill -INT $! && wait $! || true
    cat served.txt; grep -q 'http://127.0.0.1' served.txt
}
"""


@dataclass(frozen=True)
class Scene:
    """What a page finds when it begins.

    Attributes:
        county: what is in the home `var/demo`; None: there is no home yet.
        prepare: puts files into the checkout, or changes the home.
        words: what replaces a word in capitals; may be a command substitution of the shell.
        live: numbers of blocks that run in a live home of their own, from 0.
    """

    county: Callable[[], County] | None = counties.small
    prepare: Callable[[Checkout], None] = lambda checkout: None
    words: Mapping[str, str] = field(default_factory=dict)
    live: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checkout:
    """A copy of the tracked files, with the virtual environment of these tests."""

    folder: Path
    county: County | None

    @property
    def home(self) -> Path:
        return self.folder / "var" / "demo"

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of bash in the root of the checkout."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(OF_A_HOME)}
        path = os.pathsep.join([str(self.folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        own = {**(self.county.variables if self.county else {}), "PYTHONPATH": path, "COLUMNS": "200"}
        command = ["bash", "-c", PROGRAMS + script]
        return subprocess.run(command, cwd=self.folder, env=inherited | own, capture_output=True, text=True, timeout=1800)


@pytest.fixture
def check_out(tmp_path) -> Callable[[Scene], Checkout]:
    def make(scene: Scene) -> Checkout:
        folder = tmp_path / "checkout"
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for file in filter(None, subprocess.check_output(listed, cwd=PROJECT, text=True).split("\0")):
            if (PROJECT / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / file, folder / file)
        (folder / ".venv").symlink_to(BIN.parent)
        county = None
        if scene.county:
            county = scene.county().copy(tmp_path)
            (folder / "var").mkdir()
            county.home.rename(folder / "var" / "demo")
            shutil.rmtree(folder / "var" / "demo" / "raw", ignore_errors=True)
            county.raw.rename(folder / "var" / "demo" / "raw")
        made = Checkout(folder, county)
        scene.prepare(made)
        return made

    return make


def corrected_month(checkout: Checkout) -> None:
    """A month of crimes with one row of the other sort, as its sender would correct it, listed as part of the demonstration."""
    month = checkout.home / "raw" / CRIMES / f"{MONTH}.csv"
    head, *rows = month.read_bytes().splitlines(keepends=True)
    theft = next(row for row in rows if b"Theft" in row)
    added = re.sub(rb"DC-(\d{4})-\d{7}", rb"DC-\1-9999999", theft, count=1)
    (checkout.folder / "corrected").mkdir()
    (checkout.folder / "corrected" / f"{MONTH}.csv").write_bytes(b"".join([head, *rows, added]))
    listed = checkout.run(f"SNA_HOME=$PWD/var/demo sna demo --add corrected/{MONTH}.csv")
    assert listed.returncode == 0, listed.stderr


def two_releases(checkout: Checkout) -> None:
    corrected_month(checkout)
    done = checkout.run(f"sna deliver corrected/{MONTH}.csv && sna refresh")
    assert done.returncode == 0, done.stdout + done.stderr


def a_months_crimes(checkout: Checkout) -> None:
    """A force's extract, and its correction."""
    for file, seed in (("crimes_2024-05.csv", ""), ("crimes_2024-05_corrected.csv", "again")):
        rows = crimes_of("2024-05", seed)
        with (checkout.folder / file).open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def open_data(checkout: Checkout) -> None:
    """Two months of street crime of another force and the look-up of its LSOA, as their publishers write them; and an extract."""
    files = {
        "open-data/2025-01-nottinghamshire-street.csv": street_crime("2025-01"),
        "open-data/2025-02-nottinghamshire-street.csv": street_crime("2025-02"),
        "open-data/look-up.csv": [
            ["LSOA21CD", "LSOA21NM", "LSOA21NMW", "WD24CD", "WD24NM", "WD24NMW", "LAD24CD", "LAD24NM", "LAD24NMW", "ObjectId"],
            ["E01013814", "Nottingham 018A", "", "E05012284", "Berridge", "", "E06000018", "Nottingham", "", "1"],
        ],
        "extract.csv": [EXTRACT, *(crime(number) for number in range(60))],
    }
    (checkout.folder / "open-data").mkdir()
    # What a person writes into the map, which the command that the page runs then completes.
    maps = checkout.folder / "our-areas" / ADOPTED["AREA"] / "maps"
    maps.mkdir(parents=True)
    (maps / "crimes.yaml").write_text(FILLED)
    for file, rows in files.items():
        with (checkout.folder / file).open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(rows)


EXTRACT = [
    "Beat",
    "MO Keywords",
    "Place",
    "LSOA",
    "Sub Code",
    "HO Class Cd",
    "Offence Wording",
    "Date From",
    "Recorded Date",
    "Crime Ref",
]
FILLED = """
feed_type: crimes
headers: {Place: location_type, Sub Code: ho_sub_code, Offence Wording: offence_title, Date From: committed_from}
not_used: [Beat]
values: {location_type: {PUBLIC HIGHWAY: Street}}
provided:
  knife: {header: MO Keywords, matches: knife, then: Y, otherwise: N}
  domestic_abuse: {value: N}
  modern_slavery: {value: N}
  alcohol: {value: N}
  drugs: {value: N}
"""


def crime(number: int) -> list[str]:
    """A crime as the force exports it: its own reference, ISO dates, keywords and no flag."""
    day = f"2025-{1 + number % 2:02}-{1 + number % 28:02}"
    words = ["B1", "knife seen" if number % 3 else "", "PUBLIC HIGHWAY", "E01013814", "008/01", "8N", "Wounding", day, day]
    return [*words, f"NP/{number}/25"]


def street_crime(month: str) -> list[list[str]]:
    heads = ["Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name"]
    force, place = "Nottinghamshire Police", ["-1.17", "52.97", "On or near Some Street", "E01013814", "Nottingham 018A"]
    return [
        [*heads, "Crime type", "Last outcome category", "Context"],
        *([f"{number:064x}", month, force, force, *place, "Robbery", "Under investigation", ""] for number in range(40)),
    ]


def back_up(checkout: Checkout) -> None:
    """The backup that the page asks for; the key of the small county is in the environment."""
    for part in ("landing", "published"):
        shutil.copytree(checkout.home / part, checkout.folder / "backup" / part, symlinks=True)
    shutil.copy(checkout.home / "home.json", checkout.folder / "backup")


CORRECTION = {"FILE": f"corrected/{MONTH}.csv", "FEED": CRIMES}
FIRST_RELEASE = "$(sna releases | grep -oE '[0-9]{8}T[0-9]+Z-[0-9a-f]+' | sort | head -1)"
LAST_RELEASE = FIRST_RELEASE.replace("head", "tail")
AN_ENTRY = "$(sna hkci list --reason 'Find an entry' | grep -oE '^[0-9]+ ' | head -1)"
LIVE = "(export SNA_HOME=$PWD/live; sna init --area derbyshire > initialised.txt\n{text})"
ADOPTED = {"FORCE": "nottinghamshire", "AREA": "nottinghamshire", "OPEN_DATA": "open-data", "SAMPLE": "extract.csv"}
SCENES = {
    "docs/tutorial/first-hour.md": Scene(counties.whole, words={"OLDER": FIRST_RELEASE, "NEWER": LAST_RELEASE}),
    "docs/tutorial/first-month.md": Scene(None, a_months_crimes),
    "docs/how-to/adopt-for-your-area.md": Scene(None, open_data, ADOPTED),
    "docs/how-to/monthly-routine.md": Scene(counties.whole, corrected_month, CORRECTION),
    "docs/how-to/correct-a-rejected-delivery.md": Scene(prepare=corrected_month, words=CORRECTION),
    "docs/how-to/add-a-feed.md": Scene(prepare=corrected_month, words=CORRECTION),
    "docs/how-to/withdraw-or-purge.md": Scene(prepare=two_releases, words={**CORRECTION, "DELIVERY": f"{CRIMES}/{MONTH}.v2.csv"}),
    "docs/how-to/roll-back-a-release.md": Scene(prepare=two_releases, words={"RELEASE": FIRST_RELEASE, "DATE": "$(date +%F)"}),
    "docs/how-to/restore-and-upgrade.md": Scene(prepare=back_up, words={"BACKUP": "backup", "RELEASE": FIRST_RELEASE}),
    "docs/how-to/control-access.md": Scene(words={"sna-analysts": "$(id -gn)"}),
    "docs/how-to/habitual-knife-carriers.md": Scene(counties.whole, words={"ENTRY": AN_ENTRY}, live=(0,)),
    "docs/how-to/make-the-report.md": Scene(words={"YEAR": "2019-20"}),
    "docs/how-to/link-people.md": Scene(counties.whole, words={"TRUTH": "var/demo/raw/linked-people.truth.csv"}),
}


def filled(block: Block, words: Mapping[str, str]) -> str:
    """The text of a block with values for its words in capitals."""
    text = block.text
    for word, value in words.items():
        text = re.sub(rf"(?<![\w$\"{{-]){word}(?![\w=-])", lambda _, value=value: value, text)
    return text


def runnable() -> list[str]:
    return [name(page) for page in pages() if any(not block.not_run for block in blocks(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", runnable())
def test_the_commands_of_a_page_succeed(page, check_out):
    scene = SCENES.get(page, Scene())
    checkout = check_out(scene)
    steps = []
    for number, block in enumerate(block for block in blocks(PROJECT / page) if not block.not_run):
        text = filled(block, scene.words)
        steps.append(f"echo '== {block.place}' >&2\n" + (LIVE.format(text=text) if number in scene.live else text))
    done = checkout.run("\n".join(steps))
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_every_scene_is_of_a_page_with_commands():
    assert set(SCENES) <= set(runnable())
