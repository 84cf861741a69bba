"""The hash of the project's files: of names and contents, in an order that no file system decides."""

import hashlib
import os

import pytest

from orchestration.warehouse.dbt import hash_of_files


@pytest.fixture
def folder(tmp_path):
    for name in ("models/b.sql", "models/a/c.sql", "models/a-b.sql", "models/__pycache__/x.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    # As an editor leaves it.
    (tmp_path / "models" / ".#b.sql").symlink_to("user@host.1")
    return tmp_path / "models"


def test_it_is_over_names_and_contents_in_order_of_the_parts_of_paths(folder):
    expected = hashlib.sha256()
    for name in ("models/a/c.sql", "models/a-b.sql", "models/b.sql"):
        expected.update(name.encode() + b"\0" + hashlib.sha256(name.encode()).digest())
    assert hash_of_files(folder) == expected.hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "b.sql").write_text("other"),
        lambda folder: (folder / "b.sql").rename(folder / "d.sql"),
        lambda folder: (folder / "a" / "new.sql").write_text(""),
        lambda folder: (folder / "a" / "c.sql").unlink(),
    ],
)
def test_any_change_changes_it(folder, change):
    before = hash_of_files(folder)
    os.utime(folder / "b.sql", ns=(0, 0))
    assert hash_of_files(folder) == before
    change(folder)
    assert hash_of_files(folder) != before
