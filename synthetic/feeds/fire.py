"""Incidents of the fire service, one CSV file a month, and its referrals, one a financial year.

Published constraints: deliberate fires by district and year (T57), malicious false alarms (T58) and attacks on firefighters
(T59) by year; more malicious calls in Derby in 2023/24, and more referrals of adults and children every year (section 16).
Ours: everything else, and that an attack happens at a fire or a special service, never at a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import write_csv
from synthetic.feeds.monthly import FIRST, PART, YEARS_IN, at, by_year, clock, days, months, write
from synthetic.records.details import pick
from synthetic.records.other_crime import HOURS
from synthetic.records.targets import Ints, cells

INCIDENTS, REFERRALS = "derbyshire_fire_and_rescue/incidents", "derbyshire_fire_and_rescue/referrals"
FALSE_ALARM, SPECIAL_SERVICE = "Malicious False Alarm", "Special Service"
FIRES = {"Deliberate Fire - Primary": 0.35, "Deliberate Fire - Secondary": 0.65}
DERBY_ALARMS = (0.35, 0.36, 0.52)
"""Assumed share of Derby among the malicious false alarms of each year."""
SPECIAL_ATTACKS = 2
"""Attacks of a year that happen at a special service."""
PEOPLE = {"Adult at risk": (402, 487, 561), "Child at risk": (118, 139, 166)}


def incidents(rng: np.random.Generator, month: Ints, part: int = 0) -> tuple[pd.DataFrame, Ints]:
    """Rows in the format of the feed, and the month of each.

    Each ``part`` of a force begins with the numbers of another year: of so many incidents a month, a third less in April than
    in March would not be believed.
    """
    printed = cells("T57")
    names = [row for _, row, year in printed if year == YEARS_IN[0] and row != "Total"]
    alarms, attacks = by_year("T58", "Total"), by_year("T59", "Total")
    month = FIRST + (month - FIRST + 12 * part) % (12 * len(YEARS_IN))
    size = len(month)
    kind, district = pick(rng, FIRES, size), np.full(size, "", dtype=object)
    attacked = np.zeros(size, dtype=bool)
    for y, year in enumerate(YEARS_IN):
        rows = rng.permutation(np.flatnonzero((month - FIRST) // 12 == (y + part) % len(YEARS_IN)))
        special, false, fires = np.split(rows, [SPECIAL_ATTACKS, SPECIAL_ATTACKS + alarms[y]])
        kind[special], kind[false] = SPECIAL_SERVICE, FALSE_ALARM
        district[fires] = np.repeat(names, [int(printed["", name, year]) for name in names])
        in_derby = round(DERBY_ALARMS[y] * len(false))
        district[false[:in_derby]] = "Derby"
        rest = [name for name in names if name != "Derby"]
        district[special] = rng.choice(rest, len(special))
        district[false[in_derby:]] = rng.choice(rest, len(false) - in_derby)
        attacked[special] = attacked[fires[: attacks[y] - SPECIAL_ATTACKS]] = True
    moment = at(rng, days(rng, month), rng.choice(24, size, p=HOURS["evening"] / HOURS["evening"].sum()))
    frame = pd.DataFrame(
        {
            "Call Date Time": clock(moment),
            "Incident Type": kind,
            "District": np.where(district == "Derby", "City of Derby", district),
            "Attack on Firefighters": np.where(attacked, "Y", "N"),
        }
    )
    order = np.lexsort((moment, month))
    frame, month = frame.iloc[order], month[order]
    calendar_year = 2019 + (month + 3) // 12
    number = np.arange(size) - np.searchsorted(calendar_year, calendar_year)
    frame.insert(0, "Incident Number", [f"DFRS-{y}-{PART}{n + 1:05d}" for y, n in zip(calendar_year, number, strict=True)])
    return frame.reset_index(drop=True), month


def write_fire(streams: Sequence[np.random.Generator], raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the 36 files of incidents and the 3 of referrals, with ``streams`` of each part; yields feed, path and rows."""
    month = months(streams[0], by_year("T57", "Total") + by_year("T58", "Total") + SPECIAL_ATTACKS)
    yield from write((incidents(rng, month, part) for part, rng in enumerate(streams)), raw, INCIDENTS)
    for y, year in enumerate(YEARS_IN):
        path = raw / REFERRALS / f"{year.replace('/', '-')}.csv"
        rows = pd.DataFrame(
            {
                "Financial Year": year,
                "Client Group": list(PEOPLE),
                "Referrals": [len(streams) * numbers[y] for numbers in PEOPLE.values()],
            }
        )
        yield REFERRALS, path, write_csv(rows, path)
