"""The month after the report: serious violence of April 2024, first in the likeness of April 2023, with people seen once.

Nothing of it is published but that the hotspots are scored by twelve months that end with it (section 4). When all is placed, the
month gets a movement of its own: what T26 and T27 count keeps its ward and, in the wards of hot streets, everything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion
from synthetic.records.dates import REPORT_MONTHS
from synthetic.records.hotspots import counted
from synthetic.records.model import Records

LIKENESS = REPORT_MONTHS - 12
WEEKS = 52
OLD_ENOUGH = pd.Timestamp("2021-01-01")
"""Born before any offence of the month was committed."""


def with_following_month(rng: np.random.Generator, records: Records) -> Records:
    """``records`` and those of one more month: 52 or 53 weeks later, weekday and hour as they were.

    Outcomes later than the month are left out: they are not yet known.
    """
    offences = records.offences
    chosen = np.flatnonzero(offences["month"].to_numpy() == LIKENESS)
    day = offences["recorded"].dt.day.to_numpy()[chosen]
    # April has 30 days: the first two would fall into March, and the last two would stay empty.
    later = (day <= 2) | ((day <= 23) & (rng.random(len(chosen)) < 0.25))
    shift = (7 * (WEEKS + later)).astype("timedelta64[D]")
    copies = offences.iloc[chosen].assign(month=REPORT_MONTHS)
    copies = copies.assign(committed=copies["committed"] + shift, recorded=copies["recorded"] + shift)
    place = pd.Series(np.arange(len(chosen)) + len(offences), index=chosen)

    def people(occurrences: pd.DataFrame, persons: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        again = occurrences[occurrences["offence"].isin(chosen)]
        new = persons.iloc[again["person"]].reset_index(drop=True)
        new["born"] = new["born"] + shift[place[again["offence"]].to_numpy() - len(offences)]
        rows = pd.DataFrame({"offence": place[again["offence"]].to_numpy(), "person": np.arange(len(new)) + len(persons)})
        return pd.concat([occurrences, rows], ignore_index=True), pd.concat([persons, new], ignore_index=True)

    victims, victim_persons = people(records.victims, records.victim_persons)
    suspects, suspect_persons = people(records.suspects, records.suspect_persons)
    outcomes = records.outcomes[records.outcomes["offence"].isin(chosen)]
    at = place[outcomes["offence"]].to_numpy()
    outcomes = outcomes.assign(offence=at, date=outcomes["date"] + shift[at - len(offences)])
    known = outcomes["date"] < (np.datetime64("2019-04", "M") + REPORT_MONTHS + 1).astype("datetime64[D]")
    return replace(
        records,
        offences=pd.concat([offences, copies], ignore_index=True),
        victims=victims,
        suspects=suspects,
        victim_persons=victim_persons,
        suspect_persons=suspect_persons,
        outcomes=pd.concat([records.outcomes, outcomes[known]], ignore_index=True),
    )


SPREAD, FEWER = 0.12, (0.04, 0.03)
"""Assumed: how far the kinds of violence that the hotspots count differ from the likeness, and by what share others fall."""
KIND = ["code", "weapon", "knife", "alcohol", "drugs", "relationship"]
PLACE = ["district", "lsoa", "point", "easting", "northing", "location", "street"]
SAID = ["code", "domestic", "slavery", "weapon", "knife", "alcohol", "drugs", "relationship", "location"]
ABOUT_VICTIMS = ("017/11", "019/08", "020/01")
"""Codes whose name contains the victim's sex and age."""


def movable(crimes: pd.DataFrame, crowded: np.ndarray) -> np.ndarray:
    """Whether a crime of the month may change its kind and its place without a change in what the hotspots count.

    ``crimes`` are placed; ``crowded`` says which of them are in the wards with hot streets.
    """
    free = counted(crimes) & (crimes["month"] == REPORT_MONTHS).to_numpy() & ~crowded
    return np.asarray(free & ~crimes["minor"] & (crimes["school"] == 0) & ~crimes["code"].isin(ABOUT_VICTIMS))


def moved(rng: np.random.Generator, crimes: pd.DataFrame, able: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """``crimes`` with a month after the report that has a movement of its own, and which of them are left out.

    Those that are ``able`` exchange their places, and some become another kind of violence; of all that the hotspots do not
    count some are left out. The months of the report stay as they are.
    """
    crimes = crimes.copy()
    rows = np.flatnonzero(able)
    crimes.loc[rows, PLACE] = crimes.loc[rng.permutation(rows), PLACE].to_numpy()
    alone = (crimes["relationship"] == "").to_numpy()
    for group in (rows[alone[rows]], rows[~alone[rows]]):
        code, codes = pd.factorize(crimes["code"].to_numpy()[group], sort=True)
        number = np.bincount(code, minlength=len(codes))
        wanted = apportion(number * np.exp(rng.normal(0, SPREAD, len(codes))), len(group))
        order = rng.permutation(len(group))
        place = pd.Series(code[order]).groupby(code[order]).cumcount().to_numpy()
        spare = group[order[place >= wanted[code[order]]]]
        missing = rng.permutation(np.repeat(np.arange(len(codes)), np.maximum(wanted - number, 0)))
        donors = [rng.choice(group[code == kind]) for kind in missing]
        crimes.loc[spare, KIND] = crimes.loc[donors, KIND].to_numpy()

    others = (crimes["month"] == REPORT_MONTHS).to_numpy() & ~counted(crimes) & ~crimes["minor"].to_numpy()
    code, codes = pd.factorize(crimes["code"].to_numpy(), sort=True)
    fall = np.clip(rng.normal(*FEWER, len(codes)), 0, 1)
    left_out = others & (rng.random(len(crimes)) < fall[code])
    # By chance a crime without a known place says what another said a year before.
    again = np.asarray(crimes["month"] == REPORT_MONTHS) & _said_before(crimes)
    crimes.loc[again & ~others, "alcohol"] = ~crimes.loc[again & ~others, "alcohol"].astype(bool)
    return crimes, left_out | (again & others)


def _said_before(crimes: pd.DataFrame) -> np.ndarray:
    """Whether a crime without a known place says what one of the likeness says."""
    unplaced = crimes[crimes["lsoa"] < 0]
    before = unplaced.loc[unplaced["month"] == LIKENESS, SAID].astype(str).agg("|".join, axis=1)
    said = unplaced[SAID].astype(str).agg("|".join, axis=1)
    return np.asarray(crimes.index.isin(unplaced.index[said.isin(set(before))]))


def exchanged(rng: np.random.Generator, occurrences: pd.DataFrame, persons: pd.DataFrame, able: np.ndarray) -> pd.DataFrame:
    """``occurrences`` in which people of offences that are ``able`` have changed places; each was seen once."""
    old = (persons["born"].isna() | (persons["born"] < OLD_ENOUGH)).to_numpy()
    rows = np.flatnonzero(able[occurrences["offence"]] & old[occurrences["person"]])
    person = occurrences["person"].to_numpy().copy()
    person[rows] = person[rng.permutation(rows)]
    return occurrences.assign(person=person)
