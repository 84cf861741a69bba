"""Fault injection: what a refresh survives, and how that is measured. `python -m tests.fault` prints the table."""
