"""Probation cases for serious violence by age group and sentence, one CSV file a financial year.

Published constraints: all cases of each year (T52); of section 14, whose graphs are lost: community sentences rise every year,
custodial ones go up and down, and those aged 21 to 24 have 96 cases in 2023/24, after about 60 in each of the two years before.
Ours: everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import write_csv
from synthetic.feeds.monthly import YEARS_IN
from synthetic.records.controlled_rounding import controlled_table

FEED = "probation_service/cases_by_age_and_sentence"
AGES = {
    "18-20": (68, 52, 64),
    "21-24": (61, 59, 96),
    "25-29": (88, 68, 86),
    "30-39": (148, 112, 143),
    "40-49": (76, 58, 67),
    "50-59": (32, 24, 28),
    "60 and over": (10, 8, 8),
}
"""Cases of each year, of both sentences; they add up to the totals of T52."""
COMMUNITY = (170, 185, 203)


def write_sentences(raw: Path, scale: int) -> Iterator[tuple[str, Path, int]]:
    """Write the files, every count ``scale`` times as large; yields feed, path and rows of each."""
    for year, community, ages in zip(YEARS_IN, COMMUNITY, zip(*AGES.values(), strict=True), strict=True):
        sentences = (sum(ages) - community, community)
        cases = controlled_table(np.outer(ages, sentences) / sum(ages), ages, sentences)
        rows = pd.DataFrame([(age, sentence) for age in AGES for sentence in ("Custody", "Community")])
        rows.columns = ["Age Group", "Sentence Type"]
        rows.insert(0, "Financial Year", year)
        path = raw / FEED / f"{year.replace('/', '-')}.csv"
        yield FEED, path, write_csv(rows.assign(Cases=scale * cases.ravel()), path)
