"""dbt in this process: the manifest for Dagster, the fingerprints and compiled code of its nodes, and `dbt build`.

dbt runs only where a file of its project has changed: a refresh builds from what it compiled then, see `materializations`.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypedDict

from orchestration.database import connection
from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.identity import read
from orchestration.home.lock import exclusively
from orchestration.home.redaction import redacted_message
from orchestration.home.settings import Settings
from orchestration.warehouse import declared
from orchestration.warehouse.fingerprints import fingerprints, reads_warehouse
from orchestration.warehouse.statements import sql

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

FINGERPRINTS = "fingerprints.json"
COMPILED = "compiled.json"
SOURCE_FOLDERS = ("macros", "models", "python", "seeds", "snapshots", "tests")


class DbtError(RuntimeError):
    """dbt could not parse or build; the message lists each failing node with dbt's own reason."""


class Compiled(TypedDict, total=False):
    """What dbt has compiled of a model or data test.

    Attributes:
        sql: what builds it from nothing; of a Python model, its Python.
        increment: the query of the rows that an increment builds, where it is another one; of an incremental model always.
        replaced: of an incremental model, the condition of the rows that these replace.
    """

    sql: str
    increment: str
    replaced: str


def hash_of_files(*folders: Path) -> str:
    """SHA-256 (hex) over the names and contents of every file below the folders, in a fixed order."""
    digest = hashlib.sha256()
    for folder in folders:
        above = len(str(folder)) - len(folder.name)
        for path in [str(folder)] if folder.is_file() else _files(folder):
            found = os.stat(path)  # noqa: PTH116 - of hundreds of files again and again, for which a Path each is most of the cost
            digest.update(path[above:].encode() + b"\0")
            digest.update(_digest(path, found.st_mtime_ns, found.st_size))
    return digest.hexdigest()


def _files(folder: Path) -> list[str]:
    """Every file below a folder, in order of the parts of their paths."""
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        if "__pycache__" in folders:
            folders.remove("__pycache__")
        paths = (f"{parent}/{name}" for name in names)
        # An editor's lock is a link that leads nowhere.
        found += [path for path in paths if os.path.isfile(path)]  # noqa: PTH113 - as above
    return sorted(found, key=lambda path: path.split("/"))


@functools.lru_cache(maxsize=4096)
def _digest(path: str, _changed_ns: int, _size: int) -> bytes:
    """SHA-256 of a file, read again when it has changed."""
    return hashlib.sha256(Path(path).read_bytes()).digest()


def project_hash() -> str:
    """Hash of the files of the project, of the areas and of all reports: whether to parse it again. What has to be built,
    fingerprints decide."""
    folders = [DBT_PROJECT / name for name in SOURCE_FOLDERS if (DBT_PROJECT / name).exists()]
    files = (DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml", *sorted(areas.folder().glob(f"*/{areas.FILE}")))
    return hash_of_files(*folders, *sorted(areas.folder().glob("*/reports")), *files)


def manifest_path(settings: Settings) -> Path:
    """The parsed project's `manifest.json`, written again only when a file of the project has changed since.

    `fingerprints.json` and `compiled.json` are written beside it, for `load_fingerprints` and `load_compiled`.

    Raises:
        DbtError: the project does not parse or compile.
    """
    path = settings.dbt_target / "manifest.json"
    stamp = settings.dbt_target / "project.sha256"
    current = _stamp(settings)
    # Webserver, daemon and code server start together in a new home: one does the work, the others wait for it.
    with exclusively(settings.dbt_target / "parse.lock"):
        parsed = all(made.exists() for made in (path, path.with_name(COMPILED), path.with_name(FINGERPRINTS), stamp))
        if not parsed or stamp.read_text() != current:
            stamp.unlink(missing_ok=True)
            manifest = _parsed(settings, current)
            # Another process may still read the old one.
            fresh = path.with_name(f".{path.name}")
            manifest.write(str(fresh))
            as_json = json.loads(fresh.read_text())
            nodes, compiled = _compiled(settings, manifest, as_json)
            path.with_name(COMPILED).write_text(json.dumps(compiled, indent=1) + "\n")
            found = fingerprints(nodes, as_json, DBT_PROJECT)
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


def _compiled(
    settings: Settings, manifest: Manifest, as_json: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, Compiled]]:
    """Each seed, model and data test, compiled as for a warehouse in which nothing has been built; and what `Compiled` has."""
    try:
        with TemporaryDirectory(dir=settings.dbt_target, prefix=".compile-") as folder:
            empty = Path(folder) / settings.warehouse.name
            nodes = _compile(settings, manifest.deepcopy(), empty, "--full-refresh")
            compiled = {key: Compiled(sql=n["compiled_code"]) for key, n in nodes.items() if n["resource_type"] != "seed"}
            readers = {key for key in compiled if nodes[key]["language"] == "sql" and reads_warehouse(nodes[key], as_json)}
            facts = {key for key in readers if nodes[key]["config"]["materialized"] == "incremental"}
            _pretend_built(empty, [nodes[key] for key in facts])
            again = manifest.deepcopy()
            for key in facts:
                asking = copy.deepcopy(again.nodes[key])
                asking.unique_id, asking.name, asking.raw_code = f"{key}.replaced", f"{asking.name}__replaced", REPLACED
                again.nodes[asking.unique_id] = asking
            names = [again.nodes[key].name for key in readers] + [f"{again.nodes[key].name}__replaced" for key in facts]
            # What dbt leaves in the home is the form from nothing.
            for key, node in _compile(settings, again, empty, "--select", *names, target=Path(folder)).items():
                model = key.removesuffix(".replaced")
                if key != model:
                    compiled[model]["replaced"] = node["compiled_code"]
                elif model in readers:
                    compiled[model]["increment"] = node["compiled_code"]
    finally:
        settings.export()
    return nodes, compiled


# What is compiled beside each incremental model.
REPLACED = "{{ replaced_rows(config.get('unique_key')) }}"


def _compile(
    settings: Settings, manifest: Manifest, warehouse: Path, *options: str, target: Path | None = None
) -> dict[str, dict[str, Any]]:
    result = _invoke(settings, ["compile", "--no-write-json", *options], manifest=manifest, warehouse=warehouse, target=target)
    return {run.node.unique_id: run.node.to_dict() for run in result.result.results}


def _pretend_built(warehouse: Path, nodes: list[dict[str, Any]]) -> None:
    """Let dbt find a table of each of these nodes."""
    with connection.connect(warehouse) as con:
        for node in nodes:
            con.execute(f'create schema if not exists "{node["schema"]}"')
            con.execute(f'create table "{node["schema"]}"."{node["alias"]}" (nothing integer)')


def load_manifest(settings: Settings) -> dict[str, Any]:
    """`manifest.json` as a dictionary (nodes, sources, parent map)."""
    manifest: dict[str, Any] = json.loads(manifest_path(settings).read_text())
    return manifest


def load_fingerprints(settings: Settings) -> dict[str, str]:
    """Unique id → code fingerprint of every seed, model and data test. See `orchestration.warehouse.fingerprints`."""
    found: dict[str, str] = json.loads(manifest_path(settings).with_name(FINGERPRINTS).read_text())
    return found


def load_compiled(settings: Settings) -> dict[str, Compiled]:
    """Unique id → what dbt has compiled of every model and data test."""
    compiled: dict[str, Compiled] = json.loads(manifest_path(settings).with_name(COMPILED).read_text())
    return compiled


def execute(settings: Settings, select: str, *, whole: bool = False) -> None:
    """Build the selected seeds, models and data tests by `dbt build`, which `materializations` does in a refresh.

    Args:
        whole: build incremental models from everything, rather than from what has changed.

    Raises:
        DbtError: a node failed.
    """
    command = ["build", "--no-write-json", "--select", select, "--exclude-resource-type", "unit_test"]
    if whole:
        command.append("--full-refresh")
    with exclusively(settings.dbt_target / "parse.lock"):
        manifest = _parsed(settings, _stamp(settings))
    # dbt writes what it compiles into the object, and fails when it gets the same one again.
    _invoke(settings, command, manifest.deepcopy())


def _invoke(
    settings: Settings,
    arguments: list[str],
    manifest: Manifest | None = None,
    warehouse: Path | None = None,
    target: Path | None = None,
    variables: Mapping[str, Any] | None = None,
) -> dbtRunnerResult:
    """Run one dbt command in this process and close dbt's connection to the warehouse afterwards.

    Args:
        warehouse: another file than the home's warehouse; the caller exports the settings again afterwards.
        target: another folder than the home's for what dbt writes.
        variables: of the project, besides those of the area.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    settings.export()
    if warehouse is not None:
        os.environ["SNA_WAREHOUSE"] = str(warehouse)
    connection.make_room(settings.warehouse_spill)

    try:
        result = dbtRunner(manifest=manifest).invoke(
            [
                *arguments,
                *("--project-dir", str(DBT_PROJECT), "--target-path", str(target or settings.dbt_target)),
                *("--log-path", str(settings.dbt_target), "--log-level", "none", "--quiet"),
                *("--vars", json.dumps({**_variables(settings), **(variables or {})})),
            ]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not result.success:
        if result.exception is not None and not isinstance(result.exception, Exception):
            raise result.exception  # a person stopped it
        raise DbtError(f"dbt: {_reasons(result)}")
    return result


def _stamp(settings: Settings) -> str:
    """Names what a home's project is parsed from: its files, and the variables of the area."""
    return hashlib.sha256(f"{project_hash()} {json.dumps(_variables(settings))}".encode()).hexdigest()


def _variables(settings: Settings) -> dict[str, Any]:
    """What models declare, and the variables of the home's area and of its report where a home was made."""
    home = read(settings.home)
    return _variables_of(home.area if home else None, project_hash())


@functools.lru_cache(maxsize=1)
def _variables_of(area: str | None, _project: str) -> dict[str, Any]:
    return declared.variables() | (areas.load(area).variables() | sql.variables(area) if area else {})


def _reasons(result: Any) -> str:
    """One line per failing node: dbt's message, without words of the database that may quote a value."""
    if result.exception is not None:
        return redacted_message(str(result.exception))
    failed = [r for r in getattr(result.result, "results", []) if r.status in ("error", "fail", "runtime error")]
    return "\n".join(f"{r.node.name}: {redacted_message((r.message or '').strip())}" for r in failed) or "dbt failed"
