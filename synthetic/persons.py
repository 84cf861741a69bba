"""Who the victims and suspects are: repetition, and one date of birth each.

Published constraints: occurrences, individuals, repeat individuals and their occurrences by year and over the five
years (T15 with its repeat row put in order, T25), and the occurrences of the 25 busiest (135 and 360, sections 3.4
and 3.6). Ours: how the 25 share theirs, that nobody else has more than the 25th, how repeats spread over years
otherwise (the likeliest pattern), and that people of unknown age or district occur once. Victims and suspects are
different people here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.ages import UNKNOWN_AGE
from synthetic.controlled import nearest
from synthetic.targets import NO_AREA, Floats, Ints, PersonTargets

TOP_VICTIMS = (10, 8, 7, 7, 6, 6, 6, 6, *[5] * 11, *[4] * 6)
TOP_SUSPECTS = (27, 23, 20, 19, 17, 16, 16, 15, 15, 14, 14, 14, 13, 13, 13, 12, 12, 12, 11, 11, 11, 11, 11, 10, 10)
"""Occurrences of the 25 busiest; only the sums are printed."""
MOST_DRAWS = 400
SAME_AREA = 0.9
"""Assumed chance that a person's occurrence is sought in the area of the first one."""


def _vectors(most: int) -> Ints:
    """All ways to have 2 to ``most`` occurrences in five years, n x 5."""
    grid = np.stack(np.meshgrid(*[np.arange(most + 1)] * 5, indexing="ij"), axis=-1).reshape(-1, 5)
    total = grid.sum(axis=1)
    return np.asarray(grid[(total >= 2) & (total <= most)])


def _features(vectors: Ints) -> Ints:
    """What T15 and T25 count of each pattern: person, occurrences, repeat in each year, occurrences of these."""
    repeat = vectors >= 2
    return np.column_stack([np.ones(len(vectors), dtype=np.int64), vectors.sum(axis=1), repeat, repeat * vectors])


def repeat_patterns(rng: np.random.Generator, people: PersonTargets, top: tuple[int, ...]) -> Ints:
    """Occurrences by year of every person seen more than once, busiest first, persons x 5."""
    from scipy.optimize import minimize

    wanted = np.concatenate([people.repeat_all, people.repeat_year[0], people.repeat_year[1]])
    weights = people.repeat_year[1] / people.repeat_year[1].sum()
    for _ in range(MOST_DRAWS):
        busiest = np.stack([rng.multinomial(number, weights) for number in top])
        rest = wanted - _features(busiest).sum(axis=0)
        # All others who repeat in a year need two occurrences in it, and some have more.
        if (rest[7:] > 2 * rest[2:7]).all():
            break
    else:
        raise ValueError("the busiest persons leave too few occurrences for the others")
    vectors = _vectors(top[-1])
    features = _features(vectors)

    # The likeliest pattern with these sums: weights are an exponential family, found through its dual.
    mean = rest / rest[0]

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        score = features @ multipliers
        peak = score.max()
        share = np.exp(score - peak)
        total = share.sum()
        return float(np.log(total) + peak - multipliers @ mean), (share @ features) / total - mean

    multipliers = minimize(dual, np.zeros(features.shape[1]), jac=True, method="BFGS").x
    share = np.exp(features @ multipliers - (features @ multipliers).max())
    expected = share / share.sum() * rest[0]
    likely = expected > 0.02
    numbers = nearest(expected[likely], _sparse(features[likely].T), rest, rest)
    others = rng.permutation(np.repeat(vectors[likely], numbers, axis=0))
    patterns = np.vstack([busiest, others])
    return patterns[np.argsort(-patterns.sum(axis=1), kind="stable")]


def _sparse(matrix: Ints) -> object:
    from scipy.sparse import csr_array

    return csr_array(matrix.astype(float))


def as_number(days: np.ndarray) -> Ints:
    """Dates as whole numbers YYYYMMDD: completed years are the difference of two, divided by 10,000."""
    months = days.astype("datetime64[M]").astype(np.int64)
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    return np.asarray((months // 12 + 1970) * 10_000 + (months % 12 + 1) * 100 + day)


def births(rng: np.random.Generator, days: np.ndarray, age: Ints) -> np.ndarray:
    """A date of birth for each, such that the person has ``age`` completed years on ``days`` (datetime64[D])."""
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64)
    then = (months - 12 * age).astype("datetime64[D]") + day
    born = then - rng.integers(0, 365, len(days))
    # Around 29 February the result can be a day out.
    surplus = (as_number(days) - as_number(born)) // 10_000 - age
    born = born + surplus
    return np.asarray(born)


def identify(
    rng: np.random.Generator, people: PersonTargets, top: tuple[int, ...], records: pd.DataFrame
) -> tuple[Ints, np.ndarray]:
    """Person (0, 1, ...) of each occurrence, and date of birth of each person (NaT where the age is unknown).

    ``records`` needs year, area, offence, age, day (datetime64[D], of the offence). The busiest persons choose first:
    an occurrence at random, a date of birth that fits it, then others at which that date gives the age they have.
    Raises ValueError where none can be found.
    """
    year, area, offence, age = (records[name].to_numpy() for name in ("year", "area", "offence", "age"))
    day = records["day"].to_numpy().astype("datetime64[D]")
    number = as_number(day)
    born = births(rng, day, np.maximum(age, 0))
    person = np.full(len(records), -1)
    free = (age != UNKNOWN_AGE) & (area != NO_AREA)
    patterns = repeat_patterns(rng, people, top)
    birth_of = np.empty(len(patterns), dtype="datetime64[D]")
    of_year = [np.flatnonzero(free & (year == y)) for y in range(5)]

    # A choice depends on all before it, so this is a loop over the repeat persons.
    for who, pattern in enumerate(patterns):
        active = np.flatnonzero(pattern)
        for _ in range(MOST_DRAWS):
            pool = of_year[active[np.argmax(pattern[active])]]
            pool = pool[free[pool]]
            anchor = pool[rng.integers(len(pool))]
            birth = as_number(born[anchor : anchor + 1])[0]
            home = area[anchor] if rng.random() < SAME_AREA else -1
            found = []
            for y in active:
                slots = of_year[y]
                fits = free[slots] & ((number[slots] - birth) // 10_000 == age[slots])
                if home >= 0:
                    fits &= area[slots] == home
                match = slots[fits]
                match = match[np.unique(offence[match], return_index=True)[1]]
                if len(match) < pattern[y]:
                    break
                found.append(rng.permutation(match)[: pattern[y]])
            else:
                chosen = np.concatenate(found)
                person[chosen] = who
                free[chosen] = False
                birth_of[who] = born[anchor]
                break
        else:
            raise ValueError(f"no occurrences fit a person with {pattern} a year")

    single = person < 0
    person[single] = len(patterns) + np.arange(int(single.sum()))
    born[age == UNKNOWN_AGE] = np.datetime64("NaT")
    return person, np.concatenate([birth_of, born[single]])
