"""The hexagons inside the area, by its boundaries alone: a new month of crimes changes none of them."""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    shapes = dbt.ref("dim_lsoa_boundary").query("boundary", "select boundary_geojson from boundary").df()["boundary_geojson"]
    return pd.DataFrame({"hexagon_code": pd.Series(sorted(spatial.hexagons_inside(shapes.tolist())), dtype="string")})
