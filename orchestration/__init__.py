"""When things run and in what order. Definitions of figures are in `dbt_project/`; validations in `expectations/`.

    definitions   the Dagster code location
    cli           the `sna` command
    defs          Dagster definitions: assets, checks, schedules, sensors, resources
    operations    what keeps a home running: service, alerts, retries, retention, purges, recovery
    vault_runs    runs of the vault, of which only counts come out
    publication   releases
    warehouse     ledger, dbt, gates, increments
    ingest        from the landing zone to the landing log
    contracts     what each feed must hold
    database      DuckDB
    home          one area in one environment
    text          what a terminal, Markdown or a spreadsheet gets

Each imports only what is listed below it, and none of them a package that imports it (`[tool.importlinter]` in pyproject.toml).
"""
