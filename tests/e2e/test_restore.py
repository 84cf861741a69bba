"""The page on operation is followed step by step: a home comes back from its backup, and a release is gone back to."""

import shutil

import pytest

from orchestration.releases import current_release, ids
from tests.conftest import County


@pytest.mark.xdist_group("restore")
def test_a_home_comes_back_from_its_backup_with_the_same_figures(county, tmp_path):
    made = County(county.raw, tmp_path / "home")
    for part in ("landing", "published", "secrets"):
        shutil.copytree(county.home / part, made.home / part, symlinks=True)
    restored = current_release(made.settings.published)
    assert restored.id == county.release()
    assert made.sna("verify").returncode == 0
    rebuilt = made.sna("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert f"with the same content as release {restored.id}" in rebuilt.stdout
    assert ids(made.settings.published) == [restored.id]
    assert "Nothing new" in made.sna("refresh").stdout

    again = made.sna("refresh", "--force")
    assert again.returncode == 0, again.stdout + again.stderr
    anew = current_release(made.settings.published)
    assert ids(made.settings.published) == [restored.id, anew.id]
    assert anew.manifest["content"] == restored.manifest["content"]
    assert "No published figure differs." in made.sna("diff", restored.id).stdout

    assert made.sna("rollback", restored.id).returncode == 0
    assert made.release() == restored.id
    assert f"Rolled back from {anew.id}" in made.sna("status").stdout
