"""Two releases side by side: what they were made with, which deliveries differ and how, which figures changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration import database, revisions
from orchestration.releases import Release
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.ingest.landing import LoadRecord


@dataclass(frozen=True)
class Difference:
    """What differs between two releases.

    Attributes:
        code: (what, before, after) of git commit, models, definition and date, where they differ.
        deliveries: (delivery, what happened to it).
        revisions: rows of the table `sna.revisions`, without the release before.
    """

    before: Release
    after: Release
    code: list[tuple[str, str, str]]
    deliveries: list[tuple[str, str]]
    revisions: list[tuple[Any, ...]]


CODE = {"git_commit": "git commit", "code_id": "models", "definition_id": "definition", "as_at": "as at"}


def difference(settings: Settings, before: Release, after: Release) -> Difference:
    """Compare two releases; needs neither dbt nor the warehouse."""
    code = [
        (told, str(before.manifest.get(name)), str(after.manifest.get(name)))
        for name, told in CODE.items()
        if before.manifest.get(name) != after.manifest.get(name)
    ]
    return Difference(before, after, code, _deliveries(settings, before, after), _revisions(before, after))


def _revisions(before: Release, after: Release) -> list[tuple[Any, ...]]:
    con = database.connect()
    try:
        before.attach(con, "before")
        after.attach(con, "after")
        revisions.create(con, "revisions")
        revisions.fill(con, "revisions", ("before", "after"), before.manifest, after.manifest)
        return con.execute("select * exclude (release_before) from revisions order by all").fetchall()
    finally:
        con.close()


def _deliveries(settings: Settings, before: Release, after: Release) -> list[tuple[str, str]]:
    from orchestration.ingest.landing import by_period, read

    changes = revisions.changed_deliveries(before.manifest, after.manifest)
    reread = Counter(change.feed for change in changes if _is_same_file(change))
    again = "the same files, read under another contract or key"
    told = [(f"{feed}: {files} deliveries", again) for feed, files in sorted(reread.items())]
    others = [change for change in changes if not _is_same_file(change)]
    loads = {load.load_id: load for load in by_period(read(settings.landing))} if others else {}
    return told + [(str(change), _what_happened(change, loads)) for change in others]


def _is_same_file(change: revisions.Change) -> bool:
    return bool(change.before and change.after and change.before["file_sha256"] == change.after["file_sha256"])


def _what_happened(change: revisions.Change, loads: dict[str, LoadRecord]) -> str:
    from orchestration.contracts import load_contracts
    from orchestration.ingest.comparing import compare

    if change.before is None or change.after is None:
        delivery = change.after or change.before
        assert delivery is not None
        return f"{'new' if change.after else 'gone'}: {delivery['rows_accepted']:,} rows{_withdrawal(change, loads)}"
    pair = [loads.get(delivery["load_id"]) for delivery in (change.before, change.after)]
    files = [load.accepted for load in pair if load is not None and load.accepted is not None and load.accepted.exists()]
    contract = load_contracts().get((change.feed.partition("/")[0], change.feed.partition("/")[2]))
    told = f"takes the place of {change.before['file_name']} ({change.before['load_id']}{_withdrawal(change, loads)})"
    if len(files) < 2 or contract is None:
        rows = f"{change.before['rows_accepted']:,} rows then, {change.after['rows_accepted']:,} now"
        return f"{told}: {rows}; not compared row by row, since one of them is no longer kept"
    return f"{told}: {compare(files[0], files[1], contract)}"


def _withdrawal(change: revisions.Change, loads: dict[str, LoadRecord]) -> str:
    """By whom and why the delivery of before was withdrawn; empty where it was not."""
    load = loads.get(change.before["load_id"]) if change.before else None
    return f"; withdrawn by {load.withdrawn.by}: {load.withdrawn.reason}" if load and load.withdrawn else ""
