"""A stand-in for the contextual indicators of the inspectorate's Digital Crime and Performance Pack, one CSV file a year.

Published constraints: the correlations of T61, which are the inspectorate's; that the rates of Derbyshire are neither
significantly high nor low among the forces (section 18.2).
Ours: all rates of forces and districts. The names of forces are real, and their rates are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import write_rows
from synthetic.records.targets import PRINTED, read_csv

FEED = "hmicfrs/contextual_indicators"
HEADER = ("Measure", "Area type", "Area code", "Area name", "Offence", "Indicator", "Value")
ENGLISH = (
    *("Metropolitan Police", "Cumbria", "Lancashire", "Merseyside", "Greater Manchester", "Cheshire", "Northumbria"),
    *("Durham", "North Yorkshire", "West Yorkshire", "South Yorkshire", "Humberside", "Cleveland", "West Midlands"),
    *("Staffordshire", "West Mercia", "Warwickshire", "Derbyshire", "Nottinghamshire", "Lincolnshire", "Leicestershire"),
    *("Northamptonshire", "Cambridgeshire", "Norfolk", "Suffolk", "Bedfordshire", "Hertfordshire", "Essex"),
    *("Thames Valley", "Hampshire", "Surrey", "Kent", "Sussex", "City of London", "Devon and Cornwall"),
    *("Avon and Somerset", "Gloucestershire", "Wiltshire", "Dorset"),
)
WELSH = ("North Wales", "Gwent", "South Wales", "Dyfed-Powys")
RATES = {
    "Unemployment – Job Seekers claimants (JSA)": (3.2, 0.25),
    "Unemployed parents": (11.0, 0.30),
    "No car households": (96.0, 0.28),
    "Income deprivation": (118.0, 0.24),
}
"""Assumed mean rate per 1,000 population, and spread of its logarithm."""
DERBYSHIRE = (0.2, -0.3, 0.1, -0.2)
"""Assumed distance of Derbyshire from the mean in spreads."""


def rows(rng: np.random.Generator, areas: pd.DataFrame) -> list[list[object]]:
    """Rates by force area and by district of the county, then the correlations of T61."""
    forces = [(f"E23{number:06d}", name) for number, name in enumerate(ENGLISH, start=1)]
    forces += [(f"W15{number:06d}", name) for number, name in enumerate(WELSH, start=1)]
    places = [("Police force area", code, name) for code, name in forces]
    names = areas.groupby("district_code")["district_name"].first()
    places += [("District", str(code), str(name)) for code, name in names.items()]
    found: list[list[object]] = []
    for (indicator, (mean, spread)), own in zip(RATES.items(), DERBYSHIRE, strict=True):
        z = rng.normal(0, 1, len(places))
        z[[name == "Derbyshire" for _, _, name in places]] = own
        rate = np.round(mean * np.exp(spread * z), 2)
        found += [["Rate", *place, "Not applicable", indicator, float(r)] for place, r in zip(places, rate, strict=True)]
    whole = ("England and Wales", "K04000001", "England and Wales")
    for row in read_csv(PRINTED / "figures.csv"):
        if row["table_id"] == "T61":
            found.append(["Correlation", *whole, row["row_group"], row["row_label"], row["published"]])
    return found


def write_contextual(rng: np.random.Generator, areas: pd.DataFrame, raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the file; yields feed, path and rows."""
    path = raw / FEED / "2023.csv"
    found = rows(rng, areas)
    write_rows([HEADER, *found], path)
    yield FEED, path, len(found)
