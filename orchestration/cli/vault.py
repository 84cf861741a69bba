"""What `sna hkci` and `sna link` share: creating the vault, opening it, and its log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED, WRONG_USAGE
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors

if TYPE_CHECKING:
    import duckdb

    from vault.access_log import Anchor
    from vault.lookups import VaultSession

Reason = Annotated[str, typer.Option(help="Why; goes into the log.")]
ActingFor = Annotated[str, typer.Option("--as", metavar="NAME", help="Person you act for, if not the logged-in user.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", metavar="FILE", help="File, or descriptor such as /dev/fd/3, that holds the key; else SNA_VAULT_KEY_FILE."
    ),
]
ANCHORED = "Keep it outside this home: `sna hkci log --verify --anchor` uses it to detect any later change to the log."


def init(
    reason: Annotated[str, typer.Option(help="Why; goes into the log.")] = "The vault is founded",
    acting_for: ActingFor = "",
    save_key: Annotated[
        Path | None,
        typer.Option("--save-key", metavar="FILE", help="Write the new key into this new file, and do not show it."),
    ] = None,
    own_key: Annotated[
        bool, typer.Option("--own-key", help="Use your own random key (--key-file, SNA_VAULT_KEY, prompt).")
    ] = False,
    key_file: KeyFile = None,
    lost: Annotated[bool, typer.Option("--lost", help="Replace a lost vault, and continue its log.")] = False,
) -> None:
    """Create the vault of a live home. Its key is generated and shown once; no file of the home contains it."""
    from orchestration.home import lock
    from orchestration.vault_runs import access
    from vault import key, store

    settings = Settings.from_env()
    if settings.made.environment == "demonstration":
        errors.print("`sna refresh` creates the vault of a demonstration, with a worthless key beside it.")
        raise typer.Exit(WRONG_USAGE)
    own_key = own_key or key_file is not None or access.is_key_set()
    if save_key and (own_key or save_key.exists()):
        raise typer.BadParameter("--save-key names a new file for a new key: the file exists already, or you supplied a key.")
    with lock.hold(settings.home):
        if store.is_founded(settings.vault):
            raise store.VaultLockedError(f"There is a vault in {settings.vault} already; `sna hkci list --reason TEXT` opens it.")
        if own_key:
            vault_key = access.provided_key(settings, key_file)
            key.require_random(vault_key)
        else:
            vault_key = key.generate()
        access.found(
            settings,
            vault_key,
            why=reason,
            acting_for=acting_for,
            lost=lost,
            before=lambda: None if own_key else _hand_over(vault_key, save_key),
        )
    console.print(f"Created the vault in {settings.vault}.", highlight=False)
    print_anchor(settings)


def _hand_over(vault_key: str, save_key: Path | None) -> None:
    """Show or save a new key before the vault is created: a vault whose key nobody has seen is lost."""
    if save_key is None:
        console.print("Key of the vault, shown this once. Put it into your secret store; without it nobody can read the vault:")
        console.print(vault_key, highlight=False, markup=False)
        return
    try:
        handle = os.open(save_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise typer.BadParameter(f"{save_key} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"{vault_key}\n")
        file.flush()
        os.fsync(handle)
    console.print(f"Key of the vault written to {save_key}, readable by you alone. Move it into your secret store.", markup=False)


def log(
    verify: Annotated[bool, typer.Option("--verify", help="Check every line and the chain; exits 1 if it is broken.")] = False,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="HASH", help="With --verify: the printed hash of a line that the log must contain."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Accept that the log is broken: keep the rest and continue.")] = False,
    reason: Annotated[str, typer.Option(help="With --resume: why; goes into the log.")] = "",
    acting_for: ActingFor = "",
    key_file: KeyFile = None,
) -> None:
    """Show who opened the vault, when, why and for what. The log names nobody in the vault."""
    from orchestration.vault_runs import access
    from vault import access_log, store

    settings = Settings.from_env()
    outside = access.released(settings)
    try:
        outside += [access_log.parse_anchor(text) for text in anchor or []]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if resume:
        with store.opened(settings.vault, access.provided_key(settings, key_file), access.ENGINE) as con:
            try:
                line = access_log.resume(settings.vault, con, outside, why=reason, acting_for=acting_for)
            except access_log.NotBrokenError as error:
                errors.print(str(error))
                raise typer.Exit(WRONG_USAGE) from None
        console.print(f"The log continues {escape(line.what)}", highlight=False)
        print_anchor(settings)
        return
    if verify or anchor:
        _verify(settings, outside, key_file)
        return
    rows = [
        [printable(text) for text in (line.number, line.at, line.who, line.acting_for, line.action, line.what, line.why)]
        for line in access_log.read(settings.vault)
    ]
    console.print(output.table("Access log", ["line", "at", "who", "for", "did", "what", "why"], rows))


def _verify(settings: Settings, outside: list[Anchor], key_file: Path | None) -> None:
    from orchestration.vault_runs import access
    from vault import access_log, store

    anchored = accepted = None
    try:
        vault_key = access.provided_key(settings, key_file)
    except store.VaultLockedError as error:
        console.print(
            f"[yellow]{escape(str(error))}[/] Checking the chain without the vault's own record: lines removed since the last"
            " release are not detected.",
            highlight=False,
        )
    else:
        with store.opened(settings.vault, vault_key, access.ENGINE) as con:
            anchored, accepted = access_log.chain_hashes(con), access_log.breaks(con)
    found = access_log.faults(settings.vault, anchored, accepted, outside)
    for fault in found:
        errors.print(f"[red]{escape(fault)}[/]", highlight=False)
    if found:
        errors.print(f"Restore {settings.vault / access_log.FILE} from a backup, or accept the loss: {access_log.RESUME}.")
        raise typer.Exit(FAILED)
    console.print(f"{len(access_log.read(settings.vault))} lines, all unchanged.")
    for first, kept in (accepted or {}).items():
        console.print(f"[yellow]A break before line {first} was accepted[/]: {escape(kept.fault)}", highlight=False)
    print_anchor(settings)


def print_anchor(settings: Settings) -> None:
    """Print the anchor that a person keeps elsewhere to detect later changes to the log."""
    from vault import access_log

    if (line := access_log.last_line(settings.vault)) is not None:
        console.print(f"Access log: anchor {line.hash} of line {line.number}. {ANCHORED}", highlight=False)


def printable(value: object) -> str:
    """A text for a terminal, with control characters shown as their codes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(value))


@contextmanager
def vault(reason: str, acting_for: str, key_file: Path | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, VaultSession]]:
    """The open vault and the user's session; prints the anchor afterwards, and what was not found without a traceback."""
    from orchestration.vault_runs import access
    from vault import lookups

    settings = Settings.from_env()
    session = lookups.VaultSession(settings.vault, reason, acting_for)
    try:
        with access.opened(settings, access.provided_key(settings, key_file)) as con:
            yield con, session
    except lookups.NotFoundError as error:
        errors.print(f"[red]{escape(str(error))}[/]", highlight=False)
        print_anchor(settings)
        raise typer.Exit(FAILED) from None
    print_anchor(settings)
