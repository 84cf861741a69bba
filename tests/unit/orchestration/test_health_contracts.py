"""Health feeds come under the legal gate: refused whole where they identify somebody, in a column or within text."""

import pytest

from orchestration.contracts import load_contracts

HEALTH = [
    ("derbyshire_childrens_social_care", "activity"),
    ("derby_city_childrens_social_care", "activity"),
    ("royal_derby_hospital", "ed_assaults"),
    ("chesterfield_royal_hospital", "ed_assaults"),
    ("east_midlands_ambulance_service", "assault_calls"),
    ("nhs_liaison_and_diversion", "referrals"),
]


@pytest.mark.parametrize("feed", HEALTH, ids="/".join)
def test_a_health_feed_may_hold_nobody(feed):
    contract = load_contracts()[feed]
    assert contract.sharing == "no_personal_identifiers"
    assert "16(4)" in contract.legal_basis
    assert not any(column.classification == "direct_identifier" for column in contract.columns)
