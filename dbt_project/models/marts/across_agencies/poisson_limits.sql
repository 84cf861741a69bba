select
    cast(n as bigint) as count,
    {{ poisson_lower('n') }} as lower_95,
    {{ poisson_upper('n') }} as upper_95
from {{ numbers(0, 20000) }} as counts
