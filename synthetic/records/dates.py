"""When each serious-violence offence was recorded and when it was committed.

Published constraints: 268 offences in July 2023, the highest month of the last three years (section 3); hour and
weekday of each offence are inputs. Ours: the month counts otherwise (a mild summer, a dip in the first lockdown), and
how long after the offence it is recorded. Year and month are those of the recording, hour and weekday those of the
offence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import allocate, apportion
from synthetic.records.targets import PEAK_MONTH, PEAK_YEAR, Floats, Ints, published

FIRST_MONTH = np.datetime64("2019-04", "M")
REPORT_MONTHS = 60
"""The five years of the report."""
MONTHS = 61
"""And April 2024, the last month of the twelve that the hotspots are scored by (section 4)."""
# Assumed weights by month, April to March.
SEASON = np.array([1.00, 1.05, 1.06, 1.08, 1.06, 1.00, 1.00, 0.97, 0.94, 0.93, 0.90, 1.01])
LOCKDOWN = {12: 0.55, 13: 0.70, 14: 0.90, 19: 0.90, 21: 0.75, 22: 0.80}
"""Factors on months counted from April 2019: April to June and November 2020, January and February 2021."""

DELAY_DAYS = (0, 1, 2, 3, 4, 5, 7, 10, 14, 21, 35, 60, 120, 300, 700)
DELAY_SHARES = (62, 16, 5, 3, 2, 2, 2, 1.5, 1.5, 1.2, 1.2, 1, 0.8, 0.5, 0.3)
"""Assumed: whole days from offence to record, in per cent."""


def month_weights(rng: np.random.Generator) -> Floats:
    """61 weights, April 2019 to April 2024, with an ordinary month-to-month variation of at most an eighth."""
    weights = np.resize(SEASON, MONTHS) * np.exp(np.clip(rng.normal(0, 0.06, MONTHS), -0.12, 0.12))
    for month, factor in LOCKDOWN.items():
        weights[month] *= factor
    return weights


def month_quotas(rng: np.random.Generator, by_year: Ints) -> Ints:
    """5 x 12 offences; July 2023 as printed and every other month of its three years below it."""
    weights = month_weights(rng)[:REPORT_MONTHS].reshape(5, 12)
    quotas = np.stack([apportion(weights[year], int(by_year[year])) for year in range(5)])
    peak = int(published()["T02", "3 commentary", "Offences in peak month"])
    others = np.delete(np.arange(12), PEAK_MONTH)
    quotas[PEAK_YEAR, others] = apportion(weights[PEAK_YEAR, others], int(by_year[PEAK_YEAR]) - peak)
    quotas[PEAK_YEAR, PEAK_MONTH] = peak
    return quotas


def times(rng: np.random.Generator, month: Ints, weekday: Ints, hour: Ints) -> pd.DataFrame:
    """Columns month (0-60, of recording), committed and recorded (datetime64[m]).

    ``weekday`` (0 = Monday) and ``hour`` are those of the offence, ``month`` that of the record.
    """
    size = len(month)
    share = np.array(DELAY_SHARES) / np.sum(DELAY_SHARES)
    delay = rng.choice(np.array(DELAY_DAYS), size, p=share)
    # The record falls on the weekday that the delay leads to, so the offence keeps its own.
    first = (FIRST_MONTH + month).astype("datetime64[D]")
    days = ((FIRST_MONTH + month + 1).astype("datetime64[D]") - first).astype(np.int64)
    weekday_of_first = (first.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday.
    lead = (weekday + delay - weekday_of_first) % 7
    week = np.floor(rng.random(size) * ((days - lead + 6) // 7)).astype(np.int64)
    recorded_day = first + lead + 7 * week

    # Times are remembered in quarters and halves of an hour.
    minute = rng.choice([0, 15, 30, 45, -1], size, p=[0.34, 0.08, 0.22, 0.08, 0.28])
    start = 60 * hour + np.where(minute < 0, rng.integers(0, 60, size), minute)
    earliest = np.where(delay == 0, start, 0)
    recorded = earliest + np.floor(rng.random(size) * (1440 - earliest)).astype(np.int64)
    return pd.DataFrame(
        {
            "month": month,
            "committed": (recorded_day - delay).astype("datetime64[m]") + start,
            "recorded": recorded_day.astype("datetime64[m]") + recorded,
        }
    )


def serious_violence_times(rng: np.random.Generator, offences: pd.DataFrame) -> pd.DataFrame:
    """``times`` of the offences (year, weekday, hour), with the printed peak month."""
    year = offences["year"].to_numpy()
    quotas = month_quotas(rng, np.bincount(year, minlength=5))
    month = np.empty(len(offences), dtype=np.int64)
    for y in range(5):
        month[year == y] = 12 * y + allocate(rng, quotas[y])
    return times(rng, month, offences["weekday"].to_numpy(), offences["hour"].to_numpy())


def period(month: int) -> str:
    """``YYYY-MM`` of a month counted from April 2019."""
    return str(FIRST_MONTH + month)
