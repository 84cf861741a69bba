select
    cast(n as bigint) as count,
    {{ poisson_lower('n') }} as lower_limit,
    {{ poisson_upper('n') }} as upper_limit
from {{ numbers(0, 20000) }} as counts
