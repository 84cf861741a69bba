"""The last asset: the published release."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Sequence

import dagster as dg

from orchestration import catalogue, gates
from orchestration.resources import POOL, Refresh
from orchestration.settings import PROJECT


def release_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published release, downstream of every mart. Publishes only what all three gates have passed."""

    @dg.asset(
        key=["published", "release"],
        deps=marts,
        group_name="published",
        kinds={"duckdb", "parquet", "csv"},
        owners=[catalogue.DATA_ENGINEERS],
        metadata=catalogue.code_reference(PROJECT / "orchestration" / "publish.py"),
        pool=POOL,
    )
    def release(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult[None]:
        """`sna_marts.duckdb` with the schemas sna, marts and meta, the same as Parquet and CSV, and `manifest.json`."""
        from orchestration import publish, warehouse

        settings = refresh.settings
        with refresh.warehouse() as con:
            gates.require(con, "marts")
            about = warehouse.about(con)
        published = publish.publish(settings.warehouse, settings.published, about=about, as_at=refresh.as_at)
        tables = published.manifest["tables"]
        context.log.info(f"{len(tables)} tables in release {published.folder.name}")
        return dg.MaterializeResult(
            metadata={
                "release": published.folder.name,
                "path": dg.MetadataValue.path(str(settings.published / publish.FILE)),
                "dagster/row_count": sum(t["rows"] for t in tables.values()),
                "synthetic": about["synthetic"],
                "tables": dg.MetadataValue.table(
                    [dg.TableRecord({"table": name, "rows": table["rows"]}) for name, table in sorted(tables.items())]
                ),
            }
        )

    return release
