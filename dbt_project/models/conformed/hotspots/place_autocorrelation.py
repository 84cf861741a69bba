"""Whether places near each other are alike: Moran's I of all places of a kind in each window."""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    counted, neighbours = dbt.ref("fct_place_window").df(), dbt.ref("bridge_place_neighbour").df()
    keys = ["definition", "place_kind", "last_month"]
    found = [
        {**group.iloc[0][keys], "measure": measure, "places": len(group), **spatial.moran(values, weights)}
        for group, weights in spatial.weighted(counted, neighbours)
        for measure, values in (
            ("Offences", group["offences"].to_numpy(float)),
            ("Rate", spatial.standard_rates(group["offences"].to_numpy(), group["population"].to_numpy(float))),
        )
        if len(values)
    ]
    columns = {"measure": "string", "places": "int64", "i": float, "expected": float, "z_score": float, "p_value": float}
    made = pd.DataFrame(found, columns=[*keys, *columns]).astype({"definition": "string", "place_kind": "string", **columns})
    # One family of tests: the windows of a definition, kind of place and measure.
    q = made.groupby(["definition", "place_kind", "measure"])["p_value"].transform(lambda p: spatial.adjusted(p.to_numpy(float)))
    return made.assign(last_month=pd.to_datetime(made["last_month"]), q_value=q.astype(float))
