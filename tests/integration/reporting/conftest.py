"""A release of the mini county, and the site made from it, once for all tests of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.publication import publish
from orchestration.warehouse import ledger, lineage
from orchestration.warehouse.dbt import load_manifest
from reporting import site, specification
from reporting.page import Page
from reporting.release import Release
from reporting.specification import Specification
from tests import counties

AREA = "Derby and Derbyshire"
REPORTS = Path(__file__).resolve().parents[3] / "areas" / "derbyshire" / "reports"


@dataclass(frozen=True)
class Site:
    """A site and what it was made from."""

    release: Release
    spec: Specification
    pages: list[Page]
    folder: Path

    def html(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """The folder of a release of the mini county."""
    settings = counties.mini()
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        about = ledger.about(con)
    manifest = load_manifest(settings)
    descriptions = lineage.descriptions(manifest, publish.SCHEMAS)
    home = tmp_path_factory.mktemp("report")
    (home / "published" / "analysts").mkdir(parents=True)
    about |= {
        "deliveries": [],
        "environment": "demonstration",
        "code_id": "0",
        "lineage": lineage.lineage(manifest, {}, publish.SCHEMAS),
    }
    return publish.publish(settings.warehouse, home / "published" / "analysts", about=about, descriptions=descriptions).folder


@pytest.fixture(scope="session")
def made(published, tmp_path_factory) -> Iterator[Site]:
    """The site of the SNA 2024 from the mini county, whose last whole year is the report's."""
    release = Release(published, "analysts")
    spec = specification.load(REPORTS / "sna-2024", AREA)
    folder = tmp_path_factory.mktemp("site") / "report"
    pages = site.pages(release, spec)
    site.write(release, spec, pages, folder)
    yield Site(release, spec, pages, folder)
    release.close()
