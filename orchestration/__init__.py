"""When things run and in what order: settings, ingestion, the Dagster code location and the `sna` command line.

What the numbers mean lives in `dbt_project/`; what must be true of them lives in `expectations/`.
"""
