{{ changed_month('fct_street_crime', 'stg_police_archive__street', month_start_of_label('recorded_month')) }}

union all

{{ changed_month('fct_street_outcome', 'stg_police_archive__outcomes', month_start_of_label('outcome_month')) }}

union all

{{ changed_month('fct_stop_search', 'stg_police_archive__stop_and_search', month_start_of_utc('searched_at_utc')) }}
