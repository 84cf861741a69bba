"""Keyed pseudonyms inside DuckDB, and personal identifiers in text.

HMAC (RFC 2104) over SHA-256: sha256(outer ‖ sha256(inner ‖ message)), where `inner` and `outer` are the key,
padded to the block of 64 bytes, xor 0x36 and 0x5c. Both pads are bound as parameters, so that no SQL text, log or error
message contains the key.
"""

from __future__ import annotations

import hashlib
import hmac

MIN_KEY_BYTES = 16
BLOCK = 64
HEX_DIGITS = 32  # half of the digest: 128 bits are beyond chance collisions, and shorter keys join faster


class WeakKeyError(ValueError):
    """The pseudonym key is too short to protect anything."""


def hmac_pads(key: bytes) -> dict[str, bytes]:
    """Parameters `hmac_inner` and `hmac_outer` for `pseudonym_sql`.

    Raises:
        WeakKeyError: fewer than 16 bytes.
    """
    if len(key) < MIN_KEY_BYTES:
        raise WeakKeyError(f"The pseudonym key has {len(key)} bytes; at least {MIN_KEY_BYTES} are needed.")
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return {"hmac_inner": bytes(b ^ 0x36 for b in block), "hmac_outer": bytes(b ^ 0x5C for b in block)}


def pseudonym_sql(text: str) -> str:
    """SQL for the pseudonym of the VARCHAR expression `text`: 32 hexadecimal digits, NULL for NULL."""
    digest = f"unhex(sha256($hmac_inner || encode({text})))"
    return f"sha256($hmac_outer || {digest})[1:{HEX_DIGITS}]"


def pseudonym(key: bytes, text: str) -> str:
    """The same in Python, for one value."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:HEX_DIGITS]


def key_fingerprint(key: bytes) -> str:
    """Fingerprint of a key (8 hexadecimal digits): shows that a key has changed, and does not reveal it."""
    hmac_pads(key)
    return hmac.new(key, b"mark of the pseudonym key", hashlib.sha256).hexdigest()[:8]


# Upper case only: "s18 2nd" in the title of an offence is not a postcode.
_POSTCODE = r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][ABD-HJLNP-UW-Z]{2}\b"
_EMAIL = r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
# Area codes are in one piece and mobile numbers have eleven digits: "01-02-2024 10:15" is a time.
PHONE = (
    r"(?:\+44|\b0044)[\s-]?(?:\(0\) ?)?[1-9](?:[\s-]?\d){8,9}\b|\b07(?:[\s-]?\d){9}\b"
    r"|\(?\b(?:02\d\)?[\s-]?\d{4}|0[13]\d{2}\)?[\s-]?\d{3})[\s-]?\d{4}\b"
    r"|\(?\b(?:0[13]\d{3}|08\d{2})\)?[\s-]?\d{3}[\s-]?\d{3,4}\b|\(?\b01\d{4}\)?[\s-]?\d{4,5}\b"
)
_TEN_DIGITS = r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"
IDENTIFIERS = f"{_POSTCODE}|{_EMAIL}|{PHONE}"

# NHS number: ten digits; 11 - (sum of the first nine, weighted 10 to 2) mod 11 is the tenth, 11 counting as 0
# (NHS Data Dictionary, NHS NUMBER). A number of one repeated digit passes and is nobody's.
MACROS = f"""
create or replace temp macro nhs_number(digits) as (
    11 - list_sum(list_transform(range(1, 10), lambda i: (11 - i) * digits[i]::integer)) % 11
) % 11 = digits[10]::integer and digits <> repeat(digits[1], 10);
create or replace temp macro personal_identifier(words) as
    regexp_matches(words, '{IDENTIFIERS}')
    or len(list_filter(
        regexp_extract_all(words, '{_TEN_DIGITS}'),
        lambda number: nhs_number(regexp_replace(number, '[^0-9]', '', 'g'))
    )) > 0;
create or replace temp macro without_identifiers(words) as
    regexp_replace(words, '{IDENTIFIERS}|{_TEN_DIGITS}', '[removed]', 'g');
"""
