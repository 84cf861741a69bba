"""The generated pages of the reference are complete, and the site is built of them without a warning or an outside request."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

from orchestration.cli.app import app
from orchestration.cli.documentation import commands, pages
from orchestration.contracts.reader import load_contracts
from orchestration.home.environment import PROJECT, VARIABLES
from orchestration.ingest.rules import CATALOGUE

# Attributes with which a browser loads something for a page, by element; a link that a reader follows loads nothing.
LOADS = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "use": "href",
}
OUTSIDE = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
# The theme loads the library for such blocks from another host.
DIAGRAM = "mermaid"


@pytest.fixture(scope="module")
def reference(small_county) -> dict[str, str]:
    manifest = json.loads((small_county.settings.dbt_target / "manifest.json").read_text())
    return pages(load_contracts().values(), manifest)


def test_each_feed_with_its_columns_is_on_the_page_of_feeds(reference):
    page = reference["reference/feeds.md"]
    for (agency, feed), contract in load_contracts().items():
        section = page.split(f"### {agency}/{feed}\n")[1].split("\n### ")[0]
        assert contract.title in section
        assert all(column.header.replace("|", "\\|") in section for column in contract.columns)


def test_each_published_table_is_on_the_page_of_tables(reference, small_county):
    published = small_county.query(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'sna') and not internal"
    )
    found = set(re.findall(r"^## (\S+)$", reference["reference/tables.md"], re.MULTILINE))
    # Publication itself writes what changed since the release before.
    assert {name for (name,) in published} - found == {"sna.revisions"}


def test_each_published_column_is_on_the_page_of_columns(reference):
    columns = set(re.findall(r"^\| `(\w+)` \|", reference["reference/tables.md"], re.MULTILINE))
    assert columns == set(re.findall(r"^\| `(\w+)` \|", reference["reference/columns.md"], re.MULTILINE))


def test_each_rule_command_and_variable_has_its_line(reference):
    assert all(f"| {code} |" in reference["reference/rules.md"] for code in CATALOGUE)
    listed = re.findall(r"^## (sna .+)$", reference["reference/cli.md"], re.MULTILINE)
    assert listed == [name for name, _ in commands(typer.main.get_command(app))] and "sna hkci run" in listed
    assert all(f"| `{name}` |" in reference["reference/settings.md"] for name in VARIABLES)


def test_each_variable_that_the_code_reads_is_documented():
    code = [path for folder in ("orchestration", "vault", "expectations") for path in (PROJECT / folder).rglob("*.py")]
    code += [PROJECT / "dbt_project/profiles.yml"]
    read = {name for path in code for name in re.findall(r"[\"'](SNA_[A-Z_]+)[\"']", path.read_text())}
    # Of the operations file, which names them; and what commands set for dbt and for their own messages.
    others = {"SNA_CALLED_AS", "SNA_TEMP_DIRECTORY", "SNA_WAREHOUSE"}
    assert read - others == set(VARIABLES)


class Loaded(HTMLParser):
    """The addresses that a browser loads for a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.addresses += [values.get(LOADS.get(tag, ""), "") or "", *(values.get("srcset") or "").split(",")]
        self.addresses += re.findall(r"url\([\"']?([^\"')]+)", values.get("style") or "")


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=PROJECT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    html = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "reference/rules.html", "explanation/security.html"} <= {
        path.relative_to(tmp_path / "site").as_posix() for path in html
    }
    for path, text in html.items():
        assert [address for address in Loaded(text).addresses if OUTSIDE.match(address.strip())] == [], path
        assert f'class="{DIAGRAM}"' not in text, path
    for path in (tmp_path / "site").rglob("*.css"):
        imports = re.findall(r"(?:@import\s*|url\()[\"']?((?:https?:)?//[^\"')]+)", path.read_text(encoding="utf-8"))
        assert imports == [], path


def test_an_address_of_another_host_is_found():
    script, link = '<script src="https://a.example/x.js"></script>', '<a href="https://b.example">b</a>'
    page = Loaded(f'{script}{link}<div style="background: url(//c.example/i)">')
    outside = [address for address in page.addresses if OUTSIDE.match(address)]
    assert outside == ["https://a.example/x.js", "//c.example/i"]
