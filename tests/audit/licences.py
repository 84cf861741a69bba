"""Licences of the locked packages: each allowed here, by what its own metadata says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tests.audit.finding import Report
from tests.audit.lock import Pin, normal

# SPDX identifier → why a package under it may be used by a project under Apache-2.0.
ALLOWED: Mapping[str, str] = {
    **dict.fromkeys(("MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib"), "asks for its notice to be kept"),
    **dict.fromkeys(("MIT-0", "0BSD", "CC0-1.0"), "asks for nothing"),
    "Apache-2.0": "the licence of this project",
    "PSF-2.0": "the licence of Python, which asks for its notice to be kept",
    "CNRI-Python": "an earlier licence of Python's, with the same conditions",
    "MPL-2.0": "binds changed files of the package alone; none is changed or distributed here",
}

# What the older metadata of a package says that has no expression.
_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

# Packages whose metadata says it in words, says several things, or cannot be seen because they are for another system only.
READ: Mapping[str, str] = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    # Its own code, and axe-core, which it brings.
    "axe-playwright-python": "MIT AND MPL-2.0",
    "gptables": "MIT",
    "odfpy": "Apache-2.0 OR GPL-2.0-or-later OR LGPL-2.1-or-later",
    "protobuf": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "pyreadline3": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "uvloop": "MIT OR Apache-2.0",
}

# Package → why it is used although no licence of its own is among those allowed.
EXCEPTIONS: Mapping[str, str] = {
    "text-unidecode": "comes with dbt (agate, python-slugify); used unchanged and not distributed, which its licences allow",
}


def examine(site: Path, locked: list[Pin]) -> Report:
    """Whether every locked package may be used."""
    found = {normal(dist.metadata["Name"]): dist for dist in distributions(path=[str(site)])}
    findings = []
    for pin in locked:
        said = READ.get(pin.name) or (expression(found[pin.name]) if pin.name in found else "")
        if not said:
            findings.append(f"{pin.name} {pin.version}: its licence is not known; read it, and add it to READ")
        elif not is_allowed(said) and pin.name not in EXCEPTIONS:
            findings.append(f"{pin.name} {pin.version}: {said} is not among the licences allowed")
    names = {pin.name for pin in locked}
    findings += [f"{name} is in the audit's lists and not in the lock" for name in sorted({*READ, *EXCEPTIONS} - names)]
    return Report("licences", f"{len(locked)} packages", findings)


def expression(dist: Distribution) -> str:
    """The licence of a distribution as an SPDX expression; empty where its metadata does not say it unambiguously."""
    if said := dist.metadata.get("License-Expression"):
        return said
    classifiers = [
        line.rpartition(" :: ")[2] for line in dist.metadata.get_all("Classifier") or () if line.startswith("License ::")
    ]
    known = {_CLASSIFIERS.get(name, "") for name in classifiers if name != "OSI Approved"}
    if len(known) == 1:
        return known.pop()
    said = (dist.metadata.get("License") or "").strip()
    return said if not known and said and set(_identifiers(said)) <= ALLOWED.keys() else ""


def is_allowed(said: str) -> bool:
    """Whether an SPDX expression leaves a choice of licences that are all allowed; AND binds closer than OR."""
    words = re.findall(r"[()]|[^\s()]+", said)
    allowed, rest = _either(words)
    return allowed and not rest


def _either(words: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _all(words)
    while rest and rest[0] == "OR":
        other, rest = _all(rest[1:])
        allowed = allowed or other
    return allowed, rest


def _all(words: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _one(words)
    while rest and rest[0] == "AND":
        other, rest = _one(rest[1:])
        allowed = allowed and other
    return allowed, rest


def _one(words: list[str]) -> tuple[bool, list[str]]:
    if words[:1] == ["("]:
        allowed, rest = _either(words[1:])
        return allowed and rest[:1] == [")"], rest[1:]
    return words[:1] != [] and words[0] in ALLOWED, words[1:]


def _identifiers(said: str) -> list[str]:
    return [word for word in re.findall(r"[^\s()]+", said) if word not in ("AND", "OR")]
