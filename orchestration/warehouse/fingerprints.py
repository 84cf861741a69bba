"""One code fingerprint per dbt node: what decides whether a seed, model or data test has to be run again.

A node's fingerprint is a SHA-256 over what it runs and over the fingerprints of all nodes upstream:

    SQL model, data test    the compiled SQL, in which macros, variables and ephemeral models are resolved
    incremental model       besides, its own code and the macros that it reaches: their increments are not in the compiled SQL
    Python model            its source, and that of the modules in `dbt_project/python` that it imports
    SQL that calls a function that a module in `dbt_project/python` registers    besides, the source of that module
    seed                    the bytes of its file
    each                    its place in the warehouse and its configuration, without what only describes it

Descriptions, tags, owners and YAML comments are not in it, and no path: two checkouts and two homes have equal fingerprints.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

# Configuration that describes a node, or says how dbt writes down what it describes.
DESCRIPTIVE = frozenset({"access", "docs", "event_time", "group", "meta", "packages", "persist_docs", "tags"})
# What is compiled depends on the state of the warehouse; fingerprints are made from an empty one.
READS_WAREHOUSE = re.compile(r"\bis_incremental\b|\badapter\.(?!dispatch\b)|\bflags\.|\bload_relation\b|\brun_query\b")
# The function of a module in `dbt_project/python` that registers its others in a connection.
REGISTER = "register"


def fingerprints(compiled: Mapping[str, Mapping[str, Any]], manifest: Mapping[str, Any], project: Path) -> dict[str, str]:
    """`{unique id: SHA-256 (hex)}` of every compiled seed, model and data test.

    Args:
        compiled: unique id → node as dbt has compiled it for an empty warehouse (`compiled_code`, `raw_code`, `config`, ...).
        manifest: the parsed project (`nodes`, `macros`, `parent_map`).
        project: folder of the dbt project, for the files of seeds and Python modules.
    """
    modules = _Modules(project / "python")
    found: dict[str, str] = {}
    parents = {node: manifest["parent_map"].get(node, []) for node in manifest["nodes"]}
    for node in TopologicalSorter(parents).static_order():
        # Of an ephemeral model the SQL is in that of the models that read it: it only hands on what is upstream.
        own = _own(compiled[node], manifest, project, modules) if node in compiled else {}
        upstream = sorted({found[parent] for parent in parents.get(node, ()) if parent in found})
        found[node] = hashlib.sha256(json.dumps([own, upstream], sort_keys=True, default=str).encode()).hexdigest()
    return {node: found[node] for node in compiled}


def _own(node: Mapping[str, Any], manifest: Mapping[str, Any], project: Path, modules: _Modules) -> dict[str, Any]:
    """What the node itself runs, as JSON can hold it."""
    config = {key: value for key, value in node["config"].items() if key not in DESCRIPTIVE}
    own: dict[str, Any] = {"place": [node.get("schema"), node.get("alias")], "config": config}
    if node["resource_type"] == "seed":
        return own | {"content": hashlib.sha256((project / node["original_file_path"]).read_bytes()).hexdigest()}
    if node.get("language") == "python":
        return own | {"code": node["raw_code"], "modules": modules.imported_by(node["raw_code"])}
    own |= {"code": node["compiled_code"], "modules": modules.called_by(node["compiled_code"])}
    if (config.get("contract") or {}).get("enforced"):
        own["columns"] = [[name, column.get("data_type")] for name, column in node.get("columns", {}).items()]
    if reads_warehouse(node, manifest):
        own |= {"source": node["raw_code"], "macros": dict(_macros(node, manifest))}
    return own


def reads_warehouse(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether what is compiled of a SQL model depends on what has been built already."""
    code = [node["raw_code"], *dict(_macros(node, manifest)).values()]
    return node["config"].get("materialized") == "incremental" or any(map(READS_WAREHOUSE.search, code))


def _macros(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(id, source) of the project's macros that a node reaches; dbt finds the one of an incremental strategy by its name."""
    package, macros = node["package_name"], manifest["macros"]
    waiting = list(node["depends_on"]["macros"])
    if strategy := node["config"].get("incremental_strategy"):
        waiting.append(f"macro.{package}.get_incremental_{strategy}_sql")
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in macros or macros[name]["package_name"] != package:
            continue
        seen.add(name)
        yield name, macros[name]["macro_sql"]
        waiting += macros[name]["depends_on"]["macros"]


class _Modules:
    """The Python modules beside the models: `{name: SHA-256 (hex) of its source}` of those that some code uses."""

    def __init__(self, folder: Path) -> None:
        self._sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}

    def imported_by(self, code: str) -> dict[str, str]:
        used: dict[str, str] = {}
        waiting = _imports(code)
        while waiting:
            name = waiting.pop()
            if name in self._sources and name not in used:
                used[name] = hashlib.sha256(self._sources[name].encode()).hexdigest()
                waiting |= _imports(self._sources[name])
        return used

    def called_by(self, sql: str) -> dict[str, str]:
        called = [name for name, functions in self._registered.items() if functions.search(sql)]
        return self.imported_by("\n".join(f"import {name}" for name in called))

    @functools.cached_property
    def _registered(self) -> dict[str, re.Pattern[str]]:
        """Module → its functions as SQL calls them, of each module that registers some."""
        registered = {}
        for name, source in self._sources.items():
            parts = ast.parse(source).body
            functions = {part.name for part in parts if isinstance(part, ast.FunctionDef) and not part.name.startswith("_")}
            called = sorted(functions - {REGISTER})
            if called and REGISTER in functions:
                registered[name] = re.compile(rf"\b(?:{'|'.join(called)})\s*\(", re.IGNORECASE)
        return registered


def _imports(code: str) -> set[str]:
    names: set[str] = set()
    for part in ast.walk(ast.parse(code)):
        if isinstance(part, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and part.module:
            names.add(part.module.partition(".")[0])
    return names
