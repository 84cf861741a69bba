"""Files that belong to a demonstration: `demonstration.json` of its landing zone, and the committed list of the default one.

A file is recognised by its content, whatever its name and place. So a live home can refuse made-up data, and a demonstration home
everything else.

    {"report": {"first": "2019-04", "last": "2024-03"},      the months for which it reproduces a printed report, or null
     "files": {"<agency>/<feed>/<file>": "<SHA-256>", ...}}
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import whole_file
from orchestration.home.file_hash import sha256
from orchestration.ingest.files import regular_files
from orchestration.ingest.rules import Fault, fault

if TYPE_CHECKING:
    from orchestration.home.identity import Environment
    from orchestration.home.settings import Settings

FILE = "demonstration.json"
# A hundred bytes for each delivery.
MAX_LISTING_BYTES = 64 * 1024 * 1024
SAMPLE = "sample"
# Of `<agency>/<feed>/<file>`; a file that was listed before it was delivered is known by its name only.
DEPTH = 2
# Written by `python -m tests.integration.synthetic.demo.test_landing_zone` after a change of the generator.
DEFAULT = Path(__file__).with_name("default_demonstration.csv")


@dataclass(frozen=True)
class Listing:
    """What a demonstration is made of.

    Attributes:
        report: first and last month (`2019-04`) of the printed report that it reproduces; None where it reproduces none.
        files: path below the landing zone → SHA-256.
    """

    report: tuple[str, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Listing:
        """The listing of a landing zone; an empty one where there is none or it is damaged."""
        try:
            document = json.loads(regular_files.read_small(folder / FILE, MAX_LISTING_BYTES))
            report = document["report"] and (str(document["report"]["first"]), str(document["report"]["last"]))
            return cls(report, {str(name): str(digest) for name, digest in document["files"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls()

    def is_whole(self, folder: Path) -> bool:
        """Whether every listed file is in the landing zone: part of a demonstration reproduces no report."""
        return not any(regular_files.is_gone(folder / name) for name in self.files if name.count("/") == DEPTH)

    def write(self, folder: Path) -> None:
        """Put the listing into a landing zone in one step."""
        report = self.report and {"first": self.report[0], "last": self.report[1]}
        document: dict[str, Any] = {"report": report, "files": dict(sorted(self.files.items()))}
        folder.mkdir(parents=True, exist_ok=True)
        whole_file.write(folder / FILE, json.dumps(document, indent=1) + "\n")


@dataclass(frozen=True)
class Admission:
    """Which files a home takes.

    Attributes:
        raw: its landing zone, whose listing a demonstration goes by.
    """

    environment: Environment = "live"
    raw: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Admission:
        """Of a home that was made.

        Raises:
            HomeError: it was not.
        """
        return cls(settings.made.environment, settings.raw)

    def refusal(self, path: Path, sha256: str) -> Fault | None:
        """Why a file is refused, or None."""
        if self.environment == "live":
            return fault("D18") if sha256 in default_files() or sha256 in listed_about(path) else None
        listed = self.raw is not None and sha256 in listed_in(self.raw)
        return None if listed else fault("D19")


LIVE = Admission()


@cache
def default_files() -> frozenset[str]:
    """SHA-256 of every file of the demonstration that `sna demo` writes without options."""
    return frozenset(digest for _, digest, _ in _default_list())


@cache
def samples() -> frozenset[str]:
    """SHA-256 of those of them that are returns which agencies have published: they are real."""
    return frozenset(digest for _, digest, kind in _default_list() if kind == SAMPLE)


def _default_list() -> list[list[str]]:
    with DEFAULT.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def listed_about(path: Path) -> frozenset[str]:
    """SHA-256 of the files that listings in the folder of a file, or in a folder above it, name."""
    found: frozenset[str] = frozenset()
    for folder in path.absolute().parents:
        found |= listed_in(folder)
    return found


def listed_in(folder: Path) -> frozenset[str]:
    """SHA-256 of the files that the listing of a folder names."""
    try:
        changed = (folder / FILE).stat().st_mtime_ns
    except OSError:
        return frozenset()
    return _listed(folder, changed)


@cache
def _listed(folder: Path, changed: int) -> frozenset[str]:
    return frozenset(Listing.read(folder).files.values())


def add(raw: Path, files: Iterable[Path]) -> None:
    """List further files, changed ones for instance, as part of the demonstration in a landing zone.

    It then reproduces no printed report any more, unless all of them are of later months.
    """
    listing = Listing.read(raw)
    known = dict(listing.files)
    new = [file for file in files if sha256(file) not in set(known.values())]
    for file in new:
        name = str(file.absolute().relative_to(raw.absolute())) if file.absolute().is_relative_to(raw.absolute()) else file.name
        while name in known:
            name += "+"
        known[name] = sha256(file)
    report = listing.report
    if report is not None and any(file.name[:7] <= report[1] for file in new):
        report = None
    Listing(report, known).write(raw)
