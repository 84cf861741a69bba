"""What dbt says is made of the marts is what the code reads."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orchestration.home.environment import PROJECT
from orchestration.publication.bi_model import CALENDAR, POPULATION
from tests.conftest import seeded

# Made while a release is published, by no model.
WRITTEN_LATER = {"sna.revisions"}


@pytest.fixture
def exposed(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """Exposure -> published tables that it depends on."""
    tables = {key: f"{node['config'].get('schema')}.{node.get('alias')}" for key, node in manifest["nodes"].items()}
    found = {e["name"]: {tables[key] for key in e["depends_on"]["nodes"]} for e in manifest["exposures"].values()}
    assert found.keys() == {"needs_assessment_report", "needs_assessment_workbook", "superset_dashboard", "power_bi_model"}
    return found


def test_the_report_depends_on_what_it_reads(exposed: dict[str, set[str]]) -> None:
    texts = [file.read_text("utf-8") for file in (PROJECT / "reporting").rglob("*") if file.suffix in (".py", ".html", ".js")]
    read = {name for text in texts for name in re.findall(r"\b(?:marts|sna)\.[a-z_]+\b", text)} - WRITTEN_LATER
    drawn = {f"marts.{row['mart']}" for row in seeded("charts")}
    assert len(read) > 15 and len(drawn) > 30
    assert exposed["needs_assessment_report"] == exposed["needs_assessment_workbook"] == read | drawn


def test_bi_tools_depend_on_the_marts_with_measures_and_their_dimensions(
    manifest: dict[str, Any], exposed: dict[str, set[str]]
) -> None:
    nodes = {
        f"{node['config'].get('schema')}.{node.get('alias')}": node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    facts = {name for name, node in nodes.items() if node["config"]["meta"].get("measures")}
    keys = {
        node["config"]["meta"]["grain"][0]: name
        for name, node in nodes.items()
        if name.startswith("marts.dim_") and len(node["config"]["meta"]["grain"]) == 1
    }
    keys["month_start"] = CALENDAR
    read = facts | {POPULATION}
    related = {keys[column] for name in read for column in nodes[name]["columns"] if column in keys}
    assert exposed["power_bi_model"] == read | related
    # A rate reads residents and the calendar.
    assert exposed["superset_dashboard"] == read | {CALENDAR}
