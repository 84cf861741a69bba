"""The commands of `sna` about deliveries that have been received: list them, take one back."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.markup import escape

from orchestration import lock, telling
from orchestration.settings import Settings
from orchestration.terminal import WRONG_USAGE, Wait, console, errors, waiting

DeliveryName = Annotated[
    str,
    typer.Argument(metavar="DELIVERY", help="agency/feed/file name, the file's path in the landing zone, or the load id."),
]
# Of a delivery of several years, this many periods are listed one by one.
LISTED = 12


def deliveries(
    feed: Annotated[str | None, typer.Argument(help="agency/feed; all feeds where left out.")] = None,
) -> None:
    """What was received: file, period, rows, and whether it is in use, replaced, refused or withdrawn."""
    from orchestration.contracts import load_contracts
    from orchestration.ingest.landing import current, read

    settings = Settings.from_env()
    known = {f"{agency}/{name}" for agency, name in load_contracts()}
    if feed is not None and feed not in known:
        errors.print(f"[red]No feed '{escape(feed)}'.[/] Feeds: {', '.join(sorted(known))}.")
        raise typer.Exit(WRONG_USAGE)
    loads = read(settings.landing)
    in_use = Counter(load.delivery_id for load in current(loads))
    rows = []
    for load in loads:
        name = f"{load.agency}/{load.feed}"
        if feed not in (None, name):
            continue
        received = f"{load.received_at:%Y-%m-%d %H:%M}"
        state = telling.state_of(load, in_use=in_use[load.load_id])
        rows.append((name, load.file_name, load.load_id, received, f"{load.rows_accepted:,}", f"{load.rows_rejected:,}", state))
    heads = ["feed", "file", "load id", "received (UTC)", "accepted", "rejected", "state"]
    console.print(telling.table("Deliveries", heads, rows))


def withdraw(
    delivery: DeliveryName,
    reason: Annotated[str, typer.Option(help="Why; kept in the landing log. Name no person of the data.")],
    wait: Wait = False,
) -> None:
    """Take a delivery back: from the next refresh on, the earlier version is in use again, or nothing."""
    from datetime import UTC, datetime

    from orchestration import withdrawal
    from orchestration.ingest.landing import read

    if not reason.strip():
        errors.print("[red]A withdrawal needs a reason[/]: `sna withdraw DELIVERY --reason TEXT`.")
        raise typer.Exit(WRONG_USAGE)
    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        loads = read(settings.landing)
        chosen = withdrawal.find(loads, delivery)
        done = withdrawal.withdraw(loads, chosen, reason, datetime.now(UTC))
    last = done.loads[-1]
    name = escape(withdrawal.path(last))
    if done.already and last.withdrawn:
        console.print(f"{name} was withdrawn before, on {last.withdrawn.at[:10]} by {last.withdrawn.by}.", highlight=False)
        return
    console.print(f"{name} ({last.rows_accepted:,} rows, {last.load_id}) is withdrawn.", highlight=False)
    telling.changes(console, done.changes, LISTED)
    console.print("The file stays in the landing zone and is not read again; to use it after all, `sna deliver` it again.")
    console.print("Next: `sna refresh`, which publishes without it.")


COMMANDS = (deliveries, withdraw)
