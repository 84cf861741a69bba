"""Releases that have been published, and which of them readers are given.

    published/<audience>/current -> releases/<release id>          the one link that a switch replaces
    published/<audience>/sna_marts.duckdb -> current/sna_marts.duckdb
    published/<audience>/manifest.json -> current/manifest.json
    published/<audience>/as-at/<date> -> ../releases/<release id>  rebuilt for a past date, never current
    published/<audience>/rollback.json                             what the last rollback went back from

A rollback holds until there is something else to publish: what was gone back from is not published again by the next refresh,
but a new delivery, changed code or `sna refresh --force` publishes. The record of a rollback counts only while the release
that it went back to is the current one, so no crash can leave a pointer and a record that contradict each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home.lock import exclusively
from orchestration.publication.archive import restore
from orchestration.publication.integrity import note, verify, wrong_bytes
from orchestration.publication.release import ARCHIVED, FILE, MANIFEST, DamagedRelease, Release, sync

if TYPE_CHECKING:
    pass

# What everything says that was made from the demonstration; its aggregate returns are what agencies have published.
DEMONSTRATION_BANNER = (
    "Synthetic demonstration data: no record is of a real person, offence or place. Aggregate returns of the agencies are real."
)
NAMED_FEEDS = 8
ROLLBACK = "rollback.json"


class NoSuchRelease(LookupError):
    """No release, or more than one, goes by this name; the message says what there is."""


def feeds_of(manifest: Mapping[str, Any]) -> list[str]:
    """The feeds (`agency/feed`) that a release is made of."""
    return sorted({delivery["feed"] for delivery in manifest["deliveries"]})


def banner(manifest: Mapping[str, Any]) -> str:
    """One sentence or two that say what a release is made of: a demonstration, or which live feeds."""
    if manifest["environment"] == "demonstration":
        return DEMONSTRATION_BANNER
    feeds = feeds_of(manifest)
    agencies = len({feed.partition("/")[0] for feed in feeds})
    named = ", ".join(feeds) if len(feeds) <= NAMED_FEEDS else f"of {agencies} agencies; meta.release lists them"
    count = f"{len(feeds)} feed{'' if len(feeds) == 1 else 's'}"
    return f"Live data of {count}: {named}. For analysts only: no disclosure control has been applied."


@dataclass(frozen=True)
class Rollback:
    """The rollback that is in force.

    Attributes:
        left: id of the release that was current before.
        at: when, ISO 8601 in UTC.
        held: build ids that a refresh does not publish again by itself.
    """

    left: str
    at: str
    held: frozenset[str]


def current_release(published: Path) -> Release | None:
    """The release that the stable path leads to, or None before the first publication.

    Raises:
        DamagedRelease: its manifest cannot be read, or the link that leads to it is gone.
    """
    if current := _current_id(published):
        if not (published / "releases" / current).is_dir():
            raise DamagedRelease(f"{published / 'current'} leads to release {current}, which is gone. {_other(published)}")
        return read_release(published, current)
    if any(not release.manifest["as_at"] for release in all_releases(published)):
        lost = "is no link" if os.path.lexists(published / "current") else "is gone, and leads readers to no release"
        raise DamagedRelease(f"{published / 'current'} {lost}. {_other(published)}")
    return None


def usable_release(published: Path) -> Release | None:
    """The current release, or None where it is damaged as well: what is published next must not wait for a repair."""
    return None if damage(published) else current_release(published)


def damage(published: Path) -> str | None:
    """What is wrong with the current release or with what leads to it, in one sentence; None where every byte is as published."""
    try:
        release = current_release(published)
    except DamagedRelease as error:
        return str(error)
    if release is None:
        return None
    wrong = wrong_bytes(release.folder)
    note(published, release.id, whole=not wrong)
    if wrong:
        return f"Release {release.id} is not what was published: {wrong[0]} {_other(published)}"
    return None


def _other(published: Path) -> str:
    """What to do where the current release cannot be given to readers."""
    others = [release for release in all_releases(published) if not (release.manifest["as_at"] or release.current)]
    # Releases share the files of tables that have not changed, and so their damage.
    whole = next((release.id for release in reversed(others) if not wrong_bytes(release.folder)), None)
    back = f" Until then `sna rollback {whole}` gives readers the newest whole one of the others." if whole else ""
    return f"`sna refresh` publishes it again.{back}"


def read_release(published: Path, release_id: str) -> Release:
    """A release by its id.

    Raises:
        FileNotFoundError: there is no such release.
        DamagedRelease: its manifest cannot be read.
    """
    folder = published / "releases" / release_id
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (ValueError, FileNotFoundError) as error:
        if not folder.is_dir():
            raise
        raise DamagedRelease(
            f"{folder / MANIFEST} cannot be read: {error}. `sna refresh --force` publishes again, `sna rollback` goes back to one"
            " that `sna releases` lists."
        ) from error
    return Release(folder, manifest, current=_current_id(published) == release_id)


def all_releases(published: Path) -> list[Release]:
    """Every release whose manifest can be read, the oldest first."""
    found = []
    for name in ids(published):
        with suppress(DamagedRelease):
            found.append(read_release(published, name))
    return found


def ids(published: Path) -> list[str]:
    """Ids of all releases. They begin with the time of publication, so their order is that of publication."""
    return sorted(path.parent.name for path in published.glob(f"releases/[!.]*/{MANIFEST}"))


def find(published: Path, name: str) -> str:
    """Id of the release that a person means: its id or the beginning of it, `current`, or the date of an as-at release.

    Raises:
        NoSuchRelease: none or several match.
        DamagedRelease: the current one is meant, and it has no manifest or is gone.
    """
    link = published / "as-at" / name
    wanted = _current_id(published) if name == "current" else link.readlink().name if link.is_symlink() else name
    known = ids(published)
    if name == "current" and wanted not in known:
        current_release(published)
    matches = [wanted] if wanted in known else [release for release in known if wanted and release.startswith(wanted)]
    if len(matches) == 1:
        return matches[0]
    problem = f"'{name}' is the beginning of {len(matches)} releases" if matches else f"There is no release '{name}'"
    raise NoSuchRelease(f"{problem} in {published}. `sna releases` lists them.")


def as_at_links(published: Path) -> dict[str, str]:
    """Date → id of the release that was rebuilt for it last."""
    folder = published / "as-at"
    return {link.name: link.readlink().name for link in sorted(folder.iterdir())} if folder.is_dir() else {}


def make_current(published: Path, release_id: str) -> None:
    """Lead the stable path to a release, in one step for every reader; the files of an archived one are made again first.

    Raises:
        DamagedRelease: it is archived, and its files are not what was published.
    """
    if (published / "releases" / release_id / ARCHIVED).exists():
        restore(read_release(published, release_id))
    if (current := published / "current").is_file() and not current.is_symlink():
        raise DamagedRelease(f"{current} is a file and no link to a release: remove it, and do the same again.")
    if current.is_dir() and not current.is_symlink():
        raise DamagedRelease(f"{current} is a folder and no link to a release: move it away, and do the same again.")
    link(published / FILE, Path("current") / FILE)
    link(published / MANIFEST, Path("current") / MANIFEST)
    link(published / "current", Path("releases") / release_id)


def roll_back(published: Path, release: Release) -> None:
    """Lead the stable path to an earlier (or again to a later) release, and hold what was current before.

    The files of an archived release are made again first.

    Raises:
        ValueError: it was rebuilt for a past date, or is current already.
        DamagedRelease: its files are not what was published.
    """
    if release.manifest["as_at"]:
        raise ValueError(f"Release {release.id} was rebuilt for {release.manifest['as_at']}; it cannot be the current one.")
    with switching(published):
        before = _current_id(published)
        if before == release.id:
            raise ValueError(f"Release {release.id} is the current one already.")
        restore(release)
        wrong = verify(release.folder)
        note(published, release.id, whole=not wrong)
        if wrong:
            raise DamagedRelease(
                f"Release {release.id} is not what was published, so readers are not led to it: {wrong[0]} `sna releases` lists"
                " the others."
            )
        in_force = rollback(published)
        held = set(in_force.held) if in_force else set()
        with suppress(DamagedRelease, FileNotFoundError):
            held |= {read_release(published, before).manifest["build_id"]} if before else set()
        held.discard(release.manifest["build_id"])
        record = {
            "to": release.id,
            "from": before,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "held_build_ids": sorted(held),
        }
        fresh = published / f".{ROLLBACK}.{os.getpid()}"
        fresh.write_text(json.dumps(record, indent=2) + "\n")
        sync(fresh)
        fresh.replace(published / ROLLBACK)
        make_current(published, release.id)


def rollback(published: Path) -> Rollback | None:
    """The rollback that is in force; None where the current release was the last one to be published.

    Raises:
        DamagedRelease: its record cannot be read.
    """
    path = published / ROLLBACK
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_bytes())
        found = Rollback(str(record["from"] or ""), str(record["at"]), frozenset(map(str, record["held_build_ids"])))
        to = str(record["to"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedRelease(
            f"{path} is damaged and cannot be read ({type(error).__name__}): it says what a rollback has gone back from. Restore"
            " it from a backup; or delete it, and the current release stays until the next refresh publishes what there is."
        ) from error
    return found if to == _current_id(published) else None


def held_back(published: Path, build_id: str) -> Rollback | None:
    """The rollback in force, where it went back from exactly this build."""
    in_force = rollback(published)
    return in_force if in_force and build_id in in_force.held else None


@contextmanager
def switching(published: Path) -> Iterator[None]:
    """One process at a time writes, switches or removes releases; another waits the seconds that it takes."""
    with exclusively(published / ".lock"):
        yield


def link(path: Path, target: Path) -> None:
    """Make or replace a relative symbolic link in one step."""
    if path.is_symlink() and path.readlink() == target:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)
    sync(path.parent)


def _current_id(published: Path) -> str | None:
    current = published / "current"
    return current.readlink().name if current.is_symlink() else None
