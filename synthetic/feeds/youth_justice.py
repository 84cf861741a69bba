"""Offenders whom the two youth justice services dealt with, by age and gender, one CSV file a financial year.

Published constraints (sections 15.1 and 15.2; the graphs are lost): in the city a third were female over the last two years, and
16 was the most common age; in the county 13 % were female over four years, and most were 13 (33 cases), then 15 (31 cases). Ours:
everything else, and that there are fewer offenders than offences in every year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import write_csv
from synthetic.records.controlled_rounding import controlled_table

AGES = range(10, 18)


@dataclass(frozen=True)
class Service:
    """Offenders by year, and by age (10 to 17) of all these years: of both sexes, and female."""

    years: dict[str, int]
    all: tuple[int, ...]
    female: tuple[int, ...]


SERVICES = {
    "derby_city_youth_justice/offenders": Service(
        {"2022/23": 81, "2023/24": 69},
        (2, 4, 11, 20, 27, 32, 35, 19),
        (0, 1, 4, 7, 9, 11, 11, 7),
    ),
    "derbyshire_county_youth_justice/offenders": Service(
        {"2020/21": 28, "2021/22": 49, "2022/23": 39, "2023/24": 34},
        (1, 4, 14, 33, 26, 31, 22, 19),
        (0, 1, 2, 5, 4, 4, 2, 2),
    ),
}


def write_offenders(raw: Path, scale: int) -> Iterator[tuple[str, Path, int]]:
    """Write the files of both services, every count ``scale`` times as large; yields feed, path and rows of each."""
    for feed, service in SERVICES.items():
        of_sex = {"Female": np.array(service.female), "Male": np.subtract(service.all, service.female)}
        groups, sizes = [(age, sex) for sex in of_sex for age in AGES], np.concatenate(list(of_sex.values()))
        totals = list(service.years.values())
        for year, counts in zip(
            service.years, controlled_table(np.outer(totals, sizes) / sum(totals), totals, sizes), strict=True
        ):
            rows = pd.DataFrame(groups, columns=["Age", "Gender"]).assign(Offenders=scale * counts)
            rows.insert(0, "Financial Year", year)
            path = raw / feed / f"{year.replace('/', '-')}.csv"
            yield feed, path, write_csv(rows, path)
