"""Which feed a sender's file belongs to, and its name in the landing zone.

A file is known by its own name (the contract's patterns) and by its header; both have to agree on one feed. What is not known is
refused with the reason, since a file in the wrong feed would replace a good one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from orchestration.contracts import FeedContract, FeedKey
from orchestration.ingest import extracts, legal_gate
from orchestration.ingest.delivery import Delivery, Name, discover, misfit
from orchestration.ingest.demonstration import LIVE, Admission, digest
from orchestration.ingest.landing import LoadRecord, sync
from orchestration.ingest.reading import check_header, describe
from orchestration.ingest.rules import UnreadableError
from orchestration.periods import bounds, normalised


@dataclass(frozen=True)
class Recognised:
    """A file of a known feed. `name.version` is 1; the landing zone decides which version it becomes."""

    path: Path
    contract: FeedContract
    name: Name


@dataclass(frozen=True)
class Unknown:
    """A file that is not taken, and why."""

    path: Path
    reason: str


Outcome = Literal["delivered", "already there", "refused", "not taken"]


@dataclass(frozen=True)
class Receipt:
    """What became of a file that was handed in.

    Attributes:
        target_name: `<agency>/<feed>/<file name>` in the landing zone; empty where it was refused.
        reason: why it was refused, or what is worth knowing; else empty.
    """

    source: Path
    outcome: Outcome
    target_name: str
    reason: str


def deliver(
    path: Path,
    raw: Path,
    contracts: Mapping[FeedKey, FeedContract],
    admission: Admission = LIVE,
    received: Iterable[LoadRecord] = (),
    take: Callable[[Recognised], bool] = lambda _: True,
) -> Receipt:
    """Recognise a file and copy it into the landing zone, if the home takes it (`admission`).

    Where the period has other content already, the copy becomes the next version; where it has the same, nothing is copied,
    unless that was withdrawn.

    Args:
        received: the landing log, so that a version is never used again, and what was withdrawn can come back as the next one.
        take: asked before the copy is made, with the name that it would have; where it says no, nothing is copied.
    """
    if refusal := admission.refusal(path, digest(path)):
        return Receipt(path, "refused", "", f"{refusal.message} {refusal.remedy}")
    found = recognise(path, contracts)
    if isinstance(found, Recognised) and legal_gate.applies(found.contract):
        start, _ = bounds(found.contract.cadence, found.name.period)
        if faults := legal_gate.scan(path, found.contract, start):  # not even a copy is taken
            found = Unknown(path, " ".join(f"{item.message} {item.remedy}" for item in faults))
    if isinstance(found, Unknown):
        return Receipt(path, "refused", "", found.reason)
    feed = f"{found.contract.agency}/{found.contract.feed}"
    there = [delivery for delivery in discover(raw, found.contract) if _may_replace(found, delivery)]
    before = [load for load in received if (load.agency, load.feed) == found.contract.id and _may_replace(found, load)]
    withdrawn = {load.file_name for load in before if load.withdrawn}
    same = _same_content(path, [delivery for delivery in there if delivery.period == found.name.period])
    if same is not None and same.file_name not in withdrawn:
        return Receipt(path, "already there", f"{feed}/{same.file_name}", "the same content is there already")
    versions = [*(delivery.version for delivery in there), *(load.version for load in before)]
    version = max(versions, default=0) + 1
    name = replace(found.name, version=version)
    reason = f"supersedes version {version - 1}" if versions else ""
    if not take(replace(found, name=name)):
        return Receipt(path, "not taken", f"{feed}/{name}", reason)
    _copy(path, raw / feed / str(name))
    return Receipt(path, "delivered", f"{feed}/{name}", reason)


def recognise(path: Path, contracts: Mapping[FeedKey, FeedContract]) -> Recognised | Unknown:
    """Find the one feed whose file-name pattern and header both fit."""
    named = [(contract, name) for contract in contracts.values() if (name := _name(path.name, contract))]
    reasons = []
    fitting = []
    for contract, name in named:
        try:
            check_header(path, contract)
            fitting.append((contract, name))
        except UnreadableError as error:
            problems = " ".join(item.message for item in error.faults[:3])
            reasons.append(f"by its name it could be {'/'.join(contract.id)}, but: {problems}")
    if len(fitting) > 1:  # a file taken from another landing zone stands in a folder that says which
        fitting = [pair for pair in fitting if pair[0].feed == path.resolve().parent.name] or fitting
    if len(fitting) > 1:
        feeds = ", ".join("/".join(contract.id) for contract, _ in fitting)
        return Unknown(path, f"it could belong to several feeds: {feeds}")
    if fitting:
        contract, name = fitting[0]
        reason = misfit(contract, name)
        return Unknown(path, reason) if reason else Recognised(path, contract, name)
    return Unknown(path, "; ".join(reasons) or f"no feed has files of this name ({describe(path)})")


def _may_replace(found: Recognised, other: Delivery | LoadRecord) -> bool:
    """Whether a file and one of the same feed have a period and part in common, so that one takes the place of the other."""
    if other.part != found.name.part:
        return False
    (start, end), (first, last) = (bounds(found.contract.cadence, period) for period in (found.name.period, other.period))
    return start < last and first < end


def _name(file_name: str, contract: FeedContract) -> Name | None:
    """The landing-zone name that a file would have in a feed, or None where its own name does not fit."""
    if (several := extracts.named(file_name, contract)) is not None:
        span, of_one = several
        name = _name(of_one, contract)
        return None if name is None else replace(name, period=span)
    extension = contract.formats[0] if len(contract.formats) == 1 else file_name.rpartition(".")[2].lower()
    for pattern in contract.file_names:
        if match := re.search(pattern, file_name):
            groups = match.groupdict()
            period = contract.period.fixed or normalised(contract.cadence, groups["period"])
            return Name(period, groups.get("part") or "", 1, extension)
    name = Name.parse(file_name)  # a file that already has its landing-zone name
    if name is None or misfit(contract, name):
        return None
    return Name(name.period, name.part, 1, extension)


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that it appears under its name only when it is whole and on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)  # of a copy that was cut short, with the permissions that it had
    shutil.copyfile(source, partial)
    sync(partial)
    partial.rename(target)


def _same_content(path: Path, rivals: Iterable[Delivery]) -> Delivery | None:
    """The latest version, if it holds exactly the same; an older one does not count, since going back to it is a change."""
    latest = max(rivals, key=lambda delivery: delivery.version, default=None)
    if latest is None or latest.size != path.stat().st_size:
        return None
    return latest if digest(latest.path) == digest(path) else None
