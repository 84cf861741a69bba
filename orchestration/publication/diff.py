"""Two releases side by side: what they were made with, which deliveries differ and how, which figures changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from orchestration.database import connection
from orchestration.home.settings import Settings
from orchestration.publication import revisions
from orchestration.publication.release import Release
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract, FeedKey
    from orchestration.ingest.landing_log.load_record import LoadRecord


@dataclass(frozen=True)
class Difference:
    """What differs between two releases.

    Attributes:
        code: (what, before, after) of git commit, models, definition and date, where they differ.
        deliveries: those that only one of them uses, by feed, period and part.
        revisions: rows of the table `sna.revisions`, without the release before.
    """

    before: Release
    after: Release
    code: list[tuple[str, str, str]]
    deliveries: list[revisions.Change]
    revisions: list[tuple[Any, ...]]


CODE = {"git_commit": "git commit", "code_id": "models", "definition_id": "definition", "as_at": "as at"}


def difference(before: Release, after: Release) -> Difference:
    """Compare two releases; needs neither dbt nor the warehouse nor the landing log."""
    code = [
        (label, str(before.manifest.get(name)), str(after.manifest.get(name)))
        for name, label in CODE.items()
        if before.manifest.get(name) != after.manifest.get(name)
    ]
    return Difference(
        before, after, code, revisions.changed_deliveries(before.manifest, after.manifest), _revisions(before, after)
    )


def _revisions(before: Release, after: Release) -> list[tuple[Any, ...]]:
    con = connection.connect()
    try:
        before.attach(con, "before")
        after.attach(con, "after")
        revisions.create(con, "revisions")
        revisions.fill(con, "revisions", ("before", "after"), before.manifest, after.manifest)
        return con.execute("select * exclude (release_before) from revisions order by all").fetchall()
    finally:
        con.close()


def one_by_one(settings: Settings, changes: Sequence[revisions.Change]) -> list[tuple[str, str]]:
    """(delivery, what happened to it), compared row by row with what it replaces; files that were only read again by feed."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.landing_log.log import by_period, read

    reread = Counter(change.feed for change in changes if _is_same_file(change))
    again = "the same files, read under another contract or key"
    found = [(f"{feed}: {counted(files, 'delivery')}", again) for feed, files in sorted(reread.items())]
    others = [change for change in changes if not _is_same_file(change)]
    loads = {load.load_id: load for load in by_period(read(settings.landing))} if others else {}
    contracts = load_contracts() if others else {}
    return found + [(str(change), _what_happened(change, loads, contracts)) for change in others]


def by_feed(changes: Sequence[revisions.Change]) -> list[tuple[str, str]]:
    """(feed, how many of its deliveries are new, replaced, gone or read again, and rows before and after), most rows first."""
    found = []
    for feed, group in groupby(changes, key=lambda change: change.feed):
        own = list(group)
        kinds = Counter(map(_kind, own))
        rows = [sum(d["rows_accepted"] for change in own if (d := side(change))) for side in (_BEFORE, _AFTER)]
        kinds_in_words = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        found.append((max(rows), feed, f"{kinds_in_words}; {rows[0]:,} rows before, {rows[1]:,} after"))
    return [(feed, words) for _, feed, words in sorted(found, key=lambda line: (-line[0], line[1]))]


_BEFORE, _AFTER = attrgetter("before"), attrgetter("after")


def _kind(change: revisions.Change) -> str:
    if _is_same_file(change):
        return "read again"
    return "new" if change.before is None else "gone" if change.after is None else "replaced"


def _is_same_file(change: revisions.Change) -> bool:
    return bool(change.before and change.after and change.before["file_sha256"] == change.after["file_sha256"])


def _what_happened(change: revisions.Change, loads: Mapping[str, LoadRecord], contracts: Mapping[FeedKey, FeedContract]) -> str:
    from orchestration.ingest.load.delivery_diff import compare

    if change.before is None or change.after is None:
        delivery = change.after or change.before
        assert delivery is not None
        return f"{'new' if change.after else 'gone'}: {delivery['rows_accepted']:,} rows{_withdrawal(change, loads)}"
    pair = [loads.get(delivery["load_id"]) for delivery in (change.before, change.after)]
    files = [load.accepted for load in pair if load is not None and load.accepted is not None and load.accepted.exists()]
    contract = contracts.get((change.feed.partition("/")[0], change.feed.partition("/")[2]))
    replaced = f"replaces {change.before['file_name']} ({change.before['load_id']}{_withdrawal(change, loads)})"
    if len(files) < 2 or contract is None:
        rows = f"{change.before['rows_accepted']:,} rows then, {change.after['rows_accepted']:,} now"
        return f"{replaced}: {rows}; not compared row by row, since one of them is no longer kept"
    return f"{replaced}: {compare(files[0], files[1], contract)}"


def _withdrawal(change: revisions.Change, loads: Mapping[str, LoadRecord]) -> str:
    """Who withdrew the earlier delivery and why; empty where it was not withdrawn."""
    load = loads.get(change.before["load_id"]) if change.before else None
    return f"; withdrawn by {load.withdrawn.by}: {load.withdrawn.reason}" if load and load.withdrawn else ""
