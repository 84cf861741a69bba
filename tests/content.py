"""What a warehouse holds, in terms that do not depend on what was built before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.publication.integrity import content_hashes
from orchestration.publication.revisions import TABLE

if TYPE_CHECKING:
    from tests.counties import County

# What the last build found changed, and what changed between releases: neither is a matter of the deliveries alone.
OF_THE_PAST = ("conformed.changed_crime", "conformed.changed_month", TABLE)


def content(con: duckdb.DuckDBPyConnection, *schemas: str) -> dict[str, dict[str, Any]]:
    """Row count and content hash of every table of these schemas: `{"schema.table": {"rows": int, "content": hex}}`."""
    tables = con.execute(
        """select schema_name, table_name from duckdb_tables()
           where list_contains(?, schema_name) and not list_contains(?, schema_name || '.' || table_name)
           order by all""",
        [list(schemas), list(OF_THE_PAST)],
    ).fetchall()
    return content_hashes(con, tables)


def released(county: County) -> dict[str, str]:
    """Content hash of every table of the current release, but for `meta`, which says when and where it was made."""
    tables = json.loads((county.settings.published / "manifest.json").read_text("utf-8"))["tables"]
    return {name: table["content"] for name, table in tables.items() if not name.startswith("meta.") and name not in OF_THE_PAST}
