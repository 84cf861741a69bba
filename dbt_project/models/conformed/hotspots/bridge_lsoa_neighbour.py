"""Which LSOAs of the county adjoin: those whose boundaries touch; where none were delivered, the nearest by where crime is."""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    bounded = (
        dbt.ref("dim_lsoa_boundary").query("boundary", "select lsoa_code, boundary_geojson from boundary order by lsoa_code").df()
    )
    if len(bounded):
        shapes = spatial.polygons(bounded["boundary_geojson"].tolist())
        focal, neighbour = spatial.touching(shapes)
        codes, basis, edge = bounded["lsoa_code"], "Boundaries touch", pd.Series(spatial.at_edge(shapes), dtype="boolean")
    else:
        centres = dbt.ref("lsoa_centre").query("centre", "select * from centre order by lsoa_code").df()
        focal, neighbour = spatial.nearest(centres["easting"].to_numpy(float), centres["northing"].to_numpy(float))
        codes, basis = centres["lsoa_code"], "Nearest centres of recorded crime"
        edge = pd.Series(pd.NA, index=centres.index, dtype="boolean")
    codes = codes.astype("string")
    pairs = pd.DataFrame({"lsoa_code": codes.take(focal).to_numpy(), "neighbour_code": codes.take(neighbour).to_numpy()})
    basis = pd.Series(basis, index=pairs.index, dtype="string")
    return pairs.astype("string").assign(neighbour_basis=basis, is_edge=edge.take(focal).array)
