"""dbt's `adapter` for macros that are expanded without dbt: by sqlfluff, which finds this file by its folder, and by tests."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2.runtime import Context


@jinja2.pass_context
def dispatch(context: Context, macro: str) -> Any:
    """The form of a macro for the engine that the context names as `engine`, without it DuckDB."""
    return context.resolve(f"{context.get('engine', 'duckdb')}__{macro}")
