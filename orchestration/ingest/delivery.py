"""A file in the landing zone and what its name says.

    raw/<agency>/<feed>/<period>[_<last period>][-<part>][.vN].<extension>

`period` is a key of the feed's cadence (orchestration/periods.py): 2024-01, 2024-Q1, 2023-24 or 2023. `part` splits a period (the
force of police.uk, the district of a boundary file); `.vN` is the version of a resubmission, 1 where it is not written. A file
of several periods has the first and the last: `2021-04_2024-03.csv`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import FeedContract
from orchestration.periods import bounds, form, is_period, is_span

_PERIOD = r"\d{4}(?:-(?:\d{2}|Q[1-4]))?"
_NAME = re.compile(
    rf"(?P<period>{_PERIOD}(?:_{_PERIOD})?)(?:-(?P<part>[A-Za-z][A-Za-z0-9-]*))?"
    r"(?:\.v(?P<version>[1-9]\d*))?\.(?P<extension>[A-Za-z0-9]+)"
)
# Not deliveries: the contract, notes, hidden files, lock files of office programs, files still being copied.
_PASSED_OVER = re.compile(r"contract\.yaml|README.*|\..*|~\$.*|.*\.(part|tmp|md)", re.IGNORECASE)

_NOT_A_NAME = "not a landing-zone name (<period>[-<part>][.vN].<extension>)"


@dataclass(frozen=True)
class Name:
    """What the name of a delivery says. `part` is an empty string where a period has one file; `period` may be a span."""

    period: str
    part: str
    version: int
    extension: str

    @classmethod
    def parse(cls, file_name: str) -> Name | None:
        """The parts of a landing-zone name, or None where it is not one."""
        match = _NAME.fullmatch(file_name)
        if match is None:
            return None
        return cls(match["period"], match["part"] or "", int(match["version"] or 1), match["extension"].lower())

    def __str__(self) -> str:
        part = f"-{self.part}" if self.part else ""
        version = f".v{self.version}" if self.version > 1 else ""
        return f"{self.period}{part}{version}.{self.extension}"


@dataclass(frozen=True)
class Delivery:
    """One file of one feed, as it stood when the folder was listed (size in bytes, time of change in nanoseconds)."""

    path: Path
    agency: str
    feed: str
    period: str
    part: str
    version: int
    size: int
    mtime_ns: int

    @property
    def file_name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Stranger:
    """A file in a feed's folder that is not a delivery, and why."""

    path: Path
    reason: str


def discover(raw: Path, contract: FeedContract) -> list[Delivery]:
    """The deliveries of a feed in order of period, part and version; a feed without a folder has none."""
    found = []
    for entry, name in _listed(raw, contract):
        if isinstance(name, Name):
            stat = entry.stat()
            found.append(
                Delivery(
                    Path(entry.path),
                    contract.agency,
                    contract.feed,
                    name.period,
                    name.part,
                    name.version,
                    stat.st_size,
                    stat.st_mtime_ns,
                )
            )
    return sorted(found, key=lambda delivery: (delivery.period, delivery.part, delivery.version))


def strangers(raw: Path, contract: FeedContract) -> list[Stranger]:
    """The files in a feed's folder that nobody will read."""
    return [Stranger(Path(entry.path), reason) for entry, reason in _listed(raw, contract) if isinstance(reason, str)]


def _listed(raw: Path, contract: FeedContract) -> Iterator[tuple[os.DirEntry[str], Name | str]]:
    """Each file of a feed's folder with its name, or with the reason why it has none."""
    folder = raw / contract.agency / contract.feed
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name) if folder.is_dir() else ():
        if entry.is_dir() or _PASSED_OVER.fullmatch(entry.name):
            continue
        name = Name.parse(entry.name)
        yield entry, _NOT_A_NAME if name is None else misfit(contract, name) or name


def misfit(contract: FeedContract, name: Name) -> str | None:
    """Why a name does not fit the feed's cadence, or None."""
    if contract.period.fixed is not None:
        fits = name.period == contract.period.fixed
        return None if fits else f"the only period of this feed is {contract.period.fixed}"
    if is_span(name.period):
        if contract.period.column is None:
            return "a file of this feed is of one period: no column says to which period a row belongs"
        try:
            bounds(contract.cadence, name.period)
        except ValueError as error:
            return str(error)
        return None
    if not is_period(contract.cadence, name.period):
        return f"{name.period} is not a period of a feed that is delivered {contract.cadence} ({form(contract.cadence)})"
    return None
