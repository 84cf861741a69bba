"""Gates 2 and 3, part of them: every table of the stage has one row per the grain that its model declares."""

from __future__ import annotations

from expectations.models import Model, Models
from expectations.rules import Suite, zero


def suite(models: Models, stage: str) -> Suite:
    """One query over all tables and views that the stage builds; no key leaves the warehouse.

    Keys are compared by 64 bits of hash, in two thirds of the time that keys themselves take. Rows with the same key are always
    found; of a million rows with different keys two have the same hash once in 37 million tables.
    """
    tables = sorted(
        (model for model in models.values() if model.stage == stage and model.is_stored), key=lambda model: model.subject
    )
    return Suite(
        subject="conformed.*" if stage == "facts" else "marts.*",
        title="rows and their grain",
        grain="tables",
        sql=" union all ".join(map(_rows, tables)),
        labels=("table_name", "all_rows"),
        rules=(
            zero(
                "Every table has one row per its grain",
                "rows_repeated",
                "The data engineer finds the join in the dbt model that doubles rows, or corrects the grain in its meta, "
                "and builds it again.",
            ),
        ),
    )


def _rows(model: Model) -> str:
    columns = ", ".join(f'"{column}"' for column in model.grain)
    return f"""
        select '{model.subject}' as table_name, count(*) as all_rows, count(*) - count(distinct hash({columns})) as rows_repeated
        from {model.schema}."{model.table}"
    """
