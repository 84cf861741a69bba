"""Marts of outcomes as they were known and where they will end; the rules of their counts are those of the facts."""

from __future__ import annotations

CASES: list[tuple[str, str, str]] = []
# They show the same offences as they were known in several months, estimate, or say how long an outcome took.
NOT_COUNTING = ("days_to_outcome", "outcome_development", "outcome_estimates", "outcomes_as_known")
