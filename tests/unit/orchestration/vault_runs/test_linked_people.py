"""The truth of a register of several forces has the keys of its facts."""

from types import SimpleNamespace

import pytest

from orchestration.ingest.landing_log import pseudonym_key
from orchestration.ingest.values.pseudonyms import pseudonym
from orchestration.vault_runs import common, linked_people

KEY = b"0" * 32


@pytest.fixture
def truth(tmp_path, monkeypatch):
    monkeypatch.setattr(pseudonym_key, "load", lambda settings: KEY)

    def read(text, *forces):
        monkeypatch.setattr(common, "senders", lambda feed_type: [SimpleNamespace(agency=force) for force in forces])
        file = tmp_path / "truth.csv"
        file.write_text(text)
        return linked_people.truth(SimpleNamespace(), file)

    return read


def test_pairs_of_one_force_have_its_references_alone(truth):
    pair = frozenset(pseudonym(KEY, reference) for reference in ("1", "2"))
    assert truth("nominal_reference,same_person_as\n1,2\n", "north_police") == {pair}


def test_the_same_reference_of_two_forces_is_two_keys(truth):
    text = "nominal_reference,agency,same_person_as,same_person_agency\n1,north_police,1,south_police\n"
    one = pseudonym(KEY, "1")
    assert truth(text, "north_police", "south_police") == {frozenset((f"north_police/{one}", f"south_police/{one}"))}


def test_of_two_forces_the_agencies_are_needed(truth):
    with pytest.raises(linked_people.TruthFileError, match="same_person_as, agency and same_person_agency is needed"):
        truth("nominal_reference,same_person_as\n1,2\n", "north_police", "south_police")
