"""Damages to the marts of hotspots."""

CONCENTRATION, LSOAS = "marts.hotspot_concentration", "marts.hotspot_lsoas"
CASES = [
    (CONCENTRATION, "Every offence of a window has a place or is elsewhere", "update {0} set offences_elsewhere = 0"),
    (CONCENTRATION, "The top fifth of the places has no less than a fifth", "update {0} set top_fifth_share = 19"),
    (CONCENTRATION, "A Gini coefficient lies from 0 to 1", "update {0} set gini = 1.1"),
    (CONCENTRATION, "A Gini coefficient of sparse counts lies from 0 to 1", "update {0} set gini_of_sparse = -1"),
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
        "update {0} set clustering = 'hot', gi_q = 0.5 where rowid = 0",
    ),
    (LSOAS, "P-values are adjusted upwards only", "update {0} set gi_q = gi_p / 2"),
]
# They describe areas, or count the same offences in windows that overlap.
NOT_COUNTING = ("hexagons", "lsoas", "hotspot_autocorrelation", "hotspot_concentration", "hotspot_hexagons", "hotspot_lsoas")
