"""`sna run`: webserver and daemon together on this machine, for as long as both live.

The webserver is `orchestration.operations.web`. The two share one home, one instance and one pool of size 1, so everything that
they start is one run at a time; what still runs when they end is ended with them. Where `sna run` itself is killed, so are they.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from orchestration.home import lock
from orchestration.home.environment import PROJECT, WORKSPACE, SettingsError, analysts_group
from orchestration.home.settings import Settings
from orchestration.operations import configuration, parent_process, unowned_runs
from orchestration.operations.web.access import ADDRESS, Access
from vault import key

if TYPE_CHECKING:
    import dagster as dg

SERVICE = "service"
LOOK_SECONDS = 1.0
CHECK_RUNS_EVERY = 30
STOP_SECONDS = 30
# A live home's runs in the vault are a person's, with a key that neither of the two programs has.


def run(settings: Settings, port: int, report: Callable[[str], None], *, read_only: bool = False) -> int:
    """Serve until a signal or until one of the two processes ends; returns the exit status (0 after a signal).

    Args:
        port: on 127.0.0.1; 0 for any that is free.
        read_only: nobody may start, stop or remove anything in the UI.

    Raises:
        HomeLockedError: this home is already served.
        SettingsError: the port is taken, or operations.yaml, `SNA_ENVIRONMENT`, `SNA_ANALYSTS_GROUP` or the proxy's secret
            cannot be used.
    """
    lines = declared()
    analysts_group()
    port = _free(port)
    access = Access.declared(configuration.load().web, port, read_only=read_only)
    lines += access.described(port)
    if lock.is_alive(settings.runs_alive, SERVICE):
        raise lock.HomeLockedError(f"{settings.home} is already served by another `sna run`; stop it first.")
    from orchestration.home.instance import open_instance
    from orchestration.operations.dead_runs import mark_dead_runs_failed

    with lock.alive(settings.runs_alive, SERVICE), open_instance(settings) as instance, _signals() as stop:
        # Whatever was running when the machine was switched off.
        mark_dead_runs_failed(settings, instance)
        with _started(settings, instance, port, report, read_only=read_only) as processes:
            report(f"{next(iter(access.origins.values()))}  home {settings.home}  Ctrl-C stops it")
            for line in lines:
                report(line)
            looks = 0
            while not stop.wait(LOOK_SECONDS):
                for name, process in processes.items():
                    if process.poll() is not None:
                        report(f"The {name} stopped (exit status {process.returncode}), so the other process was stopped too.")
                        return 1
                looks += 1
                if looks % CHECK_RUNS_EVERY == 0:
                    mark_dead_runs_failed(settings, instance)
    return 0


def declared() -> list[str]:
    """The declared schedules and sensors, and how to switch them on or off, one line each.

    Raises:
        SettingsError: operations.yaml or `SNA_ENVIRONMENT` cannot be used.
    """
    policy = configuration.load()
    environment = policy.environment()
    if environment is None:
        names = ", ".join(policy.environments)
        return [f"No schedules or sensors. To start those that {configuration.source()} declares, set SNA_ENVIRONMENT ({names})."]
    lines = [f"Environment {os.environ['SNA_ENVIRONMENT']}, as {configuration.source()} declares it:"]
    if when := environment.monthly_refresh:
        lines.append(f"  monthly_refresh   day {when.day} of each month at {when.hour:02d}:00 in London")
    if when := environment.retention:
        lines.append(f"  retention         day {when.day} of each month at {when.hour:02d}:00 in London")
    if zone := environment.landing_zone:
        lines.append(f"  landing_zone      every {zone.check_every_seconds} s, for files unchanged for {zone.settle_seconds} s")
    lines.append(f"  failure_alerts    log{''.join(f', {name}' for name in environment.alerts)}")
    if not (environment.monthly_refresh or environment.landing_zone):
        lines.append("  No refresh starts automatically.")
    return [*lines, "They are on; the web UI (Automation) switches each of them off and on."]


@contextmanager
def _started(
    settings: Settings, instance: dg.DagsterInstance, port: int, report: Callable[[str], None], *, read_only: bool
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Webserver and daemon, each in a session of its own, so that a Ctrl-C reaches them once and in order."""
    commands = {
        "webserver": ["orchestration.operations.web.server", "--port", str(port)],
        "daemon": ["dagster._daemon", "run", "-w", str(WORKSPACE)],
    }
    if read_only:
        commands["webserver"].append("--read-only")
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            withheld = _proxy_secret() if name == "daemon" else ()
            environment = {name: value for name, value in key.without(os.environ).items() if name not in withheld}
            processes[name] = parent_process.start(*command, cwd=PROJECT, environment=environment)
        yield processes
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        unowned_runs.end(settings, instance, [process.pid for process in processes.values()], report)


def _proxy_secret() -> tuple[str, ...]:
    """The variable with the proxy's secret, where there is one: only the webserver compares it."""
    sign_on = configuration.load().web.sign_on
    return (sign_on.secret_variable,) if sign_on else ()


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that is set by SIGINT, SIGTERM or SIGHUP while the block runs."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise SettingsError(f"Port {port} of {ADDRESS} is taken; choose another with --port.") from error
        return int(probe.getsockname()[1])
