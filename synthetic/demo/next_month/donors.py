"""Earlier deliveries as donors: rows of a new month are put together from blocks of columns of different earlier rows.

So a new month has the season, the level and the habits of the months before it, and no row that only repeats an earlier one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.demo.faults import MANIFEST
from synthetic.records.targets import Floats, Ints

SEASON = (11, 12, 13, 23, 24)
"""Months back to those that resemble a month: about it a year ago, and two years ago."""
YEARS_BACK = 24
"""Months that are looked at."""
GROWTH, SPREAD = (0.02, 0.03), 0.06
"""Assumed: mean and deviation of a feed's change in a year, and how much its offence types and districts differ in that."""
TRIES = 5
"""How often a row is drawn again that says what another said a year before."""
MONTH = "_month"
_PLAIN = re.compile(r"\d{4}-\d{2}(-[a-z-]+)?\.(csv|xlsx)")


class Zone:
    """The landing zone of a demonstration as a source of donors: monthly deliveries, their good rows, as text."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self._faults: dict[str, int] = {}
        if (raw / MANIFEST).exists():
            for fault in json.loads((raw / MANIFEST).read_text("utf-8")):
                if fault["row"] is not None:
                    self._faults[fault["file"]] = min(fault["row"], self._faults.get(fault["file"], fault["row"]))

    def files(self, feed: str) -> dict[str, Path]:
        """First versions of a feed's deliveries by month, in order of time."""
        found = sorted(path for path in (self.raw / feed).glob("*") if _PLAIN.fullmatch(path.name))
        return {path.name[:7]: path for path in found}

    def last(self, feed: str) -> str | None:
        """The last month of a feed (`2024-04`)."""
        return max(self.files(feed), default=None)

    def recent(self, feed: str, before: np.datetime64) -> list[str]:
        """Months of a feed in the two years before a month."""
        return [month for month in self.files(feed) if str(before - YEARS_BACK) <= month < str(before)]

    def like(self, feed: str, month: np.datetime64) -> list[str]:
        """Those of them that resemble the month; all of them where none does."""
        recent = self.recent(feed, month)
        return [found for found in recent if found in {str(month - back) for back in SEASON}] or recent

    def read(self, feed: str, months: Sequence[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Rows of some months as text, blank where there is nothing, and the month of each."""
        files = self.files(feed)
        frames = [self._rows(files[month], columns).assign(**{MONTH: month}) for month in months]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def _rows(self, path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
        if path.suffix == ".xlsx":
            return _workbook(path)
        # Faults are added to the end of a delivery.
        first_fault = self._faults.get(path.relative_to(self.raw).as_posix())
        rows = first_fault - 2 if first_fault else None
        return pd.read_csv(path, dtype=object, keep_default_na=False, nrows=rows, usecols=list(columns) if columns else None)


def _workbook(path: Path) -> pd.DataFrame:
    from python_calamine import CalamineWorkbook

    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    text = [[f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return pd.DataFrame(text, columns=[str(name) for name in header], dtype=object)


def growth(rng: np.random.Generator, *keys: pd.Series) -> Floats:
    """A weight for each row: how the types and districts that `keys` name grow or shrink beside each other."""
    weight = np.ones(len(keys[0]))
    for key in keys:
        place, values = pd.factorize(key, sort=True)
        weight *= np.exp(rng.normal(0, SPREAD, len(values)))[place]
    return weight


def level(rng: np.random.Generator, donors: pd.DataFrame, month: np.datetime64) -> int:
    """Number of rows of a month: as many as a year before, but for a change of a few per cent; at least one."""
    year_before = int((donors[MONTH] == str(month - 12)).sum())
    usual = year_before or len(donors) / donors[MONTH].nunique()
    return max(1, round(usual * (1 + rng.normal(*GROWTH))))


def sample(rng: np.random.Generator, weight: Floats, size: int) -> Ints:
    """`size` rows at random in proportion to their weights, no row twice unless there are too few."""
    times = -(-size // len(weight))
    order = [np.argsort(rng.exponential(size=len(weight)) / weight, kind="stable") for _ in range(times)]
    return np.concatenate(order)[:size]


def match(rng: np.random.Generator, donors: pd.Series, wanted: pd.Series, but: Ints | None = None) -> Ints:
    """For each of `wanted`, the place of a donor with the same value at random, other than `but`; -1 where there is none."""
    if not len(donors):
        return np.full(len(wanted), -1)
    codes, values = pd.factorize(donors, sort=True)
    order = np.argsort(codes, kind="stable")
    sought = pd.Index(values).get_indexer(pd.Index(wanted))
    first = np.searchsorted(codes[order], sought, "left")
    number = np.searchsorted(codes[order], sought, "right") - first
    place = np.floor(rng.random(len(wanted)) * number).astype(np.int64)
    found = order[np.minimum(first + place, len(order) - 1)]
    if but is not None:
        found = np.where(found == but, order[np.minimum(first + (place + 1) % np.maximum(number, 1), len(order) - 1)], found)
        number = np.where(found == but, 0, number)
    return np.where((number > 0) & (sought >= 0), found, -1)


def others(rng: np.random.Generator, donors: pd.DataFrame, rows: Ints, *keys: Sequence[str]) -> Ints:
    """For each of `rows` another donor that agrees with it in the first of `keys` for which there is one; else any."""
    found = np.full(len(rows), -1)
    for columns in keys:
        text = joined(donors, columns)
        left = np.flatnonzero(found < 0)
        found[left] = match(rng, text, text.iloc[rows[left]], rows[left])
    left = np.flatnonzero(found < 0)
    found[left] = rng.integers(0, len(donors), len(left))
    return found


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Several columns as one text."""
    text = frame[columns[0]].astype(str)
    for column in columns[1:]:
        text = text + "|" + frame[column].astype(str)
    return text


def redated(rng: np.random.Generator, moments: pd.Series, month: np.datetime64) -> pd.Series:
    """How far each moment is moved so that it falls into the month, on the same day of the week at the same time."""
    day = moments.to_numpy().astype("datetime64[D]")
    first = month.astype("datetime64[D]")
    length = int(((month + 1).astype("datetime64[D]") - first).astype(np.int64))
    lead = (day - first).astype(np.int64) % 7
    week = np.floor(rng.random(len(day)) * ((length - lead + 6) // 7)).astype(np.int64)
    return pd.Series(pd.to_timedelta((first + lead + 7 * week - day).astype(np.int64), unit="D"), index=moments.index)


def said(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.object_]:
    """What each row says in some columns, as one text."""
    return joined(frame, columns).to_numpy(dtype=object)
