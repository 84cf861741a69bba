"""Damages to the marts and tables of schools and the night-time economy."""

from expectations.suites import places

# One area over the whole county of these tests, a primary school in the midst of it, and a return of an earlier year.
COUNTY = """
insert into landing.places__nte_areas by name
    select 'NTE01' as area_code, 'Town centre' as area_name, 'E06000015' as district_code, '{"type": "Polygon", "coordinates":
        [[[-1.7, 52.8], [-1.3, 52.8], [-1.3, 53.0], [-1.7, 53.0], [-1.7, 52.8]]]}' as geometry, 'areas' as _load_id, 1 as _row;
insert into landing.places__schools by name
    select '202324' as academic_year, '831' as la_code, '8312001' as laestab, 'A school' as school_name, 900001 as urn,
        'schools' as _load_id, 2 as _row;
insert into landing.places__school_locations by name
    select 'school:900001' as school, '[52.92755,-1.5153]' as point, 'locations' as _load_id, 2 as _row;
insert into landing.places__nte_kpi by name
    select '2020/21' as financial_year, breakdown, category, 100 as crimes, 'kpi' as _load_id, 7 as _row
    from (values ('Offence type', 'Homicide'), ('District', 'Derby')) as counts(breakdown, category);
"""

CASES = [
    *(
        ("sna.figures", name, f"update {{0}} set value = value + 1 where unit = 'count' and ({places.SUMS[part]})")
        for name, part, _ in places.SAME
    ),
    (
        *("marts.school_proximity_districts", "The districts hold every offence of their years"),
        "update {0} set offences = offences + 1 where rowid = 0",
    ),
    (
        *("marts.nte_reconciliation", "Either breakdown compares every crime of a year"),
        "insert into {0} by name select '2022/23' as financial_year, 'District' as breakdown, 'Derby' as category, 2 as crimes, "
        "3 as returned_crimes, -1 as difference, 'differs' as status",
    ),
]
# The first sums up marts that are judged; the second compares one of them with a return.
NOT_COUNTING = ("school_proximity_districts", "nte_reconciliation", "street_crime_rates")
