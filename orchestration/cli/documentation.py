"""Reference pages of the documentation site, written while mkdocs builds it (`make site`); this file is its hook.

reference/feeds.md      what each agency sends, when, how, on what basis, and whom to ask; from the contracts
reference/rules.md      rule codes of rejected rows and refused files, with remedies; from the rule catalogue
reference/tables.md     published tables with grain and columns; from dbt's manifest
reference/columns.md    published columns by name; from dbt's manifest
reference/needs-assessment.md   tables of the needs assessment back to models, marts and feeds; from the manifest
reference/cli.md        commands and options; from the typer app
reference/settings.md   environment variables and the operations file; from `orchestration.home.environment`
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.contracts.reader import feeds_of
from orchestration.home.environment import PROJECT, VARIABLES
from orchestration.home.settings import Settings
from orchestration.ingest.load.quarantine import details
from orchestration.warehouse.lineage import writers
from orchestration.warehouse.statements import printed

if TYPE_CHECKING:
    from orchestration.contracts.model import Column, FeedContract

OPERATIONS = PROJECT / "orchestration" / "operations.yaml"

REFERENCE = (
    "reference/feeds.md",
    "reference/rules.md",
    "reference/tables.md",
    "reference/columns.md",
    "reference/needs-assessment.md",
    "reference/cli.md",
    "reference/settings.md",
)
# Pages of the repository's root that the site shows too; where each goes.
ROOT_PAGES = {
    "SECURITY.md": "explanation/security.md",
    "CONTRIBUTING.md": "developers/contributing.md",
    "CHANGELOG.md": "changelog.md",
}

FREQUENCY = {
    "monthly": "every month",
    "quarterly": "every quarter of the calendar year",
    "annual": "every financial year",
    "academic_year": "every school year",
    "calendar_year": "every calendar year",
    "once": "once",
}
REPLACES = {
    "replace_period": "A delivery replaces the earlier one of the same period.",
    "upsert": "A row replaces earlier rows with the same key, whatever their period.",
}
TREATMENTS = {
    "keep": "",
    "pseudonymise": "; replaced with a keyed pseudonym on ingestion",
    "tokenise": "; replaced with keyed tokens on ingestion",
    "derive_age": "; replaced with the age in years on ingestion",
    "drop": "; checked, then dropped",
}
NO_PERSONS = "No cell may identify a person: a file that does is refused whole and no copy is kept."


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to the site; mkdocs calls this."""
    from mkdocs.structure.files import File

    for path, text in (*generated().items(), *root_pages().items()):
        files.append(File.generated(config, path, content=text))
    return files


def generated() -> dict[str, str]:
    """Reference pages of this checkout: path below docs/ → text."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.warehouse.dbt import load_manifest

    with TemporaryDirectory() as folder:
        manifest = load_manifest(Settings(Path(folder) / "raw", Path(folder)))
    return pages(load_contracts().values(), manifest)


def pages(contracts: Iterable[FeedContract], manifest: Mapping[str, Any]) -> dict[str, str]:
    """Reference pages: path below docs/ → text."""
    from orchestration.ingest import rules

    texts = (
        feeds_page(contracts),
        rules.document(),
        tables_page(manifest),
        columns_page(manifest),
        needs_assessment_page(manifest, printed.of_all_areas("sna_table"), printed.of_all_areas("reference_document")),
        cli_page(),
        settings_page(),
    )
    return dict(zip(REFERENCE, texts, strict=True))


def root_pages() -> dict[str, str]:
    """Pages of the root by their path in the site, with links that fit there."""
    found = {name: place for name, place in ROOT_PAGES.items() if (PROJECT / name).exists()}

    def relinked(name: str, place: str) -> str:
        def link(match: re.Match[str]) -> str:
            text, target, anchor = match.groups()
            to = target.removeprefix("docs/") if target.startswith("docs/") else found.get(target)
            if to is None:
                return text  # a file that the site does not have
            page = f"{to}index.md" if to.endswith("/") else to
            return f"[{text}]({posixpath.relpath(page, posixpath.dirname(place) or '.')}{anchor or ''})"

        return re.sub(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)", link, (PROJECT / name).read_text())

    return {place: relinked(name, place) for name, place in found.items()}


def feeds_page(contracts: Iterable[FeedContract]) -> str:
    """What to send, when, how, and the contact, agency by agency."""
    lines = [
        "# Feeds",
        "What each agency sends. `sna deliver FILE` accepts a file under the sender's own name; in the landing zone it is "
        "`raw/<agency>/<feed>/<period>.<format>`, and a correction `<period>.v2.<format>`. "
        "What is refused, and the remedy: [rules](rules.md).",
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
        ("Personal data", NO_PERSONS if contract.sharing == "no_personal_identifiers" else "See the class of each column."),
        ("Kept", f"{contract.retention_years} years"),
        ("Supplies", ", ".join(contract.tables) or "no table of the needs assessment directly"),
        ("Publisher", contract.publisher_url),
    ]
    yield _table(("", ""), about)
    heads = ("header in the file", "column", "type", "required", "description", "class of data")
    yield _table(heads, (_column(column) for column in contract.columns))


def _column(column: Column) -> tuple[str, ...]:
    names = " or ".join((column.header, *column.aliases))
    landed = "" if column.treatment == "drop" else f"`{column.output or column.name}`"
    allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
    written = f" Written {details(column)['format']} or as ISO 8601." if column.formats else ""
    needed = "yes" if column.required else "may be left out" if column.optional else "may be blank"
    personal = column.classification.replace("_", " ") + TREATMENTS[column.treatment]
    return names, landed, column.type, needed, column.description.strip() + written + allowed, personal


def tables_page(manifest: Mapping[str, Any]) -> str:
    """Published tables with description, which states the grain, and columns."""
    lines = [
        "# Published tables",
        "Every table that dbt builds for a release. The same descriptions are in `meta.dictionary` and in the comments of the "
        "published file. `meta.release`, `meta.feeds` and `meta.quality` describe the release itself.",
    ]
    for node in _published(manifest):
        lines.append(f"## {node['schema']}.{node['alias']}")
        lines.append(" ".join(node["description"].split()))
        columns = ((f"`{name}`", about["data_type"] or "", about["description"]) for name, about in node["columns"].items())
        lines.append(_table(("column", "type", "description"), columns))
    return "\n\n".join(lines) + "\n"


def columns_page(manifest: Mapping[str, Any]) -> str:
    """Published columns by name, with every description and the tables that have it."""
    uses: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for node in _published(manifest):
        for name, about in node["columns"].items():
            meaning = (name, about["data_type"] or "", " ".join(about["description"].split()))
            uses[meaning].append(f"{node['schema']}.{node['alias']}")
    rows = ((f"`{name}`", kind, meaning, _some(uses[name, kind, meaning])) for name, kind, meaning in sorted(uses))
    intro = "Every column of the published tables by name. Full tables: [published tables](tables.md)."
    return "\n\n".join(["# Columns", intro, _table(("column", "type", "description", "tables"), rows)]) + "\n"


def cli_page() -> str:
    """The commands of `sna` with their arguments and options."""
    import typer

    from orchestration.cli.app import app

    lines = [
        "# Commands",
        "Exit status: 0 success or nothing to do, 1 a validation failed or something was refused, 2 wrong usage.",
    ]
    for name, command in commands(typer.main.get_command(app)):
        own = [param for param in command.params if param.name != "help"]
        lines += [f"## {name}", " ".join((command.help or "").split())]
        if own:
            lines.append(_table(("argument or option", "description", "default"), map(_parameter, own)))
    return "\n\n".join(lines) + "\n"


def commands(command: Any, name: str = "sna") -> Iterator[tuple[str, Any]]:
    """Every command below a typer group that does something itself, with its full name."""
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
    for child, below in sorted((children or {}).items()):
        yield from commands(below, f"{name} {child}")


def _parameter(parameter: Any) -> tuple[str, str, str]:
    option = parameter.param_type_name == "option"
    name = ", ".join((*parameter.opts, *parameter.secondary_opts)) if option else (parameter.metavar or parameter.name.upper())
    default = "required" if parameter.required else "" if parameter.default in (None, False, "") else str(parameter.default)
    variable = f" Also `{parameter.envvar}`." if parameter.envvar else ""
    return f"`{name}`", (parameter.help or "") + variable, default


def settings_page() -> str:
    """Environment variables, and the operations file with its comments."""
    rows = ((f"`{name}`", variable.default, variable.meaning) for name, variable in VARIABLES.items())
    return (
        "\n\n".join(
            [
                "# Settings",
                "## Environment variables",
                _table(("variable", "default", "meaning"), rows),
                "## The operations file",
                "`orchestration/operations.yaml`, or the file that `SNA_OPERATIONS` names:",
                f"```yaml\n{OPERATIONS.read_text()}```",
            ]
        )
        + "\n"
    )


def needs_assessment_page(
    manifest: Mapping[str, Any], tables: Iterable[Mapping[str, str]], documents: Iterable[Mapping[str, str]]
) -> str:
    """Each table of the needs assessment back to its feeds.

    Args:
        tables: rows of `tables.csv` of the reports.
        documents: rows of their `documents.csv`.
    """
    nodes = manifest["nodes"]
    written_by = writers(manifest)

    def row(table: Mapping[str, str]) -> tuple[str, ...]:
        behind = _ancestors(manifest, written_by.get(table["table_id"], [])) | set(written_by.get(table["table_id"], []))
        of = {
            schema: sorted(nodes[key]["name"] for key in behind if key in nodes and _is_model(nodes[key], schema))
            for schema in ("marts", "conformed")
        }
        feeds = sorted(
            feed
            for key in behind
            if (source := manifest["sources"].get(key)) and source["source_name"] == "landing"
            for feed in feeds_of(source["name"])
        )
        # Statements name the marts themselves.
        models = sorted(nodes[key]["name"] for key in written_by.get(table["table_id"], []) if not _is_model(nodes[key], "marts"))
        return table["table_id"], table["title"], *map(_listed, (models, of["marts"], of["conformed"], feeds))

    titles = {document["table_id"]: (document["title"], document["source"]) for document in documents}
    heads = ("table", "title", "written by", "marts", "conformed", "feeds")
    return (
        "\n\n".join(
            [
                "# Tables of the needs assessment",
                "How each table (T) and each statement of the text (P and its section) is computed from the feeds. "
                "`sna reconcile --table T15` shows a table beside the printed one. Columns of the marts: "
                "[published tables](tables.md); feeds: [feeds](feeds.md). "
                "A model that writes several tables is listed with the marts of all of them. Where none is listed, "
                "[statements](../how-to/write-a-statement.md) read the marts.",
                _table(heads, map(row, tables)),
                "## Tables that are text",
                "In `sna.reference_documents`; nothing is computed from them.",
                _table(("table", "title", "source"), ((key, *title) for key, title in sorted(titles.items()))),
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
    return sorted(tables, key=lambda node: (node["schema"], node["alias"]))


def _some(tables: list[str], shown: int = 6) -> str:
    rest = len(tables) - shown
    return _listed(tables[:shown]) + (f" and {rest} more" if rest > 0 else "")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown; what would end a cell or begin a tag is escaped."""
    lines = [heads, ("---",) * len(heads), *(tuple(map(_cell, row)) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    one_line = " ".join(text.split()).replace("|", "\\|")
    return one_line if "`" in one_line else one_line.replace("<", "&lt;")
