"""Stand-ins for Census 2021 about the county that does not exist, in the formats of Nomis and of the Census site.

Published constraints: residents, their sex, households, and the change of residents and households since 2011, of Derby City and
of Derbyshire County (T60; printed to the nearest hundred, and taken as exact).
Ours: everything by district, age, ethnic group and LSOA; households in hardship follow deprivation with noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.deprivation import LSOAS_IN_ENGLAND
from synthetic.feeds.files import workbook, write_rows
from synthetic.records.controlled_rounding import apportion
from synthetic.records.targets import Ints, published

AREA = "local authorities: district / unitary (as of April 2023)"
SMALL_AREA = "2021 super output area - lower layer"
AGES = (
    "Aged 4 years and under",
    *(f"Aged {low} to {low + 4} years" for low in range(5, 85, 5)),
    "Aged 85 years and over",
)
AGE_SHAPE = (52, 57, 60, 57, 57, 60, 63, 64, 61, 58, 67, 72, 66, 57, 53, 47, 29, 27)
"""Assumed shape of the ages."""
ADULTS = 0.815
"""Assumed share of residents aged 16 and over."""
ETHNIC_GROUPS = {
    "Does not apply": (-8, 0, 0),
    "Asian, Asian British or Asian Welsh: Bangladeshi": (1, 3, 0.3),
    "Asian, Asian British or Asian Welsh: Chinese": (2, 5, 2),
    "Asian, Asian British or Asian Welsh: Indian": (3, 48, 7),
    "Asian, Asian British or Asian Welsh: Pakistani": (4, 80, 2),
    "Asian, Asian British or Asian Welsh: Other Asian": (5, 19, 3),
    "Black, Black British, Black Welsh, Caribbean or African: African": (6, 23, 3),
    "Black, Black British, Black Welsh, Caribbean or African: Caribbean": (7, 12, 2),
    "Black, Black British, Black Welsh, Caribbean or African: Other Black": (8, 5, 1),
    "Mixed or Multiple ethnic groups: White and Asian": (9, 9, 4),
    "Mixed or Multiple ethnic groups: White and Black African": (10, 4, 2),
    "Mixed or Multiple ethnic groups: White and Black Caribbean": (11, 16, 5),
    "Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups": (12, 8, 3),
    "White: English, Welsh, Scottish, Northern Irish or British": (13, 662, 937),
    "White: Irish": (14, 8, 4),
    "White: Gypsy or Irish Traveller": (15, 2, 1),
    "White: Roma": (16, 5, 0.5),
    "White: Other White": (17, 62, 21),
    "Other ethnic group: Arab": (18, 4, 0.5),
    "Other ethnic group: Any other ethnic group": (19, 25, 3),
}
"""Numbers of the census's twenty groups, and assumed shares in city and county."""
HARDSHIP = {
    "TS045": ("Car or van availability", "No cars or vans in household", "1 car or van in household", 0.19),
    "TS054": ("Tenure of household", "Rented", "Owned", 0.30),
    "TS011": (
        "Households by deprivation dimensions",
        "Household is deprived in at least one dimension",
        "Household is not deprived in any dimension",
        0.51,
    ),
    "TS052": (
        "Occupancy rating for bedrooms",
        "Occupancy rating of bedrooms: -1 or less",
        "Occupancy rating of bedrooms: 0 or more",
        0.025,
    ),
    "TS053": (
        "Occupancy rating for rooms",
        "Occupancy rating of rooms: -1 or less",
        "Occupancy rating of rooms: 0 or more",
        0.045,
    ),
}
"""Title, the column of hardship, the other column, and the assumed share of households, by table."""
NOTE = (
    "In order to protect against disclosure of personal information, records have been swapped between different geographic "
    "areas and counts perturbed by small amounts. Small counts at the lowest geographies will be most affected."
)
Table = list[Sequence[object]]


def printed(area: str, column: str) -> float:
    """A figure of T60."""
    return float(published()["T60", area, column])


def _preamble(title: str, what: str, unit: str, date: str) -> Table:
    return [
        [title],
        ["ONS Crown Copyright Reserved [from Nomis on 9 May 2025]"],
        [],
        ["population", what],
        ["units", unit],
        ["date", date],
        [],
    ]


def _block(title: str, what: str, unit: str, date: str, header: Sequence[object], rows: Table) -> Table:
    return [*_preamble(title, what, unit, date), header, *rows, []]


def _workbook(path: Path, rows: Table) -> None:
    with workbook(path) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def districts(areas: pd.DataFrame, column: str, year: int, scale: int = 1) -> pd.Series:
    """Residents (Population) or Households of each district, by its code; ``scale`` times the printed ones."""
    size = areas.groupby("district_code").size()
    found = []
    for area, members in (("Derby City", size.index == "E06000015"), ("Derbyshire County", size.index != "E06000015")):
        # What it is a change from is not printed: the number nearest to the printed change.
        since = 1 if year == 2021 else 1 + printed(area, f"{column} change from 2011") / 100
        total = scale * round(printed(area, column) / since)
        found.append(pd.Series(apportion(size[members].to_numpy(), total), index=size.index[members]))
    together: pd.Series = pd.concat(found)
    return together.sort_index()


def sex_and_age(residents: pd.Series) -> dict[str, Ints]:
    """Females and males by district (rows) and age (columns)."""
    city = residents.index == "E06000015"
    share = np.where(city, printed("Derby City", "Female %"), printed("Derbyshire County", "Female %")) / 100
    female = np.rint(residents.to_numpy() * share).astype(np.int64)
    for_all = {"Female": female, "Male": residents.to_numpy() - female}
    return {sex: np.array([apportion(AGE_SHAPE, int(n)) for n in total]) for sex, total in for_all.items()}


def write_census(
    rng: np.random.Generator, areas: pd.DataFrame, index: pd.DataFrame, raw: Path, scale: int = 1
) -> Iterator[tuple[str, Path, int]]:
    """Write the five files about ``scale`` parts; yields feed, path and rows of each."""
    names = areas.groupby("district_code")["district_name"].first()
    label = [f"{code} : {name}" for code, name in names.items()]
    blocks: Table = []
    for year in (2021, 2011):
        people, homes = (districts(areas, column, year, scale) for column in ("Population", "Households"))
        by_sex = sex_and_age(people)
        header = [AREA, *(f"{sex}: {age}" for sex in by_sex for age in AGES)]
        cells = np.hstack(list(by_sex.values()))
        rows: Table = [[name, *line] for name, line in zip(label, cells.tolist(), strict=True)]
        blocks += _block("Residents by sex and age", f"All usual residents, Census {year}", "Persons", str(year), header, rows)
        homes_rows: Table = [[name, int(n)] for name, n in zip(label, homes, strict=True)]
        header = [AREA, "Total: All households"]
        blocks += _block("Number of households", f"All households, Census {year}", "Households", str(year), header, homes_rows)
    feed = "ons/census_population"
    path = raw / feed / "2021.csv"
    write_rows([*blocks, [NOTE]], path)
    yield feed, path, 2 * len(names) * (2 * len(AGES) + 1)

    households, adults = small_areas(rng, areas, scale)
    feed = "ons/census_households"
    path = raw / feed / "2021.csv"
    pairs = areas[["code", "name"]].to_numpy().tolist()
    rows = [[code, name, int(n)] for (code, name), n in zip(pairs, households, strict=True)]
    write_rows([["Lower layer Super Output Areas Code", "Lower layer Super Output Areas", "Observation"], *rows], path)
    yield feed, path, len(rows)

    feed = "ons/census_residents_16_plus"
    path = raw / feed / "2021.xlsx"
    places = [f"{code} : {name}" for code, name in pairs]
    what = "All usual residents aged 16 years and over"
    rows = [[place, int(n)] for place, n in zip(places, adults, strict=True)]
    top = _preamble("TS066 - Economic activity status", what, "Persons", "2021")
    _workbook(path, [*top, [SMALL_AREA, 2021], *rows, [], [NOTE]])
    yield feed, path, len(rows)

    feed = "ons/census_household_indicators"
    path = raw / feed / "2021.csv"
    deprived = 1 - index["rank"].to_numpy() / LSOAS_IN_ENGLAND
    blocks = []
    for table, (title, hardship, other, share) in HARDSHIP.items():
        odds = share / (1 - share) * np.exp(1.6 * (deprived - deprived.mean()) + rng.normal(0, 0.35, len(areas)))
        among = np.rint(households * odds / (1 + odds)).astype(np.int64)
        lines: Table = [[place, int(n), int(k), int(n - k)] for place, n, k in zip(places, households, among, strict=True)]
        header = [SMALL_AREA, "Total: All households", hardship, other]
        blocks += _block(f"{table} - {title}", "All households", "Households", "2021", header, lines)
    write_rows([*blocks, [NOTE]], path)
    yield feed, path, len(HARDSHIP) * len(areas)

    feed = "ons/census_ethnicity"
    path = raw / feed / "2021.csv"
    header = [
        *("2023 Upper tier local authorities Code", "2023 Upper tier local authorities"),
        *("Ethnic group (20 categories) Code", "Ethnic group (20 categories)", "Observation"),
    ]
    rows = []
    for place, (code, name, area) in enumerate(
        (("E06000015", "Derby", "Derby City"), ("E10000007", "Derbyshire", "Derbyshire County")), start=1
    ):
        counts = apportion([numbers[place] for numbers in ETHNIC_GROUPS.values()], scale * int(printed(area, "Population")))
        rows += [
            [code, name, numbers[0], group, int(n)] for (group, numbers), n in zip(ETHNIC_GROUPS.items(), counts, strict=True)
        ]
    write_rows([header, *rows], path)
    yield feed, path, len(rows)


def small_areas(rng: np.random.Generator, areas: pd.DataFrame, scale: int = 1) -> tuple[Ints, Ints]:
    """Households, and residents aged 16 and over, of each LSOA; they add up to those of the districts."""
    size = rng.normal(1, 0.13, len(areas)).clip(0.6, 1.6)
    homes, adults = np.zeros(len(areas), dtype=np.int64), np.zeros(len(areas), dtype=np.int64)
    total_homes, total_people = (districts(areas, column, 2021, scale) for column in ("Households", "Population"))
    for code in total_homes.index:
        members = areas["district_code"].to_numpy() == code
        homes[members] = apportion(size[members], int(total_homes[code]))
        crowd = size[members] * rng.normal(1, 0.05, int(members.sum()))
        adults[members] = apportion(crowd, round(int(total_people[code]) * ADULTS))
    return homes, adults
