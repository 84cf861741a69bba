"""Pages that are written from what the project knows of itself: `python -m orchestration.operations.documentation` (`make docs`).

docs/feeds.md        what each agency is asked to send, when, how, on what basis, and whom to ask; from the contracts
docs/dictionary.md   every published table with its grain and columns; from dbt's manifest
docs/tables.md       each table of the needs assessment back to its models, marts and feeds; from the manifest
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home.environment import DBT_PROJECT, PROJECT
from orchestration.home.settings import Settings
from orchestration.warehouse.lineage import writers

if TYPE_CHECKING:
    from orchestration.contracts.model import Column, FeedContract

SEEDS = DBT_PROJECT / "seeds"
WRITTEN = "<!-- Written by `make docs`; changes made by hand are lost. -->"

FREQUENCY = {
    "monthly": "every month",
    "quarterly": "every quarter of the calendar year",
    "annual": "every financial year",
    "academic_year": "every school year",
    "calendar_year": "every calendar year",
    "once": "once",
}
REPLACES = {
    "replace_period": "A delivery takes the place of an earlier one of the same period.",
    "upsert": "A row takes the place of earlier rows with the same key, whatever their period.",
}
TREATMENTS = {
    "keep": "",
    "pseudonymise": "; becomes a keyed pseudonym while it is read",
    "tokenise": "; becomes keyed tokens while it is read",
    "derive_age": "; becomes an age in years while it is read",
    "drop": "; is checked and not kept",
}
NO_PERSONS = "Nothing that identifies anybody may be in it, in any cell: such a file is refused whole and no copy is kept."


def pages(contracts: Iterable[FeedContract], manifest: Mapping[str, Any]) -> dict[Path, str]:
    """Every page by its path."""
    return {
        PROJECT / "docs" / "feeds.md": feeds_page(contracts),
        PROJECT / "docs" / "dictionary.md": dictionary_page(manifest),
        PROJECT / "docs" / "tables.md": tables_page(
            manifest, _seed("reference/sna_table"), _seed("publication/reference_document")
        ),
    }


def feeds_page(contracts: Iterable[FeedContract]) -> str:
    """What to send, when, how, and to whom to turn, agency by agency."""
    lines = [
        "# Feeds",
        WRITTEN,
        "What each agency is asked to send. `sna deliver FILE` takes a file under its sender's own name; the landing zone "
        "takes it as `raw/<agency>/<feed>/<period>.<format>`, a correction as `<period>.v2.<format>`. "
        "What is refused, and the remedy: "
        "[rules](rules.md).",
    ]
    by_agency = groupby(sorted(contracts, key=lambda contract: contract.id), key=lambda contract: contract.agency)
    for agency, feeds in by_agency:
        lines.append(f"## {agency}")
        for contract in feeds:
            lines += _feed(contract)
    return "\n\n".join(lines) + "\n"


def _feed(contract: FeedContract) -> Iterator[str]:
    yield f"### {contract.agency}/{contract.feed}"
    yield f"**{contract.title}.** {contract.purpose.strip()}"
    due = (
        f"; due {contract.latency_days} days after the period, overdue {contract.grace_days} days later"
        if contract.latency_days is not None
        else ""
    )
    about = [
        ("When", f"{FREQUENCY[contract.cadence]}{due}"),
        ("How", f"{', '.join(contract.formats)}. {REPLACES[contract.load_mode]}"),
        ("Files", "One per period" if contract.part is None else f"One per period and {contract.part.name}"),
        ("Whom to ask", contract.owner),
        ("Basis", contract.legal_basis.strip()),
        ("Persons", NO_PERSONS if contract.sharing == "no_personal_identifiers" else "As the columns say."),
        ("Kept", f"{contract.retention_years} years"),
        ("Supplies", ", ".join(contract.tables) or "no table of the needs assessment by itself"),
        ("Publisher", contract.publisher_url),
    ]
    yield _table(("", ""), about)
    heads = ("column in the file", "in the warehouse", "type", "needed", "what it is", "class of data")
    yield _table(heads, (_column(column) for column in contract.columns))


def _column(column: Column) -> tuple[str, ...]:
    names = " or ".join((column.header, *column.aliases))
    landed = "" if column.treatment == "drop" else f"`{column.output or column.name}`"
    allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
    needed = "yes" if column.required else "may be left out" if column.optional else "may be blank"
    personal = column.classification.replace("_", " ") + TREATMENTS[column.treatment]
    return names, landed, column.type, needed, column.description.strip() + allowed, personal


def dictionary_page(manifest: Mapping[str, Any]) -> str:
    """Every published table with its description, which states the grain, and its columns."""
    lines = [
        "# Dictionary",
        WRITTEN,
        "Every table of a release that dbt builds. The same descriptions are in `meta.dictionary` and in the comments of the "
        "published file; `meta.release`, `meta.feeds` and `meta.quality` tell of the release itself.",
    ]
    for node in _published(manifest):
        lines.append(f"## {node['schema']}.{node['name']}")
        lines.append(" ".join(node["description"].split()))
        columns = ((f"`{name}`", about["data_type"] or "", about["description"]) for name, about in node["columns"].items())
        lines.append(_table(("column", "type", "what it is"), columns))
    return "\n\n".join(lines) + "\n"


def tables_page(manifest: Mapping[str, Any], tables: Iterable[Mapping[str, str]], documents: Iterable[Mapping[str, str]]) -> str:
    """Each table of the needs assessment back to its feeds.

    Args:
        tables: rows of the seed sna_table.
        documents: rows of the seed reference_document.
    """
    nodes = manifest["nodes"]
    written_by = writers(manifest)

    def row(table: Mapping[str, str]) -> tuple[str, ...]:
        behind = _ancestors(manifest, written_by.get(table["table_id"], []))
        of = {
            schema: sorted(nodes[key]["name"] for key in behind if key in nodes and _is_model(nodes[key], schema))
            for schema in ("marts", "conformed")
        }
        feeds = sorted(
            source["name"].replace("__", "/", 1)
            for key in behind
            if (source := manifest["sources"].get(key)) and source["source_name"] == "landing"
        )
        models = sorted(nodes[key]["name"] for key in written_by.get(table["table_id"], []))
        return table["table_id"], table["title"], *map(_listed, (models, of["marts"], of["conformed"], feeds))

    titles = {document["table_id"]: (document["title"], document["source"]) for document in documents}
    heads = ("table", "title", "written by", "marts", "conformed", "feeds")
    return (
        "\n\n".join(
            [
                "# Tables of the needs assessment",
                WRITTEN,
                "How each table (T) and each statement of the prose about a lost graph (P and its section) comes "
                "out of the feeds. "
                "`sna reconcile --table T15` shows a table beside the printed one. Columns of the marts: "
                "[dictionary](dictionary.md); "
                "feeds: [feeds](feeds.md). A model that writes several tables is listed with the marts of all of them.",
                _table(heads, map(row, tables)),
                "## Tables that are text",
                "Held in `sna.reference_documents`; nothing is computed of them.",
                _table(("table", "title", "source"), ((key, *told) for key, told in sorted(titles.items()))),
            ]
        )
        + "\n"
    )


def _is_model(node: Mapping[str, Any], schema: str) -> bool:
    return bool(node["resource_type"] == "model" and node["schema"] == schema)


def _ancestors(manifest: Mapping[str, Any], keys: Iterable[str]) -> set[str]:
    """The nodes that these depend on, over any number of steps."""
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        parents = set(manifest["parent_map"].get(waiting.pop(), ())) - found
        found |= parents
        waiting += parents
    return found


def _published(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    tables = (node for node in models if node["schema"] in ("marts", "sna") and node["config"]["materialized"] != "ephemeral")
    return sorted(tables, key=lambda node: (node["schema"], node["name"]))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown; what would end a cell or begin a tag is escaped."""
    lines = [heads, ("---",) * len(heads), *(tuple(map(_cell, row)) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    one_line = " ".join(text.split()).replace("|", "\\|")
    return one_line if "`" in one_line else one_line.replace("<", "&lt;")


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Write every page."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.warehouse.dbt import load_manifest

    for path, text in pages(load_contracts().values(), load_manifest(Settings.from_env())).items():
        path.write_text(text)
        print(path.relative_to(PROJECT))


if __name__ == "__main__":
    main()
