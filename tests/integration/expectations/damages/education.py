"""Schools, young people and social care of the small county, and for every rule about them a damage that makes it fail."""

from expectations.suites import education

COUNTY = """
insert into landing.education_and_care__activity by name
    select 'derbyshire_childrens_social_care' as agency, year as financial_year, breakdown, measure, category, counted, share,
           'care' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year),
         (values ('Gender', 'Social Care Referrals', 'Male', 20, null), ('Gender', 'Social Care Referrals', 'Female', 20, null),
                 ('Gender', 'Social Care Referrals', 'Not recorded', 1, null),
                 ('Referral outcome', 'Social Care Referrals', 'NFA', 41, null),
                 ('Plan', 'Care leavers', 'EHCP', null, 0.2))
         as counts(breakdown, measure, category, counted, share);
insert into landing.education_and_care__activity by name
    select 'derby_city_childrens_social_care' as agency, year as financial_year, 'Gender' as breakdown, gender as category,
           'Children coming into care' as measure, 9 as counted, 'care' as _load_id, 1 as _row
    from (values ('2022-23'), ('2023-24')) as years(year), (values ('Male'), ('Female')) as genders(gender);
insert into landing.education_and_care__attendance by name
    select year as academic_year, breakdown, category, absence_kind, share, 'school' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year),
         (values ('All pupils', 'Attendance', 'Attendance', 0.92), ('District', 'Total', 'Authorised Absences', 0.05),
                 ('District', 'Total', 'Unauthorised Absences', 0.03), ('District', 'City of Derby', 'Authorised Absences', 0.04),
                 ('Ethnicity', 'Gypsy/Roma', 'Total Absence', 0.15), ('Age', '16', 'Total Absence', 0.14))
         as shares(breakdown, category, absence_kind, share);
insert into landing.education_and_care__exclusions by name
    select 'derby_city_education' as agency, year as academic_year, 'Primary' as school_type, 'Bullying' as reason,
           kind as exclusion_kind, 3 as counted, 'school' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year), (values ('Permanent exclusions'), ('Suspensions')) as kinds(kind);
insert into landing.education_and_care__exclusions by name
    select * replace ('derbyshire_county_education' as agency) from landing.education_and_care__exclusions;
insert into landing.education_and_care__exclusion_reasons by name
    select year as academic_year, 'National' as geographic_level, 'E92000001' as country_code, 'Total' as school_type,
           'bullying' as reason, kind as exclusion_kind, 300 as counted, 'national' as _load_id, 1 as _row
    from (values ('202223'), ('202324')) as years(year), (values ('perm'), ('fixed')) as kinds(kind);
insert into landing.education_and_care__children_in_need by name
    select year as time_period, 'Local authority' as geographic_level, 'E92000001' as country_code, '831' as old_la_code,
           'Derby' as la_name, 'Referrals' as category, 'referral_count' as measure, 40 as value,
           'national' as _load_id, 1 as _row
    from (values ('2023'), ('2024')) as years(year);
insert into landing.education_and_care__lait by name
    select measure, years, 'Area ' || number as area, number as la_number, 0.1 as value, 'national' as _load_id, 1 as _row
    from (values ('TotPermEx'), ('TotFixedEx')) as measures(measure), (values ('2021/22'), ('2022/23')) as spans(years),
         (values (830), (831), (970), (983), (301), (302)) as areas(number);
insert into landing.education_and_care__statistical_neighbours by name
    select number as la_number, 'Area' as la_name, place, 300 + place as neighbour, 'national' as _load_id, 1 as _row
    from (values (830), (831)) as areas(number), (values (1), (2)) as places(place);
insert into landing.education_and_care__neet_scorecard by name
    select year as calendar_year, 'National' as geographic_level, 'E92000001' as country_code, '16-17' as age,
           'NEET_percent' as measure, 2.5 as percent, 'national' as _load_id, 1 as _row
    from (values ('2023'), ('2024')) as years(year);
insert into landing.education_and_care__neet by name
    select 'derby_city_education' as agency, '2024' as calendar_year, 'Ward' as place_kind, place, 0.05 as share,
           'school' as _load_id, 1 as _row
    from (values ('Ward 1'), ('Ward 2')) as places(place);
insert into landing.education_and_care__neet by name
    select 'derbyshire_county_education' as agency, '2024' as calendar_year, 'Locality' as place_kind, place, 15.0 as per_1000,
           'school' as _load_id, 1 as _row
    from (values ('Chesterfield'), ('Erewash')) as places(place);
"""

CASES = [
    *(
        ("sna.figures", name, f"update {{0}} set value = value + 1 where unit = 'count' and ({education.SUMS[part]})")
        for name, part, _ in education.SAME
    ),
    (
        *("marts.childrens_social_care", "At most 5% of a measure have no sex"),
        "update {0} set cases = cases + 400 where sex = 'Unknown'",
    ),
    (
        *("marts.school_absence", "Attendance and absence add up to 100 %, but for rounding"),
        "update {0} set percent_of_possible_days = 10 where category = 'All districts'",
    ),
    (
        *("marts.exclusion_rates", "Every rate of exclusions is beside region, England and neighbours"),
        "delete from {0} where compared_with = 'England'",
    ),
    (
        *("marts.exclusion_rates", "No comparator counts more areas than there are"),
        "update {0} set areas_counted = 2 * areas_counted where compared_with = 'England'",
    ),
]

NOT_COUNTING = ("care_leaver_plans", "school_absence", "exclusion_rates", "children_in_need", "neet")
