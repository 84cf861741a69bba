"""Releases: written, verified, switched to, compared, archived."""
