"""The monthly feeds of single events: searches, attendances, calls, referrals, incidents.

Ours: which columns of a row belong together. The others are drawn from other events of the feed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.demo.next_month.donors import MONTH, TRIES, Zone, growth, level, others, redated, said, sample
from synthetic.feeds.files import write_csv, write_workbook

LONDON = "Europe/London"
CLOCK, DAY, INSTANT = "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S+00:00"


@dataclass(frozen=True)
class Events:
    """How the rows of a feed are put together.

    Attributes:
        times: columns with a moment; the first says in which month it is.
        written: how.
        blocks: columns that keep together; the first block decides how many there are of each kind.
        kinds: columns whose values grow at different rates.
        reference: column, and what it looks like with the year and the running number of the year.
        suffix: of the file's name, after the month.
        sheet: of the workbook, where it is one.
        wholes: columns with whole numbers, for workbooks.
    """

    times: tuple[str, ...]
    written: str
    blocks: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]
    reference: tuple[str, str] | None = None
    suffix: str = ".csv"
    sheet: str | None = None
    wholes: tuple[str, ...] = ()


_PATIENT = ("Age", "Sex", "Ethnic Category")
_ATTENDANCES = Events(
    ("Arrival Date Time", "Assault Date Time"),
    CLOCK,
    (("Site Code", "Assault Method"), ("Location Type", "Location Description"), ("Assault District",), _PATIENT),
    ("Assault Method", "Assault District"),
)
FEEDS = {
    "derbyshire_constabulary/stop_searches": Events(
        ("Search Date Time",),
        CLOCK,
        (
            ("Legislation", "Search Reason", "Item Found", "Search Outcome"),
            ("Age at Search", "Sex", "Self Defined Ethnicity"),
            ("District",),
            ("Search Type",),
        ),
        ("Search Reason", "District"),
        ("Search Reference", "SS-{year}-{number:08d}"),
    ),
    "royal_derby_hospital/ed_assaults": _ATTENDANCES,
    "chesterfield_royal_hospital/ed_assaults": _ATTENDANCES,
    "east_midlands_ambulance_service/assault_calls": Events(
        ("Call Date Time",),
        CLOCK,
        (("Response", "Conveyed To"), ("Patient Sex", "Patient Age"), ("Incident Ward Code", "Incident District")),
        ("Response", "Incident District"),
        suffix=".xlsx",
        sheet="Calls",
        wholes=("Patient Age",),
    ),
    "nhs_liaison_and_diversion/referrals": Events(
        ("Referral Date",),
        DAY,
        (
            ("Offence Group",),
            ("Age Group", "Gender"),
            ("Previous Contact",),
            ("Need - Mental Health", "Need - Substance or Alcohol Use", "Need - Social Services Involvement"),
            ("Need - Learning Disability", "Need - Accommodation", "Need - Physical Health"),
        ),
        ("Offence Group", "Age Group"),
    ),
    "derbyshire_fire_and_rescue/incidents": Events(
        ("Call Date Time",),
        CLOCK,
        (("Incident Type", "Attack on Firefighters"), ("District",)),
        ("Incident Type", "District"),
        ("Incident Number", "DFRS-{year}-{number:08d}"),
    ),
    "police_uk/stop_and_search": Events(
        ("Date",),
        INSTANT,
        (
            (
                "Legislation",
                "Object of search",
                "Outcome",
                "Outcome linked to object of search",
                "Removal of more than just outer clothing",
            ),
            ("Gender", "Age range", "Self-defined ethnicity"),
            ("Officer-defined ethnicity",),
            ("Latitude", "Longitude"),
            ("Type",),
        ),
        ("Object of search",),
        suffix="-derbyshire.csv",
    ),
}


def write_events(rng: np.random.Generator, zone: Zone, feed: str, month: np.datetime64) -> Iterator[tuple[str, Path, int]]:
    """Write a month of one of `FEEDS`; yields feed, path and rows, or nothing where the feed has no earlier month."""
    kind = FEEDS[feed]
    donors = zone.read(feed, zone.like(feed, month))
    if donors.empty:
        return
    frame = events(rng, kind, donors, month)
    if kind.reference is not None:
        column, form = kind.reference
        first = _last_number(zone, feed, month, column) + 1
        frame[column] = [form.format(year=str(month)[:4], number=first + place) for place in range(len(frame))]
    path = zone.raw / feed / f"{month}{kind.suffix}"
    frame = frame.reindex(columns=[column for column in donors.columns if column != MONTH], fill_value="")
    if kind.sheet is None:
        yield feed, path, write_csv(frame, path)
    else:
        for column in kind.wholes:
            frame = frame.assign(**{column: [int(text) if text else "" for text in frame[column]]})
        yield feed, path, write_workbook(frame, path, kind.sheet)


def events(rng: np.random.Generator, kind: Events, donors: pd.DataFrame, month: np.datetime64) -> pd.DataFrame:
    """Rows of a month in order of time, but for their reference."""
    weight = growth(rng, *(donors[column] for column in kind.kinds))
    size = level(rng, donors, month)
    rows = sample(rng, weight, size)
    frame, moments = _put_together(rng, kind, donors, rows, month)
    # By chance a row can say what another said a year before, at the same time of the day.
    columns = [*(column for block in kind.blocks for column in block), "_time"]
    year_before = set(said(_with_time(donors[donors[MONTH] == str(month - 12)], kind), columns))
    for _ in range(TRIES * (kind.written != DAY)):
        again = np.flatnonzero([text in year_before for text in said(_with_time(frame, kind), columns)])
        if not len(again):
            break
        frame.iloc[again], moments.iloc[again] = _put_together(rng, kind, donors, rows[again], month)
    order = np.argsort(moments.to_numpy(), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _with_time(frame: pd.DataFrame, kind: Events) -> pd.DataFrame:
    """With the time of the day of the first moment."""
    return frame.assign(_time=frame[kind.times[0]].str[10:])


def _put_together(
    rng: np.random.Generator, kind: Events, donors: pd.DataFrame, rows: np.ndarray, month: np.datetime64
) -> tuple[pd.DataFrame, pd.Series]:
    columns: dict[str, np.ndarray] = {}
    for place, block in enumerate(kind.blocks):
        source = rows if place == 0 else others(rng, donors, rows, *[kind.kinds[:1]] * (place == 1))
        columns |= {column: donors[column].to_numpy()[source] for column in block}
    source = others(rng, donors, rows)
    moments = donors[list(kind.times)].iloc[source].reset_index(drop=True)
    for column in kind.times:
        moments[column] = pd.to_datetime(moments[column], format=kind.written, errors="coerce")
        if kind.written == INSTANT:  # a month is one of local time
            moments[column] = moments[column].dt.tz_localize("UTC").dt.tz_convert(LONDON).dt.tz_localize(None)
    first = moments[kind.times[0]]
    by = redated(rng, first, month)
    for column in kind.times:
        moved = moments[column] + by
        if kind.written == INSTANT:
            moved = moved.dt.tz_localize(LONDON, ambiguous=np.ones(len(moved), bool), nonexistent="shift_forward").dt.tz_convert(
                "UTC"
            )
        columns[column] = moved.dt.strftime(kind.written).fillna("").to_numpy()
    return pd.DataFrame(columns, dtype=object), first + by


def _last_number(zone: Zone, feed: str, month: np.datetime64, column: str) -> int:
    """The last running number of the month's year, 0 where the year begins."""
    year = str(month)[:4]
    months = [earlier for earlier in zone.recent(feed, month) if earlier[:4] == year]
    if not months:
        return 0
    return int(zone.read(feed, months[-1:], [column])[column].str[-8:].astype(int).max())
