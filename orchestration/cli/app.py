"""The `sna` command: runs the Dagster job and shows its results in a terminal.

Exit status: 0 published or nothing to do, 1 a validation or the refresh failed, 2 wrong usage, 130 Ctrl-C. Heavy imports are made
where they are used, so that commands that only read answer quickly.
"""

from __future__ import annotations

import atexit
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli import area as area_commands
from orchestration.cli import bi, deliveries, demo, feeds, hkci, link, output, releases, reports, standard_streams
from orchestration.cli.options import FAILED, INTERRUPTED, WRONG_USAGE, OneFeed, Wait, waiting
from orchestration.home import lock
from orchestration.home.environment import PROJECT
from orchestration.home.identity import HomeError
from orchestration.home.settings import Settings, rename_audience, resolved
from orchestration.text.console import RecordingConsole, console, errors
from orchestration.text.plurals import counted

if TYPE_CHECKING:
    from orchestration.cli.refresh import Outcome

app = typer.Typer(
    help="From agency deliveries to a published, reconciled Strategic Needs Assessment.",
    epilog="./sna at the root of the checkout runs this command from any folder.",
    no_args_is_help=True,
    # Its panels show `<bool>` as the value of every flag.
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from orchestration.publication.publish import git_commit

        console.print(f"sna {version('serious-violence-warehouse')}, code {git_commit()}", highlight=False)
        raise typer.Exit


@app.callback()
def before_each(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Version and commit of this code, and exit.")
    ] = False,
) -> None:
    """Rename the releases' folder of an earlier version, so that every command finds them; not while a refresh runs."""
    try:
        home = Settings.from_env().home
    except HomeError:
        return  # a command that needs a home reports this
    if lock.holder(home) is None:
        rename_audience(home)


def main() -> None:
    """Entry point; ends the process, with the exit status of the command.

    Dismantling Dagster, dbt and Great Expectations takes the interpreter seconds. The last exit handler ends the process instead:
    by then threads have ended, and logs and temporary folders are closed.
    """
    status: int | None = None

    def leave() -> None:
        # The interpreter reports any other end.
        if status is not None:
            os._exit(standard_streams.finish(status))

    # Handlers run in reverse order, and nothing that is imported before this one has any.
    atexit.register(leave)
    try:
        _run()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            status = end.code or 0
        raise


@contextmanager
def _interruption() -> Iterator[None]:
    """End as after Ctrl-C elsewhere if it came while DuckDB worked."""
    try:
        yield
    except Exception as error:
        from orchestration.database.interruption import raise_interruption

        try:
            raise_interruption(error)
        except KeyboardInterrupt:
            errors.print("Aborted.")
            sys.exit(INTERRUPTED)
        raise


# As long as a path can be.
LONGEST_ARGUMENT = 4_096


def _unusable(arguments: Sequence[str]) -> str | None:
    """Why no command can do anything with one of its arguments; None where each can be used.

    An empty path is the current folder to every library: `sna deliver "$FILE"` with a variable that is not set would deliver it.
    """
    for number, argument in enumerate(arguments, 1):
        value = argument.partition("=")[2] if argument.startswith("--") and "=" in argument else argument
        if not value.strip():
            return f"Argument {number} is empty; write a value, or leave out the option."
        if len(argument) > LONGEST_ARGUMENT:
            return f"Argument {number} has {len(argument):,} characters; write at most {LONGEST_ARGUMENT:,}."
    return None


def _is_of_no_text(error: BaseException) -> bool:
    """Whether something wanted text in UTF-8 and an argument is none, as a file name may be."""
    wanted = isinstance(error, UnicodeEncodeError) or "Unable to cast Python instance" in str(error)
    return wanted and any(re.search("[\ud800-\udfff]", argument) for argument in sys.argv[1:])


def _run() -> None:
    """Run the command; errors that a user can correct are printed without a traceback."""
    if reason := _unusable(sys.argv[1:]):
        errors.print(f"[red]{reason}[/]", highlight=False)
        sys.exit(WRONG_USAGE)
    try:
        with _interruption():
            app()
    except Exception as error:
        # Their classes are those of nearly every module, which a command that succeeds need not import.
        from orchestration.cli.expected_errors import status_of

        if status := status_of(error):
            errors.print(f"[red]{escape(str(error))}[/]")
            sys.exit(status)
        if _is_of_no_text(error):
            errors.print("[red]An argument is not text in UTF-8; write it again, or rename the file.[/]")
            sys.exit(WRONG_USAGE)

        from orchestration.database import connection
        from orchestration.home import disk_errors, redaction

        again = "run the same command again"
        advice = disk_errors.advice(error, Settings.from_env().home, again) or connection.not_enough(error, "sna")
        if advice is None and (known := redaction.redacted(error)) is not error:
            raise known from None
        if advice is None:
            raise
        errors.print(f"[red]{escape(advice)}[/] {output.untouched(Settings.from_env())}", highlight=False)
        sys.exit(FAILED)


def init(
    area: Annotated[str, typer.Option(envvar="SNA_AREA", help="Force area: the name of a folder in areas/.")],
    home: Annotated[Path | None, typer.Option(help="Folder to create. Default: SNA_HOME, else var/<area>.")] = None,
) -> None:
    """Create a live home of an area, and list what to deliver first."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.home import areas
    from orchestration.home.creation import make
    from orchestration.warehouse import feed_models

    found = areas.load(area)
    folder = resolved("SNA_HOME", home or Path(os.environ.get("SNA_HOME") or PROJECT / "var" / area))
    make(folder, area, "live")
    raw = os.environ.get("SNA_RAW") or folder / "raw"
    known = list(load_contracts(area).values())
    abroad = [contract for contract in known if contract.countries and found.country_name not in contract.countries]
    contracts = [contract for contract in known if contract not in abroad and contract.origin != "vault"]
    used_by = {contract.id: len(feed_models.marts(contract)) for contract in contracts}
    rows = [
        (
            *("/".join(contract.id), contract.cadence),
            "the vault" if contract.custody == "vault" else counted(used_by[contract.id], "table"),
            *(contract.title, contract.owner),
        )
        for contract in sorted(contracts, key=lambda contract: (-used_by[contract.id], contract.id))
    ]
    console.print(f"{folder} is the live home of {found.name}. Deliveries are kept in {raw}.")
    title = "Feeds, by the number of published tables that use them"
    console.print(output.table(title, ["feed", "cadence", "used by", "what it is", "ask"], rows))
    if abroad:
        console.print(f"Not for {found.country_name}: {', '.join('/'.join(contract.id) for contract in abroad)}.")
    others = "" if folder.parent == PROJECT / "var" else f" with SNA_HOME={shlex.quote(str(folder))}"
    console.print(f"Next: `sna deliver FILE...`{others}, one feed is enough, then `sna refresh`.")


def refresh(
    context: typer.Context,
    as_at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Rebuild the marts from what had been received by the end of this day."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Publish even if nothing has changed or the release was rolled back.")
    ] = False,
    wait: Wait = False,
) -> None:
    """Ingest what is new, rebuild, validate and publish."""
    from orchestration.operations import idle_refresh, last_failure

    settings = Settings.from_env()
    _ = settings.made
    usual = not (as_at or force)
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting) as killed:
        if usual and not killed and (known := idle_refresh.recall(settings)) is not None:
            for text, options in known:
                console.print(text, **options)
            return

        from orchestration.cli.refresh import run as run_job
        from orchestration.operations import refresh_plan

        output.history_set_aside(console, settings)
        if killed:
            clear_up(settings)
        before = idle_refresh.State.of(settings)
        plan = refresh_plan.plan(settings, as_at.date().isoformat() if as_at else "", force=force)
        if plan.is_idle:
            said = RecordingConsole(console)
            output.idle(said, settings, plan)
            last_failure.clear(settings.home)
            if usual:
                idle_refresh.remember(settings, before, said.lines)
            return
        # Printed last.
        context.call_on_close(lambda: output.unread(console, settings))
        context.call_on_close(lambda: output.waiting(console, settings))
        if not plan.feeds_delivered:
            console.print(f"Nothing has been delivered to {settings.raw}.")
            console.print(f"Next: `{'sna demo' if settings.is_demonstration else 'sna deliver FILE...'}`.")
            raise typer.Exit(FAILED)
        output.missing(console, settings)
        if plan.damaged:
            errors.print(f"[red]{escape(plan.damaged)}[/]", highlight=False)
        from orchestration.warehouse import warehouse_file

        # Fail now rather than after minutes of reading deliveries.
        warehouse_file.connect(settings).close()
        new = counted(plan.new_deliveries, "new delivery")
        console.print(f"{new} in {settings.raw}; home {settings.home}")
        outcome = run_job(settings, plan, console)
    if outcome.release is None:
        output.failure(errors, settings, outcome.failures)
        raise typer.Exit(FAILED)
    if outcome.held is not None:
        output.held_back(console, settings, outcome.held)
    else:
        output.summary(console, settings, outcome.release)
    _require_report(settings, outcome)


def clear_up(settings: Settings) -> None:
    """Report that the previous refresh was interrupted, and remove its unfinished work."""
    from orchestration.operations import recovery

    console.print("The previous refresh was interrupted. Its unfinished work has been removed; nothing else was lost.")
    recovery.clear(settings)


def rebuild(wait: Wait = False) -> None:
    """Rebuild the warehouse from the landed deliveries. Publishes if that changes anything."""
    from orchestration.cli.refresh import run as run_job
    from orchestration.operations import refresh_plan
    from orchestration.publication.releases import usable_release

    settings = Settings.from_env()
    _ = settings.made
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting) as killed:
        output.history_set_aside(console, settings)
        if killed:
            clear_up(settings)
        before = usable_release(settings.published)
        plan = refresh_plan.rebuild_plan(settings)
        if not plan.feeds_delivered:
            console.print(f"Nothing has been landed in {settings.landing}. Next: `sna refresh`.")
            raise typer.Exit(FAILED)
        outcome = run_job(settings, plan, console)
    if outcome.release is None:
        output.failure(errors, settings, outcome.failures)
        raise typer.Exit(FAILED)
    if outcome.held is not None:
        output.held_back(console, settings, outcome.held)
    elif before is not None and outcome.release.folder == before.folder:
        console.print(f"Warehouse rebuilt: same content as release {before.folder.name}, which remains current.")
    else:
        output.summary(console, settings, outcome.release)
    _require_report(settings, outcome)


def _require_report(settings: Settings, outcome: Outcome) -> None:
    """Exit where the release was published and its report could not be made."""
    if outcome.no_report:
        output.no_report(errors, settings, outcome.no_report)
        raise typer.Exit(FAILED)


def status(
    build: Annotated[bool, typer.Option("--build", help="Use the last build, published or not, instead of the release.")] = False,
) -> None:
    """Show the release, every feed and every validation. Or the last build, and why it was not published."""
    from orchestration.publication.releases import current_release

    settings = Settings.from_env()
    if build:
        output.build(console, settings)
        return
    release = current_release(settings.published)
    if release is None:
        console.print(output.nothing_published(settings))
    else:
        output.release(console, settings, release)
    output.access_log(errors, settings)
    output.refused(console, settings)
    output.withdrawals(console, settings, release)
    output.missing(console, settings)
    output.gates(console, settings)
    output.unread(console, settings)
    output.failed_refresh(console, settings)


def reconcile(
    table: Annotated[str | None, typer.Option(help="Only this table of the SNA, for example T03.")] = None,
    build: Annotated[bool, typer.Option("--build", help="Use the last build, published or not, instead of the release.")] = False,
) -> None:
    """Compare each printed figure with the computed one. Exits 1 if a figure differs or is missing."""
    from orchestration.publication import reconciliation

    with reconciliation.figures(Settings.from_env(), build=build) as con:
        if table is None:
            counts = reconciliation.by_table(con)
            heads = ["table", "figures", "match", "errata", "differ", "missing"]
            console.print(output.table("Published figures", heads, counts))
        else:
            rows, note = reconciliation.of_table(con, table)
            if not rows:
                errors.print(f"[red]No published figures of a table '{escape(table)}'.[/] `sna reconcile` lists the tables.")
                raise typer.Exit(WRONG_USAGE)
            heads = ["group", "row", "column", "published", "computed", "status", "cites", "reason"]
            console.print(output.table(f"Table {table.upper()}", heads, rows))
            if note:
                console.print(f"{note}.")
        if reconciliation.unlike(con, table):
            raise typer.Exit(FAILED)


def statements(
    section: Annotated[str | None, typer.Option(help="Only this section of the SNA, for example 3.4.")] = None,
    build: Annotated[bool, typer.Option("--build", help="Use the last build, published or not, instead of the release.")] = False,
) -> None:
    """Compare each printed statement with the computed one. Exits 1 if a statement differs."""
    from orchestration.publication import reconciliation

    with reconciliation.figures(Settings.from_env(), build=build) as con:
        if section is None:
            heads = ["report", "section", "statements", "match", "errata", "differ", "not computable"]
            console.print(output.table("Statements", heads, reconciliation.statements_by_section(con)))
        else:
            rows = reconciliation.statements_of(con, section)
            if not rows:
                errors.print(f"[red]No statements of a section '{escape(section)}'.[/] `sna statements` lists the sections.")
                raise typer.Exit(WRONG_USAGE)
            heads = ["report", "claim", "statement", "published", "status", "reason"]
            console.print(output.table(f"Section {section}", heads, rows))
        if reconciliation.statements_that_differ(con):
            raise typer.Exit(FAILED)


def quarantine(
    feed: OneFeed = None,
) -> None:
    """List what was rejected, why, and what the sender can do."""
    from orchestration.ingest.landing_log.log import read

    settings = Settings.from_env()
    loads = [load for load in read(settings.landing) if not load.withdrawn]
    wanted = [load for load in loads if feed in (None, f"{load.agency}/{load.feed}")]
    output.quarantine(console, wanted)
    output.unread(console, settings, feed)
    output.waiting(console, settings, feed)


def deliver(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders that are searched for files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what the files would change, or why not.")] = False,
    accept_short: Annotated[bool, typer.Option("--accept-short", help="Use them even if they have few rows.")] = False,
    reason: Annotated[str, typer.Option(help="Why a short delivery is complete; stored with it.")] = "",
) -> None:
    """Copy deliveries into the landing zone. Files that match no contract are refused."""
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.files import regular_files
    from orchestration.ingest.files.headers import printable
    from orchestration.ingest.landing_log.log import read
    from orchestration.ingest.landing_zone import acceptance
    from orchestration.ingest.landing_zone.demonstration import Admission
    from orchestration.ingest.recognition import handed_in
    from orchestration.ingest.recognition.recognition import being_written
    from orchestration.ingest.recognition.recognition import deliver_safely as copy_in
    from orchestration.ingest.recognition.trial import Rehearsal

    if accept_short != bool(reason.strip()):
        raise typer.BadParameter("--accept-short and --reason go together: say why the delivery is complete.")
    settings = Settings.from_env()
    contracts = load_contracts()
    if absent := [path for path in paths if not os.path.lexists(path)]:
        raise typer.BadParameter(f"{printable(str(absent[0]), 300)} does not exist.")
    files = handed_in.files(paths)
    if not files:
        errors.print(f"[red]No file was found[/] in {escape(', '.join(map(str, paths)))}.")
        raise typer.Exit(WRONG_USAGE)
    admission, received = Admission.of(settings), read(settings.landing)
    rehearsal = Rehearsal(settings.raw, received, admission, reason) if dry_run else None
    take, foreseen = deliveries.announced(settings, received, rehearsal), rehearsal.foreseen if rehearsal else []
    settled = set(regular_files.at_rest(files, lambda file: file.path))
    receipts = [
        copy_in(file, settings.raw, contracts, admission, received, take, foreseen)
        if file in settled
        else being_written(file.path)
        for file in files
    ]
    for receipt in receipts if accept_short and not dry_run else ():
        if receipt.outcome != "refused":
            acceptance.accept_short(settings.raw / receipt.target_name, reason)
    output.receipts(console, receipts, settings.home / "refusals", dry_run=dry_run)
    if any(r.outcome == "refused" for r in receipts):
        raise typer.Exit(FAILED)


def run(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 for any free port.")] = 3000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Make the web UI read-only: it cannot start, stop or remove anything.")
    ] = False,
) -> None:
    """Run the web UI, with schedules and sensor, until Ctrl-C. On 127.0.0.1; SNA_ENVIRONMENT says what is scheduled."""
    from orchestration.operations import service

    def report(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    settings = Settings.from_env()
    output.history_set_aside(console, settings)
    raise typer.Exit(service.run(settings, port, report, read_only=read_only))


# In the order in which `sna --help` lists them: a home, each month, the figures, releases, removal and repair, the service.
for command in (
    *(init, demo.demo, area_commands.areas, feeds.feeds),
    *(deliver, refresh, status, quarantine, deliveries.deliveries),
    *(reconcile, statements, reports.report, reports.show),
    *(releases.releases, releases.diff, releases.rollback, releases.verify),
    *(deliveries.withdraw, deliveries.purge, releases.retain, rebuild, releases.rekey),
    run,
):
    app.command("open" if command is reports.show else None)(command)
for group, commands in (("feed", feeds), ("area", area_commands), ("bi", bi), ("hkci", hkci), ("link", link)):
    app.add_typer(commands.app, name=group)
