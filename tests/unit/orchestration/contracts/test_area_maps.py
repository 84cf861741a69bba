"""Maps of an area: what they add to a contract, and what is wrong in one."""

from __future__ import annotations

import os
import shutil

import pytest
import yaml

from orchestration.contracts import area_maps
from orchestration.contracts.model import ContractError
from orchestration.contracts.reader import load_contracts, read_contracts
from orchestration.home import areas, creation, settings_files

CRIMES = next(contract for contract in read_contracts().values() if contract.feed == "crimes")
GOOD = {
    "feed_type": "crimes",
    "headers": {"Crime No": "crime_reference", "Street": {"column": "ward_name", "likeness": 0.7}},
    "not_used": ["Beat"],
    "absent": ["easting", "northing"],
    "formats": {"recorded_at": ["%d-%b-%Y"]},
    "values": {"location_type": {"PUBLIC  Highway": "Street"}},
    "unknown": {"weapon": ["N/K"]},
    "provided": {
        "modern_slavery": {"value": "N"},
        "knife": {"header": "Keywords", "matches": "knife|blade", "then": "Y", "otherwise": "N"},
    },
}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes the map of an area that is there for the test."""
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))

    def written(content, name="crimes.yaml"):
        path = area_maps.folder("kent") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
        return path

    return written


def test_a_map_adds_headers_dates_values_and_what_is_provided(write):
    write(GOOD)
    made = area_maps.adapted({CRIMES.id: CRIMES}, "kent")[CRIMES.id]
    columns = made.by_name
    assert (columns["crime_reference"].header, columns["crime_reference"].aliases) == ("Crime No", ("Crime Reference",))
    # The extract's Street is another column than the contract's.
    assert columns["ward_name"].header == "Street" and columns["street"].header == "(street)"
    assert columns["recorded_at"].formats[0] == "%d-%b-%Y"
    assert columns["easting"].optional and not columns["lsoa_code"].optional
    assert made.adapted.values == {"location_type": {"public highway": "Street"}, "weapon": {"n/k": None}}
    assert made.adapted.sources == ("Keywords",)


def test_only_a_map_changes_the_fingerprint_and_only_of_its_feed(write):
    contracts = read_contracts()
    path = write(GOOD)
    made = area_maps.adapted(contracts, "kent")
    assert [key for key in contracts if made[key].fingerprint != contracts[key].fingerprint] == [CRIMES.id]
    path.write_text(path.read_text() + "gaps: {headers: [Keywords]}\n")
    assert area_maps.adapted(contracts, "kent")[CRIMES.id].fingerprint == made[CRIMES.id].fingerprint
    write(GOOD | {"not_used": ["Beat", "Sector"]})
    assert area_maps.adapted(contracts, "kent")[CRIMES.id].fingerprint != made[CRIMES.id].fingerprint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"header": {}}, "header is unknown"),
        ({"headers": {"Crime No": "crime_ref"}}, "headers.Crime No: 'crime_ref' is no column of crimes"),
        ({"absent": ["ho_class"]}, "absent.ho_class: no row may leave it blank"),
        ({"unknown": {"location_type": ["?"]}}, "unknown.location_type: no row may leave it blank"),
        ({"values": {"location_type": {"Road": "Stret"}}}, "values.location_type.Road: 'Stret' is none of Street, "),
        ({"provided": {"knife": {"value": "Maybe"}}}, "provided.knife: 'Maybe' is none of Y, N"),
        ({"provided": {"knife": {"value": "Y", "header": "x"}}}, "provided.knife: either value"),
        ({"provided": {"knife": {"header": "x", "matches": "("}}}, "is not a regular expression"),
        ({"provided": {"crime_reference": {"value": "1"}}}, "provided.crime_reference: a header is this column too"),
        ({"formats": {"knife": ["%d"]}}, "formats.knife: it is no date"),
        ({"formats": {"recorded_at": ["dd/MM"]}}, "formats.recorded_at: 'dd/MM' is no form of a date"),
        ({"not_used": ["CRIME NO"]}, "not_used: 'crime no' is also under headers"),
        ({"feed_type": "crime"}, "feed_type: there is no feed crime"),
        ({"layout": [{"sheets": "Data"}]}, "layout.0: start is missing"),
        ({"layout": [{"start": "Crime No", "headerRow": 2}]}, "layout.0.headerRow is unknown"),
        ({"layout": [{"start": "Crime No", "headerRows": 2, "startRow": 3}]}, "startRow is one of the headerRows"),
        ({"layout": [{"start": "Crime No", "end": "("}]}, "is not a regular expression"),
        ({"layout": [{"start": "Crime No", "totals": {"place": "Total"}}]}, "layout.0: 'place' is no column of crimes"),
    ],
)
def test_what_is_wrong_names_file_and_field(write, change, said):
    path = write(GOOD | change)
    with pytest.raises(ContractError) as wrong:
        area_maps.adapted(read_contracts(), "kent")
    assert str(wrong.value).startswith(f"{path}: ") and said in str(wrong.value)


def test_contracts_are_those_of_the_homes_area(write, tmp_path, monkeypatch):
    name = sorted(path.parent.name for path in areas.AREAS.glob(f"*/{areas.FILE}"))[0]
    shutil.copytree(areas.AREAS / name, tmp_path / "areas" / name)
    creation.make(tmp_path / "home", name, "live")
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    assert load_contracts()[CRIMES.id].adapted.map == ""
    write(GOOD).parent.rename(tmp_path / "areas" / name / "maps")
    assert load_contracts()[CRIMES.id].adapted.map == "maps/crimes.yaml"


def test_what_closes_a_gap_and_what_does_not():
    gaps = {
        "headers": ["Keywords", "Sector"],
        "columns": ["knife", "ho_class"],
        "values": {"location_type": {"Public highway": 3, "Moor": 2}, "weapon": {"N/K": 1}},
    }
    assert area_maps.AreaMap.model_validate(GOOD | {"gaps": gaps}).open_gaps() == [
        "headers without a column: Sector",
        "required columns without a header: ho_class",
        "values of location_type without a label: 1, in 2 row(s)",
    ]


def test_a_layout_takes_the_place_of_the_contracts_and_is_written_as_contracts_write_it(write):
    layout = [{"start": "Crime No", "sheets": "Data.*", "headerRows": 2, "startRow": 2, "totals": {"crime_reference": "^Total"}}]
    made = area_maps.AreaMap.model_validate(GOOD | {"layout": layout})
    assert area_maps.as_written(made)["layout"] == [layout[0] | {"start": ["Crime No"]}]
    adapted = area_maps.adapt(CRIMES, made, write(GOOD))
    assert (adapted.layout, adapted.formats) == (made.layout, ("xlsx", "ods"))
    assert area_maps.updated(made, area_maps.AreaMap.model_validate(GOOD | {"layout": {"start": "Other"}})).layout == made.layout
    assert (
        area_maps.AreaMap.model_validate(
            GOOD | {"layout": {"start": "x", "constants": {"knife": "Y"}}, "gaps": {"columns": ["knife"]}}
        ).open_gaps()
        == []
    )


def test_a_total_that_a_second_sample_shows_is_added_to_the_layout():
    totals = {"crime_reference": "^Total"}
    found = [area_maps.AreaMap.model_validate(GOOD | {"layout": [{"start": "Crime No", "totals": one}]}) for one in ({}, totals)]
    assert area_maps.updated(*found).layout == found[1].layout
    other = area_maps.AreaMap.model_validate(GOOD | {"layout": [{"start": "Crime No", "headerRows": 2}]})
    assert area_maps.updated(other, found[1]).layout == other.layout


def test_records_of_patients_have_no_layout(write):
    attendances = next(contract for contract in read_contracts().values() if contract.feed == "ed_assaults")
    found = area_maps.AreaMap.model_validate({"feed_type": "ed_assaults", "headers": {}, "layout": [{"start": "Arrived"}]})
    with pytest.raises(ContractError, match="layout: records of health and social care have their header in the first row"):
        area_maps.adapt(attendances, found, write(GOOD))


def test_a_second_sample_keeps_what_a_person_wrote():
    before = area_maps.AreaMap.model_validate(GOOD)
    found = area_maps.AreaMap.model_validate(
        {"feed_type": "crimes", "headers": {"crime no": "knife", "HO": "ho_class"}, "gaps": {"headers": ["New"]}}
    )
    made = area_maps.updated(before, found)
    assert {header: match.column for header, match in made.headers.items()} == {
        "Crime No": "crime_reference",
        "Street": "ward_name",
        "HO": "ho_class",
    }
    assert (made.provided, made.not_used, made.gaps.headers) == (before.provided, before.not_used, ("New",))
    assert area_maps.AreaMap.model_validate(area_maps.as_written(made)) == made


def test_a_map_that_is_no_regular_file_or_too_large_is_refused_unread(write):
    path = write(GOOD)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ContractError, match="a regular file"):
        area_maps.adapted(read_contracts(), "kent")
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ContractError, match="a regular file"):
        area_maps.adapted(read_contracts(), "kent")
    path.unlink()
    path.write_bytes(b"#" * (settings_files.LARGEST + 1))
    with pytest.raises(ContractError, match="a regular file"):
        area_maps.adapted(read_contracts(), "kent")
