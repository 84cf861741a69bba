"""Victims of school age (5 to 16), and which offences against them happened at or near a school.

Published constraints: offences by group and calendar year (T33) and by place (T35). The groups are disjoint, for the
text adds them up (4,447 and 1,032 offences): knife crime by its flag whatever the class, else serious violence, else
lower-level violence; none with the flag of domestic abuse or modern slavery. Read here by the year of recording; "at or
near" is Monday to Friday from 08:00 to 16:00. Serious violence is shifted between January to March and the rest of its
financial year, which no other table sees, until its calendar years fit. Ours: how the three places are shared out
within a group and year, the single years of age, that few such offences fall into the holidays, and the years beside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion, controlled_table, weighted_order
from synthetic.records.dates import times
from synthetic.records.targets import NO_DISTRICT, Floats, Ints, counted_by, place_counts

YOUNGEST, OLDEST = 5, 16
GROUPS = ("Serious violence", "Knife crime", "Lower-level violence")
SERIOUS, KNIFE, LOWER = range(3)
YEARS = (2021, 2022, 2023)
ELSEWHERE, AT_SCHOOL, NEAR_SECONDARY, NEAR_PRIMARY = range(4)
PLACE_SHARES = np.array([[0.76, 0.225, 0.015], [0.72, 0.265, 0.015], [0.725, 0.185, 0.09]])
"""Assumed start: places of each group."""
AGES = {
    ELSEWHERE: np.array([1, 1, 1, 1, 1.5, 2, 4, 6, 8, 9, 9, 9]),
    AT_SCHOOL: np.array([1, 1, 1, 1.5, 2, 3, 7, 8, 8, 8, 6, 2]),
    NEAR_SECONDARY: np.array([0, 0, 0, 0, 0, 0, 0, 6, 8, 9, 9, 7]),
    NEAR_PRIMARY: np.array([1, 1, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0]),
}
"""Assumed weights of ages 5 to 16 by place; nobody near a school is 11, of which both kinds of school are."""
FIRST_HOUR, LAST_HOUR = 8, 16
HOLIDAY = 0.12
"""How likely an offence at or near a school is in the holidays, against term."""
ODD_YEARS = 0.9, 0.25
"""Assumed for years beside those of T33: offences against those of these years, and how many are at or near a school."""


def totals() -> Ints:
    """Offences with a victim of school age, group (3) x year (3)."""
    column = "Offence with victim of school age"
    return np.array([list(place_counts("T33", column, group).values()) for group in GROUPS])


def places() -> Ints:
    """Offences at or near a school, group (3) x year (3) x place (at, near a secondary, near a primary)."""
    column = "Offence occurred at/or nearby school"
    near = np.array([list(place_counts("T33", column, group).values()) for group in GROUPS])
    by_place = np.array(list(place_counts("T35", "offences").values()))
    start = near.ravel()[:, None] * np.repeat(PLACE_SHARES, 3, axis=0)
    return controlled_table(start, near.ravel(), by_place).reshape(3, 3, 3)


def calendar_year(month: Ints) -> Ints:
    """Calendar year of a month counted from April 2019."""
    return 2019 + (month + 3) // 12


def in_school_hours(offences: pd.DataFrame) -> np.ndarray:
    """Monday to Friday, 08:00 to 15:59, in a known district."""
    committed = offences["committed"].dt
    hours = (committed.day_of_week < 5) & (committed.hour >= FIRST_HOUR) & (committed.hour < LAST_HOUR)
    return np.asarray(hours & (offences["district"] < NO_DISTRICT))


def holidays(day: np.ndarray) -> np.ndarray:
    """Whether each day (datetime64[D]) is outside the terms of the schools, roughly."""
    date = pd.DatetimeIndex(day)
    number = np.asarray(100 * date.month + date.day)
    out = np.zeros(len(date), dtype=bool)
    for first, last in ((101, 103), (213, 221), (1219, 1231), (402, 416), (527, 604), (722, 902), (1021, 1029)):
        out |= (number >= first) & (number <= last)
    return out


def _weights(offences: pd.DataFrame) -> Floats:
    day = offences["committed"].to_numpy().astype("datetime64[D]")
    return np.where(holidays(day), HOLIDAY, 1.0)


def _by_offence(size: int, victims: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each offence has a victim of school age; whether all those are of a primary, of a secondary school only."""
    age = victims["age"].to_numpy()
    rows = (age >= YOUNGEST) & (age <= OLDEST)
    offence = victims["offence"].to_numpy()
    any_ = np.bincount(offence[rows], minlength=size) > 0
    older = np.bincount(offence[rows & (age > 10)], minlength=size) > 0
    younger = np.bincount(offence[rows & (age < 12)], minlength=size) > 0
    return any_, any_ & ~older, any_ & ~younger


def shift_years(rng: np.random.Generator, offences: pd.DataFrame, victims: pd.DataFrame) -> pd.DataFrame:
    """``offences`` with other dates for some, so that T33's serious violence fits its calendar years.

    Pairs of offences of a financial year, of which one has a victim of school age, change their months of recording.
    """
    has_minor = _by_offence(len(offences), victims)[0]
    flagged = has_minor & ~offences["knife"].to_numpy().astype(bool)
    month = offences["month"].to_numpy().copy()
    year, late = month // 12, month % 12 >= 9
    wanted = totals()[SERIOUS]
    size = np.bincount(year[flagged], minlength=5)
    now = np.bincount(year[flagged & late], minlength=5)
    # Unknown: how many of each financial year from 2020/21 fall in January to March. The last one settles the others.
    best: Ints | None = None
    for last in range(int(size[4]) + 1):
        late_of = now.copy()
        late_of[4] = last
        for y in (3, 2, 1):
            late_of[y] = wanted[y - 1] - size[y + 1] + late_of[y + 1]
        possible = (late_of >= 0).all() and (late_of <= size).all()
        if possible and (best is None or np.square(late_of - now).sum() < np.square(best - now).sum()):
            best = late_of
    if best is None:
        raise ValueError("the calendar years of T33 cannot be met")
    moved = []
    for y in range(5):
        more = int(best[y] - now[y])
        of_year = year == y
        here = rng.permutation(np.flatnonzero(of_year & flagged & (late != (more > 0))))[: abs(more)]
        there = rng.permutation(np.flatnonzero(of_year & ~has_minor & (late == (more > 0))))[: abs(more)]
        month[here], month[there] = month[there], month[here]
        moved += [here, there]
    rows = np.concatenate(moved)
    found = offences.copy()
    again = times(rng, month[rows], offences["weekday"].to_numpy()[rows], offences["hour"].to_numpy()[rows])
    for name in ("month", "committed", "recorded"):
        values = found[name].to_numpy().copy()
        values[rows] = again[name].to_numpy()
        found[name] = values
    return found


def mark_serious(rng: np.random.Generator, offences: pd.DataFrame, victims: pd.DataFrame) -> pd.DataFrame:
    """Columns school (see ELSEWHERE to NEAR_PRIMARY) and minor (a victim of school age) of serious violence."""
    minor, primary, secondary = _by_offence(len(offences), victims)
    fitting = (minor, secondary, primary)
    knife = offences["knife"].to_numpy().astype(bool)
    year = calendar_year(offences["month"].to_numpy())
    able = minor & in_school_hours(offences)
    weights = _weights(offences)
    school = np.full(len(offences), ELSEWHERE)
    wanted = places()
    for group in (SERIOUS, KNIFE):
        of_group = able & (knife == (group == KNIFE))
        for y, place in np.ndindex(3, 3):
            # The rarest place first; of knife crime about half is serious violence.
            kind = 2 - place
            rows = np.flatnonzero(of_group & (year == YEARS[y]) & fitting[kind] & (school == ELSEWHERE))
            number = int(wanted[group, y, kind]) if group == SERIOUS else int(wanted[group, y, kind]) // 2
            rows = rows[weighted_order(rng, weights[rows])][:number]
            if group == SERIOUS and len(rows) < number:
                raise ValueError(f"too few offences of {YEARS[y]} at or near a school")
            school[rows] = kind + 1
        rows = np.flatnonzero(of_group & ~np.isin(year, YEARS))
        school[rows[weighted_order(rng, weights[rows])][: len(rows) // 2]] = AT_SCHOOL
    return pd.DataFrame({"school": school, "minor": minor})


def lower_level_codes() -> list[str]:
    """Offence codes of lower-level violence."""
    return [rule["ho_sub_code"] for rule in counted_by("school-2024") if rule["offence_subtype"] == "Lower-level violence"]


def mark_other(
    rng: np.random.Generator, offences: pd.DataFrame, victims: Ints, closed: tuple[str, ...], serious: pd.DataFrame
) -> pd.DataFrame:
    """Columns school, minor and group (1 knife crime, 2 lower-level violence, -1 neither) of other crime.

    ``victims`` is the number of victims of each, ``closed`` are codes whose victims are no children. ``serious`` is
    serious violence with its marks, whose knife crime counts too.
    """
    size = len(offences)
    knife = offences["knife"].to_numpy().astype(bool)
    eligible = (victims > 0) & ~(offences["domestic"] | offences["slavery"]).to_numpy().astype(bool)
    lower = offences["code"].isin(lower_level_codes()).to_numpy()
    group = np.where(eligible & knife, KNIFE, np.where(eligible & lower, LOWER, -1))
    able = (group >= 0) & ~offences["code"].isin(closed).to_numpy()
    year = calendar_year(offences["month"].to_numpy())
    hours = in_school_hours(offences)
    weights = _weights(offences)
    school, minor = np.full(size, ELSEWHERE), np.zeros(size, dtype=bool)
    wanted, near = totals(), places()
    known = serious[serious["knife"].astype(bool) & serious["minor"]]
    known_year = calendar_year(known["month"].to_numpy())
    for g in (KNIFE, LOWER):
        usual = []
        for y, label in enumerate(YEARS):
            mine = known[(known_year == label) & (g == KNIFE)]
            rows = np.flatnonzero(able & (group == g) & (year == label))
            number = int(wanted[g, y]) - len(mine)
            by_place = near[g, y] - np.array([(mine["school"] == place).sum() for place in range(1, 4)])
            _choose(rng, rows, number, by_place, hours, weights, school, minor)
            usual.append(number / len(rows))
        for label in np.setdiff1d(year, YEARS):
            rows = np.flatnonzero(able & (group == g) & (year == label))
            number = round(ODD_YEARS[0] * np.mean(usual) * len(rows))
            by_place = apportion(PLACE_SHARES[g], round(ODD_YEARS[1] * number))
            _choose(rng, rows, number, by_place, hours, weights, school, minor)
    return pd.DataFrame({"school": school, "minor": minor, "group": group})


def _choose(
    rng: np.random.Generator,
    rows: Ints,
    number: int,
    by_place: Ints,
    hours: np.ndarray,
    weights: Floats,
    school: Ints,
    minor: np.ndarray,
) -> None:
    """Mark ``number`` of the ``rows``, ``by_place`` of them at or near a school."""
    day = rows[hours[rows]]
    day = day[weighted_order(rng, weights[day])][: by_place.sum()]
    left = rng.permutation(np.setdiff1d(rows, day))[: number - len(day)]
    if by_place.min() < 0 or len(day) < by_place.sum() or len(day) + len(left) < number:
        raise ValueError("too few offences for victims of school age")
    school[day] = rng.permutation(np.repeat(np.arange(1, 4), by_place))
    minor[day] = minor[left] = True


def birth_dates(rng: np.random.Generator, day: np.ndarray, school: Ints) -> np.ndarray:
    """A date of birth for a victim of school age of an offence of this day (datetime64[D]) and place."""
    age = np.empty(len(day), dtype=np.int64)
    for place, weights in AGES.items():
        rows = np.flatnonzero(school == place)
        age[rows] = YOUNGEST + rng.choice(len(weights), len(rows), p=weights / weights.sum())
    month = day.astype("datetime64[M]")
    birthday = (month - 12 * age).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    # Not within two days of a birthday: of 29 February there may be none.
    return np.asarray(birthday - rng.integers(2, 363, len(day)))


def age_on(day: np.ndarray, born: np.ndarray) -> Floats:
    """Completed years on a day; NaN where the birth is unknown."""
    later, earlier = pd.DatetimeIndex(day), pd.DatetimeIndex(born)
    before = (later.month < earlier.month) | ((later.month == earlier.month) & (later.day < earlier.day))
    return np.asarray(later.year - earlier.year - before, dtype=float)
