"""A column that several tables have is described once, in `dbt_project/models/columns.md`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

Described = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def described(manifest: dict[str, Any]) -> Described:
    """Column -> table -> what the manifest has of the column."""
    found: Described = defaultdict(dict)
    for node in manifest["nodes"].values():
        for name, column in node.get("columns", {}).items():
            found[name][node["name"]] = column
    assert "financial_year" in found
    return found


@pytest.fixture(scope="session")
def blocks(manifest: dict[str, Any]) -> dict[str, str]:
    """Text of each block of the project's own."""
    return {block["name"]: block["block_contents"] for block in manifest["docs"].values() if block["package_name"] != "dbt"}


def test_a_column_of_several_tables_has_one_description(described: Described, blocks: dict[str, str]) -> None:
    several = {column for column, tables in described.items() if len(tables) > 1}
    assert sorted(several - blocks.keys()) == []
    inline = {
        column: {table for table, about in described[column].items() if not about["description"].startswith(blocks[column])}
        for column in several
    }
    assert {column: tables for column, tables in inline.items() if tables} == {}


def test_a_block_of_a_column_is_used_by_name_and_never_copied(described: Described, blocks: dict[str, str]) -> None:
    copied = [
        f"{table}.{column}"
        for column, tables in described.items()
        for table, about in tables.items()
        if about["description"].startswith(blocks.get(column, "-")) and about["doc_blocks"] != [f"doc.serious_violence.{column}"]
    ]
    assert not copied


def test_every_block_describes_a_column(described: Described, blocks: dict[str, str]) -> None:
    assert blocks.keys() - described.keys() == {"landing"}
