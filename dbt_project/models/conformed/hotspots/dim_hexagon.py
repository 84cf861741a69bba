"""The hexagons of the area, and those beyond it in which anything was ever recorded, with their shape."""


def model(dbt, session):
    import json

    import h3
    import pandas as pd

    dbt.config(materialized="table")
    cells = dbt.ref("known_hexagon").query("hexagon", "select hexagon_code from hexagon order by all").df()["hexagon_code"]
    known = set(cells)
    centres = [h3.cell_to_latlng(cell) for cell in cells]
    return pd.DataFrame(
        {
            "hexagon_code": pd.Series(cells, dtype="string"),
            "centre_longitude": pd.Series([east for _, east in centres], dtype=float),
            "centre_latitude": pd.Series([north for north, _ in centres], dtype=float),
            "area_km2": pd.Series([h3.cell_area(cell, unit="km^2") for cell in cells], dtype=float),
            "boundary_geojson": pd.Series([json.dumps(h3.cells_to_geo([cell])) for cell in cells], dtype="string"),
            "is_edge": pd.Series([not known.issuperset(h3.grid_ring(cell, 1)) for cell in cells], dtype=bool),
        }
    )
