-- What the prose of sections 12 and 19 states in numbers.
{% set prison = ref('prison_population') %}
{% set again = ref('reoffending') %}
{% set today = on_report_day() %}
{% set year_before = "counted_on = last_day(date '" ~ var('report_prison_day') ~ "' - interval 1 year)" %}
{% set month = "breakdown = 'Months to reoffence' and " ~ in_report_cohort() %}
{% set overall = "breakdown = 'Overall' and " ~ in_report_cohort() %}

{% set statements = [
    ('P12', 'Prisoners on 30/06/2024', 'Count', 'count', 'sum(prisoners)', prison, '1', today),
    ('P12', 'Increase from June 2023', 'Count', 'count',
        'sum(case when ' ~ today ~ ' then prisoners end) - sum(case when ' ~ year_before ~ ' then prisoners end)',
        prison, '1', 'true'),
    ('P12', 'Male prisoners on 30/06/2024', 'Count', 'count', 'sum(prisoners)', prison, '1',
        today ~ " and sex = 'Male'"),
    ('P12', 'Female prisoners on 30/06/2024', 'Count', 'count', 'sum(prisoners)', prison, '1',
        today ~ " and sex = 'Female'"),
    ('P12', 'Male prisoners on 30/06/2024', 'Share', 'percent', sum_where("sex = 'Male'", 'prisoners'), prison,
        'sum(prisoners)', today),
    ('P12.1', 'Prisoners for violence against the person', 'Share', 'percent',
        sum_where("offence_group = 'Violence against the person'", 'prisoners'), prison, 'sum(prisoners)', today),
    ('P12.2', 'Proven reoffending, July to September 2022', 'Rate', 'percent', 'sum(reoffenders)', again, 'sum(offenders)',
        overall),
    ('P12.2', 'Proven reoffending of adults', 'Rate', 'percent', 'sum(reoffenders)', again, 'sum(offenders)',
        overall ~ " and age_range = 'Adult'"),
    ('P12.2', 'Proven reoffending of juveniles', 'Rate', 'percent', 'sum(reoffenders)', again, 'sum(offenders)',
        overall ~ " and age_range = 'Juvenile'"),
    ('P12.2', 'Proven reoffending of adults released from custodial sentences of less than 12 months', 'Rate', 'percent',
        'sum(reoffenders)', again, 'sum(offenders)',
        "breakdown = 'Custodial sentence' and category = 'Less than 12 months' and " ~ in_report_cohort()),
    ('P12.2', 'Reoffences within three months', 'Share', 'percent', sum_where('months_to_reoffence <= 3', 'reoffences'), again,
        'sum(reoffences)', month),
    ('P12.2', 'Reoffences within six months', 'Share', 'percent', sum_where('months_to_reoffence <= 6', 'reoffences'), again,
        'sum(reoffences)', month),
    ('P12.2', 'Reoffences in each further month, on average', 'Share', 'percent',
        sum_where('months_to_reoffence > 6', 'reoffences'), again,
        'sum(reoffences) * count(distinct case when months_to_reoffence > 6 then months_to_reoffence end)', month),
    ('P19', 'Domains of deprivation', 'Count', 'count', 'count(distinct domain)', ref('deprivation_domains'), '1', 'true'),
    ('P19', 'LSOAs of 2011', 'Count', 'count', 'count(*)', ref('deprivation'), '1', 'true'),
    ('P19', 'LSOAs in the most deprived tenth of England', 'Count', 'count', sum_where('imd_decile = 1', '1'),
        ref('deprivation'), '1', 'true'),
] %}

{% for table_id, row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number(table_id, loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
