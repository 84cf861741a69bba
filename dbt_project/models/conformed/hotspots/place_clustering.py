"""Where violence clusters: Getis-Ord Gi* of each place in each window, adjusted for the number of places; and smoothed rates."""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    counted, neighbours = dbt.ref("fct_place_window").df(), dbt.ref("bridge_place_neighbour").df()
    found = [
        group.assign(
            **spatial.getis_ord(group["offences"].to_numpy(), weights).set_index(group.index),
            smoothed_rate=spatial.empirical_bayes(group["offences"].to_numpy(), group["population"].to_numpy(float)),
        )
        for group, weights in spatial.weighted(counted, neighbours)
    ]
    columns = ["definition", "place_kind", "place_code", "last_month", "z_score", "p_value", "q_value", "smoothed_rate"]
    made = pd.concat([*found, counted.head(0).assign(z_score=0.0, p_value=0.0, q_value=0.0, smoothed_rate=0.0)])
    return made[columns].astype({"definition": "string", "place_kind": "string", "place_code": "string"})
