"""The installed packages: each the version of the lock, each file as its distribution's RECORD has it, and no file beside them.

What a RECORD does not hold is not found: bytecode in `__pycache__`, and a file that was changed together with its RECORD. Against
both the environment is made again from the lock (`rm -r .venv`), whose hashes are of the archives that pip unpacks.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import Distribution, FileHash, distributions
from pathlib import Path

from tests.audit.finding import Report
from tests.audit.lock import Pin, normal

# What `python -m venv` itself puts there, and this project.
NOT_LOCKED = {"pip", "serious-violence-warehouse", "serious-violence-warehouse-demo"}
# What Python runs or loads; other files without a record do nothing.
CODE = {".py", ".pth", ".so", ".pyd", ".egg-link"}


def examine(site: Path, locked: list[Pin]) -> Report:
    """Compare what is installed in a folder with its records and with the lock."""
    found = {normal(dist.metadata["Name"]): dist for dist in distributions(path=[str(site)])}
    versions = {pin.name: pin.version for pin in locked if pin.here}
    findings = []
    for name, dist in sorted(found.items()):
        if name not in versions and name not in NOT_LOCKED:
            findings.append(f"{name} {dist.version} is installed and not in the lock")
        elif versions.get(name, dist.version) != dist.version:
            findings.append(f"{name} {dist.version} is installed; the lock has {versions[name]}")
    findings += [f"{name} has no RECORD" for name, dist in sorted(found.items()) if dist.read_text("RECORD") is None]
    recorded = _recorded(found.values())
    with ThreadPoolExecutor(2) as pool:
        for changed in pool.map(lambda place: _changed(place, recorded[place], site), sorted(recorded)):
            findings += changed
    findings += _without_record(site, recorded)
    return Report("installed files", f"{len(found)} distributions", findings)


def _recorded(dists: Iterable[Distribution]) -> dict[Path, list[FileHash]]:
    """File → the hashes that records have of it: distributions that share a folder may each bring the same file.

    The records are read here, since from Python 3.12 on (and wherever `importlib_metadata` was imported) `Distribution.files`
    leaves out files that are missing.
    """
    found: defaultdict[Path, list[FileHash]] = defaultdict(list)
    for dist in dists:
        for file, spec, _size in csv.reader((dist.read_text("RECORD") or "").splitlines()):
            found[Path(str(dist.locate_file(file))).resolve()] += [FileHash(spec)] if spec else []
    return found


def _changed(path: Path, hashes: list[FileHash], site: Path) -> list[str]:
    """That a file is not as any record says, if so."""
    if not hashes:
        return []
    name = path.relative_to(site) if path.is_relative_to(site) else path
    if not path.is_file():
        return [f"{name} is missing"]
    return [] if any(_is_as_recorded(path, one) for one in hashes) else [f"{name} is not what was installed"]


def _is_as_recorded(path: Path, recorded: FileHash) -> bool:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, recorded.mode).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == recorded.value


def _without_record(site: Path, recorded: Collection[Path]) -> Iterator[str]:
    """Code that no distribution has installed."""
    for path in sorted(site.rglob("*")):
        if path.suffix in CODE and "__pycache__" not in path.parts and path.resolve() not in recorded:
            yield f"{path.relative_to(site)} belongs to no installed distribution"
