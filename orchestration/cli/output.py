"""What the `sna` command prints: tables, the closing summary, and failures with their remedy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.home import disk_errors
from orchestration.home.identity import HomeError, require
from orchestration.home.settings import Settings
from orchestration.text.console import as_called
from orchestration.text.plurals import counted
from orchestration.text.printing import printable

if TYPE_CHECKING:
    import duckdb

    from orchestration.ingest.landing_log.impact import Change
    from orchestration.ingest.landing_log.load_record import LoadRecord
    from orchestration.ingest.recognition.recognition import Receipt
    from orchestration.operations.purge import Purge, Removed
    from orchestration.operations.refresh_plan import Plan
    from orchestration.operations.retention import Retained
    from orchestration.publication.diff import Difference
    from orchestration.publication.release import Release
    from orchestration.publication.releases import Rollback


# The evidence behind figures, as printed.
EVIDENCE = {
    "demonstration": "from made-up records",
    "record": "from records",
    "return": "from agencies' returns",
    "national_statistic": "from national statistics",
    "none": "from no feed",
}
# Of what is listed on a terminal: figures, failing rows of one expectation, letters of one value.
MOST_FIGURES, MOST_EXAMPLES, MOST_LETTERS = 20, 3, 60
# So that `sna diff` fits on one screen: lines of a list, and deliveries or changes that are shown one by one.
MOST_LINES, FEW = 8, 4


def table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Table:
    """A plain table; long cells are wrapped, not cut."""
    result = Table(title=escape(printable(title)), title_justify="left", show_edge=False, pad_edge=False)
    for head in heads:
        result.add_column(head, overflow="fold")
    for row in rows:
        result.add_row(*("" if cell is None else escape(printable(as_called(str(cell)))) for cell in row))
    return result


def idle(console: Console, settings: Settings, plan: Plan) -> None:
    """A refresh had nothing to do: why, and all that needs attention."""
    missing(console, settings)
    if plan.nothing_new is not None:
        nothing_new(console, settings, plan.nothing_new)
    elif plan.held is not None:
        held_back(console, settings, plan.held)
    waiting(console, settings)
    unread(console, settings)


def nothing_new(console: Console, settings: Settings, release: Release) -> None:
    """Nothing was done: the release is up to date."""
    refused(console, settings)
    console.print(f"Nothing new in {settings.raw}: release {release.id} is already up to date.", markup=False)
    console.print(f"Published: {settings.published / 'sna_marts.duckdb'}")


def refused(console: Console, settings: Settings) -> None:
    """Each period whose last delivery was refused, why, and what is used in its place."""
    from orchestration.cli.refusals import refusals
    from orchestration.ingest.landing_log.log import read

    for line in refusals(read(settings.landing)):
        console.print(f"Not in use: {line}", style="yellow", highlight=False, markup=False)


def held_back(console: Console, settings: Settings, rollback: Rollback) -> None:
    """Nothing was published, since exactly these data were rolled back."""
    console.print(
        f"Nothing published: the data are the same as in release {rollback.left}, which was rolled back.", highlight=False
    )
    console.print(rolled_back(rollback), highlight=False)


def rolled_back(rollback: Rollback) -> str:
    """The rollback in force, and what ends it."""
    return (
        f"[yellow]Rolled back[/] from {rollback.left} at {rollback.at}. A refresh publishes again once a delivery or the code has"
        " changed; `sna refresh --force` publishes now."
    )


def summary(console: Console, settings: Settings, release: Release) -> None:
    """The closing summary of a refresh that published."""
    from orchestration.publication.release import FILE

    with closing(release.open()) as con:
        feeds = con.execute(
            """select sum(deliveries_in_use), sum(deliveries_refused), sum(rows_in_use), sum(rows_rejected) from meta.feeds"""
        ).fetchone()
        gates, warnings = _validated(con)
        compared = _compared(con)
        waiting = con.execute(
            """select agency || '/' || feed, array_to_string(waiting_tables, ', '), publisher_url
               from meta.feeds where deliveries_in_use = 0 order by all"""
        ).fetchall()
    assert feeds is not None
    rows = [
        ("deliveries", f"{feeds[0]:,} in use, {feeds[1]:,} refused"),
        ("rows", f"{feeds[2]:,} accepted, {feeds[3]:,} quarantined"),
        ("gates", gates),
        *(compared or [("figures", "none to compare: the area has no printed report")]),
        ("release", release.id),
    ]
    if release.current:
        rows.append(("published", str(settings.published / FILE)))
    else:
        rows.append(("as at", f"{release.folder / FILE} (the current release is unchanged)"))
    if release.current and (index := settings.published / "report" / "index.html").exists():
        rows.append(("report", str(index)))
    console.print()
    _banner(console, release)
    for name, value in rows:
        console.print(f"[bold]{name:<12}[/] {value}", highlight=False)
    if feeds[1] or feeds[3]:
        console.print("[yellow]Refused or quarantined[/]: `sna quarantine` shows what is wrong and what the sender can do.")
    refused(console, settings)
    for warning in warnings:
        console.print(f"[yellow]warning[/] {escape(warning)}", highlight=False)
    _not_delivered(console, settings, waiting, has_report=bool(compared))
    compare = "`sna reconcile --table T15`, " if compared else ""
    console.print(f"Next: {compare}`sna status`, or open the published file read-only in a BI tool.")


def _validated(con: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """How many expectations of each stage passed, and what those for information have to say."""
    from expectations.verdicts import INFORMATION, STAGES

    passed = con.execute(
        """select stage, count(*) filter (success), count(*) from meta.quality group by stage
           order by list_position(?, stage)""",
        [list(STAGES)],
    ).fetchall()
    warnings = con.execute(
        """select subject, expectation, substr(observed, length($1) + 1), remedy from meta.quality
           where starts_with(observed, $1) order by list_position($2, stage), subject, expectation""",
        [INFORMATION, list(STAGES)],
    ).fetchall()
    return (
        ", ".join(f"{stage} {good}/{total}" for stage, good, total in passed),
        [f"{subject}: {expectation}: {observed}. {remedy}" for subject, expectation, observed, remedy in warnings],
    )


def _compared(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """How figures and statements compare with those of the area's printed report; nothing where there is none."""
    figures = con.execute(
        """select count(*) filter (status = 'match'), count(*) filter (status = 'erratum'),
                  count(*) filter (status = 'differs'), count(*) filter (status = 'missing'), count(*)
           from sna.reconciliation"""
    ).fetchone()
    statements = con.execute(
        """select count(*) filter (status = 'match'), count(*) filter (status = 'erratum'),
                  count(*) filter (status = 'differ'), count(*) filter (status = 'not computable'), count(published)
           from sna.statements where published is not null"""
    ).fetchone()
    evidence = con.execute(
        "select evidence, count(*) from sna.reconciliation where evidence is not null group by all order by 2 desc"
    ).fetchall()
    assert figures is not None and statements is not None
    if not figures[-1]:
        return []
    return [
        ("figures", "{:,} match, {:,} errata, {:,} differ, {:,} missing, of {:,} printed".format(*figures)),
        ("statements", "{:,} match, {:,} errata, {:,} differ, {:,} not computable, of {:,} printed".format(*statements)),
        ("evidence", ", ".join(f"{number:,} {EVIDENCE[name]}" for name, number in evidence) or "none"),
    ]


def _not_delivered(
    console: Console, settings: Settings, waiting: Iterable[tuple[str, str, str | None]], *, has_report: bool
) -> None:
    """The feeds of which nothing is in use: what waits for them, and where they are published.

    Args:
        waiting: `agency/feed`, the tables of the printed report that wait for it, and the publisher's address.
    """
    from orchestration.contracts.reader import load_contracts
    from orchestration.home import areas

    area = areas.load(settings.made.area)
    abroad = {
        "/".join(contract.id)
        for contract in load_contracts().values()
        if contract.countries and area.country_name not in contract.countries
    }
    for feed, tables, url in waiting:
        if feed in abroad:
            console.print(f"[yellow]not for {area.country_name}[/] {feed}")
            continue
        needed = f": needed for {tables}" if tables else ": not needed for any SNA table" if has_report else ""
        console.print(f"[yellow]not delivered[/] {feed}{needed}{f'; available from {url}' if url else ''}")


def difference(console: Console, settings: Settings, found: Difference, only: str | None, *, everything: bool) -> None:
    """The differences between two releases: on one screen, or in full for one table or all."""
    from orchestration.publication.diff import by_feed, one_by_one

    for release in (found.before, found.after):
        console.print(f"{release.id}, published {release.manifest['published_at']}", highlight=False)
    for what, before, after in found.code:
        console.print(f"{what}: {before} → {after}", highlight=False, markup=False, no_wrap=True, overflow="ellipsis")
    if everything or (not only and len(found.deliveries) <= FEW):
        for delivery, happened in one_by_one(settings, found.deliveries):
            console.print(f"  {delivery}\n    {happened}", highlight=False, markup=False)
    elif not only:
        feeds = by_feed(found.deliveries)
        title = f"{counted(len(found.deliveries), 'delivery')} of {counted(len(feeds), 'feed')}"
        _list(console, title, ["feed", "deliveries"], feeds)
    wanted = [row for row in found.revisions if only is None or _is_about(row, only)]
    if not wanted:
        console.print("No published figure differs.")
        return
    _changes(console, wanted, each=everything or bool(only))
    if any(code for *_, code in wanted):
        console.print("The models or definitions also differ and may be the cause.")
    if not (everything or only):
        console.print("More: `sna diff --table TABLE`, or `--all`; in SQL the table sna.revisions of each release.")


def _changes(console: Console, revisions: list[tuple[Any, ...]], *, each: bool) -> None:
    """How many cells changed by table, and the changes: each with the deliveries behind it, or some examples."""
    counts: dict[tuple[str, str], int] = {}
    for name, change, *_, cells, _deliveries, _code in revisions:
        counts[name, change] = counts.get((name, change), 0) + cells
    rows = [(*key, f"{n:,}") for key, n in sorted(counts.items(), key=lambda item: -item[1])]
    _list(console, f"Changes of {counted(len({name for name, _ in counts}), 'table')}", ["table", "change", "cells"], rows)
    listed = [row for row in revisions if row[2] is not None]
    if listed and each:
        lines = [(name, key, column, b, a, "\n".join(by)) for name, _, key, column, b, a, _, by, _ in listed]
        heads = ["table", "row", "column", "before", "after", "deliveries that may have changed it"]
        console.print(table("All changes", heads, lines))
    elif listed:
        shown = [(name, key, column, b, a) for name, _, key, column, b, a, *_ in listed]
        _list(console, "Examples", ["table", "row", "column", "before", "after"], shown, most=FEW, rest=False)


def _list(
    console: Console, title: str, heads: list[str], rows: list[tuple[Any, ...]], *, most: int = MOST_LINES, rest: bool = True
) -> None:
    """The first rows of a table, one line each, and how many more there are."""
    shown = table(title, heads, rows[:most])
    for column in shown.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    console.print(shown)
    if rest and len(rows) > most:
        console.print(f"  and {len(rows) - most:,} more")


def _is_about(revision: tuple[Any, ...], table: str) -> bool:
    return revision[0] == table.lower() or f'"table_id":"{table.upper()}"' in (revision[2] or "")


def retained(console: Console, found: Retained, *, dry_run: bool) -> None:
    """What retention removed or would remove, line by line, and what it left for later."""
    removed = "would be removed" if dry_run else "removed"
    steps = {
        "remove": removed,
        "retire": "in use; would be excluded from the next refresh" if dry_run else "in use; excluded from the next refresh",
        "wait": "the current release uses it; removed after the next refresh",
    }
    for release in found.releases:
        console.print(f"release {release.id}, published {release.manifest['published_at']}: {removed}", highlight=False)
    for item in found.deliveries:
        load = item.load
        line = f"delivery {load.agency}/{load.feed}/{load.file_name} ({load.load_id}), {item.why}: {steps[item.step]}"
        console.print(line, highlight=False, markup=False)
    for path in found.set_aside:
        console.print(f"{path}, set aside as damaged: {removed}", highlight=False, markup=False)
    deliveries = sum(item.step == "remove" for item in found.deliveries)
    counts = (counted(len(found.releases), "release"), counted(deliveries, "delivery"), counted(len(found.runs), "run"))
    console.print(f"{counts[0]}, {counts[1]} and {counts[2]} of the run history {removed}.", highlight=False)
    before, after = (size / 1e6 for size in found.history_bytes)
    if found.runs and not dry_run:
        console.print(f"Run history: {after:,.1f} MB, previously {before:,.1f} MB.", highlight=False)
    if deliveries < len(found.deliveries):
        console.print("Next: `sna refresh`, then `sna retain` again.")


def changes(console: Console, found: Sequence[Change], most: int) -> None:
    """Of each period, what is in use now and what was before; the first `most` one by one."""
    if not found:
        console.print("It was not in use, so no figure changes.")
    for change in found[:most]:
        console.print(f"  {escape(str(change))}", highlight=False)
    if len(found) > most:
        from orchestration.ingest.landing_log.impact import periods

        console.print(f"  and {len(found) - most} more; in total {periods(found)}", highlight=False)


def state_of(load: LoadRecord, *, in_use: int) -> str:
    """Whether a delivery is in use, with how many of its periods, or why not."""
    if load.withdrawn:
        return f"withdrawn on {load.withdrawn.at[:10]} by {load.withdrawn.by}: {load.withdrawn.reason}"
    if load.removed_at or load.retired_at:
        return f"no longer kept since {(load.removed_at or load.retired_at or '')[:10]}"
    if 0 < in_use < len(load.portions):
        return f"in use for {in_use} of {len(load.portions)} periods"
    return "refused" if load.verdict == "refused" else "in use" if in_use else "replaced"


def withdrawals(console: Console, settings: Settings, release: Release | None) -> None:
    """The deliveries that were withdrawn, and whether the current release is still made of one."""
    from orchestration.ingest.landing_log.log import loads_in_use, read
    from orchestration.ingest.landing_zone.watch import waiting as waiting_ones
    from orchestration.operations import refresh_plan

    published = {delivery["load_id"] for delivery in release.manifest["deliveries"]} if release else set()
    loads = read(settings.landing)
    found = [load for load in loads if load.withdrawn]
    for load in found:
        state = f"{load.agency}/{load.feed}/{load.file_name} ({load.load_id}): {state_of(load, in_use=0)}"
        console.print(escape(state), highlight=False)
    if any(portion.load_id in published for load in found for portion in load.by_period()):
        can_be_replaced = loads_in_use(loads) or waiting_ones(settings)
        remedy = "Next: `sna refresh`." if can_be_replaced else refresh_plan.nothing_in_use(settings)
        console.print(f"[yellow]The current release still uses a withdrawn delivery.[/] {remedy}")


def purge_plan(console: Console, found: Sequence[Purge], *, dry_run: bool) -> None:
    """What a purge removes, before it does."""
    for purge in found:
        entry, would = purge.entry, "would be removed" if dry_run else "are removed"
        console.print(
            f"Purge of a delivery of {entry.agency}/{entry.feed} ({entry.period}), {purge.received}: its file"
            f" in the landing zone, {len(purge.loads)} loads of the landing log, the warehouse and the Data Docs {would}, with"
            " every release, Dagster run and vault run since then.",
            highlight=False,
        )


def purged(console: Console, purge: Purge, removed: Removed) -> None:
    """What a purge removed; never a name of a file."""
    console.print(
        f"Removed: {removed.files} files of the landing zone, {removed.loads} loads, {removed.releases} releases, {removed.runs}"
        f" Dagster runs, {removed.vault_runs} vault runs. Kept in the landing log: purged/{purge.file_name}.",
        highlight=False,
    )


def backups(console: Console, settings: Settings, found: Sequence[Purge]) -> None:
    """Where copies may be that this program cannot reach."""
    from orchestration.operations.purge import EVER

    first = min(found, key=lambda purge: purge.start)
    copied = "was copied at any time" if first.start == EVER else f"was copied since {first.since[:10]}"
    console.print(f"[yellow]Out of reach of this program[/]: delete what {copied} from", highlight=False)
    folders = (settings.raw, settings.landing, settings.published, settings.warehouse, settings.vault, settings.dagster_home)
    for line in (
        f"backups and snapshots of {', '.join(map(str, folders))}",
        "imports and extracts that BI tools and spreadsheets have made of the published releases, and releases handed to others",
        "the file that was handed to `sna deliver`, and the message or share that it came by",
        f"folders sna-* in {gettempdir()}, where a command that was killed leaves its copy of a file",
        "old blocks of the disk: deleted files can be read until they are overwritten, unless the disk is encrypted",
    ):
        console.print(f"  - {line}", highlight=False, markup=False)
    console.print("To restore the counts of removed vault runs, make those runs again.")


def missing(console: Console, settings: Settings) -> None:
    """What was deleted by hand of deliveries in use, and what to do."""
    from orchestration.ingest.landing_log import inventory
    from orchestration.ingest.landing_log.log import read

    found = inventory.missing(settings, read(settings.landing))
    for load in found.rows:
        console.print(f"[red]Landed rows damaged[/] {escape(inventory.rows_message(settings, load))}", highlight=False)
    for load in found.files:
        console.print(f"[yellow]File missing[/] {escape(inventory.file_message(load))}", highlight=False)


def receipts(console: Console, received: Sequence[Receipt], refusals: Path, *, dry_run: bool = False) -> None:
    """The outcome for each delivered file: accepted ones first, then each refusal in at most twelve lines.

    Side effects: longer refusals are written whole to a text file below `refusals`.
    """
    taken = [(r.source.name, r.outcome, r.target_name, r.reason) for r in received if r.refusal is None]
    if taken:
        console.print(table("Deliveries", ["file", "outcome", "landing zone", "note"], taken))
    for feed, names in _rivals(received):
        console.print(
            f"[yellow]Only the last one counts[/]: {escape(', '.join(names))} are of the same period of {escape(feed)}, so each "
            "takes the place of the one before. If each is a part, such as a district, list the parts under `properties` of the "
            "feed in the area's file (`part`, areas/README.md), and deliver them again.",
            highlight=False,
        )
    refused = [r for r in received if r.refusal is not None]
    for receipt in refused:
        assert receipt.refusal is not None
        first, *others = receipt.refusal.shown(refusals)
        console.print(f"[red]Refused[/] {escape(printable(receipt.source.name))}: {escape(first)}", highlight=False)
        for line in others:
            console.print(line, highlight=False, markup=False)
    if dry_run:
        console.print(f"Nothing was copied; {len(refused)} of {len(received)} files would be refused.")
    else:
        console.print(f"{len(taken)} taken or already there, {len(refused)} refused.{' Next: `sna refresh`.' if taken else ''}")


def _rivals(received: Sequence[Receipt]) -> list[tuple[str, list[str]]]:
    """Files that were handed in together of which one takes the place of another: the feed, and their names in order."""
    from orchestration.contracts.periods import SPAN
    from orchestration.ingest.landing_zone.delivery import Name

    by_part: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for receipt in received:
        feed, _, file_name = receipt.target_name.rpartition("/")
        name = Name.parse(file_name)
        if receipt.outcome == "delivered" and name:
            by_part.setdefault((feed, name.part), []).append((name.period, printable(receipt.source.name)))

    def overlap(one: str, other: str) -> bool:
        # Periods of one feed are written alike, so that the order of their names is theirs.
        (first, _, last), (start, _, end) = one.partition(SPAN), other.partition(SPAN)
        return first <= (end or start) and start <= (last or first)

    found = []
    for (feed, _), files in by_part.items():
        same = [each for each in files if any(other is not each and overlap(each[0], other[0]) for other in files)]
        if same:
            found.append((feed, [file for _, file in same]))
    return found


def unread(console: Console, settings: Settings, feed: str | None = None) -> None:
    """The files in the landing zone that cannot be loaded: which, why, and what to do.

    Args:
        feed: only those in the folder of this feed.
    """
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.files.headers import printable
    from orchestration.ingest.landing_zone.delivery import unread as find

    for file in find(settings.raw, load_contracts().values()):
        if feed is None or file.path.is_relative_to(settings.raw / feed):
            where, remedy = printable(str(file.path), 300), printable(file.remedy, 400)
            reason = f"{file.code} {file.reason}".strip()
            console.print(f"[yellow]Not read[/] {escape(where)}: {escape(reason)}. {escape(remedy)}.", highlight=False)


def waiting(console: Console, settings: Settings, feed: str | None = None) -> None:
    """The deliveries that were not read yet in their present state, such as one that is being written.

    Args:
        feed: only those of this feed.
    """
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.landing_log.log import read
    from orchestration.ingest.landing_zone.delivery import discover

    for contract in load_contracts().values():
        name = "/".join(contract.id)
        found = discover(settings.raw, contract) if feed in (None, name) else []
        if not found:
            continue
        known = {(load.file_name, load.file_size) for load in read(settings.landing, *contract.id)}
        for delivery in found:
            if (delivery.file_name, delivery.size) not in known:
                console.print(
                    f"[yellow]Not read yet[/] {escape(str(delivery.path))}: it arrived after the last refresh, or was still"
                    " being written then. The next `sna refresh` reads it.",
                    highlight=False,
                )


def quarantine(console: Console, loads: Iterable[LoadRecord]) -> None:
    """Each delivery with something wrong: rule, column, rows, what its sender can do.

    A value is shown only where a column without personal data has a closed list of values: see `found_instead`.
    """
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.load.quarantine import found_instead
    from orchestration.ingest.recognition.refusals import where

    contracts = load_contracts()
    clean = True
    for load in loads:
        faults = [fault for fault in load.faults if fault.severity != "information"]
        if not faults:
            continue
        clean = False
        verdict = "refused whole" if load.verdict == "refused" else f"{load.rows_rejected:,} of {load.rows_delivered:,} rows"
        console.print(f"[bold]{load.agency}/{load.feed}[/] {escape(load.file_name)}: {verdict}", highlight=False)
        for fault in faults:
            found = found_instead(load, contracts.get((load.agency, load.feed)), fault)
            instead = f"\n       Found: {', '.join(found)}" if found else ""
            line = f"  {fault.code}  {fault.message}{where(fault)}{instead}\n       Remedy: {fault.remedy}"
            console.print(line, highlight=False, markup=False)
    if clean:
        console.print("Nothing is in quarantine.")


def failure(errors: Console, settings: Settings, failures: list[tuple[str, str]]) -> None:
    """What stopped a refresh, and what to do; `sna status` says it again until one publishes."""
    _stopped(errors, settings, failures)
    gates(errors, settings)
    errors.print(f"{untouched(settings)} `sna quarantine` lists rejected rows and deliveries.")
    errors.print(f"Data Docs: {settings.data_docs / 'index.html'}")


def _stopped(console: Console, settings: Settings, failures: Iterable[tuple[str, str]]) -> None:
    for step, message in failures:
        where = f"[red]Stopped at {step.replace('__', '/')}[/]: " if step else ""
        console.print(f"{where}{escape(message)}", highlight=False)
        if advice := disk_errors.advice(message, settings.home):
            console.print(advice, highlight=False, markup=False)


def failed_refresh(console: Console, settings: Settings) -> None:
    """What stopped the last refresh, where none has published since, and what to do."""
    from orchestration.operations import last_failure

    if failed := last_failure.read(settings.home):
        console.print(f"The last refresh failed on {failed.at} UTC.", style="red", highlight=False)
        _stopped(console, settings, failed.steps)
        console.print("Next: correct what is named here, then `sna refresh`.")


def no_report(errors: Console, settings: Settings, why: str) -> None:
    """That the release was published without its report, and what to do."""
    errors.print(f"[red]The release is published, its report could not be made[/]: {escape(why)}", highlight=False)
    former = " The former report stays; each page names its release." if (settings.published / "report").is_symlink() else ""
    errors.print(f"Next: `sna report`.{former}", highlight=False)


def history_set_aside(console: Console, settings: Settings) -> None:
    """Start a new run history where the current one is damaged, and report it."""
    from orchestration.home.instance import set_aside_damaged

    for file in set_aside_damaged(settings):
        console.print(
            f"Dagster's history was damaged. It was moved to {file}, and a new one was started; no figure depends on it."
        )


def access_log(errors: Console, settings: Settings) -> None:
    """Print the fault of the vault's log that can be found without its key, if there is one."""
    from orchestration.vault_runs import access

    if fault := access.fault(settings):
        errors.print(f"[red]{escape(fault)}[/]", highlight=False)


def untouched(settings: Settings) -> str:
    """What readers have after a failure; after one in the midst of a purge, what to do instead."""
    from orchestration.operations import purge

    try:
        purge.require_finished(settings)
    except purge.UnfinishedPurgeError as error:
        return str(error)
    published = (settings.published / "current").is_symlink()
    return "What was published before is untouched." if published else "Nothing has been published yet."


def nothing_published(settings: Settings) -> str:
    """That there is no release yet, and what comes next: a home, or a refresh of it."""
    if missing := _without_home(settings):
        return missing
    from orchestration.operations import last_failure

    if last_failure.read(settings.home):
        return f"Nothing published yet in {settings.published}: the last refresh failed."
    following = (
        "`sna status --build`, which shows what held the last build back" if settings.warehouse.exists() else "`sna refresh`"
    )
    return f"Nothing published yet in {settings.published}. Next: {following}."


def nothing_delivered(settings: Settings) -> str:
    """That nothing was delivered, and what comes next: a home, or a delivery to it."""
    return _without_home(settings) or f"Nothing has been delivered to {settings.home}. Next: `sna deliver FILES`."


def _without_home(settings: Settings) -> str:
    try:
        require(settings.home)
    except HomeError as error:
        return str(error)
    return ""


def release(console: Console, settings: Settings, release: Release) -> None:
    """The published release and the feeds that it is made of."""
    _banner(console, release)
    console.print(f"Release {release.id}, published {release.manifest['published_at']}")
    console.print(f"{settings.published / 'sna_marts.duckdb'}")
    from orchestration.publication.integrity import verified_at
    from orchestration.publication.release import DamagedReleaseError
    from orchestration.publication.releases import damage, rollback

    last = verified_at(settings.published, release.id)
    if wrong := damage(settings.published):
        raise DamagedReleaseError(f"{wrong} It was last verified as complete at {last}." if last else wrong)
    console.print(f"Verified now: every byte as published. Previously verified: {last or 'never'}.", highlight=False)
    if in_force := rollback(settings.published):
        console.print(rolled_back(in_force), highlight=False)
    con = release.open()
    rows = con.execute(
        """select agency || '/' || feed, cadence, first_period, last_period, deliveries_in_use, deliveries_refused, rows_in_use,
                  rows_rejected, array_to_string(waiting_tables, ', '), freshness
           from meta.feeds order by all"""
    ).fetchall()
    fresh = _freshness_today(con)
    con.close()
    shown = [(*row[:-1], fresh.get(row[0], row[-1])) for row in rows]
    heads = [
        "feed",
        "cadence",
        "from",
        "to",
        "deliveries",
        "refused",
        "rows",
        "rejected",
        "tables waiting",
        "freshness",
    ]
    console.print(table("Feeds", heads, shown))


def _freshness_today(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """How fresh each delivered feed of a release is today: what is awaited was written down when it was made."""
    from orchestration.ingest.landing_log.freshness import Freshness, Part, day

    if not con.execute("from duckdb_tables() where schema_name = 'meta' and table_name = 'feed_parts'").fetchall():
        return {}  # a release of an earlier version
    rows = con.execute(
        """select agency || '/' || feed, freshness = 'demonstration', part, feed_parts.* exclude (agency, feed, part)
           from meta.feed_parts join meta.feeds using (agency, feed) order by all"""
    ).fetchall()
    feeds: dict[str, Freshness] = {}
    for feed, is_demonstration, *part in rows:
        name, first, last, missing, *awaited = part
        before = feeds.get(feed, Freshness(day(), (), "demonstration" if is_demonstration else None))
        feeds[feed] = replace(before, parts=(*before.parts, Part(name, first, last, tuple(missing), *awaited)))
    return {feed: str(found) for feed, found in feeds.items()}


def build(console: Console, settings: Settings) -> None:
    """The last build, published or not: its stages, its gates, and the figures that differ from the printed report."""
    import duckdb

    from expectations.verdicts import STAGES
    from orchestration.publication import reconciliation
    from orchestration.warehouse import warehouse_file
    from orchestration.warehouse.gates import LANDED

    if not settings.warehouse.exists():
        console.print(f"Nothing has been built yet in {settings.home}. Next: `sna refresh`.", highlight=False)
        return
    with warehouse_file.open_read_only(settings) as con:
        try:
            made = con.execute("select build_id, as_at from ledger.build").fetchone()
            ended = dict(con.execute("select stage, completed_at from ops.stage where token is not null").fetchall())
        except duckdb.Error:
            made, ended = None, {}
    if made is None:
        console.print("The last build ended before any feed was read. Next: `sna refresh`.")
        return
    rebuilt = f", as at {made[1]}" if made[1] else ""
    console.print(f"Build {made[0][:8]}{rebuilt}, in {settings.warehouse}", highlight=False)
    for stage in (stage for stage in STAGES if stage not in LANDED):
        when = f"built {ended[stage]:%Y-%m-%d %H:%M} UTC" if stage in ended else "not built, or its build did not finish"
        console.print(f"  {stage:<6} {when}", highlight=False)
    gates(console, settings)
    if STAGES[-1] not in ended:
        return
    with reconciliation.figures(settings, build=True) as con:
        unlike = reconciliation.unlike(con)
    if unlike:
        heads = ["table", "group", "row", "column", "published", "computed", "status"]
        first = unlike[:MOST_FIGURES]
        title = f"{counted(len(unlike), 'figure')} differing from the publication"
        console.print(table(title if len(first) == len(unlike) else f"{title}; the first {len(first)}", heads, first))
        console.print(f"Next: `sna reconcile --build --table {unlike[0][0]}`.")


def gates(console: Console, settings: Settings) -> None:
    """The gates of the last build, and every failed expectation with examples and its remedy."""
    if not settings.warehouse.exists():
        return
    import duckdb

    from expectations.verdicts import STAGES
    from orchestration.home.lock import HomeLockedError
    from orchestration.warehouse import warehouse_file

    try:
        with warehouse_file.open_read_only(settings) as con:
            rows = con.execute(
                """select stage, count(*), count(*) filter (success), count(*) filter (not success and not crashed),
                          count(*) filter (crashed)
                   from ops.verdict group by stage order by list_position(?, stage)""",
                [list(STAGES)],
            ).fetchall()
            closed = con.execute(
                """select stage, subject, expectation, crashed, observed, failing_rows, sample, remedy
                   from ops.verdict where not success order by all"""
            ).fetchall()
    except HomeLockedError as busy:
        console.print(f"The gates cannot be read now. {busy}", highlight=False, markup=False)
        return
    except duckdb.Error:
        console.print("The gates cannot be read. Next: `sna refresh`, which rebuilds the warehouse if necessary.")
        return
    console.print(table("Gates of the last build", ["stage", "expectations", "passed", "failed", "crashed"], rows))
    for stage, subject, expectation, crashed, observed, failing, sample, remedy in closed:
        how = "could not be evaluated" if crashed else f"{observed}; {counted(failing, 'row')}" if failing else observed
        console.print(f"[red]{stage} gate[/] {escape(f'{subject}: {expectation} — {how}')}", highlight=False)
        for line in json.loads(sample)[:MOST_EXAMPLES]:
            cells = (f"{name} {_shortened(value)}" for name, value in line.items() if value is not None)
            console.print(f"  For example: {', '.join(cells)}", highlight=False, markup=False)
        console.print(f"  Remedy: {remedy}", highlight=False, markup=False)


def _shortened(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _banner(console: Console, release: Release) -> None:
    from orchestration.publication.releases import banner

    console.print(f"[yellow]{escape(banner(release.manifest))}[/]", highlight=False)
