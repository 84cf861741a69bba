"""Health feeds come under the legal gate: refused whole where they identify somebody, in a column or within text."""

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.legal_gate.explained import is_closed

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


def test_the_feeds_under_the_gate_are_these():
    assert sorted(feed for feed, contract in load_contracts().items() if contract.sharing == "no_personal_identifiers") == sorted(
        HEALTH
    )


@pytest.mark.parametrize("feed", HEALTH, ids="/".join)
def test_every_text_of_a_health_feed_is_closed_or_dropped(feed):
    contract = load_contracts()[feed]
    open_texts = [column.name for column in contract.columns if not (is_closed(column) or column.treatment == "drop")]
    assert open_texts == []
    assert all(column.free_text for column in contract.columns if column.treatment == "drop")
    assert contract.bad_row_limit <= 0.02 and not contract.ignore_unknown_columns and contract.part is None
