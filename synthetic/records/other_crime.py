"""All the other recorded crime: what a definition of serious violence must leave out.

Nothing here is published; every number is assumed, in ``other_crime.csv``: offences a year by code, the shares with a
domestic-abuse flag, a modern-slavery flag, a knife flag, another weapon, a known victim and a suspect, the time of
day and the first month (counted from April 2019) of an offence that is new in law. A code that the definition of
serious violence holds is used only with a flag that excludes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.codes import POSSESSION_CODES
from synthetic.records.controlled_rounding import apportion
from synthetic.records.dates import MONTHS, REPORT_MONTHS, month_weights, times
from synthetic.records.details import KNIFE, LOCATIONS, pick
from synthetic.records.outcomes import outcome_dates
from synthetic.records.school_age import OLDEST, YOUNGEST, age_on, birth_dates, mark_other
from synthetic.records.targets import HERE, NO_DISTRICT, Floats, Ints, read_csv

HOURS: dict[str, Floats] = {
    "evening": np.array([9, 7, 6, 4, 3, 2, 2, 3, 5, 5, 5, 6, 7, 7, 8, 10, 10, 11, 12, 12, 12, 12, 12, 11], dtype=float),
    "day": np.array([4, 2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 13, 12, 12, 12, 12, 11, 9, 7, 6, 5, 4, 4], dtype=float),
    "night": np.array([13, 10, 10, 10, 9, 7, 5, 5, 5, 5, 4, 4, 5, 4, 4, 5, 6, 8, 9, 9, 9, 9, 11, 12], dtype=float),
}
WEEKDAYS = np.array([0.135, 0.13, 0.132, 0.135, 0.15, 0.165, 0.153])
WEEKEND_NIGHT = 3.0
"""How much more of what happens in the evening happens between midnight and four on Saturday and Sunday."""
NO_DISTRICT_SHARE = 0.006
RELATIONSHIPS = {"": 0.45, "Stranger": 0.22, "Acquaintance": 0.17, "Other": 0.08, "Neighbour": 0.06, "Not seen": 0.02}
DOMESTIC_RELATIONSHIPS = {
    "Ex partner": 0.36,
    "Boyfriend/girlfriend": 0.2,
    "Spouse/defacto": 0.16,
    "Child of offender": 0.05,
    "Parent of offender": 0.1,
    "Sibling of offender": 0.06,
    "": 0.07,
}
WITH_SUSPECT = {"1": 0.17, "3": 0.03, "2": 0.01, "8": 0.1, "10": 0.02, "15": 0.3, "16": 0.32, "22": 0.03, "21": 0.02}
WITHOUT_SUSPECT = {"18": 0.8, "14": 0.14, "20": 0.02, "21": 0.04}
INCOMPLETE_LATE = 0.4
"""Share without an outcome in the last month; a fifth less each month before."""
PLACES: dict[str, dict[str, float]] = {
    "028/01": {"Dwelling": 1.0},
    "030/01": {"Shop": 0.4, "Other": 0.45, "Education establishment": 0.05, "Licensed premises": 0.1},
    "046/00": {"Shop": 1.0},
    "056/02": {"Street": 0.4, "Open space": 0.35, "Other": 0.25},
    "045/10": {"Street": 0.6, "Car park": 0.3, "Other": 0.1},
    "048/01": {"Street": 0.65, "Car park": 0.2, "Other": 0.15},
    "058/03": {"Street": 0.7, "Car park": 0.25, "Other": 0.05},
    "004/04": {"Street": 1.0},
    "004/08": {"Street": 1.0},
    "106/01": {"Dwelling": 0.4, "Other": 0.6},
}
DOMESTIC_PLACES = {"Dwelling": 0.78, "Street": 0.14, "Other": 0.08}
"""Places of the offences whose name contains them, and of domestic abuse; of all others as for serious violence."""
FEMALE_ADULT, MALE_TEEN, FEMALE_TEEN = "019/08", "017/11", "020/01"


@dataclass(frozen=True)
class OtherCrime:
    """Crimes, people and outcomes; ``offence`` and ``person`` are row numbers."""

    offences: pd.DataFrame
    victims: pd.DataFrame
    suspects: pd.DataFrame
    persons: pd.DataFrame
    outcomes: pd.DataFrame


def _offences(rng: np.random.Generator, district_shares: Floats, season: Floats | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The offences, and the row of the assumptions that each follows."""
    rows = read_csv(HERE / "other_crime.csv")
    number = {
        name: np.array([float(row[name]) for row in rows])
        for name in ("yearly", "domestic", "slavery", "knife", "weapon", "victim", "suspect", "first_month")
    }
    season = month_weights(rng) if season is None else season
    counts = []
    for row, first in enumerate(number["first_month"]):
        weights = np.where(np.arange(MONTHS) >= first, season, 0)
        counts.append(apportion(weights, round(5 * number["yearly"][row] * weights.sum() / season[:REPORT_MONTHS].sum())))
    flat = np.concatenate(counts)
    kind = np.repeat(np.repeat(np.arange(len(rows)), MONTHS), flat)
    month = np.repeat(np.tile(np.arange(MONTHS), len(rows)), flat)
    size = len(kind)
    slot = np.empty(size, dtype=np.int64)
    profile = np.array([row["hours"] for row in rows], dtype=object)[kind]
    for name in HOURS:
        chosen = np.flatnonzero(profile == name)
        slot[chosen] = rng.choice(168, len(chosen), p=_week(name).ravel())
    hour, weekday = np.divmod(slot, 7)

    def happens(name: str) -> np.ndarray:
        return rng.random(size) < number[name][kind]

    domestic, knife = happens("domestic"), happens("knife")
    weapon = np.where(
        happens("weapon"),
        pick(
            rng, {"Baseball bat/wood": 3, "Hammer": 2, "Offensive weapon": 2, "Knife/blade": 2, "Metal bar": 1, "Glass": 1}, size
        ),
        "",
    )
    weapon = np.where(knife, KNIFE, weapon)
    code = np.array([row["ho_sub_code"] for row in rows], dtype=object)[kind]
    district = rng.choice(NO_DISTRICT, size, p=district_shares)
    relationship = np.where(domestic, pick(rng, DOMESTIC_RELATIONSHIPS, size), pick(rng, RELATIONSHIPS, size))
    victims = happens("victim") * (1 + (rng.random(size) < 0.04))
    suspects = happens("suspect") * (1 + rng.poisson(0.12, size))
    offences = times(rng, month, weekday, hour).assign(
        district=np.where(rng.random(size) < NO_DISTRICT_SHARE, NO_DISTRICT, district),
        code=code,
        weapon=weapon,
        knife=knife,
        alcohol=rng.random(size) < np.where(profile == "evening", 0.16, 0.02),
        drugs=rng.random(size) < 0.03,
        domestic=domestic,
        slavery=happens("slavery"),
        relationship=np.where(victims > 0, relationship, ""),
        location=_locations(rng, code, domestic),
        property=profile != "evening",
    )
    return offences, pd.DataFrame({"victims": victims, "suspects": suspects})


def _week(profile: str) -> Floats:
    """Share of each hour (24) and weekday (7)."""
    week = np.outer(HOURS[profile], WEEKDAYS)
    if profile == "evening":
        week[:4, 5:] *= WEEKEND_NIGHT
    return np.asarray(week / week.sum())


def _locations(rng: np.random.Generator, code: np.ndarray, domestic: np.ndarray) -> np.ndarray:
    location = np.where(domestic, pick(rng, DOMESTIC_PLACES, len(code)), pick(rng, LOCATIONS, len(code)))
    for name, shares in PLACES.items():
        rows = np.flatnonzero(code == name)
        location[rows] = pick(rng, shares, len(rows))
    return location


def _people(rng: np.random.Generator, size: int, age_mean: float, youngest: str) -> pd.DataFrame:
    """Persons with born, sex, ethnicity; ages spread around ``age_mean`` in October 2021."""
    age_days = (rng.gamma(4.5, age_mean / 4.5, size) * 365.25).astype(np.int64)
    born = np.datetime64("2021-10-01") - np.minimum(age_days, 95 * 365)
    born = np.minimum(born, np.datetime64(youngest) - rng.integers(0, 3000, size))
    born[rng.random(size) < 0.015] = np.datetime64("NaT")
    ethnicity = pick(
        rng,
        {
            "W1": 0.5,
            "NS": 0.34,
            "": 0.03,
            "W9": 0.03,
            "A1": 0.012,
            "A2": 0.022,
            "A9": 0.014,
            "B1": 0.012,
            "B2": 0.01,
            "B9": 0.006,
            "M1": 0.013,
            "M9": 0.008,
            "O9": 0.005,
            "W2": 0.003,
            "A3": 0.002,
            "O1": 0.001,
        },
        size,
    )
    sex = pick(rng, {"F": 0.47, "M": 0.52, "U": 0.005, "": 0.005}, size)
    return pd.DataFrame({"born": born, "sex": sex, "ethnicity": ethnicity})


def _involve(rng: np.random.Generator, times_each: Ints, pool: Ints, known: Ints, share_known: float) -> pd.DataFrame:
    """offence, person: draws from ``pool``, and for some from ``known`` (people of serious violence); nobody twice in
    an offence.
    """
    offence = np.repeat(np.arange(len(times_each)), times_each)
    person = rng.choice(pool, len(offence))
    again = np.flatnonzero(rng.random(len(offence)) < share_known)
    person[again] = rng.choice(known, len(again))
    return pd.DataFrame({"offence": offence, "person": person}).drop_duplicates(ignore_index=True)


def _on_knives(offences: pd.DataFrame) -> np.ndarray:
    """Knife crime or possession of a weapon that is not domestic."""
    return ((offences["knife"] | offences["code"].isin(POSSESSION_CODES)) & ~offences["domestic"]).to_numpy()


def _outcomes(rng: np.random.Generator, offences: pd.DataFrame, suspects: Ints) -> pd.DataFrame:
    size = len(offences)
    code = np.where(suspects > 0, pick(rng, WITH_SUSPECT, size), pick(rng, WITHOUT_SUSPECT, size))
    month = offences["month"].to_numpy()
    complete = np.flatnonzero(rng.random(size) >= INCOMPLETE_LATE * 0.8 ** (MONTHS - 1 - month))
    cps = (code == "1") | ((code == "15") & (rng.random(size) < 0.12))
    recorded = offences["recorded"].to_numpy().astype("datetime64[D]")
    return pd.DataFrame(
        {
            "offence": complete,
            "sequence": 1,
            "code": code[complete],
            "decision_maker": np.where(cps, "CPS", "Police")[complete],
            "date": outcome_dates(rng, recorded[complete], code[complete]),
        }
    )


def other_crime(
    rng: np.random.Generator,
    district_shares: Floats,
    known: pd.DataFrame,
    serious: pd.DataFrame,
    season: Floats | None = None,
) -> OtherCrime:
    """Draw other crime of all months.

    ``district_shares`` (9) place it; ``known`` are the people of serious violence (born, sex, ethnicity), some of
    whom are met here too: a person numbered below ``len(known)`` is one of them, the others are rows of ``persons``.
    ``serious`` are the offences of serious violence, whose victims of school age count with those met here. ``season`` are
    the weights of the months where they are not to be drawn.
    """
    offences, involved = _offences(rng, district_shares, season)
    victims, suspects = involved["victims"].to_numpy(), involved["suspects"].to_numpy()
    sufferers = _people(rng, int(0.75 * victims.sum()), 39, "2017-04-01")
    accused = _people(rng, int(0.5 * suspects.sum()), 33, "2009-04-01")
    male = rng.random(len(accused)) < 0.6
    accused.loc[male, "sex"] = "M"
    first, second = len(known), len(known) + len(sufferers)
    # Nobody may be met before birth.
    old = np.flatnonzero(known["born"].isna() | (known["born"] < pd.Timestamp("2009-01-01")))
    harmed = _involve(rng, victims, np.arange(first, second), old, 0.05)
    blamed = _involve(rng, suspects, np.arange(second, second + len(accused)), old, 0.08)
    # Nobody becomes a habitual knife carrier by these: who they are is settled among the suspects of serious violence.
    alone = np.flatnonzero(_on_knives(offences)[blamed["offence"]])
    (chance,) = rng.spawn(1)
    blamed.loc[alone, "person"] = second + chance.choice(len(accused), len(alone), replace=False)

    # Offences whose name contains the victim's sex and age.
    code = offences["code"].to_numpy()[harmed["offence"]]
    adult = (sufferers["born"] < pd.Timestamp("2001-01-01")).to_numpy()
    teen = (sufferers["born"] < pd.Timestamp("2004-01-01")).to_numpy()
    for name, fitting in (
        (FEMALE_ADULT, adult & (sufferers["sex"] == "F").to_numpy()),
        (MALE_TEEN, teen & (sufferers["sex"] == "M").to_numpy()),
        (FEMALE_TEEN, teen & (sufferers["sex"] == "F").to_numpy()),
    ):
        rows = np.flatnonzero(code == name)
        harmed.loc[rows, "person"] = first + rng.choice(np.flatnonzero(fitting), len(rows))
    persons = pd.concat([sufferers, accused], ignore_index=True)
    marks = mark_other(rng, offences, victims, (FEMALE_ADULT, MALE_TEEN, FEMALE_TEEN), serious)
    harmed, persons = _school_children(rng, offences, marks, harmed, persons, known)
    return OtherCrime(
        offences.assign(school=marks["school"], minor=marks["minor"]),
        harmed.drop_duplicates(ignore_index=True),
        blamed,
        persons,
        _outcomes(rng, offences, suspects),
    )


def _school_children(
    rng: np.random.Generator,
    offences: pd.DataFrame,
    marks: pd.DataFrame,
    harmed: pd.DataFrame,
    persons: pd.DataFrame,
    known: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``harmed`` and ``persons`` with victims of school age in the offences marked so, and in no other of their groups."""
    at, person = harmed["offence"].to_numpy(), harmed["person"].to_numpy().copy()
    day = offences["committed"].to_numpy().astype("datetime64[D]")[at]
    born = np.concatenate([known["born"].to_numpy(), persons["born"].to_numpy()])
    minor = marks["minor"].to_numpy()[at]
    age = age_on(day, born[person])
    wrong = np.flatnonzero((marks["group"].to_numpy()[at] >= 0) & ~minor & (age >= YOUNGEST) & (age <= OLDEST))
    adults = len(known) + np.flatnonzero((persons["born"] < pd.Timestamp("2002-01-01")).to_numpy())
    person[wrong] = rng.choice(adults, len(wrong))
    rows = np.flatnonzero(minor)
    person[rows] = len(born) + np.arange(len(rows))
    children = persons.iloc[rng.integers(0, len(persons), len(rows))].reset_index(drop=True)
    children["born"] = birth_dates(rng, day[rows], marks["school"].to_numpy()[at[rows]])
    return harmed.assign(person=person), pd.concat([persons, children], ignore_index=True)
