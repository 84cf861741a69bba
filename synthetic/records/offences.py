"""The serious-violence offences: year, type, hour and weekday, and how many victims of which age class.

Published constraints: T03 (year x type), T07 (hour x weekday) and T08/T09, read as *offences with at least one
victim* of the age class. Ours: that second victims belong to the same class as the first, that at most 97% of the
offences of a type and year have a victim, and where possession falls in the week (where few offences have a victim).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.ages import UNKNOWN_AGE
from synthetic.records.controlled_rounding import apportion, controlled_table
from synthetic.records.targets import POSSESSION, Floats, Ints, Targets

CHILD, ADULT, UNKNOWN = range(3)
MOST_WITH_VICTIM = 0.97
"""Assumed: highest share of the offences of a type and year that have a known victim."""


def age_class(age: pd.Series) -> Ints:
    """0 for ages 0-17, 1 for 18 and over, 2 for unknown."""
    return np.select([age == UNKNOWN_AGE, age < 18], [UNKNOWN, CHILD], ADULT)


def second_victims(by_class: Ints, offences: Ints, hours: Ints) -> Ints:
    """Second victims by class (2) x year x kind: what the victims have over the offences with one.

    ``by_class`` is 3 x 5 x 5 victims, ``hours`` the 3 x 24 x 7 offences of T07 to T09 with midnight.
    """
    victims = by_class.sum(axis=0).ravel()
    per_class = [int(by_class[c].sum() - hours[1 + c].sum()) for c in (CHILD, ADULT)]
    least = np.maximum(victims - np.floor(MOST_WITH_VICTIM * offences.ravel()).astype(int), 0)
    weights = np.where(np.arange(victims.size) % 5 == POSSESSION, 0.2, 1.0) * victims
    seconds = least + apportion(weights, sum(per_class) - int(least.sum()))
    pairs = by_class[:2].reshape(2, -1)
    return controlled_table(pairs.astype(float), per_class, seconds, pairs // 2).reshape(2, *offences.shape)


def _week_start(hours: Ints, offences: Ints) -> Floats:
    """168 x 25 fractions: possession leans to the hours in which few offences have a victim."""
    everything = hours[0].ravel().astype(float)
    with_victim = (hours[1] + hours[2]).ravel() / everything
    covered = 0.15, 0.97  # Share with a victim, of possession and of all other types.
    possession = np.clip((covered[1] - with_victim) / (covered[1] - covered[0]), 0.02, 0.98)
    year_kind = offences.astype(float)
    is_possession = np.arange(year_kind.shape[1]) == POSSESSION
    share = np.where(
        is_possession,
        year_kind / year_kind[:, POSSESSION].sum(),
        year_kind / year_kind[:, ~is_possession].sum(),
    ).ravel()
    mix = np.where(np.tile(is_possession, year_kind.shape[0]), possession[:, None], 1 - possession[:, None])
    return np.asarray(everything[:, None] * mix * share)


def offence_records(rng: np.random.Generator, targets: Targets, victims: pd.DataFrame) -> pd.DataFrame:
    """One row per offence: year, kind, hour, weekday (0 = Monday), children, adults, unknown (victims of each class).

    ``victims`` has year, kind, age; every one of them has a place among the offences returned.
    """
    by_class = np.zeros((3, 5, 5), dtype=np.int64)
    np.add.at(by_class, (age_class(victims["age"]), victims["year"], victims["kind"]), 1)
    seconds = second_victims(by_class, targets.offences, targets.hours)
    slots = targets.hours.reshape(3, -1)

    table = controlled_table(_week_start(targets.hours, targets.offences), slots[0], targets.offences.ravel())
    first = (by_class[:2] - seconds).reshape(2, -1)
    share = first / np.maximum(targets.offences.ravel(), 1)
    child = controlled_table(table * share[CHILD] + 1e-6, slots[1], first[CHILD], table)
    adult = controlled_table(table * share[ADULT] + 1e-6, slots[2], first[ADULT], table - child)

    def spread(cells: Ints) -> Ints:
        return np.repeat(np.arange(cells.size), cells.ravel())

    cell = np.concatenate([spread(child), spread(adult), spread(table - child - adult)])
    profile = np.repeat([CHILD, ADULT, UNKNOWN], [child.sum(), adult.sum(), (table - child - adult).sum()])
    slot, year_kind = np.divmod(cell, targets.offences.size)
    offences = pd.DataFrame(
        {
            "year": year_kind // 5,
            "kind": year_kind % 5,
            "hour": slot // 7,
            "weekday": slot % 7,
            "children": (profile == CHILD).astype(np.int64),
            "adults": (profile == ADULT).astype(np.int64),
            "unknown": 0,
        }
    )
    order = rng.permutation(len(offences))
    offences = offences.iloc[order].reset_index(drop=True)
    extra = np.concatenate([seconds, by_class[UNKNOWN][None]])
    for name, numbers, allowed in zip(
        ("children", "adults", "unknown"),
        extra,
        (offences["children"] == 1, offences["adults"] == 1, offences["children"] + offences["adults"] == 0),
        strict=True,
    ):
        _add_victims(offences, name, numbers, allowed)
    return offences


def _add_victims(offences: pd.DataFrame, name: str, numbers: Ints, allowed: pd.Series) -> None:
    """One more victim of the class for the first so many allowed offences of each year and kind."""
    key = offences["year"] * 5 + offences["kind"]
    rank = allowed.astype(int).groupby(key).cumsum()
    chosen = allowed & (rank.to_numpy() <= numbers.ravel()[key.to_numpy()])
    if int(chosen.sum()) != int(numbers.sum()):
        raise ValueError(f"too few offences for the victims: {name}")
    offences.loc[chosen, name] += 1


def place_victims(rng: np.random.Generator, offences: pd.DataFrame, victims: pd.DataFrame) -> pd.DataFrame:
    """``victims`` with the row number of each one's offence (column offence), year, kind and class as agreed."""
    places = []
    for number, name in enumerate(("children", "adults", "unknown")):
        rows = np.repeat(np.arange(len(offences)), offences[name])
        places.append(
            pd.DataFrame(
                {
                    "offence": rows,
                    "year": offences["year"].to_numpy()[rows],
                    "kind": offences["kind"].to_numpy()[rows],
                    "class": number,
                }
            )
        )
    shuffled = victims.iloc[rng.permutation(len(victims))].assign(**{"class": lambda f: age_class(f["age"])})
    by = ["year", "kind", "class"]
    slots = pd.concat(places).sort_values([*by, "offence"], kind="stable")
    people = shuffled.sort_values(by, kind="stable")
    return people.assign(offence=slots["offence"].to_numpy())[["offence", "year", "kind", "age"]].reset_index(drop=True)
