"""The committed pages are what `make docs` writes now."""

import json

from orchestration.contracts.reader import load_contracts
from orchestration.operations.documentation import pages


def test_the_pages_are_as_written_by_make_docs(small_county):
    manifest = json.loads((small_county.settings.dbt_target / "manifest.json").read_text())
    stale = [path.name for path, text in pages(load_contracts().values(), manifest).items() if path.read_text() != text]
    assert not stale, "run `make docs` and commit what it writes"
