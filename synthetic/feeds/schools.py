"""The two files in which the Department for Education publishes schools.

A look-up of points by reference number, and a register with the number that the local authority gave (LAEstab: authority
and establishment).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from synthetic.feeds.national_grid import to_degrees

if TYPE_CHECKING:
    import duckdb

ACADEMIC_YEAR = "202324"


def write_locations(database: duckdb.DuckDBPyConnection, places: pd.DataFrame, path: Path) -> int:
    """The look-up: tab-separated, key ``school:URN``, point as the text ``[latitude,longitude]``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    degrees = to_degrees(database, places["easting"].to_numpy(), places["northing"].to_numpy())
    lines = ["location\tpoint"]
    lines += [
        f"school:{urn}\t[{latitude:.6f},{longitude:.6f}]"
        for urn, (longitude, latitude) in zip(places["urn"], degrees.tolist(), strict=True)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(places)


def write_register(places: pd.DataFrame, path: Path) -> int:
    """The register of schools of one academic year, in the one-byte encoding of its publisher."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["AcademicYear", "LA", "LAEstab", "SchoolName", "URN"])
        for school in places.itertuples():
            writer.writerow(
                [ACADEMIC_YEAR, school.authority, f"{school.authority}{school.establishment}", school.name, school.urn]
            )
    return len(places)
