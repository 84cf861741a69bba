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

    def weights_of(codes):
        """Spatial weights of these LSOAs."""
        index = pd.Index(codes)
        focal, near = index.get_indexer(pairs["lsoa_code"]), index.get_indexer(pairs["neighbour_code"])
        both = (focal >= 0) & (near >= 0)
        return spatial.standardised(spatial.graph(len(index), focal[both], near[both]))

    weights, found = {}, []
    for keys, crime in rates.groupby(["crime_source", "crime_type"]):
        for indicator, measured in indicators.groupby("indicator"):
            both = crime.merge(measured, on="lsoa_code").sort_values("lsoa_code")
            x, y = both["measure"].to_numpy(float), both["rate_per_1000"].to_numpy(float)
            codes = tuple(both["lsoa_code"])
            for method in correlation.METHODS:
                result = correlation.correlate(x, y, method)
                left = {"i": np.nan, "p_value": np.nan}
                if not np.isnan(result["coefficient"]):
                    if codes not in weights:
                        weights[codes] = weights_of(codes)
                    left = spatial.alike(correlation.residuals(x, y, method), weights[codes])
                found.append(
                    {
                        **dict(zip(("crime_source", "crime_type"), keys, strict=True)),
                        **{"indicator": indicator, "method": method},
                        **{"lsoas": len(both), "offences": int(both["offences"].sum()), **result},
                        **{"residual_moran_i": left["i"], "residual_moran_p_value": left["p_value"]},
                    }
                )
    words = dict.fromkeys(("crime_source", "crime_type", "indicator", "method"), "string")
    numbers = dict.fromkeys(("coefficient", "low", "high", "p_value", "residual_moran_i", "residual_moran_p_value"), float)
    columns = {**words, "lsoas": "int64", "offences": "int64", **numbers}
    made = pd.DataFrame(found, columns=list(columns)).astype(columns)
    # One family of tests for each source and method.
    q = made.groupby(["crime_source", "method"])["p_value"].transform(lambda p: spatial.adjusted(p.to_numpy(float)))
    return made.assign(q_value=q.astype(float))
