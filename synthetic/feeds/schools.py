"""The two files in which the Department for Education publishes schools.

A look-up of points by reference number, and a register with the number that the local authority assigned (LAEstab: authority
and establishment).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from synthetic.feeds.files import write_rows, write_text
from synthetic.feeds.national_grid import to_degrees

if TYPE_CHECKING:
    import duckdb

ACADEMIC_YEAR = "202324"


def write_locations(database: duckdb.DuckDBPyConnection, places: pd.DataFrame, path: Path) -> int:
    """The look-up: tab-separated, key ``school:URN``, point as the text ``[latitude,longitude]``."""
    degrees = to_degrees(database, places["easting"].to_numpy(), places["northing"].to_numpy())
    lines = ["location\tpoint"]
    lines += [
        f"school:{urn}\t[{latitude:.6f},{longitude:.6f}]"
        for urn, (longitude, latitude) in zip(places["urn"], degrees.tolist(), strict=True)
    ]
    write_text("\n".join(lines) + "\n", path)
    return len(places)


def write_register(places: pd.DataFrame, path: Path) -> int:
    """The register of schools of one academic year, in the one-byte encoding of its publisher."""
    rows = [
        (ACADEMIC_YEAR, school.authority, f"{school.authority}{school.establishment}", school.name, school.urn)
        for school in places.itertuples()
    ]
    write_rows([("AcademicYear", "LA", "LAEstab", "SchoolName", "URN"), *rows], path, encoding="cp1252")
    return len(places)
