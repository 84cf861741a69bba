"""`sna run`: webserver and daemon together on this machine, for as long as both live.

The two are what `dagster dev` starts too, without what it does for development. They share one home, one instance and one pool
of size 1, so everything that they start is one run at a time.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from orchestration import lock, operations
from orchestration.settings import PROJECT, Settings, SettingsError, analysts_group

ADDRESS = "127.0.0.1"
SERVICE = "service"
LOOK_SECONDS = 1.0
BURY_EVERY = 30
STOP_SECONDS = 30


def run(settings: Settings, port: int, tell: Callable[[str], None]) -> int:
    """Serve until a signal comes or one of the two ends; returns the exit status (0 after a signal).

    Args:
        port: on 127.0.0.1; 0 for any that is free.

    Raises:
        Busy: this home is served already.
        SettingsError: the port is taken, or operations.yaml, `SNA_ENVIRONMENT` or `SNA_ANALYSTS_GROUP` cannot be used.
    """
    lines = declared()
    analysts_group()
    port = _free(port)
    if lock.is_alive(settings.runs_alive, SERVICE):
        raise lock.Busy(f"{settings.home} is served already by another `sna run`; end it first.")
    from orchestration.instance import open_instance
    from orchestration.runs import bury

    with lock.alive(settings.runs_alive, SERVICE), open_instance(settings) as instance, _signals() as stop:
        # Whatever was running when the machine was switched off.
        bury(settings, instance)
        with _started(port) as processes:
            tell(f"http://{ADDRESS}:{port}  home {settings.home}  Ctrl-C ends it")
            for line in lines:
                tell(line)
            looks = 0
            while not stop.wait(LOOK_SECONDS):
                for name, process in processes.items():
                    if process.poll() is not None:
                        tell(f"The {name} has ended (exit status {process.returncode}), so the other one is ended too.")
                        return 1
                looks += 1
                if looks % BURY_EVERY == 0:
                    bury(settings, instance)
    return 0


def declared() -> list[str]:
    """What runs by itself, and how to switch it on or off, one line each.

    Raises:
        SettingsError: operations.yaml or `SNA_ENVIRONMENT` cannot be used.
    """
    policy = operations.load()
    environment = policy.environment()
    if environment is None:
        names = ", ".join(policy.environments)
        return [f"Nothing runs by itself. To switch on what {operations.source()} declares, set SNA_ENVIRONMENT ({names})."]
    lines = [f"Environment {os.environ['SNA_ENVIRONMENT']}, as {operations.source()} declares it:"]
    if when := environment.monthly_refresh:
        lines.append(f"  monthly_refresh   day {when.day} of each month at {when.hour:02d}:00 in London")
    if when := environment.retention:
        lines.append(f"  retention         day {when.day} of each month at {when.hour:02d}:00 in London")
    if zone := environment.landing_zone:
        lines.append(f"  landing_zone      every {zone.check_every_seconds} s, for files unchanged for {zone.settle_seconds} s")
    lines.append(f"  tell_of_failures  log{''.join(f', {name}' for name in environment.alerts)}")
    if not (environment.monthly_refresh or environment.landing_zone):
        lines.append("  No refresh starts by itself here.")
    return [*lines, "They are on; the web UI (Automation) switches each of them off and on."]


@contextmanager
def _started(port: int) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Webserver and daemon, each in a session of its own, so that a Ctrl-C reaches them once and in order."""
    programs = Path(sys.executable).parent
    workspace = ["-w", str(PROJECT / "workspace.yaml")]
    commands = {
        "webserver": [str(programs / "dagster-webserver"), *workspace, "-h", ADDRESS, "-p", str(port)],
        "daemon": [str(programs / "dagster-daemon"), "run", *workspace],
    }
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            processes[name] = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
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
