"""The constabulary's month: crimes, their victims and suspects, outcomes of crimes old and new, intelligence on knives.

The feeds hang together as they did: a victim, suspect or outcome is of a crime that was delivered, with its time of recording.
Ours: how often somebody is met again, and that an outcome is now and then recorded in place of an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.demo.next_month.donors import (
    MONTH,
    TRIES,
    YEARS_BACK,
    Zone,
    growth,
    joined,
    level,
    match,
    others,
    redated,
    said,
    sample,
)
from synthetic.feeds.constabulary import AGENCY, DAY, MINUTE
from synthetic.feeds.files import write_csv
from synthetic.records.database import REVISED_SHARE

CRIMES, VICTIMS, SUSPECTS, OUTCOMES = (f"{AGENCY}/{feed}" for feed in ("crimes", "victims", "suspects", "outcomes"))
INTELLIGENCE = f"{AGENCY}/knife_intelligence"
REFERENCE, CODE, DISTRICT, NOMINAL = "Crime Reference", "HO Sub Code", "District", "Nominal Reference"
RECORDED, COMMITTED, UNTIL = "Recorded Date Time", "Committed From", "Committed To"
TIMES = (RECORDED, COMMITTED, UNTIL)
DOMESTIC, SLAVERY, RELATIONSHIP = "Domestic Abuse Flag", "Modern Slavery Flag", "Suspect to Victim Relationship"
OFFENCE = ("HO Class", CODE, "Offence Title", DOMESTIC, SLAVERY, RELATIONSHIP)
PLACE = (DISTRICT, "Ward Code", "Ward Name", "Easting", "Northing", "LSOA Code", "Location Type", "Street")
MEANS = ("Weapon Description", "Knife Crime Flag")
INFLUENCE = ("Alcohol Qualifier", "Drugs Qualifier")
SAID = (*OFFENCE, *PLACE, *MEANS, *INFLUENCE)
BORN, SEX, ETHNICITY = "Date of Birth", "Sex", "Self Defined Ethnicity"
OUTCOME = ("Outcome Code", "Outcome Title", "Decision Maker")
WITHOUT_SUSPECT = ("14", "17", "18", "20", "21")
"""Codes of outcomes that name no suspect."""
DONOR = "_donor"


class Force:
    """One month of the constabulary, in the order in which it must be drawn."""

    def __init__(self, rng: np.random.Generator, zone: Zone, month: np.datetime64) -> None:
        self._rng, self.zone, self.month = rng, zone, month

    def write(self) -> Iterator[tuple[str, Path, int]]:
        """Write the five feeds; yields feed, path and rows of each."""
        yield self._file(CRIMES, self.crimes[[*self._header(CRIMES)]])
        yield self._file(VICTIMS, self.victims)
        yield self._file(SUSPECTS, self.suspects)
        yield self._file(OUTCOMES, self.outcomes)

    def _file(self, feed: str, frame: pd.DataFrame) -> tuple[str, Path, int]:
        path = self.zone.raw / feed / f"{self.month}.csv"
        return feed, path, write_csv(frame, path)

    def _header(self, feed: str) -> list[str]:
        return [column for column in self._donors(feed).columns if column != MONTH]

    def _donors(self, feed: str) -> pd.DataFrame:
        return self._like[feed]

    @cached_property
    def _like(self) -> dict[str, pd.DataFrame]:
        months = self.zone.like(CRIMES, self.month)
        return {feed: self.zone.read(feed, months) for feed in (CRIMES, VICTIMS, SUSPECTS, OUTCOMES)}

    @cached_property
    def crimes(self) -> pd.DataFrame:
        """The crimes of the month in order of recording; `DONOR` is the reference of the crime whose people they have."""
        rng, donors = self._rng, self._donors(CRIMES)
        harmed = donors[REFERENCE].isin(self._donors(VICTIMS)[REFERENCE])
        donors = donors.assign(_harmed=harmed, _placed=donors["LSOA Code"] != "")
        size = level(rng, donors, self.month)
        year_before = set(said(donors[donors[MONTH] == str(self.month - 12)], SAID))
        weight = growth(rng, donors[CODE], donors[DISTRICT])
        rows = sample(rng, weight, size)
        frame = self._crimes(donors, rows)
        # By chance a row can say what another said a year before, above all where no place is known.
        for _ in range(TRIES):
            again = np.flatnonzero([text in year_before for text in said(frame, SAID)])
            if not len(again):
                break
            frame.iloc[again] = self._crimes(donors, rows[again])
        frame = frame[[text not in year_before for text in said(frame, SAID)]]
        frame = frame.sort_values([RECORDED, DONOR], kind="stable", ignore_index=True)
        frame[REFERENCE] = self._references(frame[RECORDED].dt.year.iloc[0], len(frame), donors)
        for column in TIMES:
            frame[f"_{column}"] = frame[column]
            frame[column] = frame[column].dt.strftime(MINUTE).fillna("")
        return frame

    def _crimes(self, donors: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
        rng = self._rng
        alike = [CODE, DOMESTIC, SLAVERY, "_harmed"]
        place = others(rng, donors, rows, [CODE, DOMESTIC, DISTRICT, "_placed"], [CODE, DOMESTIC], [DISTRICT])
        sources = {
            OFFENCE: rows,
            PLACE: place,
            MEANS: others(rng, donors, rows, alike, [CODE, DOMESTIC, SLAVERY]),
            INFLUENCE: others(rng, donors, rows, [CODE]),
        }
        columns = {name: donors[name].to_numpy()[source] for block, source in sources.items() for name in block}
        source = others(rng, donors, rows, [CODE, DOMESTIC], [CODE])
        moments = donors[list(TIMES)].iloc[source].reset_index(drop=True)
        moments = pd.DataFrame({name: pd.to_datetime(moments[name], format=MINUTE, errors="coerce") for name in moments})
        by = redated(rng, moments[RECORDED], self.month)
        columns |= {column: (moments[column] + by).to_numpy() for column in TIMES}
        return pd.DataFrame({**columns, DONOR: donors[REFERENCE].to_numpy()[rows]})

    def _references(self, year: int, size: int, donors: pd.DataFrame) -> list[str]:
        """References that go on with the running number of the year."""
        months = [month for month in self.zone.recent(CRIMES, self.month) if month[:4] == str(year)]
        last = self.zone.read(CRIMES, months[-1:], [REFERENCE])[REFERENCE].str[-7:].astype(int).max() if months else 0
        prefix = donors[REFERENCE].iloc[0].split("-")[0]
        return [f"{prefix}-{year}-{last + place + 1:07d}" for place in range(size)]

    @cached_property
    def _known(self) -> pd.DataFrame:
        """People of the two years before: nominal, born, sex, ethnicity, and how often they were met."""
        months = self.zone.recent(VICTIMS, self.month)
        columns = [NOMINAL, BORN, SEX, ETHNICITY]
        met = pd.concat([self.zone.read(feed, months, columns) for feed in (VICTIMS, SUSPECTS)], ignore_index=True)
        return met.groupby(NOMINAL, sort=True).agg(
            **{BORN: (BORN, "first"), SEX: (SEX, "first"), ETHNICITY: (ETHNICITY, "first"), "times": (BORN, "size")}
        )

    @cached_property
    def victims(self) -> pd.DataFrame:
        """The victims of the month's crimes."""
        return self._people(VICTIMS, self._newest)

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """The suspects of the month's crimes."""
        return self._people(SUSPECTS, int(self.victims[NOMINAL].str[1:].astype(int).max()))

    @cached_property
    def _newest(self) -> int:
        """The highest number that the force has assigned to a nominal."""
        import duckdb

        found = duckdb.execute(
            """select max("Nominal Reference"[2:]::bigint)
               from read_csv(?, all_varchar = true, ignore_errors = true, header = true, union_by_name = true)
               where regexp_full_match("Nominal Reference", 'N[0-9]{8}')""",
            [[str(path) for feed in (VICTIMS, SUSPECTS) for path in self.zone.files(feed).values()]],
        ).fetchone()
        return int(found[0]) if found else 0

    def _people(self, feed: str, newest: int) -> pd.DataFrame:
        rng, donors = self._rng, self._donors(feed)
        crimes = self.crimes[[DONOR, REFERENCE, f"_{RECORDED}", f"_{COMMITTED}"]]
        again = donors[NOMINAL].isin(self._known.index[self._known["times"] > 1])
        donors = donors.assign(_again=again).rename(columns={REFERENCE: DONOR})
        people = crimes.merge(donors, on=DONOR, how="inner")
        day = people[f"_{COMMITTED}"].dt.normalize()
        # As old on the day as the donor was.
        age = pd.to_datetime(people["Offence Date"], format=DAY) - pd.to_datetime(people[BORN], format=DAY, errors="coerce")
        born = day - age
        known = self._known.reset_index()
        of_birth = pd.to_datetime(known[BORN], format=DAY, errors="coerce")
        who = match(rng, known[SEX] + of_birth.dt.year.astype(str), people[SEX] + born.dt.year.astype(str))
        met = people["_again"].to_numpy() & (who >= 0) & born.notna().to_numpy()
        met &= (of_birth.iloc[who].reset_index(drop=True) < day).to_numpy()
        met &= ~pd.DataFrame({"crime": people[REFERENCE], "who": np.where(met, who, -1 - np.arange(len(who)))}).duplicated()
        fresh = newest + np.cumsum(~met)
        ethnicity = donors[ETHNICITY].to_numpy()[match(rng, donors[SEX], people[SEX])]
        return pd.DataFrame(
            {
                REFERENCE: people[REFERENCE],
                "Crime Recorded Date Time": people[f"_{RECORDED}"].dt.strftime(MINUTE),
                "Offence Date": day.dt.strftime(DAY),
                NOMINAL: np.where(met, known[NOMINAL].to_numpy()[who], [f"N{number:08d}" for number in fresh]),
                BORN: np.where(met, known[BORN].to_numpy()[who], born.dt.strftime(DAY).fillna("")),
                SEX: people[SEX],
                ETHNICITY: np.where(met, known[ETHNICITY].to_numpy()[who], ethnicity),
            }
        ).sort_values([REFERENCE, NOMINAL], ignore_index=True)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Outcomes of the month: of crimes that had none, and a few that take the place of an earlier one."""
        rng, donors = self._rng, self._donors(OUTCOMES)
        months = self.zone.recent(CRIMES, self.month)
        old = self.zone.read(CRIMES, months, [REFERENCE, CODE, RECORDED])
        recent = pd.concat([old, self.crimes[[REFERENCE, CODE, RECORDED]]], ignore_index=True)
        accused = self.zone.read(SUSPECTS, months, [REFERENCE])[REFERENCE]
        recent["_accused"] = recent[REFERENCE].isin(set(accused) | set(self.suspects[REFERENCE]))
        earlier = self.zone.read(
            OUTCOMES, self.zone.recent(OUTCOMES, self.month), [REFERENCE, "Outcome Sequence", "Outcome Code"]
        )
        recorded = pd.to_datetime(recent[RECORDED], format=MINUTE)
        lag = (self.month.astype(int) - recorded.to_numpy().astype("datetime64[M]").astype(int)).clip(0, YEARS_BACK)
        size = level(rng, donors, self.month)
        revised = round(size * REVISED_SHARE)

        open_ = np.flatnonzero(~recent[REFERENCE].isin(earlier[REFERENCE]))
        usual = self._waits(donors, recent)
        weight = usual[lag[open_]] / np.maximum(np.bincount(lag[open_], minlength=len(usual)), 1)[lag[open_]]
        chosen = open_[sample(rng, np.maximum(weight, 1e-9), min(size - revised, len(open_)))]
        new = recent.iloc[chosen].assign(**{"Outcome Sequence": "1"})
        # What was recorded as without a suspect or not worth going on with, and is not so any more.
        known = earlier[earlier["Outcome Code"].isin(["18", "21"]) & (earlier["Outcome Sequence"] == "1")]
        known = known.merge(recent, on=REFERENCE).drop_duplicates(REFERENCE)
        other = known.iloc[np.sort(rng.permutation(len(known))[:revised])]
        rows = pd.concat([new, other], ignore_index=True)
        source = self._outcome_of(rows, donors.merge(recent[[REFERENCE, CODE, "_accused"]], on=REFERENCE, how="left"))
        same = donors["Outcome Code"].to_numpy()[source] == rows["Outcome Code"].fillna("").to_numpy()
        rows, source = rows[~same].reset_index(drop=True), source[~same]
        when = self._days(rows)
        frame = pd.DataFrame(
            {
                REFERENCE: rows[REFERENCE],
                "Outcome Sequence": rows["Outcome Sequence"],
                **{column: donors[column].to_numpy()[source] for column in OUTCOME},
                "_day": when,
                "Outcome Date": when.dt.strftime(DAY),
            }
        ).sort_values(["_day", REFERENCE, "Outcome Sequence"], ignore_index=True)
        return frame[self._header(OUTCOMES)]

    def _waits(self, donors: pd.DataFrame, recent: pd.DataFrame) -> np.ndarray:
        """How many of the donors came so many months after the crime."""
        crime = donors.merge(recent[[REFERENCE, RECORDED]], on=REFERENCE)
        recorded = pd.to_datetime(crime[RECORDED], format=MINUTE).to_numpy().astype("datetime64[M]").astype(int)
        lag = crime[MONTH].to_numpy().astype("datetime64[M]").astype(int) - recorded
        return np.bincount(lag.clip(0, YEARS_BACK), minlength=YEARS_BACK + 1)

    def _outcome_of(self, rows: pd.DataFrame, donors: pd.DataFrame) -> np.ndarray:
        """A donor for each outcome: of a crime of the same offence where there is one, with a suspect only where one is."""
        fitting = donors.assign(_accused=~donors["Outcome Code"].isin(WITHOUT_SUSPECT))
        found = match(self._rng, joined(fitting, [CODE, "_accused"]), joined(rows, [CODE, "_accused"]))
        left = np.flatnonzero(found < 0)
        found[left] = match(self._rng, fitting["_accused"], rows["_accused"].iloc[left])
        return found

    def _days(self, rows: pd.DataFrame) -> pd.Series:
        """A day of the month, not before the crime was recorded."""
        first = pd.Timestamp(str(self.month))
        day = pd.to_datetime(rows[RECORDED], format=MINUTE).dt.normalize()
        recorded = day.where(day >= first, first)
        left = ((first + pd.offsets.MonthEnd(0)) - recorded).dt.days.to_numpy() + 1
        found: pd.Series = recorded + pd.to_timedelta(np.floor(self._rng.random(len(rows)) * left), unit="D")
        return found


def write_intelligence(rng: np.random.Generator, zone: Zone, month: np.datetime64) -> Iterator[tuple[str, Path, int]]:
    """Write the month's reports about knives: on people of earlier reports, and on suspects of the same month."""
    donors = zone.read(INTELLIGENCE, zone.like(INTELLIGENCE, month))
    if donors.empty:
        return
    size = level(rng, donors, month)
    rows = sample(rng, np.ones(len(donors)), size)
    day = pd.to_datetime(donors["Report Date"], format=DAY).iloc[others(rng, donors, rows)].reset_index(drop=True)
    when = (day + redated(rng, day, month)).sort_values(kind="stable", ignore_index=True)
    known = zone.read(INTELLIGENCE, zone.recent(INTELLIGENCE, month), [NOMINAL])[NOMINAL].to_numpy()
    suspects = zone.read(SUSPECTS, [str(month)], [NOMINAL])[NOMINAL].to_numpy()
    again = rng.random(size) < 0.5
    frame = pd.DataFrame(
        {
            "Report Reference": [f"IR-{month}-{place + 1:06d}" for place in range(size)],
            NOMINAL: np.where(again, rng.choice(known, size), rng.choice(suspects, size)),
            "Report Date": when.dt.strftime(DAY),
            **{c: donors[c].to_numpy()[others(rng, donors, rows)] for c in ("Source Evaluation", "Intelligence Assessment")},
            "Weapon": donors["Weapon"].to_numpy()[rows],
        }
    )
    path = zone.raw / INTELLIGENCE / f"{month}.csv"
    yield INTELLIGENCE, path, write_csv(frame, path)
