"""Every contract of the project can be used, and a contract that is half understood cannot."""

from __future__ import annotations

import copy
import json
import re
from importlib import resources

import duckdb
import jsonschema
import pytest
import yaml

from orchestration.contracts.model import ContractError
from orchestration.contracts.reader import _ColumnProperties, _FeedProperties, load_contract, load_contracts
from orchestration.home.environment import CONTRACTS, PROJECT

PATHS = sorted(CONTRACTS.glob("*/*.yaml"))
CRIMES = CONTRACTS / "police" / "crimes.yaml"


SCHEMA = json.loads(resources.files("open_data_contract_standard").joinpath("schema.json").read_text())
STANDARD = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
class TestEveryContract:
    def test_follows_the_standard(self, path):
        broken = STANDARD.iter_errors(yaml.safe_load(path.read_text()))
        assert [f"{error.json_path}: {error.message}" for error in broken] == []

    def test_is_understood(self, path):
        contract = load_contract(path)
        assert contract.columns and contract.legal_basis
        assert contract.type == f"{path.parent.name}/{path.stem}"
        assert contract.retention_years > 0

    def test_lands_as_a_table(self, path):
        contract = load_contract(path)
        columns = ", ".join(f'"{name}" {sql_type}' for name, sql_type in contract.landed)
        with duckdb.connect() as con:
            con.execute(f"create table landed ({columns})")
            found = con.execute("select column_name, data_type from duckdb_columns() where table_name = 'landed'").fetchall()
            types = con.execute("select " + ", ".join(f"typeof(null::{kind})" for _, kind in contract.landed)).fetchone()
        assert [name for name, _ in found] == [name for name, _ in contract.landed]
        assert len(types) == len(found) > 0

    def test_its_own_header_is_not_a_good_row(self, path):
        """Files that were joined repeat the header; that must show as a bad row."""
        contract = load_contract(path)
        assert any(column.type != "string" or column.pattern or column.allowed for column in contract.columns if column.required)

    def test_no_direct_identifier_is_kept(self, path):
        for column in load_contract(path).columns:
            assert column.classification != "direct_identifier" or column.treatment != "keep"


def test_every_feed_says_whom_to_ask():
    for contract in load_contracts().values():
        assert contract.owner and contract.publisher_url.startswith("https://"), contract.id


def test_the_feeds_of_the_police_core():
    assert {f"{agency}/{feed}" for agency, feed in load_contracts()} >= {
        "derbyshire_constabulary/crimes",
        "derbyshire_constabulary/victims",
        "derbyshire_constabulary/suspects",
        "derbyshire_constabulary/outcomes",
        "police_uk/street",
        "police_uk/outcomes",
        "police_uk/stop_and_search",
        "mhclg/imd_2019",
        "ons/lsoa_ward_district",
        "ons/ward_boundaries",
    }


def changed(tmp_path, change):
    document = yaml.safe_load(CRIMES.read_text())
    change(document)
    path = tmp_path / "police" / "crimes.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(document))
    return path


def column(document, name):
    return next(item for item in document["schema"][0]["properties"] if item["name"] == name)


def custom(document, name):
    return next(item for item in document["customProperties"] if item["property"] == name)


def add_custom(document, name, which, value):
    column(document, name)["customProperties"] = [{"property": which, "value": value}]


def add_layout(document, **given):
    document["customProperties"].append({"property": "layout", "value": given})


def add_part(document, **given):
    document["customProperties"].append({"property": "part", "value": {"name": "force", **given}})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d["customProperties"].append({"property": "loadmode", "value": 1}),
            "customProperties.loadmode is unknown; known are evidence, loadMode",
        ),
        (lambda d: d["customProperties"].remove(custom(d, "formats")), "customProperties.formats is missing"),
        (lambda d: custom(d, "loadMode").update(value="append"), "loadMode is 'append'; expected 'replace_period' or 'upsert'"),
        (lambda d: custom(d, "badRowLimit").update(value=5), "badRowLimit is 5; expected less than or equal to 1"),
        (lambda d: add_part(d, values=["kent"], pattern="k.*"), "part: either values, a list of all parts, or a pattern of one"),
        (lambda d: add_part(d, pattern="("), "part: '(' is not a regular expression"),
        (lambda d: add_part(d, values=["west midlands"]), "part: 'west midlands' cannot be in a file name"),
        (
            lambda d: add_part(d, values=["kent"], colour="blue"),
            "part.colour is unknown; known are name, values, pattern, column, labels",
        ),
        (
            lambda d: add_part(d, values=["kent"], labels={"btp": ["x"]}, column="district"),
            "part: labels has 'btp', which is not one of the values",
        ),
        (lambda d: add_part(d, values=["kent"], labels={"kent": ["x"]}), "part: labels are those of a column"),
        (lambda d: add_part(d, values=["kent"], column="forces"), "part refers to column 'forces', which is not described"),
        (lambda d: add_part(d, values=["kent"], name=""), "part: name (what a part is) is missing"),
        (
            lambda d: custom(d, "period").update(value={"column": "recorded"}),
            "period refers to column 'recorded', which is not described",
        ),
        (lambda d: custom(d, "period").update(value={"fixed": "2023"}), "a fixed period goes with slaProperties frequency once"),
        (lambda d: d["slaProperties"][0].update(value="once"), "a fixed period goes with slaProperties frequency once"),
        (lambda d: custom(d, "period").update(value={}), "period: is either"),
        (lambda d: d["slaProperties"].pop(0), "slaProperties.frequency is missing"),
        (lambda d: d["slaProperties"].pop(1), "latency and gracePeriod go with every feed"),
        (
            lambda d: d["slaProperties"][2].update(unit="m"),
            "slaProperties: gracePeriod is 14 m; expected a whole number with unit d",
        ),
        (
            lambda d: d["description"]["authoritativeDefinitions"].pop(),
            "description.authoritativeDefinitions.legalBasis.description is missing",
        ),
        (lambda d: d.update(dataProduct="offences"), "dataProduct is offences, but its file is crimes.yaml"),
        (lambda d: d["customProperties"].append({"property": "sender", "value": "force"}), "sender is 'force'; expected"),
        (lambda d: d.update(unheard_of=1), "unheard_of is unknown"),
        (
            lambda d: column(d, "easting").update(logicalTypeOptions={"maxLength": 6}),
            "properties.easting.logicalTypeOptions.maxLength is unknown; known are pattern",
        ),
        (lambda d: column(d, "easting").update(classification="direct_identifier"), "may not be kept"),
        (lambda d: column(d, "easting").update(encryptedName="x"), "encryptedName"),
        (lambda d: column(d, "easting").update(physicalName="Northing"), "a column header occurs twice"),
        (lambda d: column(d, "easting").update(requierd=True), "properties.easting.requierd is unknown"),
        (lambda d: column(d, "easting").update(logicalType="whole"), "easting.logicalType is 'whole'; expected 'string', 'date'"),
        (lambda d: column(d, "district").update(enum=[{"value": True}]), "properties.district.enum.0 is True; expected a"),
        (lambda d: column(d, "district").update(physicalName=None), "district.physicalName is None; expected a valid string"),
        (lambda d: d["customProperties"].append({"property": "sheet"}), "customProperties: 'sheet' occurs twice"),
        (lambda d: d["schema"].append(copy.deepcopy(d["schema"][0])), "schema: a feed has exactly one object"),
        (lambda d: d["slaProperties"][1].update(value=True), "slaProperties.latency is True; expected a valid integer"),
        (lambda d: d.update(domain=None), "domain is None; expected a valid string"),
        (lambda d: d.update(slaProperties=None), "slaProperties.frequency is missing; slaProperties.retention is missing"),
        (lambda d: d["slaProperties"][3].update(unit="m"), "retention is 7 m; expected a whole number with unit y"),
        (lambda d: add_layout(d, start="A", colour=1), "layout.0.colour is unknown; known are start, sheets"),
        (lambda d: add_layout(d, end="Notes"), "layout.0: start is missing"),
        (lambda d: add_layout(d, start="A", end="("), "layout.0: '(' is not a regular expression"),
        (lambda d: add_layout(d, start="A", unpivot="x"), "layout.0: unpivot and value go together"),
        (lambda d: add_layout(d, start="A", startRow=2), "layout.0: startRow is one of the headerRows"),
        (lambda d: add_layout(d, start="A", section="area"), "layout refers to column 'area', which is not described"),
        (lambda d: add_custom(d, "district", "labels", 5), "district.customProperties.labels: is the name of a scheme"),
        (
            lambda d: add_custom(d, "district", "labels", [{"scheme": "sex", "wher": 1}]),
            "labels.0.wher is unknown; known are scheme",
        ),
        (lambda d: add_custom(d, "district", "symbols", ["c"]), "column district: symbols are for columns of type integer"),
    ],
)
def test_a_contract_that_is_not_understood_says_where(tmp_path, change, message):
    path = changed(tmp_path, change)
    with pytest.raises(ContractError, match=None) as error:
        load_contract(path)
    assert message in str(error.value) and str(path) in str(error.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    def change(document):
        custom(document, "badRowLimit").update(value=5)
        column(document, "easting").update(classification="secret")

    with pytest.raises(
        ContractError, match=r"badRowLimit is 5; .*easting\.classification is 'secret'|'secret'.*badRowLimit is 5"
    ):
        load_contract(changed(tmp_path, change))


def test_the_fingerprint_follows_the_rules_and_not_the_words(tmp_path):
    before = load_contract(CRIMES).fingerprint
    reworded = changed(tmp_path / "a", lambda d: d.update(team={"name": "Someone else"}))
    stricter = changed(tmp_path / "b", lambda d: column(d, "district").update(required=True))
    assert load_contract(reworded).fingerprint == before
    assert load_contract(stricter).fingerprint != before


@pytest.mark.parametrize("written", ["22*123456/23", "CRI/00045/24", "0a7f-33b1", "DC-2023-0000001", "240012345"])
def test_no_agencys_way_to_write_a_reference_is_required(written):
    """References need to be unique, and one word with a digit: no name, postcode, address or spaced number passes for one."""
    patterns = {
        (*contract.id, column.name): column.pattern
        for contract in load_contracts().values()
        for column in contract.columns
        if column.name.endswith(("_reference", "_number")) and column.pattern
    }
    assert len(patterns) >= 7
    for column, pattern in patterns.items():
        assert re.fullmatch(pattern, written), column
        for identifier in ("Quibble Zornapple", "Zornapple", "DE1 2AB", "943 476 5919", "07700 900123", "a1@example.org"):
            assert not re.fullmatch(pattern, identifier), column


def test_the_page_about_feeds_names_every_property_that_a_contract_may_have():
    page = (PROJECT / "docs" / "how-to" / "add-a-feed.md").read_text()
    names = [field.alias for model in (_FeedProperties, _ColumnProperties) for field in model.model_fields.values()]
    assert len(names) > 20
    assert [name for name in names if f"`{name}" not in page] == []
