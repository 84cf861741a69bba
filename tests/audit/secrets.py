"""Secrets in tracked files: keys, tokens and passwords, by the forms in which they are issued.

Entropy alone is not looked at: hashes of packages, codes of areas and digests of test data would be most of what is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.audit.finding import Report

# Each of these is written so that its own pattern does not match it.
PATTERNS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "an access key of Amazon": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a token of Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/\w+",
    "an incoming webhook of Teams": r"webhook\.office\.com/webhookb2/[0-9a-f-]{36}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of a storage account": r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}",
    "a shared access signature": r"[?&]sig=[A-Za-z0-9%]{40,}",
    "a key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "a token of a package index": r"\bpypi-AgE[A-Za-z0-9_-]{50,}|\bnpm_[A-Za-z0-9]{36}\b",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a password in an address": r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'{}$<>]+:[^\s/:@\"'{}$<>]{3,}@[^\s/\"']+",
    "a key or password written out": (
        r"(?i)\b(?:password|passwd|passphrase|secret|api[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|SNA_(?:VAULT|PSEUDONYM)_KEY)"
        r"[\"']?\s*(?:=|:)\s*[\"']?(?!(?:None|null|true|false|str|bytes)\b)(?=[^\s\"']*[0-9])[A-Za-z0-9+/_!#%&*-]{12,}={0,2}"
    ),
}
_ALL = {what: re.compile(pattern) for what, pattern in PATTERNS.items()}

# (file, kind) → why what is found there is none.
NONE = {
    (
        "tests/unit/orchestration/operations/web/test_access.py",
        "a key or password written out",
    ): "the secret of a proxy that there is not",
    (
        "tests/unit/orchestration/operations/web/test_guard.py",
        "a password in an address",
    ): "an origin of an attacker, in which a port looks like a password",
    (
        "tests/e2e/test_first_months.py",
        "a key or password written out",
    ): "a made-up text, of which a purge may leave nothing",
}


def examine(root: Path, tracked: Iterable[str]) -> Report:
    """Search the tracked files. What is found is named by file, line and kind, and not shown."""
    findings, files, used = [], 0, set()
    for name in tracked:
        path = root / name
        if not path.is_file():
            continue
        files += 1
        # Bytes of a workbook or picture are read as text of one byte a character, so that a key within is found.
        text = path.read_bytes().decode("latin-1")
        for what, pattern in _ALL.items():
            lines = [text.count("\n", 0, hit.start()) + 1 for hit in pattern.finditer(text)]
            if lines and (name, what) in NONE:
                used.add((name, what))
            else:
                findings += [f"{name}:{line}: {what}" for line in lines]
    findings += [f"{name} is excepted from “{what}”, which is not found in it" for name, what in sorted(NONE.keys() - used)]
    return Report("secrets in tracked files", f"{files} files", findings)
