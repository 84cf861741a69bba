"""The `sna` commands for received deliveries: list, withdraw, purge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED, WRONG_USAGE, OneFeed, Wait, waiting
from orchestration.home import lock
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord
    from orchestration.ingest.recognition.recognition import Recognised
    from orchestration.ingest.recognition.refusals import Refusal
    from orchestration.ingest.recognition.trial import Rehearsal

DeliveryName = Annotated[
    str,
    typer.Argument(metavar="DELIVERY", help="agency/feed/file name, the file's path in the landing zone, or the load id."),
]
# Of a delivery of several years, this many periods are listed one by one.
LISTED = 12


def deliveries(
    feed: OneFeed = None,
) -> None:
    """List what was received, and what is in use. File, period, rows; in use, replaced, refused or withdrawn."""
    from orchestration.ingest.landing_log.log import loads_in_use, read
    from orchestration.ingest.landing_zone.watch import waiting as waiting_ones
    from orchestration.operations import purge as purging

    settings = Settings.from_env()
    loads = read(settings.landing)
    in_use = Counter(load.delivery_id for load in loads_in_use(loads))
    rows = []
    for load in loads:
        name = f"{load.agency}/{load.feed}"
        if feed not in (None, name):
            continue
        received = f"{load.received_at:%Y-%m-%d %H:%M}"
        state = output.state_of(load, in_use=in_use[load.load_id])
        rows.append((name, load.file_name, load.load_id, received, f"{load.rows_accepted:,}", f"{load.rows_rejected:,}", state))
    for delivery in waiting_ones(settings):
        name = f"{delivery.agency}/{delivery.feed}"
        if feed in (None, name):
            rows.append((name, delivery.file_name, "", "", "", "", "not read yet; `sna refresh` reads it"))
    for entry in purging.entries(settings):
        name = f"{entry.agency}/{entry.feed}"
        if feed in (None, name):
            rows.append((name, "", "", "", "", "", f"{entry.period} purged on {entry.at[:10]} by {entry.by}: {entry.basis}"))
    if not rows:
        console.print(output.nothing_delivered(settings), highlight=False)
        return
    heads = ["feed", "file", "load id", "received (UTC)", "accepted", "rejected", "state"]
    console.print(output.table("Deliveries", heads, rows))


def announced(
    settings: Settings, received: Sequence[LoadRecord], rehearsal: Rehearsal | None = None
) -> Callable[[Recognised], bool | Refusal]:
    """A function that prints what a recognised file will change and returns whether to copy it.

    Args:
        rehearsal: of a dry run: nothing is copied, and a file that the next refresh would refuse is refused.
    """
    from orchestration.ingest.files.headers import printable
    from orchestration.ingest.load.preview import preview
    from orchestration.ingest.recognition.refusals import Refusal
    from orchestration.ingest.rules import fault

    def take(found: Recognised) -> bool | Refusal:
        changes = preview(found.path, found.contract, found.name, settings.raw, received)
        where = f"{found.contract.agency}/{found.contract.feed}/{found.name}"
        rejected = ""
        if rehearsal is not None:
            record = rehearsal.record(found)
            faults = [fault("D35")] if record is None else [f for f in record.faults if f.severity == "delivery"]
            if faults:
                return Refusal.of_faults(found.contract, faults)
            if record and record.rows_rejected:
                rejected = f"; rejects {record.rows_rejected:,} of them"
        console.print(f"{printable(found.path.name)} → {where}: {changes}{rejected}", highlight=False, markup=False)
        return rehearsal is None

    return take


def withdraw(
    delivery: DeliveryName,
    reason: Annotated[str, typer.Option(help="Why; kept in the landing log. Do not name anybody in the data.")],
    wait: Wait = False,
) -> None:
    """Withdraw a delivery. From the next refresh on, its previous version is used again, if there is one."""
    from datetime import UTC, datetime

    from orchestration.ingest.landing_log.log import loads_in_use, read
    from orchestration.ingest.landing_zone.watch import waiting as waiting_ones
    from orchestration.operations import refresh_plan, withdrawal

    if not reason.strip():
        errors.print("[red]A withdrawal needs a reason[/]: `sna withdraw DELIVERY --reason TEXT`.")
        raise typer.Exit(WRONG_USAGE)
    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        loads = read(settings.landing)
        if unread := withdrawal.take_back_unread(settings, loads, delivery):
            console.print(f"{escape(unread)} was not read yet, so it was removed from the landing zone. Nothing else changes.")
            return
        chosen = withdrawal.find(loads, delivery)
        done = withdrawal.withdraw(loads, chosen, reason, datetime.now(UTC))
        changed = withdrawal.changed_since(settings, done.loads[-1])
    last = done.loads[-1]
    name = escape(last.path)
    if done.already and last.withdrawn:
        console.print(f"{name} was already withdrawn, on {last.withdrawn.at[:10]} by {last.withdrawn.by}.", highlight=False)
        return
    console.print(f"{name} ({last.rows_accepted:,} rows, {last.load_id}) is withdrawn.", highlight=False)
    output.changes(console, done.changes, LISTED)
    if changed:
        console.print(
            f"The file was replaced in the landing zone since it was read: the next refresh reads {escape(changed.file_name)}."
        )
    else:
        console.print(
            "The file stays in the landing zone and is not read again; to use it after all, deliver it again with `sna deliver`."
        )
    if loads_in_use(read(settings.landing)) or waiting_ones(settings):
        console.print("Next: `sna refresh`, which publishes without it.")
    else:
        console.print(refresh_plan.nothing_in_use(settings))


def purge(
    delivery: DeliveryName,
    basis: Annotated[
        str, typer.Option(help="Legal ground or decision; kept in the landing log. Do not name anybody in the data.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    wait: Wait = False,
) -> None:
    """Remove an unlawful delivery for ever. Everything made since it came goes too; only the fact of the purge is recorded."""
    from datetime import UTC, datetime

    from orchestration.ingest.landing_log.log import read
    from orchestration.operations import purge as purging
    from orchestration.operations import withdrawal

    if not basis.strip():
        errors.print("[red]A purge needs a basis[/]: `sna purge DELIVERY --basis TEXT`.")
        raise typer.Exit(WRONG_USAGE)
    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        begun = purging.unfinished(settings)
        loads, now = read(settings.landing), datetime.now(UTC)
        if unread := withdrawal.find_unread(settings, loads, delivery):
            found = [purging.plan_unread(settings, loads, unread, basis, now)]
        else:
            try:
                chosen = withdrawal.find(loads, delivery)
                found = [purging.plan(settings, loads, chosen, basis, now)]
                # Who names a file means what is in it by now, too.
                changed = None if withdrawal.has_id(chosen[-1], delivery) else withdrawal.changed_since(settings, chosen[-1])
                if changed:
                    found.append(purging.plan_unread(settings, loads, changed, basis, now))
            except withdrawal.NoSuchDeliveryError:
                # The interrupted purge may have removed its name already.
                if not begun:
                    raise
                found = []
        done = {each.entry.record: each for each in (*found, *begun)}
        output.purge_plan(console, list(done.values()), dry_run=dry_run)
        if dry_run:
            return
        for each in done.values():
            output.purged(console, each, purging.purge(settings, each))
        output.backups(console, settings, list(done.values()))
        published = _rebuilt(settings)
    if not published:
        raise typer.Exit(FAILED)


def _rebuilt(settings: Settings) -> bool:
    """Whether a release was published again, or there is nothing left to publish."""
    from orchestration.cli import refresh
    from orchestration.ingest.landing_log.log import NothingReceivedError
    from orchestration.operations import refresh_plan

    try:
        plan = refresh_plan.plan(settings, "")
    except NothingReceivedError as error:
        console.print(str(error))
        return True
    if not plan.feeds_delivered:
        console.print("Nothing else has been delivered, so there is nothing to publish.")
        return True
    outcome = refresh.run(settings, plan, console)
    if outcome.release is None:
        output.failure(errors, settings, outcome.failures)
        return False
    output.summary(console, settings, outcome.release)
    return True
