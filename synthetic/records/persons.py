"""Who the victims and suspects are: repetition, and one date of birth each.

Published constraints: occurrences, individuals, repeat individuals and their occurrences by year and over the five
years (T15 with its repeat row put in order, T25), and the occurrences of the 25 busiest (135 and 360, sections 3.4
and 3.6). Ours: how the 25 share theirs, that nobody else has more than the 25th, how repeats spread over years
otherwise (the likeliest pattern), and that people of unknown age or district occur once. Victims and suspects are
different people here. Of the suspects, exactly the habitual knife carriers of ``knife_carriers`` are met twice or more in
offences that count towards that index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.ages import UNKNOWN_AGE
from synthetic.records.controlled_rounding import nearest
from synthetic.records.knife_carriers import RECENT_FROM, REFERENCE, Carriers
from synthetic.records.targets import NO_AREA, Floats, Ints, PersonTargets

TOP_VICTIMS = (10, 8, 7, 7, 6, 6, 6, 6, *[5] * 11, *[4] * 6)
TOP_SUSPECTS = (27, 23, 20, 19, 17, 16, 16, 15, 15, 14, 14, 14, 13, 13, 13, 12, 12, 12, 11, 11, 11, 11, 11, 10, 10)
"""Occurrences of the 25 busiest; only the sums are printed."""
MOST_DRAWS = 400
CARRIER_DRAWS = 4000
"""More, since most draws are of another age."""
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


def birth_dates(rng: np.random.Generator, days: np.ndarray, age: Ints) -> np.ndarray:
    """A date of birth for each, such that the person has ``age`` completed years on ``days`` (datetime64[D])."""
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64)
    then = (months - 12 * age).astype("datetime64[D]") + day
    born = then - rng.integers(0, 365, len(days))
    # Around 29 February the result can be a day out.
    surplus = (as_number(days) - as_number(born)) // 10_000 - age
    born = born + surplus
    return np.asarray(born)


def _rows_of_carriers(rng: np.random.Generator, patterns: Ints, carriers: Carriers) -> tuple[Ints, Ints]:
    """Which pattern each carrier has, and how many of its offences of the last year count (the others are of the year before).

    The pattern with the fewest other offences in the two years is taken, so that carriers are no other people than before.
    """
    rows, last_year = [], []
    free = np.ones(len(patterns), dtype=bool)
    for number in carriers.offences:
        both = patterns[:, 3:].sum(axis=1)
        fits = np.flatnonzero(free & (both >= number) & (patterns[:, 4] > 0))
        fits = fits[both[fits] == both[fits].min()]
        row = fits[rng.integers(len(fits))]
        free[row] = False
        rows.append(row)
        least = max(1, number - patterns[row, 3])
        last_year.append(rng.integers(least, min(number, patterns[row, 4]) + 1))
    return np.array(rows, dtype=np.int64), np.array(last_year, dtype=np.int64)


@dataclass
class _Search:
    """Occurrences that are still to be had, and how people are sought among them."""

    rng: np.random.Generator
    records: pd.DataFrame
    born: np.ndarray
    free: np.ndarray
    counted: np.ndarray
    """Occurrences that count towards the rule of the carriers; of those of the last year, only the ones of the last 12 months
    make a carrier."""

    def __post_init__(self) -> None:
        self.year, self.area, self.offence, self.age = (
            self.records[name].to_numpy() for name in ("year", "area", "offence", "age")
        )
        day = self.records["day"].to_numpy().astype("datetime64[D]")
        self.number = as_number(day)
        self.recent = self.counted & (day >= RECENT_FROM)
        self.of_year = [np.flatnonzero(self.free & (self.year == y)) for y in range(5)]

    def matching(self, year: int, birth: int, home: int) -> Ints:
        """Free occurrences of a year, in different offences, at which somebody born then has the age they have."""
        slots = self.of_year[year]
        fits = self.free[slots] & ((self.number[slots] - birth) // 10_000 == self.age[slots])
        if home >= 0:
            fits &= self.area[slots] == home
        match = self.rng.permutation(slots[fits])
        return np.asarray(match[np.unique(self.offence[match], return_index=True)[1]])

    def person(
        self, pattern: Ints, anchors: Ints, counting: Ints | None, ages: tuple[int, int] | None
    ) -> tuple[Ints, np.datetime64] | None:
        """Occurrences for one person and a date of birth, or None where this draw finds too few.

        ``anchors`` are those to begin with; ``counting`` says how many must count in each year, None that at most one may in
        all; ``ages`` limit the age on the reference date and at the last that counts.
        """
        anchor = anchors[self.rng.integers(len(anchors))]
        birth = as_number(self.born[anchor : anchor + 1])[0]
        if ages is not None and not ages[0] <= (as_number(np.array([REFERENCE]))[0] - birth) // 10_000 <= ages[1]:
            return None
        home = self.area[anchor] if self.rng.random() < SAME_AREA else -1
        found, allowed = [], 1
        for y in np.flatnonzero(pattern):
            match = self.rng.permutation(self.matching(int(y), birth, home))
            marks = self.counted[match]
            if counting is None:
                chosen = match[~marks | (np.cumsum(marks) <= allowed)][: pattern[y]]
                allowed -= int(self.counted[chosen].sum())
            else:
                carrying = self.recent[match] if y == len(pattern) - 1 else marks
                chosen = np.concatenate([match[carrying][: counting[y]], match[~marks][: pattern[y] - counting[y]]])
            if len(chosen) < pattern[y]:
                return None
            found.append(chosen)
        slots = np.concatenate(found)
        if ages is not None:
            last = slots[self.recent[slots]]
            if not ages[0] <= self.age[last[np.argmax(self.number[last])]] <= ages[1]:
                return None
        return slots, self.born[anchor]


def identify(
    rng: np.random.Generator,
    people: PersonTargets,
    top: tuple[int, ...],
    records: pd.DataFrame,
    carriers: Carriers | None = None,
) -> tuple[Ints, np.ndarray, Ints]:
    """Person (0, 1, ...) of each occurrence, date of birth of each person (NaT where the age is unknown), and the carriers.

    ``records`` needs year, area, offence, age, day (datetime64[D], of the offence) and counted (towards the rule of the
    carriers). The carriers choose first, then the busiest: an occurrence at random, a date of birth that fits it, then others at
    which that date makes the age they have. Raises ValueError where none can be found.
    """
    age = records["age"].to_numpy()
    born = birth_dates(rng, records["day"].to_numpy().astype("datetime64[D]"), np.maximum(age, 0))
    free = (age != UNKNOWN_AGE) & (records["area"].to_numpy() != NO_AREA)
    search = _Search(rng, records, born, free, records["counted"].to_numpy())
    person = np.full(len(records), -1)
    patterns = repeat_patterns(rng, people, top)
    birth_of = np.empty(len(patterns), dtype="datetime64[D]")
    chosen_rows, last_year = _rows_of_carriers(rng, patterns, carriers) if carriers else (np.array([], dtype=np.int64),) * 2
    place = {int(row): number for number, row in enumerate(chosen_rows)}
    others = np.setdiff1d(np.arange(len(patterns)), chosen_rows)

    # A choice depends on all before it, so this is a loop over the repeat persons.
    for who in [*chosen_rows, *others]:
        pattern, counting, ages = patterns[who], None, None
        anchors = search.of_year[int(np.argmax(pattern))]
        if carriers and who in place:
            number = place[who]
            counting = np.zeros(5, dtype=np.int64)
            counting[3:] = carriers.offences[number] - last_year[number], last_year[number]
            ages = int(carriers.youngest[number]), int(carriers.oldest[number])
            anchors = np.flatnonzero(search.recent)
        for _ in range(MOST_DRAWS if ages is None else CARRIER_DRAWS):
            found = search.person(pattern, anchors[free[anchors]], counting, ages)
            if found is not None:
                chosen, birth_of[who] = found
                person[chosen] = who
                free[chosen] = False
                break
        else:
            raise ValueError(f"no occurrences fit a person with {pattern} a year")

    single = person < 0
    person[single] = len(patterns) + np.arange(int(single.sum()))
    born[age == UNKNOWN_AGE] = np.datetime64("NaT")
    return person, np.concatenate([birth_of, born[single]]), chosen_rows
