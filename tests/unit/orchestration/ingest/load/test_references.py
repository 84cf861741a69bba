"""One reference in several spellings is one record and one person; a text that only looks like one is none."""

import pytest

from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, parquet, row, rows, text

SPELLINGS = ["dc-2023-0000001", "Dc-2023-0000001", " DC-2023-0000001 ", "\u00a0dc-2023-0000001\t"]

LOOKALIKES = ["AB-1\u0131", "\u0410B-12", "AB\u201012", "AB-1\uff12", "'AB-12", "AB\u200b-12", "\u017fB-12"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_reference_in_another_spelling_is_of_the_same_crime(desk, spelling):
    again = row("crimes", 9, Crime_Reference=spelling, Offence_Title="Affray")
    record = desk.land("crimes", text([*rows("crimes", 2), again]))
    assert codes(record) == ["R07"]
    assert (record.rows_accepted, record.rows_rejected) == (1, 2)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_it_lands_in_capitals_in_every_delivery(desk, spelling):
    first = desk.land("crimes", text(rows("crimes", 2)))
    later = desk.land("crimes", text([row("crimes", 1, Crime_Reference=spelling), row("crimes", 2)]), "2023-07.v2.csv")
    of_victim = desk.land("victims", text([row("victims", 1, Crime_Reference=spelling)]))
    landed = [[line["crime_reference"] for line in parquet(record.accepted)] for record in (first, later, of_victim)]
    assert landed == [["DC-2023-0000001", "DC-2023-0000002"]] * 2 + [["DC-2023-0000001"]]


def test_a_person_in_another_spelling_has_the_same_pseudonym(desk):
    spelt = ["N10242406", "n10242406", " N10242406 "]
    record = desk.land("victims", text([row("victims", n, Nominal_Reference=name) for n, name in enumerate(spelt, 1)]))
    assert len({line["person_key"] for line in parquet(record.accepted)}) == 1


@pytest.mark.parametrize("header", ["Crime_Reference", "Nominal_Reference"])
@pytest.mark.parametrize("written", LOOKALIKES)
def test_what_only_looks_like_a_reference_is_rejected(desk, header, written):
    record = desk.land("victims", text([row("victims", 1, **{header: written}), row("victims", 2)]))
    assert (codes(record), record.rows_accepted) == (["R13"], 1)


@pytest.mark.parametrize("written", LOOKALIKES)
def test_an_incident_of_the_fire_service_is_no_different(desk, written):
    head = "Incident Number,Call Date Time,Incident Type,District,Attack on Firefighters"
    lines = [f"{number},04/07/2023 07:27,Deliberate Fire - Secondary,Amber Valley,N" for number in (written, "ab-2", "AB-3")]
    record = desk.land("incidents", "\n".join([head, *lines, ""]))
    assert codes(record) == ["R13"]
    assert [line["incident_number"] for line in parquet(record.accepted)] == ["AB-2", "AB-3"]


def test_every_text_by_which_a_person_or_record_is_found_is_a_reference():
    found = [
        (contract.feed, column.name)
        for contract in CONTRACTS.values()
        for column in contract.columns
        if column.type == "string" and column.classification in ("personal", "direct_identifier") and column.pattern
        if not column.reference
    ]
    assert found == []
