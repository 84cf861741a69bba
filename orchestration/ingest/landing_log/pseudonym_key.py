"""The pseudonym key of one home: created once and never changed silently.

With a different key one person has two pseudonyms, and repeat people are split in two. So a refresh stops when the key is gone,
damaged or not the one that the deliveries in use were landed with. `renew` replaces a lost key; everything that contains
pseudonyms is then read again from the landing zone.

    <home>/secrets/pseudonym.key    the key, readable by its owner only, unless SNA_PSEUDONYM_KEY has it
          /pseudonym.json           fingerprint of the current key after a renewal (`pseudonyms.key_fingerprint`)
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import whole_file
from orchestration.home.environment import SettingsError
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import inventory
from orchestration.ingest.landing_log.log import loads_in_use, read
from orchestration.ingest.values.pseudonyms import MIN_KEY_BYTES, key_fingerprint

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord

VARIABLE = "SNA_PSEUDONYM_KEY"
RECORD = "pseudonym.json"
LOST = "If it is lost for good, `sna rekey` replaces it, and everything is read again."


class PseudonymKeyError(SettingsError):
    """No key can be used; the message says why and what to do."""


def load(settings: Settings) -> bytes:
    """Key of the HMAC that turns nominal references into pseudonyms.

    `SNA_PSEUDONYM_KEY` where it is set (production: hold it apart from the data); otherwise a random key made once for this home
    and readable by its owner only, so that a first run needs no preparation.

    Raises:
        PseudonymKeyError: it is gone, too short or damaged.
    """
    if given := os.environ.get(VARIABLE):
        if len(given.encode()) < MIN_KEY_BYTES:
            raise PseudonymKeyError(f"{VARIABLE} has {len(given.encode())} bytes; at least {MIN_KEY_BYTES} are needed.")
        return given.encode()
    path = file(settings)
    if not path.exists():
        if marks := _in_force(settings, None):
            raise PseudonymKeyError(
                f"{path}, the pseudonym key, is gone, and deliveries were landed with it (fingerprint"
                f" {', '.join(sorted(marks))}). Restore it from a backup, or set {VARIABLE} to it. {LOST}"
            )
        _make(path)
    key = path.read_bytes().strip()
    if len(key) < MIN_KEY_BYTES:
        raise PseudonymKeyError(
            f"{path}, the pseudonym key, is damaged: it has {len(key)} bytes. Restore it from a backup. {LOST}"
        )
    return key


def require_same(settings: Settings, loads: Iterable[LoadRecord]) -> None:
    """Make sure that the key is the one that what is in use was landed with.

    Args:
        loads: the landing log.

    Raises:
        PseudonymKeyError: it is not.
    """
    marks, mark = _in_force(settings, loads), key_fingerprint(load(settings))
    if marks and mark not in marks:
        held = VARIABLE if os.environ.get(VARIABLE) else str(file(settings))
        raise PseudonymKeyError(
            f"{held} has a different key (fingerprint {mark}) from that of the deliveries in use (fingerprint"
            f" {', '.join(sorted(marks))}): one person would have two pseudonyms. Restore that key. {LOST}"
        )


def renew(settings: Settings) -> list[LoadRecord]:
    """Replace the key by the one in `SNA_PSEUDONYM_KEY`, or by a new one in the home. The caller holds the home's lock.

    The next refresh reads again all that was landed with the previous key. The file of the old key, if any, is kept.

    Returns:
        The deliveries in use that cannot be read again because their files are missing from the landing zone; if there are any,
        nothing is changed.
    """
    used = {load.delivery_id: load.extract or load for load in loads_in_use(read(settings.landing)) if _mark(load)}
    if missing := [found for found in used.values() if not inventory.is_there(settings, found)]:
        return missing
    if not os.environ.get(VARIABLE):
        path = file(settings)
        if path.exists():
            path.replace(path.with_suffix(".old"))
        _make(path)
    whole_file.write(settings.home / RECORD, json.dumps({"mark": key_fingerprint(load(settings))}) + "\n")
    return []


def file(settings: Settings) -> Path:
    """Where the key of a home is, if no variable has it."""
    return settings.home / "secrets" / "pseudonym.key"


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    # Another process of the same home may have been first: then its key stays.
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _in_force(settings: Settings, loads: Iterable[LoadRecord] | None) -> set[str]:
    """Fingerprints of the key that must still be used; none where nothing was landed with a key."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return {str(json.loads((settings.home / RECORD).read_bytes())["mark"])}
    return {mark for load in loads_in_use(read(settings.landing) if loads is None else loads) if (mark := _mark(load))}


def _mark(load: LoadRecord) -> str:
    """Fingerprint of the key that a delivery was landed with; empty where its feed has no pseudonyms (`load.fingerprint`)."""
    parts = load.fingerprint.split("-")
    return parts[2] if len(parts) == 3 else ""
