"""`make bundle`: everything that a machine without a package index needs to install this project.

    bundle/wheels/             the locked packages, and the wheels of this checkout's last commit
    bundle/requirements.lock   what of the lock the pipeline needs, with hashes
    bundle/SHA256SUMS          of every file
    bundle/install.sh          checks them, then installs into a virtual environment

Wheels of compiled packages are for the Python and the platform that made the bundle.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from orchestration.home.environment import PROJECT

DISTRIBUTION = "serious-violence-warehouse"
SUMS = "SHA256SUMS"
INSTALL = f"""#!/bin/sh
# Installs the project from this folder alone: sh install.sh FOLDER, which is made for it. PYTHON: another Python than python3.
set -eu
case "$1" in /*) made="$1" ;; *) made="$PWD/$1" ;; esac
cd "$(dirname "$0")"
sha256sum --check --quiet {SUMS}
"${{PYTHON:-python3}}" -m venv "$made"
install="$made/bin/python -m pip --isolated install --quiet --no-compile --no-deps --no-index"
$install --find-links wheels --require-hashes -r requirements.lock
$install own/*.whl
"$made/bin/sna" --help > /dev/null
echo "Installed. $made/bin/sna --help lists the commands."
"""


def locked(lock: str, names: Iterable[str]) -> str:
    """The entries of a lock, with their hashes, of the packages with these names."""
    wanted = {canonicalize_name(name) for name in names}
    entries = re.findall(r"^[^\s#].*?(?=^[^\s#]|\Z)", re.sub(r"^ *#.*\n", "", lock, flags=re.MULTILINE), re.MULTILINE | re.DOTALL)
    return "".join(entry for entry in entries if canonicalize_name(re.split(r"[=\[ ;]", entry)[0]) in wanted)


def needed(distribution: str) -> set[str]:
    """The packages that an installed distribution needs, those that they need among them."""
    found: set[str] = set()
    waiting = [Requirement(distribution)]
    while waiting:
        wanted = waiting.pop()
        for line in metadata.requires(wanted.name) or ():
            one = Requirement(line)
            if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in (*wanted.extras, "")):
                continue
            if canonicalize_name(one.name) not in found or one.extras:
                found.add(canonicalize_name(one.name))
                waiting.append(one)
    return found


def make(folder: Path, lock: str, sources: Path) -> None:
    """Write a bundle.

    Args:
        lock: the packages with their hashes; pip takes them from where it is set up to.
        sources: the folder of the project, and below it `synthetic/`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("wheels", "own"):
        (folder / name).mkdir(parents=True)
    (folder / "requirements.lock").write_text(lock)
    _pip(
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        "-r",
        folder / "requirements.lock",
        "-d",
        folder / "wheels",
    )
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder / "own", sources, sources / "synthetic")
    (folder / "install.sh").write_text(INSTALL)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(sums))


def _pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *map(str, arguments)], check=True)


def main(folder: str) -> None:
    """Bundle the last commit of this checkout."""
    with TemporaryDirectory() as export:
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=PROJECT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", export], input=archive.stdout, check=True)
        lock = locked((PROJECT / "requirements.lock").read_text("utf-8"), needed(DISTRIBUTION))
        make(Path(folder), lock, Path(export))
    print(f"{folder}: copy it to the other machine, and run there: sh install.sh FOLDER")


if __name__ == "__main__":
    main(*sys.argv[1:])
