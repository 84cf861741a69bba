"""The hexagon of every point at which a crime was recorded: h3 has one function for one point, so each point is asked once."""


def model(dbt, session):
    import h3
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    points = (
        dbt.ref("placed_crime")
        .query(
            "offence",
            "select distinct easting, northing from offence where easting is not null and northing is not null order by all",
        )
        .df()
    )
    longitude, latitude = spatial.to_degrees(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    cells = [h3.latlng_to_cell(north, east, spatial.HEXAGON_RESOLUTION) for north, east in zip(latitude, longitude, strict=True)]
    return points.assign(hexagon_code=pd.Series(cells, dtype="string"))
