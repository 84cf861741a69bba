with monthly as (
    {{ counts_by_area('month_start') }}
),

varied as (
    {{ dispersion_of('monthly') }}
)

select * from varied
