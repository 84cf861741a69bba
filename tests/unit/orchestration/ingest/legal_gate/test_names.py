"""Names are found by shape, alike whosever they are; ordinary text of records and returns names nobody."""

from __future__ import annotations

import pytest

from orchestration.ingest.legal_gate.names import Evidence, evidence
from orchestration.ingest.legal_gate.readings import folded
from tests.unit.orchestration.ingest.legal_gate.names_by_group import FORMS, GROUPS, forms, made_up

PEOPLE = {group: people.split("|") for group, people in GROUPS.items()} | {"made up": made_up(10)}
# Surnames of two capitals (LI, NG) and names all of whose words are ordinary (Mark Hill, Van An) are missed in some forms.
LEAST = 0.9
LEAST_OF_STRANGE_NAMES = 0.97


def found(person: str) -> float:
    return sum(evidence(folded(text)) > Evidence.NONE for text in forms(person).values()) / len(FORMS)


@pytest.mark.parametrize("group", PEOPLE)
def test_names_of_every_group_are_found_in_nearly_every_form(group):
    rates = [found(person) for person in PEOPLE[group]]
    assert sum(rates) / len(rates) >= LEAST


def test_no_group_is_protected_less_than_the_others():
    strange = {group: [found(p) for p in people if not _is_ordinary(p)] for group, people in PEOPLE.items()}
    rates = {group: sum(found) / len(found) for group, found in strange.items() if found}
    assert len(rates) >= 8
    assert min(rates.values()) >= LEAST_OF_STRANGE_NAMES, rates
    assert max(rates.values()) - min(rates.values()) <= 0.03, rates


def _is_ordinary(person: str) -> bool:
    """Whether some word of a name is short enough for an abbreviation, or an ordinary one."""
    from orchestration.ingest.legal_gate.vocabulary import is_ordinary

    return any(len(word) <= 3 or is_ordinary(word) for word in folded(person).lower().split())


CERTAIN = [
    *("P r i y a P a t e l", "Pr1ya P4tel", "PriyaPatel", "PATEL Priya", "Patel, P.", "mr patel", "mr hill", "Maria de Souza"),
    *("patient priya", "pt: Priya", "name - priya", "aka Zorvik", "née Okafor", "s/o Imran", "known as Tallen", "victim Okafor"),
]


@pytest.mark.parametrize("text", CERTAIN)
def test_what_can_hardly_be_anything_else_is_a_name(text):
    assert evidence(folded(text)) is Evidence.NAME


ORDINARY = [
    *("outside a pub", "in the park", "town centre", "at a bus stop", "hit with a tray", "Rose and Crown pub", "in Long Eaton"),
    *("OUTSIDE NIGHTCLUB IN TOWN", "YOUNG WHITE MALE IN PARK", "Pride Park stadium", "outside McDonalds on St Peter's Street"),
    *("Derby City Council, Children's Services: three-year summary", "Children subject of a Child Protection Plan", "Kingsway"),
    *("Queens Medical Centre", "near Sainsbury's, London Road", "Victoria Street car park", "The Old Bell Hotel, Sadler Gate"),
    *("house party in Littleover", "at home by partner", "T junction", "punched x3 by 2 males", "domestic, ex-partner", "Street"),
    *("Incident Postcode", "Site ID", "LSOA name", "Email sent", "Numbers below five are suppressed", "Church", "Bus station"),
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_names_nobody(text):
    assert evidence(folded(text)) is Evidence.NONE


@pytest.mark.slow
def test_made_up_names_are_found_as_often_as_real_ones():
    people = made_up(400)
    rates = sorted(found(person) for person in people)
    assert rates[len(rates) // 100] >= LEAST_OF_STRANGE_NAMES - 0.05 and sum(rates) / len(rates) >= LEAST_OF_STRANGE_NAMES
