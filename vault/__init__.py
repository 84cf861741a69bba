"""The vault: what must never be in the warehouse (the Habitual Knife Carriers Index), in an encrypted file of its own.

    key          the key: generated here, or provided by a person if it is random
    store        the file: created once, opened only with its key
    access_log   who opened it, when, why and for what; append-only, hash-chained and anchored outside
    policy       rules, thresholds and retention of the index, as configuration (`policy.yaml`)
    index        a run: cohorts, scores, joiners and leavers, bias (`sql/*.sql`)
    disclosure   which counts of a run may be released
    lookups      what a person may look up, and what expires
    linkage      one person under several references
    people       a run of the linkage, and the counts of people to release
    erasure      removes what was stored since a moment

Only counts leave the index, as a delivery that is landed like any other (`orchestration/vault_runs/knife_carriers.py`).
"""
