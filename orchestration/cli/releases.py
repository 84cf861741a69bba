"""The `sna` commands for releases: list, roll back, verify, compare, and apply retention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.cli import output
from orchestration.cli.options import FAILED, Wait, waiting
from orchestration.home import lock
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors
from orchestration.text.plurals import counted

Name = Annotated[
    str,
    typer.Argument(metavar="RELEASE", help="Release id or its first characters, 'current', or the date of an as-at release."),
]


def releases() -> None:
    """List the releases that are kept, and mark the current one."""
    from orchestration.publication.releases import all_releases, as_at_links, ids, rollback

    settings = Settings.from_env()
    published = settings.published
    found = all_releases(published)
    if not ids(published):
        console.print(output.nothing_published(settings))
        return
    linked = {release: date for date, release in as_at_links(published).items()}
    rows = []
    for release in found:
        manifest = release.manifest
        part = "current" if release.current else f"as-at/{linked[release.id]}" if release.id in linked else ""
        count = sum(table["rows"] for table in manifest["tables"].values())
        rows.append((release.id, manifest["published_at"], manifest["as_at"], manifest["build_id"][:8], f"{count:,}", part))
    heads = ["release", "published at", "as at", "build", "rows", "link"]
    console.print(output.table(f"Releases in {published}", heads, rows))
    for name in sorted(set(ids(published)) - {release.id for release in found}):
        console.print(f"[red]{name}[/]: its manifest cannot be read; `sna verify {name}`", highlight=False)
    if in_force := rollback(published):
        console.print(output.rolled_back(in_force), highlight=False)


def rollback(release: Name, wait: Wait = False) -> None:
    """Make an earlier release current, in one step. The next refresh does not publish the later one again automatically."""
    from orchestration.publication.releases import find, read_release, roll_back

    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        target = read_release(settings.published, find(settings.published, release))
        try:
            roll_back(settings.published, target)
        except ValueError as error:
            errors.print(f"[red]{error}[/]", highlight=False)
            raise typer.Exit(FAILED) from None
    console.print(f"Current release: {target.id}, published {target.manifest['published_at']}.", highlight=False)
    console.print("Readers see it when they reopen the file. The release you rolled back from is kept: `sna releases`.")
    console.print(
        "A refresh does not publish it again until a delivery or the code has changed; `sna refresh --force` publishes it now."
    )


def verify(
    release: Name = "current",
    landing: Annotated[bool, typer.Option("--landing", help="Verify the landed files instead.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="With --landing: reload damaged deliveries from the landing zone.")
    ] = False,
    wait: Wait = False,
) -> None:
    """Verify that a release, or the landing log, is unchanged. Compares bytes of files and content of tables."""
    if landing or repair:
        _verify_landing(Settings.from_env(), repair=repair, wait=wait)
        return
    from orchestration.publication.integrity import note
    from orchestration.publication.integrity import verify as problems
    from orchestration.publication.releases import find

    published = Settings.from_env().published
    name = find(published, release)
    folder = published / "releases" / name
    wrong = problems(folder)
    note(published, name, whole=not wrong)
    for problem in wrong:
        errors.print(f"[red]{problem}[/]", highlight=False)
    if wrong:
        errors.print(
            f"Release {name} is not what was published: {folder}. Make another one current with `sna rollback RELEASE`, or"
            " publish it again with `sna refresh --force`."
        )
        raise typer.Exit(FAILED)
    count = sum(path.is_file() for path in folder.rglob("*"))
    console.print(f"Release {name}: {count} files and every table are as they were published.", highlight=False)


def _verify_landing(settings: Settings, *, repair: bool, wait: bool) -> None:
    from orchestration.ingest.landing_log import inventory, landed_files
    from orchestration.ingest.landing_log.log import loads_in_use, read
    from orchestration.ingest.load.repair import repair as land_again

    left: Mapping[str, str] = {}
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        if repair:
            done = land_again(settings)
            left = done.left
            for folder in done.set_aside:
                console.print(f"Set aside as {folder}: its record could not be read.", markup=False, highlight=False)
            for load in done.landed:
                console.print(f"Landed again: {load.agency}/{load.feed}/{load.file_name}", markup=False, highlight=False)
            if done.set_aside:
                console.print("Next: `sna refresh`. If a delivery among them had been withdrawn, withdraw it again first.")
        if count := inventory.complete(settings):
            console.print(inventory.completed_message(count))
        loads = read(settings.landing)
        wrong = [load for load in loads if landed_files.faults(load, full=True)]
        in_use = {load.delivery_id for load in loads_in_use(loads)}
        for load in wrong:
            message = left.get(load.load_id) or inventory.rows_message(settings, load, in_use=load.load_id in in_use)
            errors.print(f"[red]Damaged[/] {escape(message)}", highlight=False)
        # Who has withdrawn a delivery because its rows are lost has done what was to be done.
        if any(load.withdrawn is None for load in wrong):
            raise typer.Exit(FAILED)
        inventory.renew_times(loads)
    count = sum(len(load.stored or {}) for load in loads if load.kept)
    console.print(f"{settings.landing}: {counted(len(loads), 'delivery')} with {count:,} files, each as it was landed.")


def rekey(wait: Wait = False) -> None:
    """Replace a lost pseudonym key with a new one. Everything that holds pseudonyms is read again."""
    from orchestration.ingest.landing_log import pseudonym_key

    settings = Settings.from_env()
    _ = settings.made
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        missing = pseudonym_key.renew(settings)
    for load in missing:
        errors.print(
            f"{load.agency}/{load.feed}/{load.file_name} cannot be read again: its file is not in the landing zone.",
            markup=False,
            highlight=False,
        )
    if missing:
        errors.print("Nothing was changed. Restore these files, or withdraw them with `sna withdraw DELIVERY --reason TEXT`.")
        raise typer.Exit(FAILED)
    console.print("A new pseudonym key is in force. Next: `sna refresh` reads again what was landed with the previous key.")


def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    wait: Wait = False,
) -> None:
    """Remove what the retention policy no longer keeps. The policy is in operations.yaml; nothing in use is ever removed."""
    from orchestration.home.instance import open_instance
    from orchestration.operations import configuration, retention

    settings = Settings.from_env()
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting), open_instance(settings) as instance:
        found = retention.enforce(settings, instance, dry_run=dry_run)
    output.retained(console, found, dry_run=dry_run)
    console.print(f"Policy: {configuration.source()} and the contracts.", highlight=False)
    for file in found.stuck:
        errors.print(f"[red]Not removed from the landing zone[/]: {file}", highlight=False)
    if found.stuck:
        raise typer.Exit(FAILED)


def diff(
    before: Name,
    after: Name = "current",
    table: Annotated[
        str | None, typer.Option(help="List every change of this table: sna.figures, marts.offences, or T03 of the report.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every delivery row by row, and every change.")] = False,
) -> None:
    """Show what changed between two releases. Code, deliveries, and figures with the deliveries that changed them."""
    from orchestration.publication.diff import difference
    from orchestration.publication.releases import find, read_release

    settings = Settings.from_env()
    found = [read_release(settings.published, find(settings.published, name)) for name in (before, after)]
    output.difference(console, settings, difference(found[0], found[1]), table, everything=everything)
