"""Correlation of the crime rates of LSOAs with what they may be driven by, and whether what it leaves is a pattern on the map."""


def model(dbt, session):
    import correlation
    import numpy as np
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    centres = dbt.ref("lsoa_centre").df().sort_values("lsoa_code").set_index("lsoa_code")
    eastings, northings = centres[["easting", "northing"]].to_numpy(float).T
    pairs = dbt.ref("bridge_lsoa_neighbour").df()
    focal, near = centres.index.get_indexer(pairs["lsoa_code"]), centres.index.get_indexer(pairs["neighbour_code"])

    def placed(relation):
        """A relation with the position of its LSOAs among the centres, without what has none."""
        rows = relation.df()
        rows["place"] = centres.index.get_indexer(rows.pop("lsoa_code"))
        return rows[rows["place"] >= 0].sort_values("place")

    def drawn(places):
        """Spatial weights and distances of these LSOAs."""
        position = np.full(len(centres), -1)
        position[places] = np.arange(len(places))
        both = (position[focal] >= 0) & (position[near] >= 0) & (focal >= 0) & (near >= 0)
        weights = spatial.standardised(spatial.graph(len(places), position[focal[both]], position[near[both]]))
        return weights, correlation.Distances(eastings[places], northings[places])

    rates = list(placed(dbt.ref("lsoa_crime_rate")).groupby(["crime_source", "crime_type"]))
    indicators = list(placed(dbt.ref("lsoa_indicator")).groupby("indicator"))
    # Measures of the same LSOAs are on one map.
    measures, compared, found = {}, [], []
    for keys, crime in rates:
        for indicator, measured in indicators:
            both = crime.merge(measured, on="place")
            x, y, places = both["measure"].to_numpy(float), both["rate_per_1000"].to_numpy(float), tuple(both["place"])
            if correlation.varies(x, y):
                measures.setdefault(places, {}).update({("crime", *keys): y, indicator: x})
            compared.append((keys, indicator, places, x, y, int(both["offences"].sum())))
    maps = {places: _maps(values, *drawn(list(places))) for places, values in measures.items()}
    for keys, indicator, places, x, y, offences in compared:
        for method in correlation.METHODS:
            left, effective = {"i": np.nan, "p_value": np.nan}, np.nan
            if correlation.varies(x, y):
                effective, left = maps[places][method].compare(("crime", *keys), indicator, correlation.residuals(x, y, method))
            found.append(
                {
                    **dict(zip(("crime_source", "crime_type"), keys, strict=True)),
                    **{"indicator": indicator, "method": method},
                    **{"lsoas": len(places), "offences": offences, "effective_lsoas": effective},
                    **correlation.correlate(x, y, method, effective),
                    **{"residual_moran_i": left["i"], "residual_moran_p_value": left["p_value"]},
                }
            )
    words = dict.fromkeys(("crime_source", "crime_type", "indicator", "method"), "string")
    numbers = ("effective_lsoas", "coefficient", "low", "high", "p_value", "residual_moran_i", "residual_moran_p_value")
    columns = {**words, "lsoas": "int64", "offences": "int64", **dict.fromkeys(numbers, float)}
    made = pd.DataFrame(found, columns=list(columns)).astype(columns)
    # One family of tests for each source and method.
    family = made.groupby(["crime_source", "method"])
    for p_value, q_value in (("p_value", "q_value"), ("residual_moran_p_value", "residual_moran_q_value")):
        made[q_value] = family[p_value].transform(lambda p: spatial.adjusted(p.to_numpy(float))).astype(float)
    return made


def _maps(values, weights, distances):
    """Measures of the same LSOAs as each method sees them."""
    import correlation

    return {method: _Map(values, method, weights, distances) for method in correlation.METHODS}


class _Map:
    """Measures of the same LSOAs, named, with the products that all pairs of them share."""

    def __init__(self, values, method, weights, distances):
        import correlation
        import numpy as np
        import spatial

        ranked = {name: correlation.ranked(measure, method) for name, measure in values.items()}
        self._weights, self._distances = weights, distances
        self._columns = {name: column for column, name in enumerate(ranked)}
        self._centred = np.column_stack([measure - measure.mean() for measure in ranked.values()])
        self._by_distance = distances.products(self._centred)
        self._permuted = spatial.products(self._centred, weights)

    def compare(self, crime, indicator, residuals):
        """Effective number of LSOAs of two measures, and whether these residuals of the first are alike in neighbours."""
        import numpy as np
        import spatial

        both = [self._columns[crime], self._columns[indicator]]
        effective = self._distances.effective(*self._by_distance[both])
        # What is left of the first is it and the second, each times a number.
        share = np.linalg.lstsq(self._centred[:, both], residuals - residuals.mean(), rcond=None)[0]
        simulated = share @ self._permuted[:, both][:, :, both] @ share
        return effective, spatial.alike(residuals, self._weights, simulated)
