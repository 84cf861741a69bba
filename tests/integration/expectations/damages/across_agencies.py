"""Damages to the marts across agencies, and rates of the small county that have no counts."""

COUNTY = """
insert into landing.population__contextual_indicators by name
    select 'Rate' as measure, 'District' as area_type, district_code as area_code, district_code as area_name,
           'Not applicable' as offence, 'No car households' as indicator, 12 as figure, 'context' as _load_id, 1 as _row
    from (values ('E06000015'), ('E07000032')) as districts(district_code);
insert into ledger.delivery by name
    select 'context' as load_id, 'hmicfrs' as agency, 'contextual_indicators' as feed, '2023' as period, true as in_use,
           7 as rows_delivered, 7 as rows_accepted, 0 as rows_rejected;
"""

PICTURE, PEOPLE, RATIOS = "marts.violence_across_agencies", "marts.victims_across_agencies", "marts.violence_ratios"
PROFILE, TIMES = "marts.district_profile", "marts.violence_ratios_by_time"

CASES = [
    # An attendance that is counted as a call changes no total of rows, only the kinds.
    (
        *(PICTURE, "Every event is counted once, in the column of its kind"),
        "update {0} set ed_attendances = ed_attendances - 1, ambulance_calls = ambulance_calls + 1"
        " where rowid = (select min(rowid) from {0} where ed_attendances > 0)",
    ),
    (
        *("marts.violence_by_day", "Every event is counted on its day, in the column of its kind"),
        "update {0} set date_day = date_day + 1 where rowid = (select min(rowid) from {0})",
    ),
    (
        *(PEOPLE, "Everybody is counted once, in the column of their kind"),
        "delete from {0} where rowid = (select min(rowid) from {0} where violence_victims > 0)",
    ),
    (
        *(PEOPLE, "A year that has only begun is not called whole"),
        "delete from conformed.fct_offence where recorded_month = '2024-03-01'",
    ),
    (RATIOS, "The districts, with Unknown, add up to the events of all agencies", "delete from {0} where district = 'Derby'"),
    (
        *(TIMES, "Every breakdown adds up to the years of violence_ratios"),
        "delete from {0} where rowid = (select min(rowid) from {0} where events > 0)",
    ),
    (TIMES, "Every ratio by time is between its limits", "update {0} set per_100_offences_lower_95 = per_100_offences + 1"),
    (
        *(PROFILE, "The districts have what their fact counts in them"),
        "update {0} set events = events + 1 where district = 'Derby' and indicator_id = 'suspects'",
    ),
    (PROFILE, "Every indicator has all districts", "delete from {0} where district = 'Derby' and indicator_id = 'homicide'"),
    (PROFILE, "Every value is between its limits", "update {0} set value_lower_95 = value + 1 where unit = 'percent'"),
    (PROFILE, "A year that has only begun has no value", "update {0} set is_whole_year = false where unit = 'percent'"),
    *(
        (
            *(PROFILE, "Every value has the national one that its indicator has"),
            f"update {{0}} set national_value = null where indicator_id = '{indicator}'",
        )
        for indicator in ("most_deprived_fifth", "no_car_households")
    ),
    ("marts.interventions", "Every intervention of the register is shown", "delete from {0} where district = 'Chesterfield'"),
]
# They count several facts, each in a column or as an indicator; the register counts nothing.
NOT_COUNTING = (
    *("violence_across_agencies", "victims_across_agencies", "violence_ratios", "violence_ratios_by_time"),
    *("district_profile", "interventions", "violence_by_day"),
)
