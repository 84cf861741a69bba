"""`python -m tests.audit` (`make audit`): examine what the project is made of.

Exit status: 0 all was examined and nothing found; 1 something was found; 3 nothing was found, and not all could be examined.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.audit import installed, licences, lock, own_rules, secrets, vulnerabilities
from tests.audit.finding import ROOT, Report

FOUND, NOT_CHECKED = 1, 3


def reports(root: Path, site: Path, service: str = vulnerabilities.SERVICE) -> list[Report]:
    """Examine a checkout and the packages that are installed for it."""
    tracked = _tracked(root)
    made = [lock.examine(root / "requirements.lock"), secrets.examine(root, tracked), own_rules.examine(root, tracked)]
    if made[0].findings:
        # Of a lock that cannot be read nothing else can be said.
        return [
            *made,
            *(
                Report(what, "", not_checked="the lock is not in order")
                for what in ("installed files", "licences", vulnerabilities.WHAT)
            ),
        ]
    locked = lock.pins(root / "requirements.lock")
    return [*made, installed.examine(site, locked), licences.examine(site, locked), vulnerabilities.examine(locked, service)]


def _tracked(root: Path) -> list[str]:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
    return [name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name]


def status(made: Sequence[Report]) -> int:
    if any(report.findings for report in made):
        return FOUND
    return NOT_CHECKED if any(report.not_checked for report in made) else 0


def main() -> None:
    console = Console(highlight=False, soft_wrap=True)
    made = reports(ROOT, Path(sysconfig.get_path("purelib")))
    for report in made:
        if report.not_checked:
            console.print(f"[yellow]? {report.what}: NOT CHECKED: {report.not_checked}[/yellow]")
            continue
        mark = "[red]✗[/red]" if report.findings else "[green]✓[/green]"
        console.print(f"{mark} {report.what}: {report.extent}, {len(report.findings)} findings")
        for finding in report.findings:
            console.print(f"    {finding}", markup=False)
    left = [report.what for report in made if report.not_checked]
    if status(made) == NOT_CHECKED:
        console.print(
            f"[yellow]Nothing was found, but not all was checked ({', '.join(left)}): run it again where that can be.[/yellow]"
        )
    sys.exit(status(made))


if __name__ == "__main__":
    main()
