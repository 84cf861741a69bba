"""Published releases, the current one, and rollback.

    published/<audience>/current -> releases/<release id>          the one link that a switch replaces
    published/<audience>/sna_marts.duckdb -> current/sna_marts.duckdb
    published/<audience>/manifest.json -> current/manifest.json
    published/<audience>/as-at/<date> -> ../releases/<release id>  rebuilt for a past date, never current
    published/<audience>/rollback.json                             the last rollback

A rollback holds until there is something else to publish: the next refresh does not publish the rolled-back data again, but a
new delivery, changed code or `sna refresh --force` publishes. The record of a rollback counts only while the release that it
made current is the current one, so no crash can leave a pointer and a record that contradict each other; it has that of the
rollback before it, which stays in force until the pointer is replaced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.home import whole_file
from orchestration.home.lock import exclusively
from orchestration.home.whole_file import sync
from orchestration.publication.archive import restore
from orchestration.publication.integrity import note, verify, wrong_bytes
from orchestration.publication.release import ARCHIVED, FILE, MANIFEST, DamagedReleaseError, Release

# What everything says that was made from the demonstration; its aggregate returns are what agencies have published.
DEMONSTRATION_BANNER = (
    "Synthetic demonstration data: no record is of a real person, offence or place. Aggregate returns of the agencies are real."
)
NAMED_FEEDS = 8
ROLLBACK = "rollback.json"


class NoSuchReleaseError(LookupError):
    """No release, or more than one, has this name; the message says how to list them."""


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
        held: build ids that a refresh does not publish again without `--force`.
    """

    left: str
    at: str
    held: frozenset[str]


def current_release(published: Path) -> Release | None:
    """The release that the stable path leads to, or None before the first publication.

    Raises:
        DamagedReleaseError: its manifest cannot be read, or the link that leads to it is gone.
    """
    if current := _current_id(published):
        if not (published / "releases" / current).is_dir():
            raise DamagedReleaseError(f"{published / 'current'} leads to release {current}, which is gone. {_other(published)}")
        return read_release(published, current)
    if any(not release.manifest["as_at"] for release in all_releases(published)):
        lost = "is not a link" if os.path.lexists(published / "current") else "is missing, so readers reach no release"
        raise DamagedReleaseError(f"{published / 'current'} {lost}. {_other(published)}")
    return None


def usable_release(published: Path) -> Release | None:
    """The current release, or None where it is damaged: the next publication must not wait for a repair."""
    return None if damage(published) else current_release(published)


def damage(published: Path) -> str | None:
    """What is wrong with the current release or with what leads to it, in one sentence; None where every byte is as published."""
    try:
        release = current_release(published)
    except DamagedReleaseError as error:
        return str(error)
    if release is None:
        return None
    wrong = wrong_bytes(release.folder)
    note(published, release.id, whole=not wrong)
    if wrong:
        return f"Release {release.id} is not what was published: {wrong[0]} {_other(published)}"
    return None


def _other(published: Path) -> str:
    """What to do where the current release is damaged."""
    others = [release for release in all_releases(published) if not (release.manifest["as_at"] or release.current)]
    # Releases share the files of tables that have not changed, and so their damage.
    whole = next((release.id for release in reversed(others) if not wrong_bytes(release.folder)), None)
    back = f" Until then `sna rollback {whole}` makes the newest undamaged one of the others current." if whole else ""
    return f"`sna refresh` publishes it again.{back}"


def read_release(published: Path, release_id: str) -> Release:
    """A release by its id.

    Raises:
        FileNotFoundError: there is no such release.
        DamagedReleaseError: its manifest cannot be read.
    """
    folder = published / "releases" / release_id
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (ValueError, FileNotFoundError) as error:
        if not folder.is_dir():
            raise
        raise DamagedReleaseError(
            f"{folder / MANIFEST} cannot be read: {error}. `sna refresh --force` publishes again, `sna rollback` goes back to one"
            " that `sna releases` lists."
        ) from error
    return Release(folder, manifest, current=_current_id(published) == release_id)


def all_releases(published: Path) -> list[Release]:
    """Every release whose manifest can be read, the oldest first."""
    found = []
    for name in ids(published):
        with suppress(DamagedReleaseError):
            found.append(read_release(published, name))
    return found


def ids(published: Path) -> list[str]:
    """Ids of all releases. They begin with the time of publication, so their order is that of publication."""
    return sorted(path.parent.name for path in published.glob(f"releases/[!.]*/{MANIFEST}"))


def find(published: Path, name: str) -> str:
    """Id of the release that a person means: its id or the beginning of it, `current`, or the date of an as-at release.

    Raises:
        NoSuchReleaseError: none or several match.
        DamagedReleaseError: the current one is meant, and it has no manifest or is gone.
    """
    link = published / "as-at" / name
    wanted = _current_id(published) if name == "current" else link.readlink().name if link.is_symlink() else name
    known = ids(published)
    if name == "current" and wanted not in known:
        current_release(published)
    matches = [wanted] if wanted in known else [release for release in known if wanted and release.startswith(wanted)]
    if len(matches) == 1:
        return matches[0]
    if not (known or (published / "releases").exists()):
        raise NoSuchReleaseError(f"Nothing published yet in {published}. Next: `sna refresh`.")
    problem = f"'{name}' is the beginning of {len(matches)} releases" if matches else f"There is no release '{name}'"
    raise NoSuchReleaseError(f"{problem} in {published}. `sna releases` lists them.")


def as_at_links(published: Path) -> dict[str, str]:
    """Date → id of the release that was rebuilt for it last."""
    folder = published / "as-at"
    return {link.name: link.readlink().name for link in sorted(folder.iterdir())} if folder.is_dir() else {}


def make_current(published: Path, release_id: str) -> None:
    """Make a release current, in one step for every reader; the files of an archived one are restored first.

    Raises:
        DamagedReleaseError: it is archived, and its files are not what was published.
    """
    if (published / "releases" / release_id / ARCHIVED).exists():
        restore(read_release(published, release_id))
    if (current := published / "current").is_file() and not current.is_symlink():
        raise DamagedReleaseError(f"{current} is a file, not a link to a release: remove it, then try again.")
    if current.is_dir() and not current.is_symlink():
        raise DamagedReleaseError(f"{current} is a folder, not a link to a release: move it away, then try again.")
    link(published / FILE, Path("current") / FILE)
    link(published / MANIFEST, Path("current") / MANIFEST)
    link(published / "current", Path("releases") / release_id)


def roll_back(published: Path, release: Release) -> None:
    """Make an earlier (or again a later) release current, and hold back the build that was current before.

    The files of an archived release are restored first.

    Raises:
        ValueError: it was rebuilt for a past date, or is current already.
        DamagedReleaseError: its files are not what was published.
    """
    if release.manifest["as_at"]:
        raise ValueError(f"Release {release.id} was rebuilt for {release.manifest['as_at']}; it cannot become current.")
    with switching(published):
        before = _current_id(published)
        if before == release.id:
            raise ValueError(f"Release {release.id} is already current.")
        restore(release)
        wrong = verify(release.folder)
        note(published, release.id, whole=not wrong)
        if wrong:
            raise DamagedReleaseError(
                f"Release {release.id} is not what was published, so it was not made current: {wrong[0]} `sna releases` lists"
                " the others."
            )
        in_force = rollback(published)
        held = set(in_force.held) if in_force else set()
        with suppress(DamagedReleaseError, FileNotFoundError):
            held |= {read_release(published, before).manifest["build_id"]} if before else set()
        held.discard(release.manifest["build_id"])
        record = {
            "to": release.id,
            "from": before,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "held_build_ids": sorted(held),
            "before": _record(published) if in_force else None,
        }
        whole_file.write(published / ROLLBACK, json.dumps(record, indent=2) + "\n", durable=True)
        make_current(published, release.id)


def rollback(published: Path) -> Rollback | None:
    """The rollback that is in force; None where the current release was the last one to be published.

    Raises:
        DamagedReleaseError: its record cannot be read.
    """
    path = published / ROLLBACK
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_bytes())
        found = {
            str(each["to"]): Rollback(str(each["from"] or ""), str(each["at"]), frozenset(map(str, each["held_build_ids"])))
            for each in (record.get("before"), record)
            if each is not None
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedReleaseError(
            f"{path} is damaged and cannot be read ({type(error).__name__}): it records the last rollback. Restore it from a"
            " backup; or delete it: the current release then remains until the next refresh publishes."
        ) from error
    return found.get(_current_id(published) or "")


def _record(published: Path) -> dict[str, Any]:
    """The record of the rollback in force, without that of an earlier one."""
    record: dict[str, Any] = json.loads((published / ROLLBACK).read_bytes())
    for each in (record, record.get("before") or {}):
        if each.get("to") == _current_id(published):
            return {name: value for name, value in each.items() if name != "before"}
    raise AssertionError("there is a rollback in force")


def held_back(published: Path, build_id: str) -> Rollback | None:
    """The rollback in force, if it rolled back exactly this build."""
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
