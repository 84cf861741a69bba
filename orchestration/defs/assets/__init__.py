"""Dagster assets, in the order of the data flow: feeds, ledger, dbt (facts, marts), publication."""
