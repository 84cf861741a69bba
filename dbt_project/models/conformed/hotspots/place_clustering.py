"""Where violence clusters: Getis-Ord Gi* of each place in each window, by conditional permutation; and smoothed rates.

A window whose counts, residents and neighbours are as before keeps what was found: the permutations are the cost.
"""


def model(dbt, session):
    import pandas as pd
    import spatial

    dbt.config(materialized="table")
    counted, neighbours = dbt.ref("fct_place_window").df(), dbt.ref("bridge_place_neighbour").df()
    text = dict.fromkeys(("definition", "place_kind", "place_code", "measure", "content_hash"), "string")
    columns = ["definition", "place_kind", "place_code", "last_month", "measure", "z_score", "p_value", "q_value"]
    columns += ["smoothed_rate", "content_hash"]
    # Windows of equal content have equal findings: any of them will do.
    before = spatial.kept(dbt.this, session, columns).sort_values("place_code").drop_duplicates(["content_hash", "place_code"])
    kept = {key: rows[columns[4:]].reset_index(drop=True) for key, rows in before.groupby("content_hash")}
    found = []
    for group, weights in spatial.weighted(counted, neighbours):
        map_hash, content_hash = spatial.fingerprints(group, weights)
        if content_hash not in kept:
            offences, population = group["offences"].to_numpy(), group["population"].to_numpy(float)
            rates = spatial.standard_rates(offences, population)
            measure, values = ("Rate", rates) if len(rates) else ("Offences", offences.astype(float))
            clusters = spatial.getis_ord(values, weights, int(map_hash, 16))
            smoothed = spatial.empirical_bayes(offences, population)
            kept[content_hash] = clusters.assign(measure=measure, smoothed_rate=smoothed, content_hash=content_hash)
        found.append(group.assign(**kept[content_hash].set_index(group.index)))
    nothing = dict.fromkeys(columns[5:9], 0.0)
    made = pd.concat([*found, counted.head(0).assign(measure="", content_hash="", **nothing)])
    return made[columns].astype(text | dict.fromkeys(nothing, float))
