"""What is written of an area's reports beside their statements: tables, charts and the print itself, as relations for dbt.

areas/<area>/reports/<report>/tables.csv      each table: title, feeds, precision; read by `sna.figures`
                              charts.csv      each chart: what draws it again; read by `sna.charts`
                              figures.csv     the cells as printed; only the reconciliation reads them
                              errata.csv      printed cells that are wrong, and how we know
                              documents.csv   tables that are text

A report that makes the statements of another one (`statements_of`) has the tables and charts of that one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from orchestration.home import areas
from orchestration.home.environment import SettingsError

# Name of the relation, which is that of the dbt model too -> file, and its columns.
FILES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sna_table": (
        "tables.csv",
        (
            *("table_id", "section", "title", "period", "percent_decimals", "rate_decimals"),
            *("feeds", "place", "definition_id", "source", "note"),
        ),
    ),
    "sna_chart": (
        "charts.csv",
        (
            *("chart_id", "section", "chart_title", "chart_kind", "definition_id", "mart", "period_column", "first_period"),
            *("last_period", "filters", "dimensions", "measures", "units", "boundaries", "sort_by", "top", "chart_note"),
        ),
    ),
    "published_figure": (
        "figures.csv",
        ("table_id", "section", "row_group", "row_label", "column_label", "published", "unit", "tolerance"),
    ),
    "erratum": (
        "errata.csv",
        ("table_id", "row_group", "row_label", "column_label", "printed", "corrected", "citation", "reason"),
    ),
    "reference_document": (
        "documents.csv",
        ("table_id", "section", "title", "heading", "column_label", "document_text", "why_not_held", "source"),
    ),
}


def rows(area: str, name: str, report: str | None = None) -> list[dict[str, str]]:
    """The rows of one of `FILES`, of all reports of an area or of one of them, each with its `report_id`; blank cells are empty.

    Raises:
        SettingsError: a file has other columns, or a row of another length.
    """
    file, columns = FILES[name]
    folders = sorted(path.parent for path in (areas.folder() / area / "reports").glob(f"*/{file}"))
    return [
        {"report_id": folder.name, **row}
        for folder in folders
        if report in (None, folder.name)
        for row in _read(folder / file, columns)
    ]


def of_all_areas(name: str) -> list[dict[str, str]]:
    """The rows of one of `FILES`, of all reports of all areas."""
    return [row for area in areas.names() for row in rows(area, name)]


def relations(area: str) -> dict[str, str]:
    """Each of `FILES` that any report of the area has, as rows of SQL `values`: texts, `report_id` before its columns."""
    found = {name: rows(area, name) for name in FILES}
    return {name: _values(("report_id", *FILES[name][1]), listed) for name, listed in found.items() if listed}


def _values(columns: Sequence[str], found: Iterable[Mapping[str, str]]) -> str:
    return ",\n".join(f"({', '.join(_literal(row[column]) for column in columns)})" for row in found)


def _read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if list(reader.fieldnames or ()) != list(columns):
            raise SettingsError(f"{path}: its header is {','.join(reader.fieldnames or ())}; expected {','.join(columns)}.")
        found: list[dict[str, str]] = []
        for row in reader:
            # csv files what is over under None, and fills up with it.
            if None in row or None in row.values():
                raise SettingsError(f"{path}: line {reader.line_num} has more or fewer cells than the header.")
            found.append(row)
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text else "cast(null as varchar)"
