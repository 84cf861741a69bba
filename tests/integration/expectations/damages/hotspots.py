"""Damages to the marts of hotspots."""

CONCENTRATION, LSOAS = "marts.hotspot_concentration", "marts.hotspot_lsoas"
ACCURACY, AGREEMENT = "marts.hotspot_accuracy", "marts.hotspot_agreement"
WARDS, HOURS = "marts.hotspot_wards", "marts.hotspot_hours"
# The small county has no hot places: as many offences everywhere.
HOT_LAST_YEAR = """
    insert into {0} by name from (from marts.hotspot_concentration where place_kind = 'LSOA' limit 1) select
    definition, place_kind, last_month, window_label, 'Top fifth' as rule, 1 as hot_offences,"""
HOT_IN_BOTH = """
    insert into {0} by name from (from marts.hotspot_concentration where place_kind = 'LSOA' limit 1) select
    definition, place_kind, last_month, window_label, 'Top fifth' as rule, 'Hexagon' as other_place_kind, 'Cluster' as other_rule,
    0 as offences, 5 as hot_offences, 5 as other_hot_offences, 2 as hot_in_both_offences,"""
CASES = [
    (CONCENTRATION, "Every offence of a window has a place or is elsewhere", "update {0} set offences_elsewhere = 0"),
    (CONCENTRATION, "The top fifth of the places has no less than a fifth", "update {0} set top_fifth_share = 19"),
    (CONCENTRATION, "A Gini coefficient is from 0 to 1", "update {0} set gini = 1.1"),
    (CONCENTRATION, "A Gini coefficient of sparse counts is from 0 to 1", "update {0} set gini_of_sparse = -1"),
    (CONCENTRATION, "Every place is listed", "update {0} set places = places + 1 where place_kind = 'Hexagon'"),
    (
        CONCENTRATION,
        "The places have the offences of the window",
        "update {0} set offences = offences + 1 where place_kind = 'LSOA'",
    ),
    (LSOAS, "Ranks of LSOAs are ranks by offences", "update {0} set volume_rank = 2 where volume_rank = 1"),
    (
        LSOAS,
        "No LSOA is called hot or cold that may be so by chance",
        "update {0} set clustering = 'hot', gi_q_value = 0.5 where rowid = 0",
    ),
    (LSOAS, "P-values are adjusted upwards only", "update {0} set gi_q_value = gi_p_value / 2"),
    (ACCURACY, "Hot places are those that were hot the year before", f"{HOT_LAST_YEAR} 0.5 as prediction_efficiency_index"),
    (ACCURACY, "No places do better than the best", f"{HOT_LAST_YEAR} 1.1 as prediction_efficiency_index"),
    (AGREEMENT, "A Jaccard index is from 0 to 1", f"{HOT_IN_BOTH} 2 as jaccard_index"),
    (AGREEMENT, "No more offences are in hot places than there are", f"{HOT_IN_BOTH} 0.5 as jaccard_index"),
    (WARDS, "Every offence of twelve months is in one ward, or in Unknown", "delete from {0} where volume_rank = 1"),
    *(
        (WARDS, "Ranks of wards are ranks by offences, rate and score", f"update {{0}} set {rank} = {rank} + 1")
        for rank in ("volume_rank", "rate_rank", "combined_rank_printed")
    ),
    *(
        (
            WARDS,
            "Scores are sums of ranks, with the rate rank whole or halved",
            f"update {{0}} set {score} = {score} + 1",
        )
        for score in ("score_stated", "score_printed")
    ),
    (
        *(HOURS, "The hours of a ward, or of its busiest streets, have all of its offences"),
        "delete from {0} where rowid = (select min(rowid) from {0} where offences > 0)",
    ),
    (HOURS, "The spans have the offences of the hot hours", "delete from marts.hotspot_spans"),
]
# They describe areas, or count the same offences in windows that overlap.
NOT_COUNTING = (
    *("hexagons", "lsoas", "hotspot_autocorrelation", "hotspot_concentration", "hotspot_hexagons", "hotspot_lsoas"),
    *("hotspot_accuracy", "hotspot_agreement", "hotspot_wards", "hotspot_streets", "hotspot_hours", "hotspot_spans"),
)
