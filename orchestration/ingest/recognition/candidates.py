"""Candidate feeds of a file: by its header, then by its folder and name.

The header decides: a file belongs to a feed whose columns it has, whatever its name. Only between feeds with the same layout do
its folder and the words of its name decide: those of the agency, of the feed, or the agency's initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts.model import FeedContract
from orchestration.ingest.files.confined import sheet_rows, visible_sheets
from orchestration.ingest.files.headers import SEPARATORS, plain
from orchestration.ingest.files.readers import accepted_type, check_header, first_lines, plain_text
from orchestration.ingest.files.workbook import wanted_sheets
from orchestration.ingest.recognition import file_names
from orchestration.ingest.rules import Fault, UnreadableError, fault

# Rows in which a header is looked for, to say which feed a file is nearest to; titles and notes are above it.
TOP_ROWS = 100
# Share of a feed's headers by which a file is taken to be meant for it.
NEAR = 0.3
# How a register begins: a list, a name with a list below it, or a comment before either.
_YAML = re.compile(rb"(\xef\xbb\xbf)?\s*(- |---|#|%YAML|[\w ]+:\s*$)", re.MULTILINE)


@dataclass(frozen=True)
class Comparison:
    """A file beside one feed: the faults of its header, none where it fits, and the share of the feed's headers that it has."""

    contract: FeedContract
    faults: tuple[Fault, ...]
    share: float


def compare(path: Path, contracts: Iterable[FeedContract]) -> list[Comparison]:
    """A file beside every feed that takes files of its type; those that it fits first, then the nearest.

    Raises:
        UnreadableError: no feed takes such a file, or it cannot be read for any.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    takes: list[tuple[FeedContract, str]] = []
    faults: tuple[Fault, ...] = ()
    for contract in contracts:
        try:
            kind = accepted_type(head, path, contract)
            if kind != "yaml" or _YAML.match(head):  # any text could be YAML, and takes long to read as that
                takes.append((contract, kind))
        except UnreadableError as error:
            faults = error.faults
    tops: dict[str, _Top] = {}
    for kind in {kind for _, kind in takes}:
        try:
            tops[kind] = _Top.of(path, head, kind)
        except UnreadableError as error:
            faults = error.faults
    if not tops:
        raise UnreadableError(*faults)
    found = [
        Comparison(contract, tops[kind].faults(path, contract), tops[kind].share(contract))
        for contract, kind in takes
        if kind in tops
    ]
    return sorted(found, key=lambda one: (bool(one.faults), -one.share, len(one.faults)))


def choose(path: Path, fitting: Sequence[FeedContract]) -> list[FeedContract]:
    """Of feeds with one layout those that the folder and the name of a file leave; both are heard, and have to agree."""
    by_folder, by_name = _by_folder(path, fitting), _by_name(path, fitting)
    agreed = [contract for contract in by_folder if contract in by_name]
    return agreed or [*by_folder, *(contract for contract in by_name if contract not in by_folder)]


def nearest(path: Path, compared: Sequence[Comparison]) -> Comparison | None:
    """The feed that a file which fits none was most likely meant for, by its header or else by its folder and name; None where
    neither says one.
    """
    best = max((one.share for one in compared), default=0.0)
    contracts = [one.contract for one in compared if one.share == best]
    if best < NEAR:
        contracts = choose(path, [one.contract for one in compared])
        if len(contracts) > 1:
            return None
    chosen = choose(path, contracts)
    return next((one for one in compared if one.contract in chosen), None)


def _by_folder(path: Path, contracts: Sequence[FeedContract]) -> list[FeedContract]:
    """Those that the folders around a file leave: the nearest folder named like an agency or feed is heard first."""
    left = list(contracts)
    for folder in path.resolve().parents:
        name = _joined(folder.name)
        named = [contract for contract in left if name in (contract.agency, contract.feed)]
        left = named or left
    return left


def _by_name(path: Path, contracts: Sequence[FeedContract]) -> list[FeedContract]:
    """Those with the most words of their own in the name: words that all of them have do not count."""
    said = set(_singular(file_names.words(path.name)))
    own = [_own_words(contract) for contract in contracts]
    common = set.intersection(*own) if own else set()
    scores = [
        (len(said & (words - common)), set(_singular(contract.feed.split("_"))) <= said)
        for contract, words in zip(contracts, own, strict=True)
    ]
    return [contract for contract, score in zip(contracts, scores, strict=True) if score == max(scores)]


def _own_words(contract: FeedContract) -> set[str]:
    agency = contract.agency.split("_")
    initials = "".join(word[0] for word in agency) if len(agency) > 1 else contract.agency
    return set(_singular([*agency, *contract.feed.split("_"), initials]))


def _singular(words: Iterable[str]) -> list[str]:
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words]


def _joined(folder: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", folder.casefold()))


@dataclass(frozen=True)
class _Top:
    """What is read of a file once for all feeds.

    Attributes:
        rows: the first rows, each as the set of its texts; of plain text split at each separator that senders use. None of a
            workbook.
        sheets: names of the visible sheets; None for a file that is no workbook.
    """

    rows: Sequence[AbstractSet[str]]
    sheets: Sequence[str] | None

    @classmethod
    def of(cls, path: Path, head: bytes, kind: str) -> _Top:
        """Raises UnreadableError where the file cannot be read."""
        if kind in ("xlsx", "ods"):
            return cls((), visible_sheets(path))
        if kind not in ("csv", "tsv"):
            header = next(sheet_rows(path, kind, header_only=True), ())
            return cls([frozenset(plain(str(cell)) for cell in header)], None)
        text, _ = plain_text(first_lines(head), "csv")
        lines = (text if text is not None else first_lines(head).decode("utf-8-sig")).splitlines()[:TOP_ROWS]
        return cls(
            [frozenset(plain(cell.strip('"')) for cell in line.split(sign)) for line in lines for sign in SEPARATORS], None
        )

    def faults(self, path: Path, contract: FeedContract) -> tuple[Fault, ...]:
        """Why the header is not that of a feed. The file itself is opened only where what was read of it leaves that open."""
        try:
            if self.sheets is not None:
                self._find_sheets(contract)
            elif contract.layout and not self._begins(contract):
                raise UnreadableError(fault("D13", expected=contract.layout[0].start[0]))
            check_header(path, contract)
        except UnreadableError as error:
            return error.faults
        return ()

    def share(self, contract: FeedContract) -> float:
        """The largest share of a feed's headers in one of the rows; where a table of its layout begins, it is near at least."""
        if self.sheets is not None:
            return NEAR * self._has_sheet(contract)
        wanted = [
            {plain(label) for label in (column.header, *column.aliases)} for column in contract.columns if not column.optional
        ]
        best = 0.0
        for row in self.rows:
            of = len(wanted) if contract.ignore_unknown_columns else max(len(wanted), len(row))
            best = max(best, sum(not names.isdisjoint(row) for names in wanted) / max(of, 1))
        return max(best, NEAR * self._begins(contract))

    def _has_sheet(self, contract: FeedContract) -> bool:
        try:
            self._find_sheets(contract)
        except UnreadableError:
            return False
        return True

    def _find_sheets(self, contract: FeedContract) -> None:
        wanted_sheets(self.sheets or (), contract.sheet, [table.sheets for table in contract.layout if table.sheets])

    def _begins(self, contract: FeedContract) -> bool:
        starts = {plain(text) for table in contract.layout for text in table.start}
        return any(not starts.isdisjoint(row) for row in self.rows)
