"""Which hexagons adjoin."""


def model(dbt, session):
    import h3
    import pandas as pd

    dbt.config(materialized="table")
    known = dbt.ref("dim_hexagon").query("hexagon", "select hexagon_code from hexagon order by all").df()["hexagon_code"]
    rings = pd.Series([h3.grid_ring(cell, 1) for cell in known], index=known, dtype=object).explode()
    pairs = pd.DataFrame({"hexagon_code": rings.index.astype("string"), "neighbour_code": rings.astype("string").to_numpy()})
    return pairs[pairs["neighbour_code"].isin(set(known))]
