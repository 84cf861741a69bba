"""What the dbt project has for a feed, from its source to a mart: read from the files, so that it is known before dbt runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from orchestration.contracts.model import FeedContract
from orchestration.home.environment import DBT_PROJECT, PROJECT
from orchestration.ingest.values import labels
from orchestration.warehouse import declared

_REF = re.compile(r"""ref\(\s*['"](\w+)['"]""")
_SOURCE = re.compile(r"""source\(\s*['"]landing['"]\s*,\s*['"](\w+)['"]""")
# A mart is named by at most so many of those that a feed reaches.
_NAMED = 3


@dataclass(frozen=True)
class Step:
    """One thing that a feed needs on its way to a mart.

    Attributes:
        name: what it is: `source`, `staging model`, `description`, `labels` or `mart`.
        found: where it is, or which; empty where it is missing.
        remedy: what to add where it is missing.
    """

    name: str
    found: str
    remedy: str


def steps(contract: FeedContract, project: Path = DBT_PROJECT) -> list[Step]:
    """What a feed needs, in order; nothing for one whose rows stay in the vault."""
    return [] if contract.custody == "vault" else list(_project(project).steps(contract))


def marts(contract: FeedContract, project: Path = DBT_PROJECT) -> list[str]:
    """The marts that a feed supplies, the nearest first, but for those that read it through a macro; none for the vault's."""
    return [] if contract.custody == "vault" else _project(project).marts(contract)


@cache
def _project(folder: Path) -> _Project:
    return _Project(folder)


class _Project:
    """The files of a dbt project, read once."""

    def __init__(self, folder: Path) -> None:
        self.models = folder / "models"

    @cached_property
    def sql(self) -> Mapping[str, Path]:
        """Model → its file."""
        return {path.stem: path for suffix in ("sql", "py") for path in self.models.rglob(f"*.{suffix}")}

    @cached_property
    def text(self) -> Mapping[str, str]:
        return {name: path.read_text("utf-8") for name, path in self.sql.items()}

    @cached_property
    def refs(self) -> Mapping[str, frozenset[str]]:
        """Model → the models that its file names."""
        return {name: frozenset(_REF.findall(text)) for name, text in self.text.items()}

    @cached_property
    def described(self) -> list[tuple[Path, Mapping[str, Any]]]:
        """The files of descriptions and sources."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return [(path, yaml.load(path.read_text("utf-8"), Loader=loader) or {}) for path in sorted(self.models.rglob("*.yml"))]

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Staging model → column of labels → scheme."""
        return declared.labels(self.models)

    def steps(self, contract: FeedContract) -> Iterator[Step]:
        relation, subject = contract.relation, contract.subject
        staging = f"stg_{relation}"
        yield Step(
            "source",
            self._source(relation),
            f"add {relation} to the source landing in models/staging/{subject}/_{subject}__sources.yml",
        )
        reads = relation in _SOURCE.findall(self.text.get(staging, ""))
        yield Step(
            "staging model",
            _shown(self.sql[staging]) if reads else "",
            f"add models/staging/{subject}/{staging}.sql, which reads source('landing', '{relation}')",
        )
        description = next((path for path, content in self.described if _model(content, staging)), None)
        yield Step(
            "description",
            _shown(description) if description else "",
            f"describe {staging}, with its grain, in models/staging/{subject}/_{subject}__models.yml",
        )
        yield from self._labels(contract, staging)
        marts = self.marts(contract)
        named = ", ".join(marts[:_NAMED]) + (f" and {len(marts) - _NAMED} more" if len(marts) > _NAMED else "")
        yield Step("mart", named, f"no mart is built from {staging}: join it into a fact, and the fact into a mart")

    def _source(self, relation: str) -> str:
        for path, content in self.described:
            for source in content.get("sources", ()):
                if source["name"] == "landing" and relation in [table["name"] for table in source.get("tables", ())]:
                    return _shown(path)
        return ""

    def _labels(self, contract: FeedContract, staging: str) -> Iterator[Step]:
        mapped = self.labels.get(staging, {}).values()
        for scheme in schemes(contract):
            rows = len(labels.known().get(scheme, ()))
            remedy = f"add rows of the scheme {scheme} to {_shown(labels.SEED)}"
            if rows:
                remedy = f"declare the label column of {staging} with the scheme {scheme} under `labels` of its `meta`"
            yield Step("labels", f"{scheme}: {rows} labels" if rows and scheme in mapped else "", remedy)

    def marts(self, contract: FeedContract) -> list[str]:
        """The marts above the staging model of a feed, or above a fact that declares it in its `meta`; the nearest first."""
        level = {f"stg_{contract.relation}"} & set(self.sql) | {
            model["name"]
            for _, content in self.described
            for model in content.get("models", ())
            if contract.type in ((model.get("config") or {}).get("meta") or {}).get("feeds", ())
        }
        reached: dict[str, None] = {}
        while level:
            reached |= dict.fromkeys(sorted(level))
            level = {name for name, refs in self.refs.items() if not refs.isdisjoint(level)} - set(reached)
        return [name for name in reached if name in self.sql and self.models / "marts" in self.sql[name].parents]


def schemes(contract: FeedContract) -> list[str]:
    """The schemes of labels that the columns of a feed hold."""
    return sorted({label.scheme for column in contract.columns for label in column.labels})


def _model(content: Mapping[str, Any], name: str) -> bool:
    return any(model["name"] == name for model in content.get("models", ()))


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)
