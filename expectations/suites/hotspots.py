"""Gate 3, part of it: the marts of hotspots add up to the facts and to one another, and rank what they say they rank."""

from __future__ import annotations

from expectations.rules import Suite, between, equal, zero

ENGINEER = "The data engineer compares the dbt models of the hotspot marts with fct_offence, corrects them and rebuilds them."

# Offences of a mart's window, by date; those of the open archive, which replace them where the force delivered none, by month.
# Counted by day and month before windows are, which are many and overlap.
BY_DATE = """
    by_day as (
        select
            recorded_date, count(*) filter (is_serious_violence) as serious_violence,
            count(*) filter (is_hotspot_violence) as hotspot_violence
        from conformed.fct_offence group by all
    ),
    by_month as (
        select month_start, count(*) as archived from conformed.fct_street_crime
        where crime_type in ('Possession of weapons', 'Robbery', 'Violence and sexual offences')
            and district_code in (select district_code from conformed.district)
        group by all
    )"""
IN_FACT = """
    coalesce(
        case when definition in ('Serious violence', 'Hotspot violence') then (
            select sum(case definition when 'Serious violence' then serious_violence else hotspot_violence end)
            from by_day where recorded_date between mart.first_month and last_day(mart.last_month)
        ) else (
            select sum(archived) from by_month where month_start between mart.first_month and mart.last_month
        ) end, 0
    )::bigint"""


def suites() -> list[Suite]:
    """Suites of the hotspot marts."""
    return [_concentration(), _places(), _ranks(), _accuracy(), _agreement(), _wards(), _ward_ranks(), _hours()]


def _concentration() -> Suite:
    """The facts are counted here by date, in the mart by places and months."""
    return Suite(
        subject="marts.hotspot_concentration",
        title="windows and facts",
        grain="windows of a definition and kind of place",
        sql=f"""
            with {BY_DATE}
            select
                mart.definition, mart.place_kind, mart.window_label, mart.top_fifth_share, mart.gini, mart.gini_of_sparse,
                (mart.offences + mart.offences_elsewhere)::bigint as in_mart,
                {IN_FACT} as in_fact
            from marts.hotspot_concentration as mart order by all
        """,
        labels=("definition", "place_kind", "window_label"),
        rules=(
            equal("Every offence of a window has a place or is elsewhere", "in_mart", "in_fact", ENGINEER),
            between("The top fifth of the places has no less than a fifth", "top_fifth_share", 19.9, 100, ENGINEER),
            between("A Gini coefficient is from 0 to 1", "gini", 0, 1, ENGINEER),
            between("A Gini coefficient of sparse counts is from 0 to 1", "gini_of_sparse", -0.001, 1, ENGINEER),
        ),
    )


def _places() -> Suite:
    return Suite(
        subject="marts.hotspot_concentration",
        title="places",
        grain="windows of a definition and kind of place",
        sql="""
            with place as (
                select definition, 'LSOA' as place_kind, last_month, offences from marts.hotspot_lsoas
                union all
                select definition, 'Hexagon', last_month, offences from marts.hotspot_hexagons
            ),
            summed as (
                select definition, place_kind, last_month, count(*) as places, sum(offences)::bigint as offences
                from place group by all
            )
            select
                mart.definition, mart.place_kind, mart.window_label, mart.places, mart.offences,
                coalesce(summed.places, 0) as places_listed, coalesce(summed.offences, 0) as offences_listed
            from marts.hotspot_concentration as mart
            left join summed using (definition, place_kind, last_month)
            where mart.place_kind <> 'Street point' order by all
        """,
        labels=("definition", "place_kind", "window_label"),
        rules=(
            equal("Every place is listed", "places_listed", "places", ENGINEER),
            equal("The places have the offences of the window", "offences_listed", "offences", ENGINEER),
        ),
    )


def _ranks() -> Suite:
    """A rank is one more than the places with more: counted here without ranking anything."""
    return Suite(
        subject="marts.hotspot_lsoas",
        title="ranks and findings",
        grain="windows of a definition",
        sql="""
            with step as (
                select
                    definition, window_label, offences, min(volume_rank) as best, max(volume_rank) as worst, count(*) as places
                from marts.hotspot_lsoas group by all
            ),
            ordered as (
                select *, 1 + coalesce(sum(places) over (
                    partition by definition, window_label order by offences desc rows between unbounded preceding and 1 preceding
                ), 0) as due
                from step
            ),
            finding as (
                select definition, window_label,
                    count(*) filter (clustering in ('hot', 'cold') and gi_q_value > 0.05) as found_by_chance,
                    count(*) filter (gi_q_value < gi_p_value) as not_adjusted
                from marts.hotspot_lsoas group by all
            )
            select definition, window_label, found_by_chance, not_adjusted,
                count(*) filter (best <> due or worst <> due) as wrong_ranks
            from ordered join finding using (definition, window_label) group by all order by all
        """,
        labels=("definition", "window_label"),
        rules=(
            zero("Ranks of LSOAs are ranks by offences", "wrong_ranks", ENGINEER),
            zero("No LSOA is called hot or cold that may be so by chance", "found_by_chance", ENGINEER),
            zero("P-values are adjusted upwards only", "not_adjusted", ENGINEER),
        ),
    )


def _accuracy() -> Suite:
    """Counted here from the marts of places, which hold the counts of every window."""
    return Suite(
        subject="marts.hotspot_accuracy",
        title="last year's hot places",
        grain="windows of a definition, kind of place and rule",
        sql="""
            with place as (
                select definition, 'LSOA' as place_kind, lsoa_code as place_code, last_month, offences, is_top_fifth, clustering
                from marts.hotspot_lsoas
                union all
                select definition, 'Hexagon', hexagon_code, last_month, offences, is_top_fifth, clustering
                from marts.hotspot_hexagons
            ),
            judged as (
                select mart.definition, mart.place_kind, mart.rule, mart.last_month, sum(place.offences)::bigint as counted
                from marts.hotspot_accuracy as mart
                join place as before
                    on before.definition = mart.definition and before.place_kind = mart.place_kind
                    and before.last_month = mart.selected_last_month
                    and case mart.rule when 'Top fifth' then before.is_top_fifth else before.clustering = 'hot' end
                join place
                    on place.definition = mart.definition and place.place_kind = mart.place_kind
                    and place.last_month = mart.last_month and place.place_code = before.place_code
                group by all
            )
            select definition, mart.place_kind, rule, window_label, hot_offences, prediction_efficiency_index,
                case mart.place_kind when 'Ward' then hot_offences else coalesce(counted, 0) end as counted
            from marts.hotspot_accuracy as mart
            left join judged using (definition, place_kind, rule, last_month) order by all
        """,
        labels=("definition", "place_kind", "rule", "window_label"),
        rules=(
            equal("Hot places are those that were hot the year before", "hot_offences", "counted", ENGINEER),
            between("No places do better than the best", "prediction_efficiency_index", 0, 1, ENGINEER),
        ),
    )


def _agreement() -> Suite:
    return Suite(
        subject="marts.hotspot_agreement",
        title="scales",
        grain="pairs of scales and rules of a window",
        sql="""
            select definition, place_kind, rule, other_place_kind, other_rule, window_label, jaccard_index,
                greatest(0, hot_offences + other_hot_offences - hot_in_both_offences - offences) as too_many
            from marts.hotspot_agreement order by all
        """,
        labels=("definition", "place_kind", "rule", "other_place_kind", "other_rule", "window_label"),
        rules=(
            between("A Jaccard index is from 0 to 1", "jaccard_index", 0, 1, ENGINEER),
            zero("No more offences are in hot places than there are", "too_many", ENGINEER),
        ),
    )


def _wards() -> Suite:
    return Suite(
        subject="marts.hotspot_wards",
        title="wards and facts",
        grain="windows of a definition",
        sql=f"""
            with {BY_DATE},
            mart as (
                select definition, first_month, last_month, window_label, sum(offences)::bigint as in_mart
                from marts.hotspot_wards where scope = 'All wards' group by all
            )
            select definition, window_label, in_mart, {IN_FACT} as in_fact
            from mart order by all
        """,
        labels=("definition", "window_label"),
        rules=(equal("Every offence of twelve months is in one ward, or in Unknown", "in_mart", "in_fact", ENGINEER),),
    )


def _ward_ranks() -> Suite:
    """Every rank is one more than the wards that are better: counted here without ranking anything, nor comparing every two."""
    return Suite(
        subject="marts.hotspot_wards",
        title="ranks and scores",
        grain="windows of a definition and scope",
        sql="""
            with ranked as (from marts.hotspot_wards where volume_rank is not null),
            ward as (from ranked where is_published_window or last_month = (select max(last_month) from ranked)),
            better as (
                select
                    definition, window_label, scope,
                    volume_rank - 1 - count(*) over more_offences as volume_off,
                    coalesce(rate_rank - 1 - count(*) over higher_rate, 0) as rate_off,
                    coalesce(score_stated - volume_rank - rate_rank, 0) as stated_off,
                    coalesce(2 * score_printed - 2 * volume_rank - rate_rank, 0) as printed_over,
                    coalesce(combined_rank_printed - 1 - count(*) over lower_score, 0) as combined_off
                from ward
                window
                    more_offences as (
                        partition by definition, window_label, scope order by offences desc
                        range between unbounded preceding and current row exclude group
                    ),
                    higher_rate as (
                        partition by definition, window_label, scope order by rate_per_1000 desc nulls last
                        range between unbounded preceding and current row exclude group
                    ),
                    lower_score as (
                        partition by definition, window_label, scope order by score_printed nulls last, volume_rank
                        range between unbounded preceding and current row exclude group
                    )
            )
            select definition, window_label, scope,
                count(*) filter (volume_off <> 0 or rate_off <> 0 or combined_off <> 0) as wrong_ranks,
                count(*) filter (stated_off <> 0 or printed_over not in (0, 1)) as wrong_scores
            from better group by all order by all
        """,
        labels=("definition", "window_label", "scope"),
        rules=(
            zero("Ranks of wards are ranks by offences, rate and score", "wrong_ranks", ENGINEER),
            zero("Scores are sums of ranks, with the rate rank whole or halved", "wrong_scores", ENGINEER),
        ),
    )


def _hours() -> Suite:
    return Suite(
        subject="marts.hotspot_hours",
        title="hours, streets and wards",
        grain="windows of a ward",
        sql="""
            with hour as (
                select definition, last_month, ward_code, location, sum(offences)::bigint as in_hours,
                    coalesce(sum(offences) filter (is_hot), 0)::bigint as in_hot_hours
                from marts.hotspot_hours group by all
            ),
            span as (
                select definition, last_month, ward_code, location, sum(offences)::bigint as in_spans
                from marts.hotspot_spans group by all
            ),
            place as (
                select definition, last_month, ward_code, 'Whole ward' as location, offences as in_place
                from marts.hotspot_wards where scope = 'Hotspot and control wards'
                union all
                select definition, last_month, ward_code, 'Busiest streets', sum(offences)::bigint
                from marts.hotspot_streets where is_busiest group by all
            )
            select definition, last_month::varchar as last_month, ward_code, location, in_hours,
                coalesce(in_place, 0) as in_place, in_hot_hours, coalesce(in_spans, 0) as in_spans
            from hour
            left join place using (definition, last_month, ward_code, location)
            left join span using (definition, last_month, ward_code, location)
            order by all
        """,
        labels=("definition", "last_month", "ward_code", "location"),
        rules=(
            equal("The hours of a ward, or of its busiest streets, have all of its offences", "in_hours", "in_place", ENGINEER),
            equal("The spans have the offences of the hot hours", "in_spans", "in_hot_hours", ENGINEER),
        ),
    )
