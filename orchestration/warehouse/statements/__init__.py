"""Statements of a report's prose: settings that are computed from the marts, all by one generated relation.

`model` reads `areas/<area>/reports/<report>/`, `sql` writes what the dbt model `sna.statements` runs.
"""
