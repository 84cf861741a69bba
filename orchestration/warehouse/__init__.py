"""The warehouse, derived from the landing log: ledger, dbt, gates and incremental builds."""
