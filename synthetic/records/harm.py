"""Crime harm weights of the demonstration, and how much harm its offences add up to.

Published constraints: the harm scores and every statement of section 7, as figures of ``P7``. Ours: all weights that the
SNA does not print (``harm_weight.csv``: illustrative, with the reason for each; the Cambridge index itself is not in this
repository), and that the years differ no more than the statements need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.records.targets import HERE, SEEDS, YEARS, Floats, Ints, published, read_csv

VERSION = "2023"
"""Edition of the index whose place the illustrative weights take."""
LEAST = 1500.0
"""Assumed: days by which one year's harm differs at least from another's where the text says that it is more."""
LEAST_MEAN = 1.0
"""The same of the harm per offence."""
ROUNDS_TO = 0.4
"""Half the width of what rounds to a printed whole number, with a little to spare."""


def illustrative() -> list[dict[str, str]]:
    """The made-up weights: ho_sub_code, days, title, reason."""
    return read_csv(HERE / "harm_weight.csv")


def weights() -> dict[str, float]:
    """Days by sub-code: those that the SNA prints, and the illustrative ones."""
    seed = read_csv(SEEDS / "reference" / "harm_weight.csv")
    known = {row["ho_sub_code"]: row["harm_days"] for row in seed if row["harm_version"] == VERSION and row["harm_days"]}
    return {row["ho_sub_code"]: float(row["days"]) for row in illustrative()} | {
        code: float(days) for code, days in known.items()
    }


@dataclass(frozen=True)
class Condition:
    """``low <= sum over years of factor[year] * harm[who, year] <= high``; who: a row of ``measure`` in ``conditions``."""

    who: int
    factor: Floats
    low: float
    high: float


ALL, CHILD_VICTIMS, ADULT_VICTIMS, CHILD_SUSPECTS, ADULT_SUSPECTS = range(5)
FIRST, SECOND, THIRD, FOURTH, LAST = range(5)
MORE_HARM = (
    # Both rose over the last two years to the highest of the five.
    *((who, more, less) for who in (ALL, ADULT_SUSPECTS) for more, less in ((FOURTH, THIRD), (LAST, FOURTH))),
    *((who, LAST, less) for who in (ALL, ADULT_SUSPECTS) for less in (FIRST, SECOND)),
    # Of children it fell to the lowest, and as victims it was highest in 2022/23.
    *((CHILD_SUSPECTS, more, less) for more, less in ((THIRD, FOURTH), (FOURTH, LAST), (FIRST, LAST), (SECOND, LAST))),
    *((CHILD_VICTIMS, FOURTH, less) for less in (FIRST, SECOND, THIRD)),
)
"""Whose harm is more in one year than in another."""
MORE_HARM_EACH = ((SECOND, FIRST), (SECOND, THIRD), (FOURTH, THIRD), (LAST, FOURTH))
"""Years of which an offence did more harm than in another: high in 2020/21, then lower, then rising."""


def conditions(volume: Ints) -> list[Condition]:
    """What section 7 says of harm, where ``volume`` (5 x year) counts offences, and victims and suspects by age.

    Rows are ``ALL`` to ``ADULT_SUSPECTS``; the harm of a person is that of the offence, once per person.
    """
    cells = published()
    year = np.eye(5)
    found = [Condition(who, year[more] - year[less], LEAST, np.inf) for who, more, less in MORE_HARM]

    each = year / volume[ALL][:, None]
    found += [Condition(ALL, each[more] - each[less], LEAST_MEAN, np.inf) for more, less in MORE_HARM_EACH]

    each = year / volume[ADULT_VICTIMS][:, None]
    means = {of: float(cells["P7", f"Adult victims in {YEARS[of]}", "Harm per offence"]) for of in (FOURTH, LAST)}
    found += [Condition(ADULT_VICTIMS, each[of], mean - ROUNDS_TO, mean + ROUNDS_TO) for of, mean in means.items()]
    found += [Condition(ADULT_VICTIMS, each[of], 0, means[LAST] - LEAST_MEAN) for of in (FIRST, SECOND, THIRD)]

    fall = float(cells["P7", "Decrease of harm to child victims from 2022/23 to 2023/24", "Percentage"])
    most, least = (year[LAST] - (1 - percent / 100) * year[FOURTH] for percent in (fall - ROUNDS_TO, fall + ROUNDS_TO))
    return [*found, Condition(CHILD_VICTIMS, most, -np.inf, 0), Condition(CHILD_VICTIMS, least, 0, np.inf)]
