"""Dagster assets, in the order of the data's way: feeds, ledger, dbt (facts, marts), publication."""
