"""Correlation of the crime rates of LSOAs with what they may be driven by, and whether what it leaves is a pattern on the map."""


def model(dbt, session):
    import correlation
    import numpy as np
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    rates = dbt.ref("lsoa_crime_rate").df()
    indicators = dbt.ref("lsoa_indicator").df()
    pairs = dbt.ref("bridge_lsoa_neighbour").df()
    centres = dbt.ref("lsoa_centre").df().set_index("lsoa_code")

    def weights_of(codes):
        """Spatial weights of these LSOAs."""
        index = pd.Index(codes)
        focal, near = index.get_indexer(pairs["lsoa_code"]), index.get_indexer(pairs["neighbour_code"])
        both = (focal >= 0) & (near >= 0)
        return spatial.standardised(spatial.graph(len(index), focal[both], near[both]))

    # Maps of the same LSOAs share their weights and distances, and a measure on one map its products.
    weights, distances, found = {}, {}, []
    for keys, crime in rates.groupby(["crime_source", "crime_type"]):
        for indicator, measured in indicators.groupby("indicator"):
            both = crime.merge(measured, on="lsoa_code").sort_values("lsoa_code")
            both = both[both["lsoa_code"].isin(centres.index)]
            x, y = both["measure"].to_numpy(float), both["rate_per_1000"].to_numpy(float)
            codes = tuple(both["lsoa_code"])
            for method in correlation.METHODS:
                left, effective = {"i": np.nan, "p_value": np.nan}, np.nan
                if correlation.varies(x, y):
                    if codes not in weights:
                        places = centres.loc[list(codes)]
                        weights[codes] = weights_of(codes)
                        distances[codes] = correlation.Distances(*places[["easting", "northing"]].to_numpy(float).T), {}
                    effective = _effective(*distances[codes], {("crime", *keys, method): y, (indicator, method): x}, method)
                    left = spatial.alike(correlation.residuals(x, y, method), weights[codes])
                found.append(
                    {
                        **dict(zip(("crime_source", "crime_type"), keys, strict=True)),
                        **{"indicator": indicator, "method": method},
                        **{"lsoas": len(both), "offences": int(both["offences"].sum()), "effective_lsoas": effective},
                        **correlation.correlate(x, y, method, effective),
                        **{"residual_moran_i": left["i"], "residual_moran_p_value": left["p_value"]},
                    }
                )
    words = dict.fromkeys(("crime_source", "crime_type", "indicator", "method"), "string")
    measures = ("effective_lsoas", "coefficient", "low", "high", "p_value", "residual_moran_i", "residual_moran_p_value")
    columns = {**words, "lsoas": "int64", "offences": "int64", **dict.fromkeys(measures, float)}
    made = pd.DataFrame(found, columns=list(columns)).astype(columns)
    # One family of tests for each source and method.
    family = made.groupby(["crime_source", "method"])
    for p_value, q_value in (("p_value", "q_value"), ("residual_moran_p_value", "residual_moran_q_value")):
        made[q_value] = family[p_value].transform(lambda p: spatial.adjusted(p.to_numpy(float))).astype(float)
    return made


def _effective(distances, known, measures, method):
    """Effective number of LSOAs of two measures, named; `known` keeps the products of each."""
    import correlation

    for name, values in measures.items():
        if name not in known:
            known[name] = distances.products(correlation.ranked(values, method))
    return distances.effective(*(known[name] for name in measures))
