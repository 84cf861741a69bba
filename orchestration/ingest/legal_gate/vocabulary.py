"""Ordinary words: any other word of a text may name a person.

A list of ordinary words treats everybody alike; a list of names covers some populations and not others. The lists are in
`words/`:

    ordinary             words of the dictionary (SCOWL), in small letters
    of_records           words of records and returns that dictionaries lack
    also_names           ordinary words that are names as well: with a capital letter they count as names
    of_places            nouns that end the name of a place or a business
    of_places_and_people nouns of places that are surnames as well
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"

# Ending of a form → the ending that the form in the list has instead.
_ENDINGS = (("s", ("",)), ("es", ("",)), ("ies", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ly", ("",)))
_SHORTEST_STEM = 3


@functools.cache
def listed(name: str) -> frozenset[str]:
    """The words of a list."""
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@functools.cache
def words_of_labels() -> frozenset[str]:
    """The words of all labels that have a meaning here (districts, hospitals, ethnic groups and the like), and of names of
    wards."""
    from orchestration.home import areas
    from orchestration.ingest.values.labels import known

    sets = (each for name in areas.names() for each in areas.load(name).hotspot_sets)
    found = [*(one.ward for each in sets for one in each.wards), *(label for labels in known().values() for label in labels)]
    return frozenset(word for label in found for word in re.findall(r"[a-z]+", label.lower()))


@functools.lru_cache(maxsize=65536)
def is_ordinary(word: str) -> bool:
    """Whether a word in small letters is of the lists, or a regular form of one that is."""
    word = re.sub(r"['’]s?$", "", word)
    if word in words_of_labels() or any(word in listed(name) for name in ("ordinary", "of_records", "of_places", "also_names")):
        return True
    return any(stem in listed("ordinary") for stem in _stems(word))


def _stems(word: str) -> list[str]:
    found = []
    for ending, others in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST_STEM:
            continue
        found += [stem + other for other in others]
        if stem[-1] == stem[-2]:  # stopped, running
            found.append(stem[:-1])
    return found
