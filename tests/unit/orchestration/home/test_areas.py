"""What an area file may say."""

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home import areas
from orchestration.home.environment import SettingsError

GOOD = """
id: mercia
name: Mercia
forces: [{name: Mercia Police, police_uk: mercia}]
districts: {E06000018: Nottingham}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))
    areas.load.cache_clear()

    def put(text):
        (tmp_path / "mercia").mkdir()
        (tmp_path / "mercia" / "area.yaml").write_text(text)

    yield put
    areas.load.cache_clear()


def test_an_adopter_s_own_area_is_read(write):
    write(GOOD)
    assert areas.names() == ["mercia"]
    assert areas.load("mercia").forces[0].police_uk == "mercia"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: mercia", "id: wessex", "its folder is 'mercia'"),
        ("E06000018", "E12000004", "not the GSS code of a district"),
        ("E06000018", "E0600001", "not the GSS code of a district"),
        ("name: Mercia\n", "", "name"),
        ("name: Mercia\n", "name: Mercia\npolice: none\n", "police"),
        ("police_uk: mercia", "police_uk: Mercia Police", "police_uk"),
        ("forces: [{name: Mercia Police, police_uk: mercia}]", "forces: []", "forces"),
        ("id: mercia", "id: [", "area.yaml"),
    ],
)
def test_what_an_area_may_not_say_is_named(write, before, after, told):
    write(GOOD.replace(before, after))
    with pytest.raises(SettingsError, match=r"area\.yaml") as refused:
        areas.load("mercia")
    assert told in str(refused.value)


def test_every_agency_of_an_area_has_a_contract():
    agencies = {agency for agency, _ in load_contracts()}
    assert {"derbyshire", "nottinghamshire"} <= set(areas.names())
    for name in areas.names():
        assert set(areas.load(name).agencies) <= agencies
