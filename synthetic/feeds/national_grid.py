"""Longitude and latitude of points of the British National Grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import duckdb


def load_spatial(database: duckdb.DuckDBPyConnection) -> None:
    """Load DuckDB's spatial extension from its wheel."""
    import duckdb_extensions

    duckdb_extensions.import_extension("spatial", con=database)
    database.execute("load spatial")


def to_degrees(database: duckdb.DuckDBPyConnection, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Longitude and latitude (n x 2, degrees) of British National Grid metres."""
    frame = pd.DataFrame({"number": np.arange(len(east)), "east": east.astype(float), "north": north.astype(float)})
    database.register("grid", frame)
    found = database.execute(
        """
        with points as (
            select number, st_transform(st_point(east, north), 'EPSG:27700', 'OGC:CRS84') as point
            from grid
        )
        select st_x(point) as longitude, st_y(point) as latitude from points order by number
        """
    ).fetchnumpy()
    database.unregister("grid")
    return np.column_stack([found["longitude"], found["latitude"]])
