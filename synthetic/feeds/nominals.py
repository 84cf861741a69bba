"""The constabulary's register of nominals: a name and a date of birth for every person of serious violence, invented.

Some people are in it under two references, as in every police system: somebody was entered again by an officer who did not
find the old entry. Which they are is written beside the deliveries, in ``TRUTH``, so that linkage can be measured.

Ours, all of it: names (of plants, places and birds; how often each occurs falls off as names do), how many people have two
references, and how often the second entry is misspelt or a day out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.feeds.constabulary import AGENCY, DAY
from synthetic.feeds.files import write_csv
from synthetic.records.parts import syllable

if TYPE_CHECKING:
    import duckdb

FEED = f"{AGENCY}/nominals"
PERIOD = "2023-24"
TRUTH = "linked-people.truth.csv"
SAME_DAY, DAY_OUT = 240, 40
"""People with two references: with one date of birth, and with two that differ in the day."""
MISSPELT, OTHER_FORENAME = 0.15, 0.05
BEGINNINGS = (
    *("Ash", "Birch", "Black", "Bram", "Brook", "Cold", "Crow", "Dun", "Elm", "Fern", "Fox", "Gold", "Green", "Hart", "Hay"),
    *("Hazel", "Holm", "Kirk", "Lang", "Lin", "Marl", "Nether", "Oak", "Over", "Pen", "Raven", "Red", "Rush", "Sand", "Stan"),
)
ENDINGS = (
    *("dale", "wood", "ford", "ley", "worth", "by", "ton", "combe", "shaw", "field", "bury", "ham", "stead", "more", "well"),
    *("bridge", "croft", "gate", "hurst", "land"),
)
FORENAMES = (
    *(
        "Rowan",
        "Robin",
        "Wren",
        "Jay",
        "Teal",
        "Merlin",
        "Linnet",
        "Ivy",
        "Heather",
        "Briar",
        "Ashby",
        "Clover",
        "Sorrel",
        "Bryony",
    ),
    *("Fern", "Lark", "Martin", "Finch", "Hazel", "Laurel", "Holly", "Olive", "Reed", "Sage", "Basil", "Jasper", "Flint", "Clay"),
    *(
        "Dale",
        "Glen",
        "Heath",
        "Marsh",
        "River",
        "Brook",
        "Poppy",
        "Daisy",
        "Rose",
        "Lily",
        "Iris",
        "Violet",
        "Jasmine",
        "Myrtle",
    ),
    *("Juniper", "Willow", "Aspen", "Alder", "Thorn", "Hawk", "Drake", "Swift"),
)


def _names(rng: np.random.Generator, names: list[str], size: int) -> np.ndarray:
    """Names as they occur: the n-th commonest about as often as 1 / (n + 5)."""
    weights = 1 / (np.arange(len(names)) + 5.0)
    return np.array(names, dtype=object)[rng.choice(len(names), size, p=weights / weights.sum())]


def _misspelt(name: str) -> str:
    """The last two letters the other way round."""
    return name[:-2] + name[-1] + name[-2]


def _pairs(rng: np.random.Generator, people: pd.DataFrame, by: list[str], number: int) -> np.ndarray:
    """Up to ``number`` pairs of rows, two of people seen once who agree in ``by`` and are not of one crime, n x 2."""
    free = people[people["once"] & people["born"].notna()].sort_values([*by, "nominal"])
    following = free[[*by, "crime"]].shift(-1)
    fits = (free[by] == following[by]).all(axis=1) & (free["crime"] != following["crime"])
    # A row that closes a pair opens none.
    opens = fits & ~fits.shift(1, fill_value=False)
    first = np.flatnonzero(opens.to_numpy())
    chosen = np.sort(rng.permutation(first)[:number])
    rows = free.index.to_numpy()
    return np.column_stack([rows[chosen], rows[chosen + 1]])


def register(rng: np.random.Generator, people: pd.DataFrame, part: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Surname and forename of each row of ``people``, and the pairs of rows that are one person.

    Each ``part`` of a force has surnames of its own. ``people`` has nominal, born (datetime64), sex, once (seen in one crime
    only) and crime, one row per nominal, numbered from 0.
    """
    size = len(people)
    surnames = [a + syllable(part) + b for a in BEGINNINGS for b in ENDINGS]
    named = people.assign(surname=_names(rng, list(rng.permutation(surnames)), size), forename=_names(rng, list(FORENAMES), size))
    named["month"] = named["born"].to_numpy().astype("datetime64[M]")
    same = _pairs(rng, named, ["sex", "born"], SAME_DAY)
    rest = named[~named.index.isin(same.ravel())]
    near = _pairs(rng, rest, ["sex", "month"], DAY_OUT)
    pairs = np.vstack([same, near])
    for column in ("surname", "forename"):
        named.loc[pairs[:, 1], column] = named.loc[pairs[:, 0], column].to_numpy()
    wrong = pairs[rng.random(len(pairs)) < MISSPELT, 1]
    named.loc[wrong, "surname"] = named.loc[wrong, "surname"].map(_misspelt)
    other = pairs[rng.random(len(pairs)) < OTHER_FORENAME, 1]
    named.loc[other, "forename"] = _names(rng, list(FORENAMES), len(other))
    return named.drop(columns="month"), pairs


def write_register(
    rng: np.random.Generator, database: duckdb.DuckDBPyConnection, serious: int, raw: Path, scale: int, part: int = 0
) -> Iterator[tuple[str, Path, int]]:
    """Write the register of the people in the first ``serious`` crimes of one of ``scale`` parts, and who of them are one;
    yields feed, path, rows.

    ``database`` is that of :func:`synthetic.records.database.load`.
    """
    people = database.execute(
        f"""
        with seen as (
            select person.nominal, person.born, person.sex, crime.id as crime
            from (select * from victim union all select * from suspect) as person
            inner join crime using (reference_year, number)
            where crime.id < {serious}
        )
        select nominal, any_value(born) as born, any_value(sex) as sex, count(*) = 1 as once, min(crime) as crime
        from seen group by nominal order by nominal
        """
    ).df()
    named, pairs = register(rng, people, part)
    reference = _reference(named["nominal"].to_numpy() * scale + part)
    path = raw / FEED / f"{PERIOD}.csv"
    delivered = pd.DataFrame(
        {
            "Nominal Reference": reference,
            "Surname": named["surname"],
            "Forename": named["forename"],
            "Date of Birth": pd.to_datetime(named["born"]).dt.strftime(DAY),
            "Sex": named["sex"],
        }
    )
    write_csv(delivered, path, append=part > 0)
    truth = pd.DataFrame({"nominal_reference": reference[pairs[:, 0]], "same_person_as": reference[pairs[:, 1]]})
    write_csv(truth, raw / TRUTH, append=part > 0)
    yield FEED, path, len(delivered)


def _reference(number: np.ndarray) -> np.ndarray:
    """As in the constabulary's other deliveries."""
    return np.array([f"N{10_000_000 + n:08d}" for n in number.tolist()], dtype=object)
