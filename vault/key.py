"""The key of the vault: 32 bytes of the operating system's randomness, in hexadecimal digits or base64.

A key is known by its form, not by its length: what a person made up, repeated or counted through is refused where a vault is
founded. None of the limits below is met by chance: of 32 random bytes 30 differ on average, and fewer than 20 never do.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import os
import re
import secrets
import stat
import string
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

VARIABLE = "SNA_VAULT_KEY"
FILE_VARIABLE = "SNA_VAULT_KEY_FILE"
BYTES = 32
HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
# Smallest numbers of different bytes, and of different steps from one byte to the next.
DIFFERENT_BYTES, DIFFERENT_STEPS = 20, 16
# Pairs of bytes that occur again, of 31; by chance hardly ever one.
MOST_REPEATED_PAIRS = 2
# Changes between capitals, small letters and digits in base64; of 42 neighbours 27 on average.
LEAST_CHANGES = 14
PRINTABLE = frozenset(string.printable.encode())
MAKE_ONE = "Let `sna hkci init` generate one, or use `openssl rand -hex 32`."


class KeyRefusedError(ValueError):
    """The text cannot be the key of a vault; the message says why, and never contains the text."""


def generate() -> str:
    """A new key."""
    return secrets.token_hex(BYTES)


def require_random(key: str) -> None:
    """Require that a key provided by a person cannot be guessed.

    Raises:
        KeyRefusedError: it is not 32 bytes or more in hexadecimal digits or base64, or not random.
    """
    content = _decoded(key)
    if content is None or len(content) < BYTES:
        raise KeyRefusedError(f"The key of a vault is {BYTES} random bytes in hexadecimal digits or base64. {MAKE_ONE}")
    if _is_patterned(content) or (HEX.fullmatch(key) is None and _changes(key) < LEAST_CHANGES) or key.isdigit() or key.isalpha():
        raise KeyRefusedError(f"This key is not random: it repeats itself, counts, or consists of words. {MAKE_ONE}")


def provided(file: Path | None = None) -> str | None:
    """The key provided to a command: in a file or file descriptor (`/dev/fd/3`), in `SNA_VAULT_KEY`, or typed at a prompt.

    Args:
        file: instead of the one that `SNA_VAULT_KEY_FILE` names.

    Returns:
        None where there is neither, and no terminal to ask at.

    Raises:
        KeyRefusedError: the file cannot be read, is empty, or others may read it.
    """
    if file is None and (named := os.environ.get(FILE_VARIABLE)):
        file = Path(named)
    if file is not None:
        return _from_file(file)
    # Taken out, so that no program which this one starts has it.
    if key := os.environ.pop(VARIABLE, "").strip():
        return key
    if sys.stdin.isatty() and sys.stderr.isatty():
        return getpass.getpass("Vault key: ").strip() or None
    return None


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for programs that never need the key."""
    return {name: value for name, value in environment.items() if name not in (VARIABLE, FILE_VARIABLE)}


def _from_file(file: Path) -> str:
    try:
        with file.open("rb") as source:
            mode = os.fstat(source.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                raise KeyRefusedError(
                    f"{file}: other users can read this file. Run `chmod 600` on it, and generate a new key if they have read it."
                )
            # A line that begins with # is a remark; a key is far shorter.
            lines = source.read(4096).decode("utf-8", "replace").splitlines()
    except OSError as error:
        raise KeyRefusedError(f"{file}: the key cannot be read ({error.strerror}).") from error
    key = next((text for line in lines if (text := line.strip()) and not text.startswith("#")), "")
    if not key:
        raise KeyRefusedError(f"{file} has no key.")
    return key


def _decoded(key: str) -> bytes | None:
    if HEX.fullmatch(key) and len(key) % 2 == 0:
        return bytes.fromhex(key)
    try:
        standard = key.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_patterned(content: bytes) -> bool:
    pairs = list(pairwise(content))
    return (
        len(set(content)) < DIFFERENT_BYTES
        or len({(after - before) % 256 for before, after in pairs}) < DIFFERENT_STEPS
        or len(pairs) - len(set(pairs)) > MOST_REPEATED_PAIRS
        or PRINTABLE.issuperset(content)
    )


def _changes(key: str) -> int:
    kinds = ["A" if letter.isupper() else "a" if letter.islower() else "1" for letter in key]
    return sum(one != other for one, other in pairwise(kinds))
