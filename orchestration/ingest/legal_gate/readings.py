"""Readings of a text: the forms in which it is searched for identifiers of people.

Senders and their systems write digits of other scripts, letters for digits (943 476 S9I9), digits in words, and spaced letters.
Each is a separate reading beside the text as written, so that no reading hides what another shows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

from orchestration.ingest.legal_gate.vocabulary import is_ordinary

# No pattern reaches over it.
BETWEEN = " ##### "

_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\uff0d]")
_DIGITS = str.maketrans("OoQDIilSsBZzGgq", "000011155822669")
_LOOKS_LIKE_DIGITS = re.compile(r"(?<![^\W_])[0-9OoQDIilSsBZzGgq]+(?![^\W_])")
_LETTERS = str.maketrans("01582", "OISBZ")
# Of an area in Scotland.
_SCOTTISH = re.compile(r"S\d{8}")
_POSTCODE = re.compile(
    r"(?<![^\W_])([A-Za-z0158]{1,2}?)([0-9OoIilSsBZz][0-9A-Za-z]?)([\s_.,/*|-]{0,3})([0-9OoIilSsBbZz])([A-Za-z0158]{2})(?![^\W_])"
)
_APART = re.compile(r"(?<![^\W_])(?:[^\W_][ ._*/-]{1,2}){4,}[^\W_](?![^\W_])")
# One sign several times, such as blanks that align numbers.
_RUNS = re.compile(r"([^\w\n])\1+")
_SCIENTIFIC = re.compile(r"\b(\d)\.(\d{6,11})[eE]\+?0?(\d{1,2})\b")

_WORDS = {
    **dict(zip(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], "0123456789", strict=True)),
    **{"oh": "0", "nought": "0", "naught": "0", "nil": "0", "o": "0", "niner": "9", "hundred": "00", "thousand": "000"},
}
_ALPHABET = {
    word: word[0].upper()
    for word in [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
    ]
}
_SPELT = re.compile(rf"\b(?:(?:double |triple )?(?:{'|'.join((*_WORDS, *_ALPHABET))})\b[\s,.-]*){{4,}}", re.IGNORECASE)


def folded(text: str) -> str:
    """Text in plain characters: digits and letters of full width or of other scripts' digits, accents and entities made plain,
    invisible
    characters gone, and every space a space.
    """
    if "&" in text:
        text = html.unescape(text)
    if re.search(r"%[0-9A-Fa-f]{2}", text):
        text = unquote(text)
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return _DASHES.sub("-", "".join(map(_plain, apart)))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in ("Cf", "Mn", "Me", "Co", "Cn") or character in "\u115f\u1160\u3164\uffa0":
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(character))
    return " " if kind in ("Zs", "Zl", "Zp") else character


def readings(text: str) -> str:
    """A folded text and, each behind `BETWEEN`, its other readings."""
    found = [text]
    if _RUNS.search(text) and any(map(str.isdigit, text)):
        found.append(_RUNS.sub(r"\1", text))
    if _APART.search(text):
        found.append(_APART.sub(lambda match: re.sub(r"[\W_]", "", match[0]), text))
    if spelt := _SPELT.search(text):
        found.append(_digits_of(spelt[0]))
    for match in _SCIENTIFIC.finditer(text):
        found.append((match[1] + match[2]).ljust(int(match[3]) + 1, "0"))
    for reading in list(found):
        if sum(map(str.isdigit, reading)) >= 3:
            found.append(_LOOKS_LIKE_DIGITS.sub(_as_digits, reading))
        found += [code for match in _POSTCODE.finditer(reading) if (code := _postcode(match))]
    return BETWEEN.join(dict.fromkeys(found))


def _as_digits(match: re.Match[str]) -> str:
    return match[0] if _SCOTTISH.fullmatch(match[0]) else match[0].translate(_DIGITS)


def _digits_of(words: str) -> str:
    times, digits = 1, ""
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
        else:
            digits, times = digits + (_WORDS.get(word) or _ALPHABET[word]) * times, 1
    return digits


def _postcode(match: re.Match[str]) -> str | None:
    """What may be a postcode with letters for digits or digits for letters; None where it is words or one already."""
    area, district, between, sector, unit = match.groups()
    outward, inward = area + district, sector + unit
    if is_ordinary(outward.lower()) or is_ordinary(inward.lower()) or not any(map(str.isdigit, outward + inward)):
        return None
    if not between and is_ordinary((outward + inward).lower()):
        return None
    # The number of a road (B6385), and a coordinate (51.558).
    if unit.isdigit() and not (between and any(map(str.isalpha, area))):
        return None
    first = f"{area.translate(_LETTERS)}{district[0].translate(_DIGITS)}{district[1:]}"
    return f"{first} {sector.translate(_DIGITS)}{unit.translate(_LETTERS)}".upper()
