"""The layers know only those below them, and what BI reads is documented."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

# What each layer may read.
READS = {
    # What the area's files say.
    "reference": set(),
    "staging": {"landing"},
    "conformed": {"staging", "conformed", "reference", "ledger"},
    "marts": {"conformed", "reference"},
    # The ledger says what each figure rests on.
    "sna": {"conformed", "marts", "sna", "reference", "ledger"},
}
# What is made of the counts that the vault returns is built after the facts that it reads.
COUNTS = ("knife_carrier_count", "knife_carrier_counts", "linked_people_count", "linked_people_counts")


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert {model["schema"] for model in found} == set(READS)
    return found


def test_a_layer_reads_only_what_it_may(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    known = manifest["nodes"] | manifest["sources"]
    breaches = [
        f"{model['schema']}.{model['name']} reads {known[parent]['schema']}.{known[parent]['name']}"
        for model in models
        for parent in model["depends_on"]["nodes"]
        if known[parent]["schema"] not in READS[model["schema"]]
    ]
    assert not breaches


def test_every_model_is_in_a_subject_folder_of_its_layer_with_its_yaml_beside_it(models: list[dict[str, Any]]) -> None:
    for model in models:
        path = PurePosixPath(model["original_file_path"])
        layer, subject, _ = path.relative_to("models").parts
        assert layer == model["schema"], path
        assert model["patch_path"] == f"serious_violence://{path.parent}/_{subject}__models.yml", path


def test_the_subjects_have_the_same_names_in_every_layer(models: list[dict[str, Any]]) -> None:
    subjects: dict[str, set[str]] = {}
    for model in models:
        subjects.setdefault(model["schema"], set()).add(PurePosixPath(model["original_file_path"]).parts[2])
    # What all subjects share is published by none; nor has it, or what only combines other subjects, feeds of its own.
    assert subjects["marts"] | {"shared"} == subjects["conformed"]
    assert subjects["staging"] | {"shared", "across_agencies", "hotspots"} == subjects["conformed"]
    assert subjects["sna"] <= subjects["conformed"]


def test_every_feed_has_one_staging_model(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    # What a feed's rows said before later ones replaced them is of the same feed: `..._versions` beside its model.
    one = [model for model in models if model["schema"] == "staging" and not model["name"].endswith("_versions")]
    staged = [parent for model in one for parent in model["depends_on"]["nodes"]]
    landed = [key for key, source in manifest["sources"].items() if source["schema"] == "landing"]
    assert sorted(staged) == sorted(landed)


def test_no_figure_is_computed_from_the_publication(models: list[dict[str, Any]]) -> None:
    published = {"model.serious_violence.published_figure", "model.serious_violence.erratum"}
    readers = {model["name"] for model in models if published & set(model["depends_on"]["nodes"])}
    assert readers == {"reconciliation"}


def test_every_part_of_the_report_reaches_the_figures(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    behind, waiting = set(), ["model.serious_violence.figures"]
    while waiting:
        behind.add(node := waiting.pop())
        waiting += [parent for parent in manifest["parent_map"].get(node, ()) if parent not in behind]
    parts = {model["unique_id"] for model in models if model["config"]["materialized"] == "ephemeral"}
    assert len(parts) > 35
    assert sorted(parts - behind) == []


def test_every_model_states_its_grain(models: list[dict[str, Any]]) -> None:
    assert not [model["name"] for model in models if "Grain: one row per" not in model["description"]]


def test_what_is_published_is_under_contract_and_documented(models: list[dict[str, Any]]) -> None:
    published = [model for model in models if model["schema"] in ("marts", "sna") and model["config"]["materialized"] == "table"]
    assert {"offences", "figures", "reconciliation"} <= {model["name"] for model in published}
    assert not [model["name"] for model in published if not model["config"]["contract"]["enforced"]]
    assert not [
        f"{model['name']}.{column}"
        for model in published
        for column, about in model["columns"].items()
        if not about["description"]
    ]


def test_two_stages_hold_every_model_and_seed(manifest: dict[str, Any]) -> None:
    stages = {"reference": "facts", "staging": "facts", "conformed": "facts", "marts": "marts", "sna": "marts"}
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            after_the_vault = ["counts"] if node["name"].endswith(COUNTS) else []
            assert sorted(node["tags"]) == sorted([*after_the_vault, stages[node["schema"]]]), node["name"]
