"""The guides are followed step by step: a home is restored from its backup, and a release is rolled back to."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from orchestration.home.environment import PROJECT
from orchestration.publication.releases import current_release, ids
from tests.counties import BIN
from tests.documented import below


def followed(county, page, heading, **names):
    """What the shell commands of the first block below a heading say, run one after the other; all must succeed."""
    printed = ""
    for command in below(page, heading).commands:
        for name, value in names.items():
            command = command.replace(name, str(value))
        if not command.startswith("make "):  # the checkout that runs the tests is installed
            environment = county.environment | {"PATH": f"{BIN}:{county.environment['PATH']}"}
            done = subprocess.run(command, shell=True, env=environment, cwd=PROJECT, capture_output=True, text=True)
            assert done.returncode == 0, command + done.stdout + done.stderr
            printed += done.stdout
    return printed


@pytest.mark.slow
@pytest.mark.xdist_group("restore")
def test_a_home_comes_back_from_its_backup_with_the_same_figures(small_county, tmp_path):
    county = small_county
    made = replace(county, home=tmp_path / "home")
    (tmp_path / "backup" / "secrets").mkdir(parents=True)  # the key of this county is in the environment
    for part in ("landing", "published"):
        shutil.copytree(county.home / part, tmp_path / "backup" / part, symlinks=True)
    shutil.copy(county.home / "home.json", tmp_path / "backup")
    printed = followed(made, "restore-and-upgrade.md", "Restore on a new machine", BACKUP=tmp_path / "backup")
    restored = current_release(made.settings.published)
    assert restored.id == county.release()
    assert f"same content as release {restored.id}" in printed
    assert ids(made.settings.published) == [restored.id]
    assert "Nothing new" in made.sna("refresh").stdout

    again = made.sna("refresh", "--force")
    assert again.returncode == 0, again.stdout + again.stderr
    rebuilt = current_release(made.settings.published)
    assert ids(made.settings.published) == [restored.id, rebuilt.id]
    assert rebuilt.manifest["content"] == restored.manifest["content"]

    printed = followed(made, "roll-back-a-release.md", "Roll back", RELEASE=restored.id)
    assert "No published figure differs." in printed
    assert made.release() == restored.id
    assert f"Rolled back from {rebuilt.id}" in made.sna("status").stdout
