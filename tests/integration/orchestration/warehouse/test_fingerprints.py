"""Edits of the real dbt project, and exactly which nodes they change: what a refresh then builds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.home.creation import make
from orchestration.home.environment import DBT_PROJECT, PROJECT
from orchestration.home.settings import Settings
from orchestration.warehouse import dbt
from tests import counties
from tests.counties import share_parsed_project

pytestmark = [pytest.mark.xdist_group("fingerprints"), pytest.mark.slow]


class Project:
    """A copy of the dbt project, parsed and compiled in a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "dbt_project"
        self.settings = Settings(folder / "raw", folder / "home")
        shutil.copytree(DBT_PROJECT, self.folder)
        make(self.settings.home, "derbyshire", "demonstration")
        # Parsed in part: what is not edited need not be read again.
        share_parsed_project(self.settings)
        (self.settings.dbt_target / "project.sha256").unlink()

    def code(self) -> dict[str, str]:
        dbt._parsed.cache_clear()
        return dbt.load_fingerprints(self.settings)

    def manifest(self) -> dict[str, Any]:
        return dbt.load_manifest(self.settings)

    def edit(self, file: str, old: str, new: str) -> Callable[[], object]:
        """Replace a piece of a file; returns what undoes it."""
        path = self.folder / file
        before = path.read_text()
        assert before.count(old) >= 1, f"{file} no longer holds {old!r}"
        path.write_text(before.replace(old, new, 1))
        return lambda: path.write_text(before)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = Project(tmp_path_factory.mktemp("fingerprints"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "DBT_PROJECT", made.folder)
        patch.setattr("orchestration.home.settings.DBT_PROJECT", made.folder)
        yield made
    dbt._parsed.cache_clear()


@pytest.fixture(scope="module")
def before(project):
    return project.code()


def below(manifest: dict[str, Any], *names: str) -> set[str]:
    """Seeds, models that are stored and data tests that are, or depend on, the models and seeds of these names."""
    nodes, found = manifest["nodes"], set[str]()
    waiting = [key for key, node in nodes.items() if node["name"] in names]
    assert len(waiting) == len(names)
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in found:
            found.add(key)
            waiting += manifest["child_map"][key]
    return {key for key in found if nodes[key]["config"]["materialized"] != "ephemeral"}


def test_home_and_checkout_are_not_in_it(project, before):
    """The copy is in another folder than the checkout, and its home in another than the mini county's."""
    assert dbt.DBT_PROJECT != DBT_PROJECT
    assert before == json.loads((counties.mini().dbt_target / dbt.FINGERPRINTS).read_text())
    assert str(PROJECT) not in json.dumps(before)


def test_every_seed_model_and_data_test_has_one(project, before):
    nodes = project.manifest()["nodes"]
    stored = {key for key, node in nodes.items() if node["config"]["materialized"] != "ephemeral"}
    assert before.keys() == stored


INCREMENTAL = ("fct_offence", "fct_victim", "fct_suspect", "fct_outcome", "bridge_victim_suspect", "bridge_offence_definition")
INCREMENTAL += ("fct_street_crime", "fct_street_outcome", "fct_stop_search")

ACROSS_AGENCIES = "models/marts/across_agencies/_across_agencies__models.yml"

# (file, what is in it, what takes its place, the models and seeds that are to be built with all that depends on them).
EDITS = {
    "a description of a model": (ACROSS_AGENCIES, "XmR control chart", "An XmR control chart", ()),
    "a description of a column": (ACROSS_AGENCIES, 'description: "higher', 'description: "Higher', ()),
    "a comment of YAML": ("dbt_project.yml", "name: serious_violence", "# words\nname: serious_violence", ()),
    "a variable": ("dbt_project.yml", "school_radius_metres: 500", "school_radius_metres: 400", ("fct_school_age_offence",)),
    "a row of a seed": ("seeds/reference/weapon.csv", "Firearm,2,", "Firearm,7,", ("weapon",)),
    "a macro": (
        "macros/hospitals.sql",
        "count(distinct feed) =",
        "count(distinct feed) >=",
        ("fct_district_indicator", "monthly_count", "violence_across_agencies", "victims_across_agencies", "violence_by_day"),
    ),
    "a macro of increments": ("macros/increments.sql", "delete from", "delete  from", INCREMENTAL),
    "a Python model": (
        "models/conformed/hotspots/dim_hexagon.py",
        "import json\n",
        "import json\n    import math\n",
        ("dim_hexagon",),
    ),
    "a Python module": ("python/correlation.py", "FEWEST = 10", "FEWEST = 12", ("driver_correlation",)),
}


BUILD_NOTHING = [edit for edit in EDITS.values() if not edit[-1]]
BUILD_SOMETHING = [edit for edit in EDITS.values() if edit[-1]]


def changed(project: Project, before: dict[str, str], *edits: tuple[str, str, str, tuple[str, ...]]) -> set[str]:
    """Nodes whose fingerprint these edits change, all made at once."""
    undone = [project.edit(file, old, new) for file, old, new, _ in edits]
    try:
        after = project.code()
        return {node for node in after if before.get(node) != after[node]}
    finally:
        for undo in reversed(undone):
            undo()


def test_edits_build_what_depends_on_them_and_descriptions_build_nothing(project, before):
    names = {name for *_, names in BUILD_SOMETHING for name in names}
    assert changed(project, before, *BUILD_NOTHING, *BUILD_SOMETHING) == below(project.manifest(), *names)


def test_descriptions_and_comments_build_nothing(project, before):
    assert changed(project, before, *BUILD_NOTHING) == set()


@pytest.mark.parametrize("edit", BUILD_SOMETHING, ids=[name for name, edit in EDITS.items() if edit[-1]])
def test_an_edit_builds_what_depends_on_it_and_nothing_else(project, before, edit):
    assert changed(project, before, edit) == below(project.manifest(), *edit[-1])
