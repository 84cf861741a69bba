"""Which feed a sender's file belongs to, and its name in the landing zone.

The header of a file determines the feed (`candidates`), its name the period and the part (`file_names`). Its rows have to agree
or, where the name says nothing, determine them (`contents`). A file that is not recognised is refused with the reason, since a
file in the wrong place would replace a good one. Nothing here is specific to a feed: the differences are in the contracts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Literal

from orchestration.contracts.model import FeedContract, FeedKey, PartRule
from orchestration.contracts.periods import SPAN, bounds, form, is_span, key
from orchestration.home.file_hash import sha256
from orchestration.home.whole_file import sync
from orchestration.ingest.files.headers import printable
from orchestration.ingest.files.readers import accepted_type, describe, of_content
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone.delivery import Delivery, Name, discover, why_invalid
from orchestration.ingest.landing_zone.demonstration import LIVE, Admission
from orchestration.ingest.legal_gate import gate
from orchestration.ingest.load import extracts
from orchestration.ingest.load.contents import Contents, not_mapped, other_part, read_contents
from orchestration.ingest.recognition import candidates, file_names
from orchestration.ingest.recognition.handed_in import Handed, copied
from orchestration.ingest.recognition.refusals import Refusal
from orchestration.ingest.rules import UnreadableError, fault

OWN_EXTRACT = "If it is an agency's own extract, its headers have to be mapped to columns first."
# Above this share of rows in one period, the file is that period's; ingestion refuses a file by the same share.
MOST_ROWS = 0.5
# From this share on the rows outside one period are strays, and do not make a file one of several periods.
NEARLY_ALL_ROWS = 0.9


@dataclass(frozen=True)
class Recognised:
    """A file of a known feed. `name.version` is 1; the landing zone decides which version it becomes.

    Attributes:
        alike: the feeds that its header fits, this one included.
        note: what is worth knowing, such as that the rows said the period; else empty.
    """

    path: Path
    contract: FeedContract
    name: Name
    alike: tuple[FeedContract, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Unknown:
    """A file that is refused, and why."""

    path: Path
    refusal: Refusal

    @property
    def reason(self) -> str:
        return str(self.refusal)


Outcome = Literal["delivered", "already there", "refused", "would be taken"]


@dataclass(frozen=True)
class Receipt:
    """The outcome of a file that was handed in.

    Attributes:
        target_name: `<agency>/<feed>/<file name>` in the landing zone; empty where it was refused.
        reason: why it was refused, or what is worth knowing; else empty.
        refusal: why it was refused, cause by cause; else None.
    """

    source: Path
    outcome: Outcome
    target_name: str
    reason: str
    refusal: Refusal | None = None


class _NotKnownError(Exception):
    """Which delivery a file is cannot be said."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def deliver_safely(
    handed: Handed,
    raw: Path,
    contracts: Mapping[FeedKey, FeedContract],
    admission: Admission = LIVE,
    received: Iterable[LoadRecord] = (),
    take: Callable[[Recognised], bool | Refusal] = lambda _: True,
    foreseen: Iterable[LoadRecord] = (),
) -> Receipt:
    """As `deliver`, of whatever was handed in: it is copied first, and what is no file or fails in a way that no rule names is
    refused like any other.
    """
    path = handed.path
    if not _is_text(path):
        return _refused(path, Refusal.of(None, ("Its name is not text in UTF-8.", "Rename it and deliver it again.")))
    try:
        with copied(handed) as copy:
            if refusal := admission.refusal(path, sha256(copy)):
                return _refused(path, Refusal.of_faults(None, [refusal]))
            return replace(deliver(copy, raw, contracts, admission, received, take, foreseen), source=path)
    except UnreadableError as error:
        return _refused(path, Refusal.of_faults(None, error.faults))
    except FileNotFoundError:
        return _refused(path, Refusal.of(None, ("The file has gone.", "Deliver it again when it is there.")))
    except Exception as error:
        return _refused(path, Refusal.of_faults(None, [of_content(error)]))


def being_written(path: Path) -> Receipt:
    """The receipt of a file that changes while it is looked at."""
    return _refused(path, Refusal.of_faults(None, [fault("D35")]))


def deliver(
    path: Path,
    raw: Path,
    contracts: Mapping[FeedKey, FeedContract],
    admission: Admission = LIVE,
    received: Iterable[LoadRecord] = (),
    take: Callable[[Recognised], bool | Refusal] = lambda _: True,
    foreseen: Iterable[LoadRecord] = (),
) -> Receipt:
    """Recognise a file and copy it into the landing zone, if the home takes it (`admission`).

    Where the period has other content already, the copy becomes the next version; a copy of what is in use is left,
    whatever its name is.

    Args:
        received: the landing log, so that a version is never used again, and what was withdrawn can come back as the next one.
        take: asked before the copy is made, with the name that it would have; where it says no or why not, nothing is copied.
        foreseen: records of files that would be there if this was no dry run.
    """
    if not _is_text(path):
        return _refused(path, Refusal.of(None, ("Its name is not text in UTF-8.", "Rename it and deliver it again.")))
    if refusal := admission.refusal(path, sha256(path)):
        return _refused(path, Refusal.of_faults(None, [refusal]))
    found = recognise(path, contracts)
    if isinstance(found, Unknown):
        return _refused(path, found.refusal)
    foreseen = list(foreseen)
    loads = [*received, *foreseen]
    if open_values := _not_mapped(path, found.contract, loads):
        return _refused(path, open_values)
    if (same := _same_content(path, raw, found, loads) or _same_record(path, found, loads, foreseen)) is not None:
        target = f"{same.agency}/{same.feed}/{same.file_name}"
        return Receipt(path, "already there", target, "the same content is there already")
    there = [delivery for delivery in discover(raw, found.contract) if _may_replace(found, delivery)]
    before = [load for load in loads if (load.agency, load.feed) == found.contract.id and _may_replace(found, load)]
    version = max([*(delivery.version for delivery in there), *(load.version for load in before)], default=0) + 1
    name = replace(found.name, version=version)
    target = f"{'/'.join(found.contract.id)}/{name}"
    note = "; ".join(filter(None, (found.note, _superseded(name, [*there, *before]))))
    answer = take(replace(found, name=name))
    if isinstance(answer, Refusal):
        return _refused(path, answer)
    if not answer:
        return Receipt(path, "would be taken", target, note)
    _copy(path, raw / target)
    return Receipt(path, "delivered", target, note)


def _not_mapped(path: Path, contract: FeedContract, loads: Iterable[LoadRecord]) -> Refusal | None:
    """Why the first delivery of an agency's own extract is refused: values that nobody has mapped or accepted yet."""
    if any(load.verdict == "accepted" and (load.agency, load.feed) == contract.id for load in loads):
        return None
    try:
        faults = not_mapped(path, contract)
    except UnreadableError as error:
        faults = error.faults
    return Refusal.of_faults(contract, faults) if faults else None


def _superseded(name: Name, others: Iterable[Delivery | LoadRecord]) -> str:
    """Which version of the same period it takes the place of; files of longer or shorter periods have versions of their own."""
    versions = [other.version for other in others if other.period == name.period]
    return f"supersedes version {max(versions)}" if versions else ""


def _is_text(path: Path) -> bool:
    """Whether a path can be written down: DuckDB reads no other."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(path: Path, refusal: Refusal) -> Receipt:
    return Receipt(path, "refused", "", str(refusal), refusal)


def recognise(path: Path, contracts: Mapping[FeedKey, FeedContract]) -> Recognised | Unknown:
    """Find the one feed that a file belongs to, and its period and part."""
    try:
        fitting = _fitting(path, contracts)
        contract = _chosen(path, fitting)
        return _named(path, contract, fitting)
    except _NotKnownError as error:
        return Unknown(path, error.refusal)


def _fitting(path: Path, contracts: Mapping[FeedKey, FeedContract]) -> list[FeedContract]:
    """The feeds that the header of a file fits."""
    try:
        compared = candidates.compare(path, contracts.values())
    except UnreadableError as error:
        refusal = Refusal.of_faults(None, error.faults)
        if any(item.code == "D01" for item in error.faults):
            refusal = Refusal.of(
                None, (f"No feed accepts {describe(path)}.", "Export the data again as CSV UTF-8 or as a workbook.")
            )
        raise _NotKnownError(refusal) from None
    fitting = [one.contract for one in compared if not one.faults]
    if fitting:
        return fitting
    near = candidates.nearest(path, compared)
    if near is not None:
        raise _NotKnownError(_with_map(Refusal.of_faults(near.contract, near.faults), near, path, contracts))
    cause = f"No feed has the headers of this file ({describe(path)})."
    remedy = "Check that the header row is there, with the agreed headers; the feed's contract lists them."
    command = "Run `sna area map FEED_TYPE FILE`, FEED_TYPE being what it has, such as crimes or victims."
    raise _NotKnownError(Refusal.of(None, (cause, remedy), (OWN_EXTRACT, command)))


def _with_map(refusal: Refusal, near: candidates.Comparison, path: Path, contracts: Mapping[FeedKey, FeedContract]) -> Refusal:
    """A refusal for headers that says how they find their columns."""
    # Of a return, whose table is somewhere on its sheets, also that no table or sheet is as agreed.
    of_headers = {"D04", "D05", "D11", "D32"} | ({"D12", "D13"} if near.contract.layout else set())
    if not {found.code for found in near.faults} <= of_headers:
        return refusal
    contract = near.contract
    command = _map_command(path, contract, contracts.values())
    if contract.adapted.map:
        cause = f"{contract.adapted.map} of the area's folder has no place for them."
        remedy = f"Run {command}, then fill its gaps under `headers`, `not_used`, `absent` and `provided`."
    elif contract.evidence == "national_statistic":
        return refusal
    else:
        cause = OWN_EXTRACT
        remedy = f"Run {command}."
    return replace(refusal, causes=(*refusal.causes, (cause, remedy)))


def _map_command(path: Path, contract: FeedContract, contracts: Iterable[FeedContract]) -> str:
    """The command that maps an extract: of the one agency that sends the feed type, or of the one that the file names."""
    senders = [one for one in contracts if one.type == contract.type]
    if len(senders) == 1:
        same_name = [one for one in contracts if one.feed == contract.feed]
        return f"`sna area map {contract.feed if len(same_name) == 1 else contract.type} FILE`"
    named = candidates.choose(path, senders)
    if len(named) == 1:
        return f"`sna area map {named[0].agency}/{contract.feed} FILE`"
    agencies = " or ".join(sorted(one.agency for one in senders))
    return f"`sna area map AGENCY/{contract.feed} FILE`, AGENCY being {agencies}"


def _chosen(path: Path, fitting: Sequence[FeedContract]) -> FeedContract:
    chosen = candidates.choose(path, fitting)
    if len(chosen) == 1:
        return chosen[0]
    if codes := _differing_codes(chosen):
        contents = _contents(path, chosen[0], codes)
        if coded := [contract for contract in chosen if contents.is_coded_for(contract, MOST_ROWS)]:
            return coded[0]
    feeds = ", ".join("/".join(contract.id) for contract in chosen)
    example = "/".join(chosen[0].id)
    remedy = f"Put it into a folder named like its feed, such as {example}, or name agency and feed in its name."
    raise _NotKnownError(Refusal.of(None, (f"Folder and name leave several feeds with these headers: {feeds}.", remedy)))


def _named(path: Path, contract: FeedContract, fitting: Sequence[FeedContract]) -> Recognised:
    """Its name in the landing zone, which its rows must agree with."""
    written = file_names.periods(path.name, contract.cadence)
    if written and not contract.period.fixed:
        _pass_legal_gate(path, contract, written[0])
    contents = _contents(path, contract, _differing_codes(fitting))
    _check_agency(contract, fitting, contents)
    period, note = _period(path, contract, written, contents)
    if not written or contract.period.fixed:
        _pass_legal_gate(path, contract, period)
    with path.open("rb") as file:
        # By what it holds: a name may have no ending, or a wrong one.
        extension = accepted_type(file.read(65536), path, contract)
    name = Name(period, _part(path, contract, contents), 1, extension)
    if reason := why_invalid(contract, name):
        raise _NotKnownError(Refusal.of(contract, (f"{printable(path.name)}: {reason}.", _example(path, contract))))
    return Recognised(path, contract, name, tuple(fitting), note)


def _differing_codes(contracts: Sequence[FeedContract]) -> set[str]:
    """Columns in which each of these feeds has a code of its own, such as that of the hospital."""
    columns = set.intersection(*(set(contract.own_codes) for contract in contracts))
    return {column for column in columns if len({contract.own_codes[column] for contract in contracts}) > 1}


def _check_agency(contract: FeedContract, fitting: Sequence[FeedContract], contents: Contents) -> None:
    """Refuse a file whose folder and name say one agency, while the codes of its rows are those of another."""
    if contents.is_coded_for(contract, MOST_ROWS):
        return
    if other := next((one for one in fitting if contents.is_coded_for(one, MOST_ROWS)), None):
        column = next(iter(contents.codes))
        rows = contents.codes[column][other.own_codes[column]]
        found = fault("D31", contract.by_name[column].header, rows, what="agency", part=contract.agency, other=other.agency)
        raise _NotKnownError(Refusal.of_faults(contract, [found]))


def _pass_legal_gate(path: Path, contract: FeedContract, period: str) -> None:
    """Refuse what identifies people without legal power before it is copied."""
    if not gate.applies(contract):
        return
    try:
        faults = gate.scan(path, contract, bounds(contract.cadence, period)[0])
    except UnreadableError as error:
        faults = error.faults
    if faults:
        raise _NotKnownError(Refusal.of_faults(contract, faults))


def _contents(path: Path, contract: FeedContract, codes: Collection[str]) -> Contents:
    try:
        return read_contents(path, contract, codes)
    except UnreadableError as error:
        raise _NotKnownError(Refusal.of_faults(contract, error.faults)) from None


def _period(path: Path, contract: FeedContract, written: Sequence[str], contents: Contents) -> tuple[str, str]:
    """The period of a file, and a note where the rows said it."""
    if contract.period.fixed:
        return contract.period.fixed, ""
    if contract.period.column is None:
        return _period_by_name(path, contract, written), ""
    _check_dates(path, contract, contents)
    decided, single = (contents.most(share) for share in (MOST_ROWS, NEARLY_ALL_ROWS))
    if len(written) == 1 and decided == written[0]:
        return decided, ""
    said = single or extracts.covered(contents.periods)
    if said and not written and _is_within(said, contract, file_names.longer(path.name)):
        return said, "no period in its name; taken from its rows"
    if file_names.is_range(path.name, contract.cadence, in_words=single in written):
        within = sum(rows for period, rows in contents.periods.items() if written[0] <= period <= written[-1])
        if within > contents.dated * MOST_ROWS:
            return SPAN.join(written), ""
    if decided in written:
        return decided, f"its name says {' and '.join(written)}; its rows are of {decided}"
    said = decided or said or ""
    raise _NotKnownError(Refusal.of(contract, (_disagreement(path, written, contents, decided), _example(path, contract, said))))


def _is_within(period: str, contract: FeedContract, named: Sequence[tuple[date, date]]) -> bool:
    """Whether a period or span is in one of the quarters and years that a name says, or it says none."""
    first, end = bounds(contract.cadence, period)
    return not named or any(start <= first and end <= last for start, last in named)


def _check_dates(path: Path, contract: FeedContract, contents: Contents) -> None:
    """Refuse a file of which most rows have no date that can be right, or whose name says a month that does not exist."""
    if not contents.rows:
        raise _NotKnownError(Refusal.of_faults(contract, [fault("D03")]))
    if contents.undated > contents.rows * MOST_ROWS and contents.date_fault:
        raise _NotKnownError(Refusal.of_faults(contract, [contents.date_fault]))
    if wrong := file_names.impossible(path.name, contract.cadence):
        reason = f"{wrong} is not a period of a feed that is delivered {contract.cadence} ({form(contract.cadence)})."
        raise _NotKnownError(Refusal.of(contract, (reason, _example(path, contract))))


def _period_by_name(path: Path, contract: FeedContract, written: Sequence[str]) -> str:
    if len(written) == 1:
        return written[0]
    if written and file_names.is_range(path.name, contract.cadence):  # a return of several years is that of the last
        return written[-1]
    cause = f"Several periods in the name: {', '.join(written)}." if written else "No period in the name."
    raise _NotKnownError(Refusal.of(contract, (cause, _example(path, contract))))


def _disagreement(path: Path, written: Sequence[str], contents: Contents, decided: str) -> str:
    """What the name and the rows say that do not agree."""
    said = "The name says another quarter or year" if file_names.longer(path.name) else "There is no period in the name"
    said = f"The name says {' and '.join(written)}" if written else said
    if decided:
        return f"{said}, but {contents.periods[decided]:,} of {contents.rows:,} rows are of {decided}."
    found = sorted(contents.periods)
    if not found:
        return f"{said}, and no row says one."
    return f"{said}, and the rows are of {len(found)} periods, from {found[0]} to {found[-1]}."


def _part(path: Path, contract: FeedContract, contents: Contents) -> str:
    """The part of a file, by its name or else by its rows; empty where the feed has none."""
    rule = contract.part
    if rule is None:
        return ""
    written = file_names.parts(path.name, rule)
    named = sorted({part for label in contents.labels if (part := rule.labelled(label))})
    if len(written) > 1 and len(named) == 1 and named[0] in written:
        written = named
    if len(written) > 1:
        cause = f"Its name says more than one {rule.name}: {', '.join(written)}."
        raise _NotKnownError(Refusal.of(contract, (cause, _example(path, contract))))
    if not written and len(named) > 1:
        raise _NotKnownError(Refusal.of(contract, _several_parts(rule, named)))
    if not written and not named:
        return ""  # which is a why_invalid
    part = written[0] if written else named[0]
    if strange := {label: seen for label, seen in contents.labels.items() if not rule.owns(part, label)}:
        raise _NotKnownError(Refusal.of_faults(contract, [other_part(contract, part, strange)]))
    return part


def _several_parts(rule: PartRule, named: Sequence[str]) -> tuple[str, str]:
    listed = f" ({', '.join(named[:3])}{', …' if len(named) > 3 else ''})" if rule.values else ""
    return f"Its rows are of {len(named)} different {rule.name}s{listed}.", f"Send one file for each {rule.name}."


def _example(path: Path, contract: FeedContract, said: str = "") -> str:
    """How a file of the feed can be named: after the period that its rows say, where they say one."""
    period = said or contract.period.fixed or key(contract.cadence, date(date.today().year - 1, 6, 1))
    part = f" {contract.part.values[0] if contract.part.values else contract.part.name}" if contract.part else ""
    suffix = path.suffix.lower() or f".{contract.formats[0]}"
    return f"Name it for example “{contract.feed.replace('_', ' ')} {period}{part}{suffix}”."


def _slot(thing: Delivery | LoadRecord | Name) -> tuple[str, str]:
    """What the versions of one delivery have in common within a feed."""
    return thing.period, thing.part


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that it appears under its name only when it is whole and on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)  # of a copy that was cut short, with the permissions that it had
    shutil.copyfile(source, partial)
    sync(partial)
    partial.rename(target)


def _may_replace(found: Recognised, other: Delivery | LoadRecord) -> bool:
    """Whether a file and one of the same feed have a period and part in common, so that one takes the place of the other."""
    return _overlap(found.contract, found.name, other)


def _overlap(contract: FeedContract, one: Delivery | LoadRecord | Name, other: Delivery | LoadRecord | Name) -> bool:
    """Whether two things of a feed have a period and part in common."""
    if one.part != other.part:
        return False
    (start, end), (first, last) = (bounds(contract.cadence, thing.period) for thing in (one, other))
    return start < last and first < end


def _same_content(path: Path, raw: Path, found: Recognised, loads: Sequence[LoadRecord]) -> Delivery | None:
    """The delivery that holds exactly the same, of any feed with these headers and under any name.

    It counts where its content is in use for each of its periods, or will be with the next refresh. To go back to what another
    delivery has replaced is a change, and so it is where it was withdrawn. One that was refused counts in its own place alone: a
    May file copied to the place of February supplies nothing for May.
    """
    size = path.stat().st_size
    there = [(contract, discover(raw, contract)) for contract in found.alike]
    rivals = [(contract, listed, one) for contract, listed in there for one in listed if one.size == size]
    content = sha256(path) if rivals else ""
    in_use = _in_use(loads) if rivals else set()
    place = (*found.contract.id, found.name.period)

    def counts(contract: FeedContract, listed: Sequence[Delivery], delivery: Delivery) -> bool:
        own = [load for load in loads if (load.agency, load.feed) == contract.id]
        read = {load.file_name for load in own}
        later = [one for one in listed if one is not delivery and one.file_name not in read and _overlap(contract, one, delivery)]
        if delivery.file_name not in read:
            return all(_turn(one) < _turn(delivery) for one in later)
        named = (load for load in reversed(own) if load.file_name == delivery.file_name)
        last = next((load for load in named if load.file_sha256 == content), None)
        if last is None or last.withdrawn or later:
            return False
        if last.verdict == "refused":
            return delivery in _latest(listed) and (delivery.agency, delivery.feed, delivery.period) == place
        return not last.kept or _is_whole(last, in_use)

    return next((one for contract, listed, one in rivals if sha256(one.path) == content and counts(contract, listed, one)), None)


def _in_use(loads: Iterable[LoadRecord]) -> set[str]:
    return {load.load_id for load in loads_in_use(loads)}


def _is_whole(record: LoadRecord, in_use: Collection[str]) -> bool:
    """Whether a delivery is in use for each of its periods."""
    return all(load.load_id in in_use for load in record.by_period())


def _turn(delivery: Delivery) -> tuple[int, bool]:
    """In which order files are read that come together."""
    return delivery.version, not is_span(delivery.period)


def _same_record(path: Path, found: Recognised, loads: Sequence[LoadRecord], foreseen: Sequence[LoadRecord]) -> LoadRecord | None:
    """The record of exactly the same content among those of a dry run, as of `_same_content`."""
    place = (*found.contract.id, found.name.period)
    alike = {contract.id for contract in found.alike}
    rivals = [load for load in foreseen if (load.agency, load.feed) in alike]
    content = sha256(path) if rivals else ""
    in_use = _in_use(loads) if rivals else set()

    def counts(record: LoadRecord) -> bool:
        if record.verdict == "refused":
            return (record.agency, record.feed, record.period) == place
        return _is_whole(record, in_use)

    return next((record for record in rivals if record.file_sha256 == content and counts(record)), None)


def _latest(deliveries: Iterable[Delivery]) -> list[Delivery]:
    ordered = sorted(deliveries, key=attrgetter("version"))
    return list({(delivery.agency, delivery.feed, _slot(delivery)): delivery for delivery in ordered}.values())
