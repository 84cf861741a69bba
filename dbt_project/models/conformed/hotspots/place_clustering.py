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
    kept = _kept(dbt.this, session, columns)
    code, found = spatial.code_hash(), []
    for group, weights in spatial.weighted(counted, neighbours):
        map_hash, counts_hash = spatial.fingerprints(group, weights)
        content_hash = f"{counts_hash}-{code}"
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


def _kept(this, session, columns):
    """What this table has, by content hash, in the order of places; nothing if it has other columns."""
    listed = """
        select column_name from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?"""
    if {name for (name,) in session.execute(listed, [this.schema, this.identifier]).fetchall()} != set(columns):
        return {}
    rows = session.execute(f'select * from "{this.schema}"."{this.identifier}" order by place_code').df()
    # Windows of equal content have equal findings: any of them will do.
    one = rows.drop_duplicates(["content_hash", "place_code"])
    return {key: found[columns[4:]].reset_index(drop=True) for key, found in one.groupby("content_hash")}
