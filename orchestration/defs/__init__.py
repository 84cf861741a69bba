"""Dagster definitions: assets, checks, schedules, sensors, resources."""
