{{ config(tags=['facts']) }}
-- Being a victim of violence scores no points, no factor scores less than none, and all others together make
-- the 40 of the case study in SNA 2024 section 6.3. The vault refuses to score otherwise.
select
    sum(points) as points,
    sum(case when factor = 'victim_of_violence' then points end) as points_of_victims
from {{ ref('lifestyle_factor') }}
having
    sum(points) <> 40
    or min(points) < 0
    or coalesce(sum(case when factor = 'victim_of_violence' then points end), -1) <> 0
