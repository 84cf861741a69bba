"""What the record-level feeds of 2021/22 to 2023/24 share: months, days and hours with fixed totals, and monthly files.

No published figure is in this file. Ours: that months of a year differ by about a tenth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from synthetic.feeds.files import write_csv, write_workbook
from synthetic.records.controlled_rounding import apportion
from synthetic.records.dates import FIRST_MONTH, period
from synthetic.records.details import pick
from synthetic.records.targets import YEARS, Ints, cells

YEARS_IN = YEARS[2:]
"""The three years that these feeds cover."""
FIRST = 24
"""Their first month, counted from April 2019."""
PART = "{part}"
"""What a reference has in the place of the number of its part of the force."""
DISTRICT_SHARES = {
    "Amber Valley": 0.09,
    "Bolsover": 0.07,
    "Chesterfield": 0.15,
    "Derby": 0.45,
    "Derbyshire Dales": 0.03,
    "Erewash": 0.09,
    "High Peak": 0.05,
    "North East Derbyshire": 0.04,
    "South Derbyshire": 0.02,
    "": 0.01,
}
"""Assumed: about those of serious violence."""


def by_year(table: str, row: str = "", column: str = "", group: str = "") -> Ints:
    """Printed counts of the three years, which head the columns of a ``row`` or the rows of a ``column``."""
    found = cells(table)
    return np.array([int(found[(group, year, column) if column else (group, row, year)]) for year in YEARS_IN])


def months(rng: np.random.Generator, totals: ArrayLike, fixed: dict[int, int] | None = None) -> Ints:
    """Month (24 to 59, from April 2019) of each row, in order; ``totals`` by year, ``fixed`` rows of some months."""
    numbers = []
    for year, total in enumerate(np.asarray(totals)):
        own = {month - FIRST - 12 * year: n for month, n in (fixed or {}).items() if (month - FIRST) // 12 == year}
        quota = np.zeros(12, dtype=np.int64)
        free = [month for month in range(12) if month not in own]
        quota[list(own)] = list(own.values())
        quota[free] = apportion(rng.uniform(0.9, 1.1, len(free)), int(total) - sum(own.values()))
        numbers.append(quota)
    return np.repeat(np.arange(FIRST, FIRST + 12 * len(numbers)), np.concatenate(numbers))


def exact_count(rng: np.random.Generator, size: int, number: int) -> NDArray[np.bool_]:
    """``number`` of ``size`` rows at random."""
    return np.asarray(rng.permutation(np.arange(size) < number))


def days(rng: np.random.Generator, month: Ints, weekend: NDArray[np.bool_] | None = None) -> NDArray[np.datetime64]:
    """A day of the month of each row; Friday to Sunday exactly where ``weekend`` says so."""
    first = (FIRST_MONTH + month).astype("datetime64[D]")
    length = ((FIRST_MONTH + month + 1).astype("datetime64[D]") - first).astype(np.int64)
    if weekend is None:
        return np.asarray(first + np.floor(rng.random(len(month)) * length).astype(np.int64))
    weekday_of_first = (first.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday.
    weekday = np.where(weekend, rng.integers(4, 7, len(month)), rng.integers(0, 4, len(month)))
    lead = (weekday - weekday_of_first) % 7
    return np.asarray(first + lead + 7 * np.floor(rng.random(len(month)) * ((length - lead + 6) // 7)).astype(np.int64))


def at(rng: np.random.Generator, day: NDArray[np.datetime64], hour: Ints) -> NDArray[np.datetime64]:
    """A minute of the hour of the day, for each row."""
    return np.asarray(day.astype("datetime64[m]") + 60 * hour + rng.integers(0, 60, len(hour)))


def districts(rng: np.random.Generator, size: int, derby: str) -> np.ndarray:
    """A district for each of ``size`` rows, Derby by the agency's own name; blank where it is not known."""
    return pick(rng, {derby if name == "Derby" else name: share for name, share in DISTRICT_SHARES.items()}, size)


def clock(moments: NDArray[np.datetime64]) -> pd.Series:
    """``dd/mm/yyyy hh:mm``; blank where there is no time."""
    return pd.Series(pd.to_datetime(moments)).dt.strftime("%d/%m/%Y %H:%M").fillna("")


def write(
    parts: Iterable[tuple[pd.DataFrame, Ints]], raw: Path, feed: str, sheet: str | None = None
) -> Iterator[tuple[str, Path, int]]:
    """Write the rows of each month to a file, a workbook if there is a ``sheet``.

    ``parts`` are the rows of each part of the force and their months. Rows have the headers of the format and no numbers but
    whole ones; ``PART`` in their first column is replaced by the number of the part. Yields feed, path and rows of each file.
    """
    frames, months = [], []
    for part, (frame, month) in enumerate(parts):
        head = frame.columns[0]
        frames.append(frame.assign(**{head: frame[head].str.replace(PART, f"{part:03d}", regex=False)}))
        months.append(month)
    frame, month = pd.concat(frames, ignore_index=True), np.concatenate(months)
    for number in np.unique(month):
        rows = frame[month == number]
        path = raw / feed / f"{period(int(number))}.{'xlsx' if sheet else 'csv'}"
        yield feed, path, write_workbook(rows, path, sheet) if sheet else write_csv(rows, path)
