"""Statements of a report's prose: settings that are computed from the marts, all by one generated relation.

`model` reads `areas/<area>/reports/<report>/`, `sql` writes what the dbt model `sna.statements` runs, and `printed` reads
what is written beside the statements: tables, charts and the print.
"""
