"""The suites, as data: what must be true at each gate. `suites(con)` of each module draws them up for one warehouse."""
