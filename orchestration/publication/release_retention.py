"""Retention of releases: which are kept, which are archived, and removal of the others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestration.publication.release import Release
from orchestration.publication.releases import all_releases, as_at_links

# What a killed removal left; a name with a dot is no release.
REMOVING = ".removing-"
# The current release and the one before it.
COMPLETE = 2


def surplus_releases(published: Path, keep: int) -> list[Release]:
    """The releases that may go, the oldest first.

    The newest `keep` stay, the current one always among them, also after a rollback. Of releases rebuilt for a past date, the one
    that the date leads to stays, the newest `keep` of them; they can be rebuilt.
    """
    releases = all_releases(published)
    past = [release for release in releases if release.manifest["as_at"]]
    ordinary = [release for release in releases if not release.manifest["as_at"]]
    by_rank = sorted(ordinary, key=lambda release: (release.current, release.id))
    linked = set(as_at_links(published).values())
    kept = {release.id for release in by_rank[-keep:]}
    kept |= {release.id for release in [release for release in past if release.id in linked][-keep:]}
    return [release for release in releases if release.id not in kept]


def releases_to_archive(published: Path) -> list[Release]:
    """The releases of which only Parquet need be kept: all but the current one, the two newest, and the newest of a past date.

    Those that are archived already are left out, unless that was interrupted.
    """
    releases = all_releases(published)
    linked = set(as_at_links(published).values())
    past = [release for release in releases if release.id in linked]
    ordinary = [release for release in releases if not release.manifest["as_at"]]
    complete = {release.id for release in (*ordinary[-COMPLETE:], *past[-1:])}
    return [r for r in releases if not r.current and r.id not in complete and (r.file.exists() or (r.folder / "csv").exists())]


def remove_releases(published: Path, surplus: list[Release]) -> None:
    """Remove releases and the as-at links that lead to them; what an interrupted removal left goes with them."""
    gone = {release.id for release in surplus}
    for date, release_id in as_at_links(published).items():
        if release_id in gone:
            (published / "as-at" / date).unlink()
    for release in surplus:
        # Renamed first: half a release must not look like a release.
        release.folder.rename(release.folder.with_name(f"{REMOVING}{os.getpid()}-{release.id}"))
    for left in (published / "releases").glob(f"{REMOVING}*"):
        # A network share keeps files that are open under another name until they are closed; the next time takes them.
        shutil.rmtree(left, ignore_errors=True)
