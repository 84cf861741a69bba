-- How old are victims of each offence type, by sex, 2019/20 to 2023/24?
select
    victim.offence_type,
    age.age_band,
    victim.sex,
    sum(victim.victims) as victims
from marts.offence_victims as victim
inner join marts.dim_age_group as age on victim.age_group_code = age.age_group_code
where victim.is_serious_violence and victim.financial_year between '2019/20' and '2023/24'
group by victim.offence_type, age.age_band, age.age_band_order, victim.sex
order by victim.offence_type, age.age_band_order, victim.sex;
