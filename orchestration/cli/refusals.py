"""Deliveries that are not in use because they were refused, and what is used in their place: for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord

# As many as a screen has room for beside everything else.
SHOWN = 12


def refusals(loads: Iterable[LoadRecord]) -> list[str]:
    """A line for each period whose last delivery was refused: feed, file, first fault, and what is used instead.

    Args:
        loads: in the order in which they were received.
    """
    from orchestration.ingest.landing_log.log import loads_in_use

    known = list(loads)
    latest = {load.slot: load for load in known}
    used = {load.slot: load for load in loads_in_use(known)}
    lines = []
    for slot, load in latest.items():
        if load.verdict != "refused" or not load.kept:
            continue
        first = next(fault for fault in load.faults if fault.severity == "delivery")
        instead = f"{used[slot].file_name} stays in use" if slot in used else f"Nothing of {load.period} is in use"
        lines.append(f"{load.agency}/{load.feed} {load.file_name}: {first.code} {first.message} {instead}.")
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"{len(lines) - SHOWN:,} more: `sna quarantine`"]
    return lines
