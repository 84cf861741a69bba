"""Whether places near each other are alike: Moran's I of all places of a kind in each window.

A window whose counts, residents and neighbours are as before keeps what was found.
"""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    counted, neighbours = dbt.ref("fct_place_window").df(), dbt.ref("bridge_place_neighbour").df()
    keys = ["definition", "place_kind", "last_month"]
    statistics = {"i": float, "expected": float, "z_score": float, "p_value": float}
    columns = {"measure": "string", "places": "int64", **statistics, "content_hash": "string"}
    before = spatial.kept(dbt.this, session, [*keys, *columns, "q_value"]).drop_duplicates(["content_hash", "measure"])
    kept = {(row["content_hash"], row["measure"]): {name: row[name] for name in statistics} for row in before.to_dict("records")}
    found = []
    for group, weights in spatial.weighted(counted, neighbours):
        _, content_hash = spatial.fingerprints(group, weights)
        offences, population = group["offences"].to_numpy(), group["population"].to_numpy(float)
        for measure, values in (
            ("Offences", offences.astype(float)),
            ("Rate", spatial.standard_rates(offences, population)),
        ):
            if not len(values):
                continue
            if (content_hash, measure) not in kept:
                kept[content_hash, measure] = spatial.moran(values, weights)
            of_window = {**group.iloc[0][keys], "measure": measure, "places": len(group), "content_hash": content_hash}
            found.append({**of_window, **kept[content_hash, measure]})
    made = pd.DataFrame(found, columns=[*keys, *columns]).astype({"definition": "string", "place_kind": "string", **columns})
    # One family of tests: the windows of a definition, kind of place and measure.
    q = made.groupby(["definition", "place_kind", "measure"])["p_value"].transform(lambda p: spatial.adjusted(p.to_numpy(float)))
    return made.assign(last_month=pd.to_datetime(made["last_month"]), q_value=q.astype(float))
