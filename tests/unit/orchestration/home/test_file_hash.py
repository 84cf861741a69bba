"""One function hashes files for all packages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from orchestration.home.environment import PROJECT
from orchestration.home.file_hash import sha256

# Reads from a handle that was opened with checks of what the path is.
CHECKED = "orchestration/ingest/files/regular_files.py"


def test_the_hash_is_that_of_the_published_example(tmp_path: Path) -> None:
    """FIPS 180-4's examples: "abc", and the empty message."""
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert sha256(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    file.write_bytes(b"")
    assert sha256(file) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sha256(tmp_path / "file")


def test_no_package_has_a_function_of_its_own() -> None:
    others = {
        str(path.relative_to(PROJECT))
        for folder in ("orchestration", "synthetic")
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "file_digest"
    }
    assert others == {"orchestration/home/file_hash.py", CHECKED}
