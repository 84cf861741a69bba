"""Runs of the vault: what they read of this project, and how only counts come out."""
