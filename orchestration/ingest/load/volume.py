"""Whether a delivery has fewer rows than the history of its feed leads one to expect.

With `SEASON + 1` or more earlier periods in use (13 months), the lower bound is that of a prediction interval for a count:

    expected   the smaller of two figures: the mean of the same period in earlier years, scaled by how the last `RECENT` periods
               compare with the same ones a year before (season and level); and the mean of the last year (level)
    scale      counts of incidents vary more than Poisson's, by a factor that is estimated from the median change between
               successive periods on the scale 2·√count, on which a Poisson count has variance 1 (Anscombe 1948). Seasons and
               trends enlarge it, so it errs towards taking a delivery; a single upheaval does not.
    bound      (√expected - Z/2 · √(scale · (1 + 1/RECENT)))², the second term being the variance of the expected count

Z is 3.29, that of one in two thousand on one side. With thrice Poisson's variance, half of a month is refused from some thousand
rows a month on, and in seven of ten cases of three hundred; small counts cannot be distinguished from chance. Before there are so
many periods, less than half of their median is a warning.

Sources: F. J. Anscombe, The transformation of Poisson, binomial and negative-binomial data, Biometrika 35 (1948); P. McCullagh
and J. A. Nelder, Generalized Linear Models (1989), section 6.2, for the scale of over-dispersed counts; the exceedance algorithm
of public health, C. P. Farrington et al., JRSS A 159 (1996), uses the same elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING

from orchestration.contracts.periods import bounds

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract

# Periods of a year.
SEASONS = {"monthly": 12, "quarterly": 4}
RECENT = 3
Z = 3.29
# Of a squared standard normal variable.
CHI_SQUARE_MEDIAN = 0.4549
SHARE_OF_MEDIAN = 0.5


@dataclass(frozen=True)
class Shortfall:
    """A delivery of too few rows.

    Attributes:
        expected: rows that the history leads one to expect.
        least: the lower bound, in rows.
        refused: whether the history is long enough to refuse it.
    """

    expected: float
    least: float
    refused: bool


def applies(contract: FeedContract) -> bool:
    """Whether row counts of a feed say something: a return has as many rows as its layout, however much it counts."""
    return contract.cadence in SEASONS and contract.period.column is not None and not contract.layout


def shortfall(contract: FeedContract, period: str, rows: int, history: Mapping[str, int]) -> Shortfall | None:
    """How a delivery falls short; None where it does not, or nothing can be said.

    Args:
        rows: that were delivered.
        history: rows of other periods of the same feed and part that are in use; later ones do not count.
    """
    counts = {_number(contract, other): count for other, count in history.items() if other < period}
    if contract.load_mode == "upsert" and counts:
        # Such a feed says what became of older records, of which at its start there are few.
        del counts[min(counts)]
    if not counts:
        return None
    season = SEASONS[contract.cadence]
    if len(counts) <= season:
        usual = median(counts.values())
        return Shortfall(usual, SHARE_OF_MEDIAN * usual, False) if rows < SHARE_OF_MEDIAN * usual else None
    expected = _expected(_number(contract, period), season, counts)
    least = max(sqrt(expected) - Z / 2 * sqrt(_scale(list(dict(sorted(counts.items())).values())) * (1 + 1 / RECENT)), 0) ** 2
    return Shortfall(expected, least, True) if rows < least else None


def _number(contract: FeedContract, period: str) -> int:
    """Periods since some beginning, so that successive periods have successive numbers."""
    start, _ = bounds(contract.cadence, period)
    return start.year * SEASONS[contract.cadence] + (start.month - 1) * SEASONS[contract.cadence] // 12


def _expected(number: int, season: int, counts: Mapping[int, int]) -> float:
    level = fmean(counts[one] for one in sorted(counts)[-season:])
    same = [counts[one] for one in range(number - season, min(counts) - 1, -season) if one in counts]
    recent = [one for one in sorted(counts, reverse=True) if one - season in counts][:RECENT]
    before = sum(counts[one - season] for one in recent)
    if not same or not before:
        return level
    return min(level, fmean(same) * sum(counts[one] for one in recent) / before)


def _scale(counts: Sequence[int]) -> float:
    """By how much the variance of successive counts exceeds Poisson's; at least 1."""
    changes = [2 * sqrt(after) - 2 * sqrt(before) for before, after in pairwise(counts)]
    return max(1.0, median(change**2 for change in changes) / (2 * CHI_SQUARE_MEDIAN))
