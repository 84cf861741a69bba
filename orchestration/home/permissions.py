"""File permissions: everything is readable by its owner only, and releases also by the group that `SNA_ANALYSTS_GROUP` names.

                                                 nobody else    with a group
    <home>, <home>/published                     0700           0710: passed through, not listed
    <home>/published/analysts, and in it
        releases, as-at, reports, what is in     0700           0750
        files of releases and reports            0600           0640
    everything else                              0700, 0600     0700, 0600

New files and folders are their owner's alone by the umask (`environment.keep_private`). What it cannot do is done here: open
releases to the group, take that back, and close what an earlier version left open. No symbolic link is followed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orchestration.home.environment import SettingsError
from orchestration.home.settings import AUDIENCE

PASSED = 0o710
LISTED = 0o750
READ = 0o640
RELEASES, REPORTS = f"published/{AUDIENCE}/releases", f"published/{AUDIENCE}/reports"
# Folders of a home that are opened to the group, from above, so that what is taken back is closed at once.
OPENED = {
    ".": PASSED,
    "published": PASSED,
    f"published/{AUDIENCE}": LISTED,
    f"published/{AUDIENCE}/as-at": LISTED,
    RELEASES: LISTED,
    REPORTS: LISTED,
}


def apply(home: Path, group: int | None) -> None:
    """Apply the permissions above to a home. The caller holds the home.

    Cheap where they are right already: only the top folder of what is closed is checked, since it closes everything below, and
    only the folder of each release.

    Args:
        group: id of the analysts' group; None for nobody else.

    Raises:
        SettingsError: the home is a folder that others write to as well, or something in it belongs to somebody else.
    """
    home = home.resolve()
    if home.stat().st_mode & stat.S_ISVTX:
        raise SettingsError(f"SNA_HOME is {home}, which others can write to; use a folder of its own.")
    try:
        for name, mode in OPENED.items():
            if _is_folder(home / name):
                _set(home / name, mode, group)
                for path in (home / name).iterdir():
                    if name in (RELEASES, REPORTS) and not path.name.startswith("."):
                        _open(path, group)
                    elif path.relative_to(home).as_posix() not in OPENED:
                        _close(path)
    except PermissionError as error:
        raise SettingsError(
            f"{error.filename}: its permissions cannot be set ({error.strerror}). All of {home} must belong to the user who"
            " refreshes it."
        ) from error


def open_release(folder: Path, group: int | None) -> None:
    """Apply the permissions of a release, its folder last: correct permissions there mean that those of its files are correct."""
    for parent, folders, files in os.walk(folder):
        for name in folders:
            _set(Path(parent, name), LISTED, group)
        for name in files:
            _set(Path(parent, name), READ, group)
    _set(folder, LISTED, group)


def _open(release: Path, group: int | None) -> None:
    if _is_folder(release) and _differs(release, LISTED, group):
        open_release(release, group)


def _close(path: Path) -> None:
    mode = path.lstat().st_mode
    if mode & 0o077 and not stat.S_ISLNK(mode):
        path.chmod(stat.S_IMODE(mode) & 0o700)


def _set(path: Path, mode: int, group: int | None) -> None:
    if path.is_symlink() or not _differs(path, mode, group):
        return
    if group is not None:
        os.chown(path, -1, group)
    path.chmod(_allowed(mode, group))


def _differs(path: Path, mode: int, group: int | None) -> bool:
    found = path.lstat()
    return stat.S_IMODE(found.st_mode) != _allowed(mode, group) or group not in (None, found.st_gid)


def _allowed(mode: int, group: int | None) -> int:
    return mode & 0o700 if group is None else mode


def _is_folder(path: Path) -> bool:
    """Whether it is a folder, and no link on the way to it leads out of the home."""
    return path.is_dir() and path.resolve() == path
