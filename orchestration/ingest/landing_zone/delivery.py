"""A file in the landing zone and what its name says.

    raw/<agency>/<feed>/<period>[_<last period>][-<part>][.vN].<extension>

`period` is a key of the feed's cadence (orchestration/contracts/periods.py): 2024-01, 2024-Q1, 2023-24 or 2023. `part` splits a
period (the force of police.uk, the district of a boundary file) where the contract says that there are parts, and only there;
`.vN` is the version of a resubmission, 1 where it is not written. A file of several periods has the first and the last:
`2021-04_2024-03.csv`.

A version of a period and part is one file: a second one beside it, under a name that differs in case or type only, is not read.
Anything that is not a file, or cannot be opened, is no delivery whatever its name; nothing is opened to find that out.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.contracts.model import FeedContract, FeedKey
from orchestration.contracts.periods import bounds, form, is_period, is_span
from orchestration.ingest.files import regular_files
from orchestration.ingest.rules import Fault, UnreadableError

_PERIOD = r"\d{4}(?:-(?:\d{2}|Q[1-4]))?"
_NAME = re.compile(
    rf"(?P<period>{_PERIOD}(?:_{_PERIOD})?)(?:-(?P<part>[A-Za-z][A-Za-z0-9-]*))?"
    r"(?:\.v(?P<version>[1-9]\d*))?\.(?P<extension>[A-Za-z0-9]+)"
)
# Not deliveries: the contract, notes, hidden files, lock files of office programs, files still being copied.
_PASSED_OVER = re.compile(r"contract\.yaml|README.*|\..*|~\$.*|.*\.(part|tmp|md)", re.IGNORECASE)

# What `sna demo` writes beside the deliveries.
_OF_A_DEMONSTRATION = re.compile(r"demonstration\.json|dirt-manifest\.json|.*\.truth\.csv")

# Endings and numbers of versions that are what they seem: any other text of a name may be somebody's.
_ENDINGS = frozenset(["csv", "txt", "tsv", "tab", "xlsx", "ods", "json", "geojson", "yaml", "yml", "parquet"])
_LAST_VERSION = 999

_NOT_A_NAME = "its name is not a landing-zone name (<period>[-<part>][.vN].<extension>)"


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
    """One file of one feed, as it was when the folder was listed (size in bytes, time of change in nanoseconds)."""

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

    @property
    def zone(self) -> Path:
        """The landing zone that it is in."""
        return self.path.parents[2]


@dataclass(frozen=True)
class UnrecognisedFile:
    """A file in the landing zone that is no delivery and will not be read: why, and what to do about it.

    Attributes:
        code: of the rule by which it cannot be opened; empty for a file that is in the wrong place or has the wrong name.
    """

    path: Path
    reason: str
    remedy: str
    code: str = ""

    @classmethod
    def of(cls, path: Path, found: Fault) -> UnrecognisedFile:
        """A file that a fault keeps from being read."""
        return cls(path, found.message.rstrip("."), found.remedy.rstrip("."), found.code)


def discover(raw: Path, contract: FeedContract) -> list[Delivery]:
    """The deliveries of a feed in order of period, part and version; a feed without a folder has none."""
    found = [entry for entry in _listed(raw, contract) if isinstance(entry, Delivery)]
    return sorted(found, key=lambda delivery: (delivery.period, delivery.part, delivery.version))


def unrecognised_files(raw: Path, contract: FeedContract) -> list[UnrecognisedFile]:
    """The files in a feed's folder that are no deliveries of it."""
    return [entry for entry in _listed(raw, contract) if isinstance(entry, UnrecognisedFile)]


def unread(raw: Path, contracts: Iterable[FeedContract]) -> list[UnrecognisedFile]:
    """The files in the landing zone that are no feed's deliveries, in order of their paths."""
    contracts = list(contracts)
    found = [file for contract in contracts for file in unrecognised_files(raw, contract)]
    known = {contract.id for contract in contracts}
    for folder, folders, files in os.walk(raw):
        folders[:] = [name for name in folders if not name.startswith(".")]
        place = Path(folder).relative_to(raw).parts
        if place in known:
            continue
        for name in files:
            if not (_PASSED_OVER.fullmatch(name) or _OF_A_DEMONSTRATION.fullmatch(name)):
                found.append(
                    UnrecognisedFile(Path(folder, name), _elsewhere(place, known), "`sna deliver` it, and remove it from there")
                )
    return sorted(found, key=lambda entry: entry.path)


def _elsewhere(place: tuple[str, ...], known: Collection[FeedKey]) -> str:
    """Why a file in a folder of the landing zone that is no feed's is not read."""
    if len(place) < 2:
        return "it is not in the folder of a feed (<agency>/<feed>)"
    if place[:2] in known:
        return f"it is in a subfolder of the feed {'/'.join(place[:2])}"
    return f"there is no feed {'/'.join(place[:2])}"


def _listed(raw: Path, contract: FeedContract) -> Iterator[Delivery | UnrecognisedFile]:
    """Each file of a feed's folder, as a delivery or with the reason why it is none."""
    folder = raw / contract.agency / contract.feed
    try:
        names = regular_files.names(folder, raw)
    except UnreadableError as error:
        yield UnrecognisedFile.of(folder, error.faults[0])
        return
    taken: dict[Name, str] = {}
    # A name in its usual form goes before one that differs from it in case or type only.
    for file_name in sorted(names, key=lambda name: (name.lower() != name, name)):
        path, name = folder / file_name, Name.parse(file_name)
        # A folder under another name than that of a delivery is one of the sender's; what is in it is named by `unread`.
        if _PASSED_OVER.fullmatch(file_name) or (name is None and path.is_dir() and not path.is_symlink()):
            continue
        if unreadable := regular_files.problem(path, raw):
            yield UnrecognisedFile.of(path, unreadable)
            continue
        reason = _NOT_A_NAME if name is None else why_invalid(contract, name)
        if name is None or reason is not None:
            yield UnrecognisedFile(path, str(reason), f"run `sna deliver {shlex.quote(str(path))}`, then remove it")
            continue
        name = in_usual_form(contract, name)
        slot = replace(name, extension="")
        if slot in taken:
            yield UnrecognisedFile(
                path,
                f"{taken[slot]} is already this version of the delivery",
                f"run `sna deliver {shlex.quote(str(path))}`, which takes it as the next version if it differs, then remove it",
            )
            continue
        taken[slot] = file_name
        with suppress(FileNotFoundError):
            stat = path.stat()
            identity = (contract.agency, contract.feed, name.period, name.part, name.version)
            yield Delivery(path, *identity, stat.st_size, stat.st_mtime_ns)


def in_usual_form(contract: FeedContract, name: Name) -> Name:
    """The name with the part as the contract writes it."""
    part = contract.part.find(name.part) if contract.part else None
    return replace(name, part=part or name.part)


def why_invalid(contract: FeedContract, name: Name) -> str | None:
    """Why a name does not fit the feed's cadence and parts, or None; of health and social care no word of the name is
    repeated."""
    if contract.sharing == "no_personal_identifiers" and (
        name.part or name.extension not in _ENDINGS or name.version > _LAST_VERSION
    ):
        return "it says more than period and version, and a name can contain text about people"
    if contract.period.fixed is not None and name.period != contract.period.fixed:
        return f"the only period of this feed is {contract.period.fixed}"
    if is_span(name.period) and contract.period.column is None:
        return "a file of this feed is of one period only: no column says which period a row belongs to"
    if is_span(name.period):
        try:
            bounds(contract.cadence, name.period)
        except ValueError as error:
            return str(error)
    elif not is_period(contract.cadence, name.period):
        return f"{name.period} is not a period of a feed that is delivered {contract.cadence} ({form(contract.cadence)})"
    if contract.part is None:
        return f"“{name.part}” is not a part: this feed has one file per period, and versions of it (.v2)" if name.part else None
    if not name.part:
        return f"its name has no {contract.part.name}; this feed has one file per period and {contract.part.name}"
    return None if contract.part.find(name.part) else f"“{name.part}” is not a {contract.part.name} in the contract"
