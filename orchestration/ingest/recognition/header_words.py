"""The words of headers: what senders shorten or call otherwise, and how alike a header and a column are by them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from orchestration.contracts.model import Column, FeedContract

# What senders shorten or call otherwise, each word alone.
SHORT = {
    "no": "reference",
    "num": "reference",
    "number": "reference",
    "ref": "reference",
    "id": "reference",
    "identifier": "reference",
    "urn": "reference",
    "crn": "crime reference",
    "occurrence": "crime",
    "investigation": "crime",
    "person": "nominal",
    "desc": "title",
    "description": "title",
    "detail": "title",
    "details": "title",
    "wording": "title",
    "reported": "recorded",
    "rec": "recorded",
    "subcode": "sub code",
    "dt": "date",
    "dttm": "date time",
    "datetime": "date time",
    "timestamp": "date time",
    "cd": "code",
    "type": "code",
    "category": "code",
    "kind": "code",
    "grp": "group",
    "dob": "date of birth",
    "lad": "district",
    "laua": "district",
    "oslaua": "district",
    "ltla": "district",
    "la": "local authority",
    "osward": "ward",
    "wd": "ward",
    "nm": "name",
    "qual": "qualifier",
    "loc": "location",
    "place": "location",
    "start": "from",
    "earliest": "from",
    "first": "from",
    "end": "to",
    "latest": "to",
    "until": "to",
    "x": "easting",
    "y": "northing",
    "dv": "domestic abuse",
    "da": "domestic abuse",
    "marker": "flag",
    "indicator": "flag",
    "ind": "flag",
    "gender": "sex",
    "sde": "self defined ethnicity",
    "eth": "ethnicity",
    "ethnic": "ethnicity",
    "def": "defined",
    "stated": "self defined",
    "seq": "sequence",
    "attendance": "arrival",
    "power": "legislation",
    "result": "outcome",
    "referred": "referral",
    "youth": "young person",
    "misuse": "use",
    "soc": "social",
    "mh": "mental health",
    "ld": "learning disability",
    "housing": "accommodation",
    "ff": "firefighters",
    "intel": "intelligence",
}
# What several words are together.
PHRASES = {
    "home office": "ho",
    "local authority": "district",
    "last name": "surname",
    "family name": "surname",
    "first name": "forename",
    "given name": "forename",
    "birth date": "date of birth",
    "object of search": "search reason",
    "object found": "item found",
}
# Words of columns that say how a thing is written, not what it is.
GENERIC = {"code", "flag", "qualifier", "title", "date", "time", "reference", "name", "group"}
# Whom a record is about: that it is about somebody distinguishes no columns.
ROLES = {"victim", "suspect", "offender", "accused", "defendant", "patient", "pt", "nominal", "client", "subject"}
# What is another thing where a column lacks the word: the end of a span, what an officer saw, where somebody lives.
OTHERWISE = {
    *("to", "closed", "closure", "updated", "modified", "amended", "created", "entered", "due", "target", "review", "reviewed"),
    *("discharge", "discharged", "departure", "departed", "left", "cleared", "arrest", "charge", "custody", "disposal"),
    *("officer", "observed", "perceived", "appearance", "band", "range", "postcode", "mins", "minutes", "duration", "count"),
    *("residence", "resident", "home", "address", "gp", "practice", "secondary", "previous"),
}
# Of columns that say where something happened.
PLACES = {"district", "ward", "lsoa", "easting", "northing", "location"}
# Letters from which on a word may be cut short or misspelt, and how alike two spellings of one are.
SHORTEST, SAME = 4, 0.84
# Likeness of a reference alone to that of the record, and the most that a header has that is none of the contract.
CONTAINED, SURE = 0.8, 0.99
# A word of no column, of a generic one, of a role; others have 1. What several columns have counts less for each.
STRANGE, OF_GENERIC, OF_ROLE = 0.4, 0.3, 0.1
# Words that say nothing beside others.
EMPTY = {
    "field",
    "value",
    "the",
    "of",
    "for",
    "at",
    "on",
    "in",
    "by",
    "and",
    "or",
    "is",
    "as",
    "was",
    "how",
    "where",
    "involved",
    "related",
    "used",
}

_WORD = re.compile(r"[a-z]+|\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


class HeaderWords:
    """The words of the columns of a contract, and how much each of them distinguishes a column from the others."""

    def __init__(self, contract: FeedContract) -> None:
        self.names = {
            column.name: list(dict.fromkeys(words_of(name) for name in (column.name, column.header, *column.aliases)))
            for column in contract.columns
        }
        self.of = {name: {word for words in several for word in words} for name, several in self.names.items()}
        self.columns = Counter(word for words in self.of.values() for word in words)
        # A reference that does not say of what is that of the record.
        self.record = next((column.name for column in contract.columns if column.reference), None)

    def likeness(self, label: str, column: Column, least: float) -> float:
        """The share of their words that a header and a column have in common, by weight; 0 where it is below the least."""
        words = words_of(label)
        of_column = self.of[column.name]
        if any(word in OTHERWISE and word not in of_column for word in words):
            return 0.0
        if not PLACES.isdisjoint(of_column) and not ROLES.isdisjoint(words) and ROLES.isdisjoint(of_column):
            return 0.0  # somebody's district is where they live
        if set(words) == {"reference"} and column.name == self.record:
            return CONTAINED
        best = max((self._shared(words, names) for names in self.names[column.name]), default=0.0)
        return min(best, SURE) if best >= least else 0.0

    def _shared(self, words: Sequence[str], names: Sequence[str]) -> float:
        left = list(names)
        shared = own = 0.0
        for word in words:
            found = next((name for name in left if _is_same(word, name)), None)
            # Whom it is about says nothing where the column does not say it.
            own += self._weight(found or word) if found or word not in ROLES else 0.0
            if found is not None:
                left.remove(found)
                shared += self._weight(found)
        both = own + sum(map(self._weight, names))
        return 2 * shared / both if both else 0.0

    def _weight(self, word: str) -> float:
        base = OF_GENERIC if word in GENERIC else OF_ROLE if word in ROLES else 1.0
        return base / self.columns[word] if word in self.columns else min(base, STRANGE)


@lru_cache(maxsize=100_000)
def _is_same(word: str, name: str) -> bool:
    """Whether two words are one, of which one may be cut short, in the plural, or misspelt."""
    short, long = sorted((word, name), key=len)
    if len(short) < SHORTEST:
        return short == long
    return long.startswith(short) or SequenceMatcher(None, short, long).ratio() >= SAME


@lru_cache(maxsize=10_000)
def words_of(label: str) -> tuple[str, ...]:
    """The words of a header that say something, as those of columns are called."""
    written = re.sub(r"(?<![A-Za-z])d\.?o\.?b(?![A-Za-z])", "dob", label, flags=re.IGNORECASE)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", written).lower()
    found = _LETTERS.findall(spaced) or _WORD.findall(spaced)
    words = _with_phrases([SHORT.get(short, short) for short in _with_phrases(found)])
    said = [word for word in words if word not in EMPTY] or words
    of_somebody = not ROLES.isdisjoint(said)
    what = [word for word in said if word not in ROLES]
    # What is said of somebody, where that is no more than a reference, is the person's.
    return tuple(["nominal", *what] if of_somebody and GENERIC.issuperset(what) else said)


def _with_phrases(words: Sequence[str]) -> list[str]:
    text = f" {' '.join(words)} "
    for phrase, meaning in PHRASES.items():
        text = text.replace(f" {phrase} ", f" {meaning} ")
    return text.split()
