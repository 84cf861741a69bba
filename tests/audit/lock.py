"""The locked packages: each with its version and the hashes of its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from tests.audit.finding import Report

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One locked package; its name in normal form (PEP 503).

    Attributes:
        here: whether this Python on this system installs it.
    """

    name: str
    version: str
    hashes: int
    here: bool


class LockError(ValueError):
    """A line of the lock is no pinned package; the message says which."""


def normal(name: str) -> str:
    """A distribution's name as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: Path) -> list[Pin]:
    """The packages of a lock; one that differs by version of Python is there more than once.

    Raises:
        LockError: something in it is neither a pinned package nor a hash of one: pip would take it from elsewhere, or unchecked.
    """
    return [_pin(line, lock.name) for line in _logical_lines(lock.read_text())]


def _pin(line: str, lock: str) -> Pin:
    head, *rest = re.split(r"\s+(?=--)", line)
    try:
        wanted = Requirement(head)
    except InvalidRequirement:
        wanted = None
    if wanted is None or wanted.url or not all(_HASH.fullmatch(word) for word in rest):
        raise LockError(f"{lock}: “{line[:80]}” is not a package with one version and SHA-256 hashes")
    versions = list(wanted.specifier)
    if len(versions) != 1 or versions[0].operator != "==" or "*" in versions[0].version:
        raise LockError(f"{lock}: {wanted.name} has not one version")
    here = wanted.marker is None or wanted.marker.evaluate()
    return Pin(normal(wanted.name), versions[0].version, len(rest), here)


def _logical_lines(text: str) -> Iterator[str]:
    plain = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    for line in re.sub(r"\\\n", " ", plain).splitlines():
        if line.strip():
            yield line.strip()


def examine(lock: Path) -> Report:
    """Whether pip can take nothing that is not named here by its content."""
    try:
        locked = pins(lock)
    except LockError as error:
        return Report("hashes of the lock", lock.name, [str(error)])
    findings = [f"{lock.name}: {pin.name} {pin.version} has no hash" for pin in locked if not pin.hashes]
    return Report("hashes of the lock", f"{len(locked)} packages", findings)
