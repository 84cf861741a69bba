"""Stand-ins for files 1 and 7 of the English Indices of Deprivation 2019, by LSOA of 2011.

Published constraints: LSOAs among the five most and the five least deprived tenths of England, by district (T63), and in the
most deprived tenth: 46 of them (section 19), by district as file 1 of the indices has them; each district's decile in six domains
(T62), taken to be the mean of its LSOAs' deciles, rounded half up (the report does not say how it came to one decile for a
district); the share of each district's population that lives in the most deprived tenth of LSOAs (T64).
Ours: which LSOA is how deprived within these, but that much crime and deprivation tend to go together; the Employment domain,
which the report leaves out; how deciles vary about their mean, in the order of the whole index with noise; the population of each
LSOA. Scores and sub-domains, which nothing here reads, are not written.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import workbook
from synthetic.records.targets import Floats, Ints, implied, percentages, published

LSOAS_IN_ENGLAND = 32_844
MOST_DEPRIVED_TENTH = (3, 2, 6, 24, 1, 4, 3, 3, 0)
"""LSOAs in the most deprived tenth of England, by district in the order of T06."""
IMD_HEADERS = (
    "LSOA code (2011)",
    "LSOA name (2011)",
    "Local Authority District code (2019)",
    "Local Authority District name (2019)",
    "Index of Multiple Deprivation (IMD) Rank",
    "Index of Multiple Deprivation (IMD) Decile",
)
DOMAINS = {
    "Income": "Income",
    "Employment": "",
    "Education, Skills and Training": "Education, skills and training",
    "Health Deprivation and Disability": "Health",
    "Crime": "Crime",
    "Barriers to Housing and Services": "Barriers to housing /services",
    "Living Environment": "Living environment",
}
"""Domains in the order of the file, and their labels in T62."""
RANK, DECILE = "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)"
POPULATION = "Total population: mid 2015 (excluding prisoners)"
SPREAD = 2.2
"""Assumed standard deviation of the deciles of a district's LSOAs."""
NOISE = 0.9
"""Assumed noise of a domain, in standard deviations, about the order of the whole index."""
UNLIKE = ("Barriers to Housing and Services", "Living Environment")
"""Domains that in England go their own way: the country is far from services, and old houses are everywhere."""


def deprivation(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    """rank (1 = most deprived of England, all different) and decile of each LSOA."""
    districts = list(dict.fromkeys(areas["district_name"]))
    deprived = implied("T63", districts, ("Most deprived: Indices 1 - 5",))[0][:, 0]
    tenth, half = LSOAS_IN_ENGLAND // 10, LSOAS_IN_ENGLAND // 2
    pools = [rng.permutation(np.arange(low, high)) + 1 for low, high in ((0, tenth), (tenth, half), (half, LSOAS_IN_ENGLAND))]
    heat = np.log(areas["heat"].to_numpy()) + rng.normal(0, 1, len(areas))
    rank = np.empty(len(areas), dtype=np.int64)
    for number, district in enumerate(districts):
        rows = np.flatnonzero(areas["district_name"].to_numpy() == district)
        rows = rows[np.argsort(-heat[rows], kind="stable")]
        worst, worse = MOST_DEPRIVED_TENTH[number], int(deprived[number])
        for place, members in enumerate(np.split(rows, [worst, worse])):
            rank[members], pools[place] = np.sort(pools[place][: len(members)]), pools[place][len(members) :]
    return pd.DataFrame({"rank": rank, "decile": -(-rank * 10 // LSOAS_IN_ENGLAND)})


def write_imd(areas: pd.DataFrame, scores: pd.DataFrame, path: Path) -> int:
    """File 1 of the English Indices of Deprivation 2019: an empty sheet "Notes", then "IMD2019"."""
    with workbook(path) as book:
        book.add_worksheet("Notes")
        sheet = book.add_worksheet("IMD2019")
        sheet.write_row(0, 0, IMD_HEADERS)
        table = pd.concat([areas[["code", "name", "district_code", "district_name"]], scores], axis=1)
        for number, row in enumerate(table.to_numpy().tolist(), start=1):
            sheet.write_row(number, 0, row)
    return len(table)


def deciles(order: Floats, mean: float) -> Ints:
    """Deciles in this order whose mean is nearest to ``mean``."""
    z = (order - order.mean()) / (order.std() or 1)
    shifts = np.linspace(-6, 17, 461)
    found = np.clip(np.rint(SPREAD * z[None, :] + shifts[:, None]), 1, 10)
    return np.asarray(found[np.abs(found.mean(axis=1) - mean).argmin()], dtype=np.int64)


def ranks(rng: np.random.Generator, decile: Ints) -> Ints:
    """A rank of England within each decile, all different."""
    found = np.empty(len(decile), dtype=np.int64)
    for number in range(1, 11):
        rows = np.flatnonzero(decile == number)
        low, high = (LSOAS_IN_ENGLAND * edge // 10 for edge in (number - 1, number))
        found[rows] = rng.choice(np.arange(low, high), len(rows), replace=False) + 1
    return found


def population(rng: np.random.Generator, district: Ints, worst: np.ndarray, share: Floats) -> Ints:
    """Residents of each LSOA; those of the ``worst`` of each district are so many per cent of its residents."""
    people = np.rint(np.clip(rng.normal(1_620, 230, len(district)), 1_000, 3_000))
    for number, percent in enumerate(share):
        members = district == number
        among, others = members & worst, people[members & ~worst].sum()
        if among.any():
            wanted = round(others * percent / (100 - percent))
            scaled = np.floor(people[among] * wanted / people[among].sum())
            scaled[0] += wanted - scaled.sum()
            people[among] = scaled
    return people.astype(np.int64)


def domains(rng: np.random.Generator, areas: pd.DataFrame, overall: pd.DataFrame) -> pd.DataFrame:
    """The rows of the file, from the whole index of file 1."""
    districts = list(dict.fromkeys(areas["district_name"]))
    district = areas["district"].to_numpy()
    cells = published()
    index = overall["rank"].to_numpy() / LSOAS_IN_ENGLAND
    index = (index - index.mean()) / index.std()
    frame = areas[["code", "name", "district_code", "district_name"]].set_axis(IMD_HEADERS[:4], axis=1)
    for label, column in (("rank", RANK), ("decile", DECILE)):
        frame[f"Index of Multiple Deprivation (IMD) {column}"] = overall[label]
    for domain, name in DOMAINS.items():
        follows = -0.4 if domain in UNLIKE else 1.0
        order = follows * index + rng.normal(0, NOISE, len(areas))
        decile = np.empty(len(areas), dtype=np.int64)
        for number, place in enumerate(districts):
            members = district == number
            own = overall["decile"].to_numpy()[members].mean()
            target = float(cells["T62", "Derby City" if place == "Derby" else place, name]) if name else own
            decile[members] = deciles(order[members], target)
        frame[f"{domain} {RANK}"] = ranks(rng, decile)
        frame[f"{domain} {DECILE}"] = decile
    share = percentages("T64", districts, ["% population in the most deprived LSOA"])[:, 0]
    frame[POPULATION] = population(rng, district, overall["decile"].to_numpy() == 1, share)
    return frame
