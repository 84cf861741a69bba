"""The last assets: the published release, and the report that is made from it."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

from collections.abc import Sequence

import dagster as dg

from orchestration.defs import metadata
from orchestration.defs.resources import POOL, Refresh
from orchestration.home.environment import PROJECT, makes_report
from orchestration.operations import refresh_job
from orchestration.operations.retries import retried
from orchestration.vault_runs import access
from orchestration.warehouse import gates

RELEASE, REPORT = dg.AssetKey(refresh_job.RELEASE), dg.AssetKey(["published", "report"])


def release_asset(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published release, downstream of every mart. Publishes only what all three gates have passed."""

    @dg.asset(
        key=RELEASE,
        deps=marts,
        group_name="published",
        kinds={"duckdb", "parquet", "csv"},
        owners=[metadata.DATA_ENGINEERS],
        metadata=metadata.code_reference(PROJECT / "orchestration" / "publication" / "publish.py"),
        pool=POOL,
    )
    @retried
    def release(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult[None]:
        """`sna_marts.duckdb` with the schemas sna, marts and meta, the same as Parquet and CSV, and `manifest.json`."""
        from orchestration.operations import configuration, last_failure
        from orchestration.publication import publish
        from orchestration.publication.release import FILE
        from orchestration.publication.releases import held_back, usable_release
        from orchestration.warehouse import ledger
        from orchestration.warehouse.build_id import code_id
        from orchestration.warehouse.dbt import load_fingerprints, load_manifest
        from orchestration.warehouse.lineage import descriptions, lineage

        settings = refresh.settings
        keep = configuration.load().retention.releases
        manifest, code = load_manifest(settings), load_fingerprints(settings)
        with refresh.warehouse() as con:
            gates.require_date(con, refresh.as_at)
            gates.require_passed(con, "marts")
            about = ledger.about(con) | {
                "code_id": code_id(code),
                "lineage": lineage(manifest, code, publish.SCHEMAS),
                "access_log": access.to_release(settings),
            }
            if not about["deliveries"]:
                when = f" as at {refresh.as_at}" if refresh.as_at else ""
                raise publish.PublicationError(f"No delivery was in use{when}, so there is nothing to publish.")
            content = publish.content_of(con) if refresh.landed_only else None
        refresh.close_warehouse()
        current = usable_release(settings.published)
        rolled_back = None if refresh.force or refresh.as_at else held_back(settings.published, about["build_id"])
        if current is None or refresh.force or refresh.as_at:
            published = None
        elif rolled_back:
            published = current
            context.log.warning(f"Release {published.id} remains current: these data were rolled back; `force` publishes them")
        else:
            same = current.holds(about["build_id"], about["received_id"])
            published = current if same and content in (None, current.manifest["content"]) else None
        if published is None:
            published = publish.publish(
                settings.warehouse,
                settings.published,
                about=about,
                descriptions=descriptions(manifest, publish.SCHEMAS),
                as_at=refresh.as_at,
                keep=keep,
            )
        elif not rolled_back:
            context.log.info(f"Release {published.id} is already up to date")
        last_failure.clear(settings.home)
        tables = published.manifest["tables"]
        context.log.info(f"{len(tables)} tables in release {published.id}")
        return dg.MaterializeResult(
            metadata={
                "release": published.id,
                "path": dg.MetadataValue.path(str(settings.published / FILE)),
                "dagster/row_count": sum(t["rows"] for t in tables.values()),
                "environment": about["environment"],
                "tables": dg.MetadataValue.table(
                    [dg.TableRecord({"table": name, "rows": table["rows"]}) for name, table in sorted(tables.items())]
                ),
                "held_back": rolled_back is not None,
            }
        )

    return release


def report_asset() -> dg.AssetsDefinition:
    """The report, downstream of the release: one that fails holds back nothing, since the release is published by then."""

    @dg.asset(
        key=REPORT,
        deps=[RELEASE],
        group_name="published",
        kinds={"html"},
        owners=[metadata.DATA_ENGINEERS],
        metadata=metadata.code_reference(PROJECT / "orchestration" / "publication" / "reports.py"),
        pool=POOL,
    )
    def report(context: dg.AssetExecutionContext, refresh: Refresh) -> dg.MaterializeResult[None]:
        """The needs assessment of the current release as pages for a browser; the former one stays where it cannot be made."""
        from orchestration.publication import reports

        if refresh.as_at or not makes_report():
            return dg.MaterializeResult(metadata={"made": False})
        made = reports.make(refresh.settings)
        if made.made:
            context.log.info(f"{made.about['pages']} pages and {made.about['charts']} charts of {made.about['year']}")
        return dg.MaterializeResult(
            metadata={"made": made.made, "release": made.about["release_id"], "path": dg.MetadataValue.path(str(made.index))}
        )

    return report
