"""The index of knife carriers: aggregates that its own run in the vault counts, and no fact of the warehouse."""

CASES: list[tuple[str, str, str]] = []
NOT_COUNTING = ("hkci_cohort", "hkci_factors")
