"""Runs of the vault: what they read from this project, and how only counts leave it."""
