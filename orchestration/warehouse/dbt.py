"""dbt in this process: the manifest for Dagster, the fingerprints of its nodes, and running a selection of models.

A `dbt` subprocess costs about as much as everything else in a refresh, so dbt's own programmatic runner is used; its events
become Dagster events through dagster-dbt's mapping.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.database import connection
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.lock import exclusively
from orchestration.home.redaction import redacted_message
from orchestration.home.settings import Settings
from orchestration.warehouse.fingerprints import fingerprints

if TYPE_CHECKING:
    from dagster import AssetExecutionContext
    from dagster_dbt import DagsterDbtTranslator
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

# The events by which dbt reports how a node ended.
RESULT_EVENTS = ("LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult")
FINGERPRINTS = "fingerprints.json"
SOURCE_FOLDERS = ("macros", "models", "python", "seeds", "snapshots", "tests")


class DbtError(RuntimeError):
    """dbt could not parse or build; the message lists each failing node with dbt's own reason."""


def hash_of_files(*folders: Path) -> str:
    """SHA-256 (hex) over the names and contents of every file below the folders, in a fixed order."""
    digest = hashlib.sha256()
    for folder in folders:
        paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
        for path in paths:
            if "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def project_hash() -> str:
    """Hash of the project's files: whether there is anything to parse. What has to be built, fingerprints decide."""
    folders = [DBT_PROJECT / name for name in SOURCE_FOLDERS if (DBT_PROJECT / name).exists()]
    return hash_of_files(*folders, DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml")


def manifest_path(settings: Settings) -> Path:
    """The parsed project's `manifest.json`, written again only when a file of the project has changed since.

    `fingerprints.json` is written beside it, for `load_fingerprints`.

    Raises:
        DbtError: the project does not parse or compile.
    """
    path = settings.dbt_target / "manifest.json"
    stamp = settings.dbt_target / "project.sha256"
    current = project_hash()
    # Webserver, daemon and code server start together in a new home: one does the work, the others wait for it.
    with exclusively(settings.dbt_target / "parse.lock"):
        if not path.exists() or not stamp.exists() or stamp.read_text() != current:
            stamp.unlink(missing_ok=True)
            manifest = _parsed(settings, current)
            # Another process may still read the old one.
            fresh = path.with_name(f".{path.name}")
            manifest.write(str(fresh))
            found = fingerprints(_compiled(settings, manifest), json.loads(fresh.read_text()), DBT_PROJECT)
            path.with_name(FINGERPRINTS).write_text(json.dumps(found, indent=1) + "\n")
            fresh.replace(path)
            stamp.write_text(current)
    return path


@functools.lru_cache(maxsize=1)
def _parsed(settings: Settings, _project: str) -> Manifest:
    """The project as dbt's own object, parsed once for all stages. Only under `parse.lock`: dbt keeps files of its own."""
    manifest: Manifest = _invoke(settings, ["parse", "--no-write-json"]).result
    # Selectors are only of use to a person who runs dbt by hand, and dbt cannot copy a manifest that has any.
    manifest.selectors = {}
    return manifest


def _compiled(settings: Settings, manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Unique id → node of every seed, model and data test, compiled as for a warehouse in which nothing has been built."""
    try:
        with TemporaryDirectory(dir=settings.dbt_target, prefix=".compile-") as folder:
            empty = Path(folder) / settings.warehouse.name
            command = ["compile", "--full-refresh", "--no-write-json"]
            result = _invoke(settings, command, manifest=manifest.deepcopy(), warehouse=empty)
    finally:
        settings.export()
    return {run.node.unique_id: run.node.to_dict() for run in result.result.results}


def load_manifest(settings: Settings) -> dict[str, Any]:
    """`manifest.json` as a dictionary (nodes, sources, parent map)."""
    manifest: dict[str, Any] = json.loads(manifest_path(settings).read_text())
    return manifest


def load_fingerprints(settings: Settings) -> dict[str, str]:
    """Unique id → code fingerprint of every seed, model and data test. See `orchestration.warehouse.fingerprints`."""
    found: dict[str, str] = json.loads(manifest_path(settings).with_name(FINGERPRINTS).read_text())
    return found


def build(
    context: AssetExecutionContext,
    settings: Settings,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    select: str,
    *,
    whole: bool = False,
) -> Iterator[Any]:
    """Build the selected seeds, models and data tests; yield a Dagster event for each.

    Args:
        whole: build incremental models from everything, rather than from what has changed.

    Raises:
        DbtError: a node failed; everything that dbt still could build has been yielded before.
    """
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

    finished: list[dict[str, Any]] = []
    try:
        execute(settings, select, whole=whole, finished=finished)
    finally:
        for event in finished:
            message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
            yield from message.to_default_asset_events(manifest=manifest, dagster_dbt_translator=translator, context=context)


def execute(settings: Settings, select: str, *, whole: bool = False, finished: list[dict[str, Any]] | None = None) -> None:
    """Build the selected seeds, models and data tests.

    Args:
        whole: build incremental models from everything, rather than from what has changed.
        finished: takes the event of each node that has ended.

    Raises:
        DbtError: a node failed.
    """
    command = ["build", "--no-write-json", "--select", select, "--exclude-resource-type", "unit_test"]
    if whole:
        command.append("--full-refresh")
    with exclusively(settings.dbt_target / "parse.lock"):
        manifest = _parsed(settings, project_hash())
    # dbt writes what it compiles into the object, and fails when it gets the same one again.
    _invoke(settings, command, finished, manifest.deepcopy())


def _invoke(
    settings: Settings,
    arguments: list[str],
    finished: list[dict[str, Any]] | None = None,
    manifest: Manifest | None = None,
    warehouse: Path | None = None,
) -> dbtRunnerResult:
    """Run one dbt command in this process and close dbt's connection to the warehouse afterwards.

    Args:
        warehouse: another file than the home's warehouse; the caller exports the settings again afterwards.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    settings.export()
    if warehouse is not None:
        os.environ["SNA_WAREHOUSE"] = str(warehouse)
    connection.make_room(settings.warehouse_spill)

    def collect(event: Any) -> None:
        if finished is not None and event.info.name in RESULT_EVENTS:
            from google.protobuf.json_format import MessageToDict

            finished.append(MessageToDict(event, preserving_proto_field_name=True))

    try:
        result = dbtRunner(manifest=manifest, callbacks=[collect]).invoke(
            [
                *arguments,
                *("--project-dir", str(DBT_PROJECT), "--target-path", str(settings.dbt_target)),
                *("--log-path", str(settings.dbt_target), "--log-level", "none", "--quiet"),
            ]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not result.success:
        if result.exception is not None and not isinstance(result.exception, Exception):
            raise result.exception  # a person stopped it
        raise DbtError(_reasons(result))
    return result


def _reasons(result: Any) -> str:
    """One line per failing node: dbt's message, without words of the database that may quote a value."""
    if result.exception is not None:
        return redacted_message(str(result.exception))
    failed = [r for r in getattr(result.result, "results", []) if r.status in ("error", "fail", "runtime error")]
    return "\n".join(f"{r.node.name}: {redacted_message((r.message or '').strip())}" for r in failed) or "dbt failed"
