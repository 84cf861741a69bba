"""A force larger than the calibrated county: so many parts, each drawn like the county but from streams of its own.

A part has people, streets, neighbourhoods and wards of its own, and every district is divided among the parts. So each part
adds up to the published totals, and no row of one is a row of another. Ours: all of it; no published figure is in this file.
"""

from __future__ import annotations

import numpy as np

MOST = 33
"""With more, residents by LSOA and age are more than the four million cells of a workbook that a home reads."""
SYLLABLES = tuple(first + last for first in "bcdfghjklmnprstvwxyz" for last in "aeiou")
FIRST_STREAM = 1_000
"""Beyond the streams of the county itself."""


def streams(seed: int, part: int, steps: int, attempt: int = 0) -> list[np.random.Generator]:
    """One stream per step of a part, so that a change in one does not move the others.

    Those of the first ``attempt`` of part 0 are those of the county.
    """
    root = np.random.SeedSequence(seed, spawn_key=(FIRST_STREAM + part, attempt) if part or attempt else ())
    return [np.random.default_rng(child) for child in root.spawn(steps)]


def syllable(part: int) -> str:
    """What distinguishes the names of a part; none in part 0."""
    return SYLLABLES[part] if part else ""


def own_name(name: str, part: int) -> str:
    """The name of a street in a part: Alder Street, Alderca Street, Alderce Street."""
    first, space, last = name.rpartition(" ")
    return f"{first}{syllable(part)} {last}" if space else f"{name}{syllable(part)}"


def code(prefix: str, part: int, number: int) -> str:
    """A code in the form of the ONS, in a range that it has not assigned."""
    return f"{prefix}{(100_000 + 1_000 * part if part else 990_000) + number:06d}"
