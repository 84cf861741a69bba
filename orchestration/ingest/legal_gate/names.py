"""Names of people in text, by shape: words that are not ordinary, capitals, initials, and what announces a name.

No list of names is used (`vocabulary`), so a name is found alike whosever it is. Evidence has two degrees. What can hardly be
anything else is a name (`NAME`): two words that are not ordinary beside each other with a capital, an initial with such a word, a
word behind "Patient" or "née". What may be one (`DOUBT`) is two such words in small letters, one alone, or one behind "by" or
"brother". Before a noun of places ("John Street", "David Lloyd gym") such words name a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import pairwise

from orchestration.ingest.legal_gate.vocabulary import is_ordinary, listed


class Evidence(IntEnum):
    """Whether a text names somebody."""

    NONE = 0
    DOUBT = 1
    NAME = 2


_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MC = re.compile(r"(?:Mc|Mac|Fitz|De|La|Le|Van|Di|Du)[A-Z][a-z]+")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ ._\-*]){3,}[^\W\d_](?![^\W_])")
_LEET = re.compile(r"(?=(?:.*[A-Za-z]){3})[A-Za-z]+(?:[0134578@$!]+[A-Za-z]+)+")
_LETTERS = str.maketrans("0134578@$!", "oieastbasi")

# Between two words of one name; a longer gap, a bracket or the end of a sentence parts them.
_JOINT = re.compile(r"[ \t\n_.,/|'’`&+~^*=:;-]{0,4}")
_BREAK = re.compile(r".*[.;:!?|]\s.*|.*&.*", re.DOTALL)
_COMMA = re.compile(r"\s?,\s?")

_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "la",
        "le",
        "el",
        "al",
        "ul",
        "ur",
        "ud",
        "bin",
        "bint",
        "binti",
        "ibn",
        "ben",
        "abu",
        "ter",
        "st",
        "y",
        "e",
        "af",
        "av",
        "zu",
        "zum",
        "mac",
        "mc",
        "ap",
        "ab",
        "nic",
        "ni",
        "o",
        "d",
        "l",
        "i",
    ]
)
_INITIAL_WORDS = frozenset(["a", "i"])

# Behind these a word that is not ordinary is a name.
_LABEL = re.compile(
    r"(?i)(?:\b(?:patients?|pts?|px|clients?|names?|named|forenames?|surnames?|firstname|lastname|nee|née|aka"
    r"|a\.k\.a\.?|alias|nok|next of kin|"
    r"known as|goes by|initials|mr|mrs|miss|ms|mx|mister|missus|dr|prof|revd?|sgt|insp|cllr|messrs|"
    r"son of|daughter of|wife of|husband of|child of|mother of|father of|kunya|"
    r"victim|suspect|offender|assailant|perpetrator|perp|attacker|complainant|witness)(?:['’]s)?|\b[sdwc]/o)[\s:=.,(#|\"'“‘>-]*"
    r"(?:(?:is|was|called|name[ds]?|as)\b[\s:=.,(\"'“‘-]*)*$"
)
# Behind these it may be one.
_CUE = re.compile(
    r"(?i)\b(?:by|with|called|brother|sister|mum|mam|mom|mother|dad|father|son|daughter|uncle|aunt|auntie|cousin|nephew|niece|wife|husband|"
    r"partner|boyfriend|girlfriend|bf|gf|friend|mate|ex|carer|neighbour|flatmate|stepson|stepfather|told|says?|said|against|attended|"
    r"grandson|grandad|nan|landlord|colleague|teacher|roommate|lad|man|woman|male|female|boy|girl|and)(?:['’]s)?[\s:,(\"'“‘-]*$"
)
# What is behind these is a place.
_AT = re.compile(
    r"(?i)\b(?:in|at|near|nr|off|on|outside|inside|opposite|behind|along|around|towards?|into|from|to|(?:corner|end"
    r"|top|bottom|side|front|back|outskirts) of|opp|beside|between|the|"
    r"junction|jct|upper|lower|old|new|north|south|east|west|great|little|via|past)\s*$"
)
_IN = re.compile(r"(?i)\b(?:in|around|towards|into)\s*$")
_HOMES = frozenset(["house", "home", "flat", "place", "address", "room", "garden", "car"])
_WHOSE_HOME = re.compile(rf"\w+['’`]s? (?:{'|'.join(sorted(_HOMES))})\b", re.IGNORECASE)
_ACRONYM = 3
_DESCRIPTIONS = frozenset(["young", "white", "black", "asian", "brown", "small", "grey", "red", "green", "short"])


@dataclass(frozen=True)
class _Word:
    """A word of a text and where it is."""

    text: str
    start: int
    end: int

    @cached_property
    def plain(self) -> str:
        word = re.sub(r"['’`]s?$", "", self.text)
        return (word.translate(_LETTERS) if _LEET.fullmatch(word) else word).lower()

    @cached_property
    def is_number(self) -> bool:
        """Whether it is no word: a number, or a code of letters and digits."""
        return any(map(str.isdigit, self.text)) and not _LEET.fullmatch(self.text)

    @cached_property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @cached_property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isalpha()

    @cached_property
    def is_strange(self) -> bool:
        """Whether no list has it."""
        if self.is_number or self.is_initial or is_ordinary(self.plain):
            return False
        return not all(is_ordinary(part) for part in re.split(r"['’`]", self.plain))

    @cached_property
    def may_be_a_name(self) -> bool:
        if self.is_strange:
            return True
        return self.is_capital and self.plain in listed("also_names")


def evidence(text: str) -> Evidence:
    """What a text says of people; it is expected as `identifiers.folded` leaves it."""
    spaced = _SPACED.search(text)
    if spaced and not is_ordinary(re.sub(r"[\W_]", "", spaced[0]).lower()):
        return Evidence.NAME
    words = list(_words(text))
    if _is_titled(text, words):
        return Evidence.NAME
    named = [word for word in words if word.may_be_a_name and not _is_of_a_place(text, words, word)]
    if not named:
        return Evidence.NONE
    return max(_pairs(text, words, set(named)), _announced(text, named), _alone(text, words, named))


def _is_titled(text: str, words: Sequence[_Word]) -> bool:
    """Whether a title in small letters has a word behind it that ends no name of a place."""
    for one, other in pairwise(words):
        if one.text in ("mr", "mrs", "ms", "mx", "mister", "missus") and _joined(text, one, other) and not other.is_number:
            return other.plain not in listed("of_places") and not _is_of_a_place(text, words, other)
    return False


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        place = match.start()
        parts = [match[0]] if _MC.fullmatch(match[0]) or is_ordinary(match[0].lower()) else _CAMEL.split(match[0])
        for part in parts:
            yield _Word(part, place, place + len(part))
            place += len(part)


def _is_of_a_place(text: str, words: Sequence[_Word], word: _Word) -> bool:
    """Whether a noun of places follows a word and those beside it, or "in" is before it."""
    place = words.index(word)
    first = last = place
    while (
        first and _joined(text, words[first - 1], words[first]) and words[first - 1].is_capital and not _is_end(words[first - 1])
    ):
        first -= 1
    while last + 1 < len(words) and _joined(text, words[last], words[last + 1]) and _continues(words, last):
        last += 1
        if _is_end(words[last]):
            return _ends_a_place(text, words, first, last)
    return word.is_capital and _IN.search(text[: words[first].start]) is not None


def _continues(words: Sequence[_Word], last: int) -> bool:
    following = words[last + 1]
    return following.is_capital or _is_end(following) or following.plain in ("and", "of", "the", "street", "car")


def _is_end(word: _Word) -> bool:
    plain = word.plain
    return plain in listed("of_places") or plain in listed("of_places_and_people")


def _ends_a_place(text: str, words: Sequence[_Word], first: int, last: int) -> bool:
    if words[last].plain in listed("of_places"):
        return True
    before = [word for word in words[first:last] if word.may_be_a_name]
    if words[last].plain in _HOMES and before and re.search(r"['’]s?$", before[-1].text):
        return False
    if words[last].plain in ("house", "hall", "court", "lodge") and words[last].is_capital and len(before) == 1:
        return True
    return len(before) <= 1 and _AT.search(text[: words[first].start]) is not None


def _joined(text: str, one: _Word, other: _Word) -> bool:
    between = text[one.end : other.start]
    return _JOINT.fullmatch(between) is not None and "," not in between and not _BREAK.fullmatch(between)


def _pairs(text: str, words: Sequence[_Word], named: set[_Word]) -> Evidence:
    """What words beside each other say."""
    found = Evidence.NONE
    shouted = text.isupper()
    chain = [word for word in words if word in named or word.plain not in _PARTICLES or word.is_initial]
    for one, other in pairwise(chain):
        between = text[one.end : other.start]
        if not (_JOINT.fullmatch(between) or _is_particle_between(words, one, other)):
            continue
        if one.is_initial != other.is_initial and (one in named or other in named):
            gap = between if _JOINT.fullmatch(between) else " "
            found = max(found, _initial(text, one, other, gap))
        elif one in named and other in named and (not _BREAK.fullmatch(between) or _COMMA.fullmatch(between) or "|" in between):
            found = max(found, _pair(one, other, shouted))
    return found


def _is_particle_between(words: Sequence[_Word], one: _Word, other: _Word) -> bool:
    between = words[words.index(one) + 1 : words.index(other)]
    return 0 < len(between) <= 3 and all(word.plain in _PARTICLES for word in between)


def _initial(text: str, one: _Word, other: _Word, between: str) -> Evidence:
    """An initial beside a word that may be a name."""
    letter, word = (one, other) if one.is_initial else (other, one)
    if not re.fullmatch(r"[\s.,_-]{0,3}", between) or text[letter.start - 1 : letter.start] in ("'", "’"):
        return Evidence.NONE
    if letter.is_capital and word.is_capital:
        return Evidence.NAME
    if letter.plain in _INITIAL_WORDS or not word.is_strange:
        return Evidence.NONE
    return Evidence.DOUBT


def _pair(one: _Word, other: _Word, shouted: bool) -> Evidence:
    if one.is_strange or other.is_strange:
        if not (one.is_capital or other.is_capital):
            return Evidence.DOUBT
        return Evidence.NAME if (one.is_capital and other.is_capital) or (one.is_strange and other.is_strange) else Evidence.DOUBT
    return Evidence.NONE if one.plain in _DESCRIPTIONS else Evidence.DOUBT if shouted else Evidence.NAME


def _announced(text: str, named: Sequence[_Word]) -> Evidence:
    """What the words before say."""
    found = Evidence.NONE
    for word in named:
        before = text[: word.start]
        if _LABEL.search(before):
            return Evidence.NAME
        if _CUE.search(before) and (word.is_strange or word.plain not in _DESCRIPTIONS):
            found = Evidence.DOUBT
        if word.is_strange and _WHOSE_HOME.match(text, word.start):
            found = Evidence.DOUBT
    return found


def _alone(text: str, words: Sequence[_Word], named: Sequence[_Word]) -> Evidence:
    """A word that is the whole text, or has a capital within one and no "at" before it."""
    all_words = [word for word in words if not word.is_number and not word.is_initial]
    strange = [word for word in named if word.is_strange and not (len(word.text) <= _ACRONYM and word.text.isupper())]
    if strange and (len(strange) == len(all_words) or _is_all_of_a_name(all_words)):
        return Evidence.DOUBT
    if len(all_words) == 1 and all_words[0].is_capital and not _is_end(all_words[0]) and not text.isupper():
        return Evidence.DOUBT
    capital = [word for word in strange if word.is_capital and not _AT.search(text[: word.start]) and not text.isupper()]
    return Evidence.DOUBT if capital else Evidence.NONE


def _is_all_of_a_name(words: Sequence[_Word]) -> bool:
    """Whether the words of a text with a strange one among them are few enough, and such as a name has."""
    if not 2 <= len(words) <= 4 or any(_is_end(word) for word in words):
        return False
    others = [word.plain for word in words if not word.is_strange]
    return all(word.is_capital for word in words) or all(word in listed("also_names") | _PARTICLES for word in others)
