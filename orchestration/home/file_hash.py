"""SHA-256 of files: how a delivery, a landed file and a file of a release are recognised by their content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; the file is read in pieces.

    Raises:
        OSError: the file is not there or cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
