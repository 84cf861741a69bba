"""The pages about feeds, tables and columns say what the contracts and dbt say, in Markdown that holds."""

import re
from typing import get_args

import pytest

from orchestration.cli.documentation import (
    FREQUENCY,
    REPLACES,
    TREATMENTS,
    cli_page,
    columns_page,
    feeds_page,
    needs_assessment_page,
    root_pages,
    tables_page,
)
from orchestration.contracts.model import LoadMode, Treatment
from orchestration.contracts.periods import Cadence
from orchestration.contracts.reader import load_contracts
from orchestration.warehouse.lineage import writers

CONTRACTS = load_contracts().values()
MANIFEST = {
    "nodes": {
        "model.p.figures": {
            "resource_type": "model",
            "name": "figures",
            "alias": "figures",
            "schema": "sna",
            "config": {"materialized": "table"},
        },
        "model.p.sna_knives": {
            **{
                "resource_type": "model",
                "name": "sna_knives",
                "alias": "sna_knives",
                "schema": "sna",
                "config": {"materialized": "ephemeral"},
            },
            "raw_code": "select 'T29' as table_id from {{ ref('offences') }}",
        },
        "model.p.offences": {
            **{
                "resource_type": "model",
                "name": "offences",
                "alias": "offences",
                "schema": "marts",
                "config": {"materialized": "table"},
            },
            "description": "Offences.\n  Grain: one row per month | ward.",
            "columns": {"offences": {"data_type": "bigint", "description": "How many, if < 5 too."}},
        },
        "model.p.fct_offence": {
            "resource_type": "model",
            "name": "fct_offence",
            "alias": "fct_offence",
            "schema": "conformed",
            "config": {},
        },
    },
    "sources": {"source.p.crimes": {"source_name": "landing", "name": "police__crimes"}},
    "parent_map": {
        "model.p.figures": ["model.p.sna_knives"],
        "model.p.sna_knives": ["model.p.offences"],
        "model.p.offences": ["model.p.fct_offence"],
        "model.p.fct_offence": ["source.p.crimes"],
    },
}
MANIFEST["nodes"]["model.p.figures"] |= {"description": "Figures.", "columns": {}}


def test_a_table_is_followed_back_to_its_feeds():
    tables = [{"table_id": "T29", "title": "Knife crime"}, {"table_id": "T30", "title": "Not written yet"}]
    documents = [{"table_id": "T31", "title": "A definition", "source": "section 6.2"}] * 2
    page = needs_assessment_page(MANIFEST, tables, documents)
    assert "| T29 | Knife crime | `sna_knives` | `offences` | `fct_offence` | `derbyshire_constabulary/crimes` |" in page
    assert "| T30 | Not written yet |  |  |  |  |" in page
    assert page.count("| T31 | A definition | section 6.2 |") == 1


def test_statements_have_ids_of_any_length_and_other_codes_are_none():
    node = {
        **MANIFEST["nodes"]["model.p.sna_knives"],
        "raw_code": "select 'P4' union select 'P13.1' where area = 'E23000018' -- C18",
    }
    manifest = {**MANIFEST, "nodes": {**MANIFEST["nodes"], "model.p.sna_knives": node}}
    assert writers(manifest) == {"P4": ["model.p.sna_knives"], "P13.1": ["model.p.sna_knives"]}


def test_figures_of_statements_are_followed_back_to_the_marts_that_they_name():
    node = {**MANIFEST["nodes"]["model.p.sna_knives"], "raw_code": "", "config": {"materialized": "ephemeral"}}
    node["config"]["meta"] = {"tables": {"P9": ["offences"]}}
    manifest = {**MANIFEST, "nodes": {**MANIFEST["nodes"], "model.p.sna_knives": node}}
    assert writers(manifest) == {"P9": ["model.p.offences"]}
    page = needs_assessment_page(manifest, [{"table_id": "P9", "title": "Night-time economy"}], [])
    assert "| P9 | Night-time economy |  | `offences` | `fct_offence` | `derbyshire_constabulary/crimes` |" in page


def test_the_page_of_tables_has_every_published_table_and_column():
    page = tables_page(MANIFEST)
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["marts.offences", "sna.figures"]
    assert "Offences. Grain: one row per month | ward." in page
    assert "| `offences` | bigint | How many, if &lt; 5 too. |" in page


def test_a_column_is_listed_once_for_each_meaning_with_its_tables():
    def table(name, **descriptions):
        columns = {column: {"data_type": "bigint", "description": text} for column, text in descriptions.items()}
        config = {"materialized": "table"}
        return {
            "resource_type": "model",
            "name": name,
            "alias": name,
            "schema": "marts",
            "config": config,
            "description": "",
            "columns": columns,
        }

    nodes = {name: table(name, offences="How many.") for name in "abcdefgh"} | {"z": table("z", offences="A share.")}
    first, second = re.findall(r"^\| `offences` .*$", columns_page({"nodes": nodes}), re.MULTILINE)
    assert first == "| `offences` | bigint | A share. | `marts.z` |"
    assert second.endswith("`marts.f` and 2 more |")


def test_the_page_of_commands_has_arguments_options_defaults_and_variables():
    page = cli_page()
    (refresh,) = re.findall(r"^## sna refresh\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert "| `--as-at` |" in refresh and "| `--force` |" in refresh
    (init,) = re.findall(r"^## sna init\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert re.search(r"^\| `--area` \| .* Also `SNA_AREA`. \| required \|$", init, re.MULTILINE)


def test_links_of_a_root_page_lead_to_the_pages_of_the_site():
    page = root_pages()["explanation/security.md"]
    assert "](fault-tolerance.md)" in page and "](../decisions/0006-legal-gate.md)" in page and "](docs/" not in page


def test_a_root_page_links_only_to_what_the_site_has():
    page = root_pages()["developers/contributing.md"]
    assert "](../decisions/index.md)" in page and "](../changelog.md)" in page and "areas/README.md)" not in page


def test_there_are_words_for_all_that_a_contract_can_say():
    assert [set(get_args(kind)) for kind in (Cadence, LoadMode, Treatment)] == [set(FREQUENCY), set(REPLACES), set(TREATMENTS)]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: "/".join(contract.id))
def test_a_sender_finds_what_to_send(contract):
    (section,) = re.findall(rf"^### {'/'.join(contract.id)}\n(.*?)(?=^##|\Z)", feeds_page(CONTRACTS), re.MULTILINE | re.DOTALL)
    assert contract.owner in section
    assert " ".join(contract.legal_basis.split()) in section
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    described = rows[-len(contract.columns) :]
    assert [
        row.split(" | ")[0].removeprefix("| ").startswith(" ".join(column.header.split()).replace("|", "\\|"))
        for row, column in zip(described, contract.columns, strict=True)
    ] == [True] * len(contract.columns)
    # A pipe within a cell would make a row of its own.
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in described} == {7}


def test_a_sender_finds_how_dates_are_written():
    (row,) = re.findall(r"^\| Recorded Date Time .*$", feeds_page([c for c in CONTRACTS if c.feed == "crimes"]), re.MULTILINE)
    assert "Written DD/MM/YYYY HH:MM or as ISO 8601." in row
