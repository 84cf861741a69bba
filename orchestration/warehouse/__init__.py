"""The warehouse, derived from the landing log: ledger, dbt, gates, and what a change makes be built again."""
