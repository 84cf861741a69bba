"""The cohort against all suspects of the same offences, with figures worked out by hand."""

from datetime import date

import pytest

from vault import lookups


@pytest.fixture
def bias(force, draw, vault, folder):
    """By cohort, breakdown and category: all that follows. Four nominals, three of them 20 and one 30, of ten suspects."""
    ages = {"A": 20, "B": 20, "C": 20, "D": 30, "E": 20, "F": 30, "G": 30, "H": 30, "I": 30, "J": None}
    for person, age in ages.items():
        force.incident(person, "2024-01-01", age=age)
    for person in "ABCD":
        force.incident(person, "2023-06-01", age=ages[person])
    # Somebody whom intelligence alone knows is no suspect.
    force.reports = [("R1", "A", "2024-01-01"), ("R2", "A", "2024-02-01"), ("R3", "X", "2024-01-01"), ("R4", "X", "2024-02-01")]
    run = draw("2024-03-31")
    session = lookups.VaultSession(folder, "equality check", on=date(2024, 4, 10))
    return {row[:3]: row[3:] for row in lookups.bias(vault, session, run.run_id)}


def test_shares_and_rates_by_hand(bias):
    # 3 of 4 nominals and 4 of 10 suspects are 18-24: 75% less 40%. Wilson's interval of 3 of 4, z = 1.96:
    # (0.75 + z²/8 -+ z sqrt(0.75 * 0.25/4 + z²/64)) / (1 + z²/4) = 0.3006 and 0.9544.
    assert bias["Crime", "Age group", "18-24"] == (3, 4, 750.0, 300.6, 954.4, 35.0, False)
    # 1 of 4 and 5 of 10: 25% less 50%. Wilson of 1 of 5: 0.0362 and 0.6245.
    assert bias["Crime", "Age group", "25 and over"] == (1, 5, 200.0, 36.2, 624.5, -25.0, False)


def test_a_category_with_no_nominal_and_one_of_whom_nothing_is_known(bias):
    # 0 of 1: from 0 to z²/(1 + z²) = 0.7935. The share of suspects, 10%, is the difference.
    assert bias["Crime", "Age group", "Unknown"] == (0, 1, 0.0, 0.0, 793.5, -10.0, True)


def test_the_intelligence_cohort_has_no_rate(bias):
    # A is 18-24 and X unknown: 50% each, of suspects 40% and 10%.
    assert bias["Intelligence", "Age group", "18-24"] == (1, 4, None, None, None, 10.0, False)
    assert bias["Intelligence", "Age group", "Unknown"] == (1, 1, None, None, None, 40.0, True)
