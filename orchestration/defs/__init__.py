"""What Dagster is given: assets, checks, schedules, sensors, resources."""
