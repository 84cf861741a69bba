"""Known vulnerabilities of the locked packages, as the OSV database has them (https://google.github.io/osv.dev/api/).

The names and versions of the packages leave the machine for it, and nothing else does. Where the service does not answer in full,
nothing is known: that is said, and is no success.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from typing import Any

from tests.audit.finding import Report
from tests.audit.lock import Pin

SERVICE = "https://api.osv.dev/v1/querybatch"
SECONDS = 15
WHAT = "known vulnerabilities"

# Id → why it does not concern this project.
ACCEPTED: dict[str, str] = {}


def examine(locked: Sequence[Pin], service: str = SERVICE) -> Report:
    """Ask the service about every locked package at once."""
    queries = [{"package": {"name": pin.name, "ecosystem": "PyPI"}, "version": pin.version} for pin in locked]
    extent = f"{len(locked)} packages"
    try:
        answers = _ask(service, {"queries": queries})
        if len(answers) != len(locked) or any("next_page_token" in answer for answer in answers):
            return Report(WHAT, extent, not_checked="the service answered in part")
        found = [(pin, entry["id"]) for pin, answer in zip(locked, answers, strict=True) for entry in answer.get("vulns", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Report(WHAT, extent, not_checked=f"the service did not answer ({type(error).__name__})")
    return Report(WHAT, extent, [f"{pin.name} {pin.version}: {entry}" for pin, entry in found if entry not in ACCEPTED])


def _ask(service: str, question: dict[str, Any]) -> list[dict[str, Any]]:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(service, json.dumps(question).encode(), headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        results = json.load(answer)["results"]
    if not isinstance(results, list):
        raise TypeError("no list of results")
    return results
