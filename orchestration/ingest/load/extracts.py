"""Files of several periods: their rows by period.

A first delivery is often one extract of several years. It is received and validated as one file: delivered = accepted + rejected.
Its rows are landed by period, so that a later file of one month replaces that month only.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.contracts.periods import SPAN, Cadence, bounds

if TYPE_CHECKING:
    from orchestration.ingest.load.batch import Batch, Summary

# Of the median of rows of a period: fewer at an end are taken for mistyped dates.
STRAY_SHARE = 0.01


def covered(rows: Mapping[str, int]) -> str | None:
    """The period or span that the rows of a file cover, where its name says none; None where there are no rows.

    The rule: from the first period to the last, without outer ones that have less than a hundredth of the median of rows. So few
    rows are taken for mistyped dates, and will be rejected as outside the span.

    Args:
        rows: period → how many rows are of it.
    """
    if not rows:
        return None
    least = statistics.median(rows.values()) * STRAY_SHARE
    kept = sorted(period for period, count in rows.items() if count >= least)
    return kept[0] if kept[0] == kept[-1] else f"{kept[0]}{SPAN}{kept[-1]}"


@dataclass(frozen=True)
class Rows:
    """The rows of one period within a file: how many are accepted and rejected, and the least and greatest accepted value."""

    accepted: int = 0
    rejected: int = 0
    lowest: str | None = None
    highest: str | None = None


def rows_by_period(batch: Batch, summary: Summary, periods: Sequence[str]) -> dict[str, Rows]:
    """What one delivery of a batch holds of each of its periods that it has accepted rows of, in order.

    A rejected row whose period cannot be read, or is none of these, is counted with the first of them: every row delivered is
    counted once, and a period of which all rows were rejected stays as it was.
    """
    found = {
        period: Rows(accepted, rejected, *(None if end is None else str(end) for end in (lowest, highest)))
        for period, accepted, rejected, lowest, highest in batch.rows_by_period(summary, periods)
    }
    if not found:
        return {}
    first = next(iter(found))
    unplaced = summary.bad - sum(rows.rejected for rows in found.values())
    placed = found[first]
    found[first] = Rows(placed.accepted, placed.rejected + unplaced, placed.lowest, placed.highest)
    return found


def partial_ends(days: Sequence[date], cadence: Cadence, span: str) -> tuple[bool, bool]:
    """Whether the first and the last period of a file are cut, by the days that have rows.

    The rule: an end is cut where more days are without a row between it and the nearest row than in any gap between two rows of
    the file. So a feed of a few rows a month is not called cut for a quiet week, and one whose rows say no more than the month is
    never called cut.

    Args:
        days: days with accepted rows, each once, in order.
        span: what the file covers.
    """
    if not days:
        return False, False
    start, end = bounds(cadence, span)
    longest = max(((later - earlier).days - 1 for earlier, later in itertools.pairwise(days)), default=0)
    return (days[0] - start).days > longest, (end - days[-1]).days - 1 > longest
