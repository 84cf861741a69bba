"""An import bundle for Apache Superset: a release's connection, datasets with their metrics, charts and one dashboard.

A ZIP of YAML files, as Superset exports a dashboard (version 1.0.0 of its format). Ids come from names, so that a later import
finds what an earlier one made: it replaces the dashboard, and leaves datasets and charts as they are. The database is the stable
path: charts show the release that is current when they are opened, and its banner. Nothing but the release's own `meta` decides
which datasets, metrics and charts there are.
"""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from orchestration.publication.bi_model import HEAD, MONTH, Measure, Model, Table

DATABASE, DASHBOARD = "sna_marts", "Serious violence"
ROOT = "serious_violence"
# SQL Lab cannot read or write files of the server, load extensions or change these settings.
EXTRA = {
    "engine_params": {
        "connect_args": {
            "read_only": True,
            "config": {
                "enable_external_access": False,
                "lock_configuration": True,
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
            },
        }
    }
}
WIDTH, ROW_LIMIT = 12, 10_000
Definition = dict[str, Any]


def write(model: Model, target: Path, database: Path) -> dict[str, int]:
    """Write the bundle.

    Args:
        target: the ZIP file.
        database: the DuckDB file as the Superset server sees it.

    Returns:
        How many datasets, metrics and charts are in it.
    """
    charts = list(_charts(model))
    tables = [model.table(HEAD), *model.facts]
    files: dict[str, Definition] = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard", "timestamp": datetime.now(UTC).isoformat()},
        f"databases/{DATABASE}.yaml": _database(database),
        **{f"datasets/{DATABASE}/{table.bare}.yaml": _dataset(table) for table in tables},
        **{f"charts/{_file(chart['slice_name'])}.yaml": chart for chart in charts},
        f"dashboards/{_file(DASHBOARD)}.yaml": _dashboard(model, charts),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(f"{ROOT}/{name}", yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return {"datasets": len(tables), "metrics": sum(len(table.measures) for table in tables), "charts": len(charts)}


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"serious-violence-warehouse/{kind}/{name}"))


def _file(title: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in title.lower())


def _database(path: Path) -> Definition:
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": f"duckdb:///{path}",
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": EXTRA,
        "uuid": _id("database", DATABASE),
        "version": "1.0.0",
    }


def _dataset(table: Table) -> Definition:
    schema, _, name = table.name.partition(".")
    return {
        "table_name": name,
        "main_dttm_col": MONTH if table.has(MONTH) else None,
        "description": table.description,
        "schema": schema,
        "catalog": None,
        "sql": None,
        "filter_select_enabled": True,
        "uuid": _id("dataset", table.name),
        "columns": [
            {
                "column_name": column.name,
                "type": column.type,
                "is_dttm": column.type == "DATE" or column.type.startswith("TIMESTAMP"),
                "is_active": True,
                "groupby": True,
                "filterable": True,
                "description": column.description,
            }
            for column in table.columns
        ],
        "metrics": [_metric(measure) for measure in table.measures],
        "version": "1.0.0",
        "database_uuid": _id("database", DATABASE),
    }


def _metric(measure: Measure) -> Definition:
    grouped = f"Group by {' and '.join(measure.grouped_by)}." if measure.grouped_by else None
    return {
        "metric_name": measure.name,
        "verbose_name": measure.name.replace("_", " "),
        "metric_type": None,
        "expression": measure.expression,
        "description": f"{measure.kind.capitalize()} ({measure.unit}).",
        "d3format": ",d" if measure.unit == "count" and measure.kind != "limit" else ",.1f",
        "warning_text": grouped,
    }


def _charts(model: Model) -> Iterator[Definition]:
    """The release's banner; of each mart its months as lines, years with limits, running counts, and rates of districts."""
    head = model.table(HEAD)
    yield _chart(head, "Release", "table", (), (), ("banner", "release_id", "published_at"))
    for fact in model.facts:
        title = fact.bare.replace("_", " ").capitalize()
        free = [measure for measure in fact.measures if not measure.grouped_by]
        counts = [measure.name for measure in free if measure.kind == "count"]
        yield _chart(fact, f"{title} by month", "echarts_timeseries_line", (MONTH,), counts)
        yield _chart(fact, f"{title} by year, with limits", "table", ("financial_year",), [m.name for m in free])
        running = [
            measure for measure in fact.measures if MONTH in measure.grouped_by and "district_code" not in measure.grouped_by
        ]
        yield _chart(fact, f"{title}, running counts", "table", ("financial_year", MONTH), [m.name for m in running])
        if rates := [measure.name for measure in fact.measures if measure.kind == "rate"]:
            yield _chart(fact, f"{title} per 1,000 residents", "table", ("district_code", "district", MONTH), rates)


def _chart(
    table: Table, title: str, kind: str, columns: Sequence[str], metrics: Iterable[str], raw: Sequence[str] = ()
) -> Definition:
    """A chart with the query that it was saved with, so that its data can be read over REST before anybody opens it."""
    named = list(metrics)
    counted = [("is_serious_violence", "==", True)] if table.has("is_serious_violence") else []
    ordered = [[column, True] for column in columns if column in (MONTH, "financial_year")]
    query: Definition = {
        "columns": list(raw or columns),
        "metrics": named or None,
        "filters": [{"col": column, "op": operator, "val": value} for column, operator, value in counted],
        "orderby": ordered,
        "row_limit": ROW_LIMIT,
        "extras": {},
        "is_timeseries": False,
    }
    form = {
        "viz_type": kind,
        "adhoc_filters": [
            {"clause": "WHERE", "expressionType": "SIMPLE", "subject": column, "operator": operator, "comparator": value}
            for column, operator, value in counted
        ],
        "row_limit": ROW_LIMIT,
        **(
            {"x_axis": columns[0], "metrics": named, "groupby": []}
            if kind.startswith("echarts")
            else {"query_mode": "raw", "all_columns": list(raw)}
            if raw
            else {"query_mode": "aggregate", "groupby": list(columns), "metrics": named}
        ),
    }
    return {
        "slice_name": title,
        "description": table.description,
        "viz_type": kind,
        "params": form,
        "query_context": json.dumps(
            {
                "datasource": {"id": 0, "type": "table"},
                "force": False,
                "queries": [query],
                "form_data": form,
                "result_format": "json",
                "result_type": "full",
            }
        ),
        "uuid": _id("chart", title),
        "version": "1.0.0",
        "dataset_uuid": _id("dataset", table.name),
    }


def _dashboard(model: Model, charts: Sequence[Definition]) -> Definition:
    """The release's banner above all, then a row of charts for each mart."""
    grid: list[str] = []
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": grid, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": DASHBOARD}},
    }
    rows: dict[str, list[tuple[int, Definition]]] = {}
    for number, chart in enumerate(charts, 1):
        rows.setdefault(chart["dataset_uuid"], []).append((number, chart))
    for row, members in enumerate(rows.values(), 1):
        key = f"ROW-{row}"
        grid.append(key)
        position[key] = {
            "type": "ROW",
            "id": key,
            "children": [f"CHART-{number}" for number, _ in members],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for number, chart in members:
            position[f"CHART-{number}"] = {
                "type": "CHART",
                "id": f"CHART-{number}",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", key],
                "meta": {
                    "chartId": number,
                    "uuid": chart["uuid"],
                    "sliceName": chart["slice_name"],
                    "width": WIDTH // len(members),
                    "height": 20 if chart["slice_name"] == "Release" else 50,
                },
            }
    return {
        "dashboard_title": DASHBOARD,
        "description": model.banner,
        "css": None,
        "slug": "serious-violence",
        "uuid": _id("dashboard", DASHBOARD),
        "position": position,
        "metadata": {"refresh_frequency": 0, "color_scheme": "", "cross_filters_enabled": True},
        "published": False,
        "version": "1.0.0",
    }
