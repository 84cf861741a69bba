"""Where trials happen: one landing zone, one home that is put back before every trial, one fork server.

<work>/before, <work>/after   the deliveries of the first release, and those that then arrive
<work>/raw                    the landing zone
<work>/home                   the home, always at this path, for the landing views and dbt's manifest name it
<work>/published-once         the home with the first release, as every trial starts
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from orchestration.home import creation
from orchestration.home.environment import PROJECT
from orchestration.home.settings import Settings
from tests.fault import zone
from tests.fault.server import Answer, Point, Request
from tests.fault.state import State

SNA = Path(sys.executable).with_name("sna")


class Bench:
    """Homes to break and commands to break them with. A context manager: the fork server ends with it.

    Args:
        work: an empty folder.
        county: landing zone of a demonstration county.
    """

    def __init__(self, work: Path, county: Path) -> None:
        self.work = work
        self.settings = Settings(work / "raw", work / "home")
        self.environment = {
            **os.environ,
            "SNA_RAW": str(self.settings.raw),
            "SNA_HOME": str(self.settings.home),
            "DAGSTER_HOME": str(self.settings.dagster_home),
            "SNA_PSEUDONYM_KEY": "a key for trials of faults only",
            # A library's threads do not live on in a forked child.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "200",
        }
        self._trace = work / "trace"
        self._output = work / "output.txt"
        zone.cut(county, work / "before", work / "after")
        shutil.copytree(work / "before", self.settings.raw)
        creation.make(self.settings.home, "derbyshire", "demonstration")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.server"],
            env=self.environment,
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Bench:
        assert self._line() == "ready"
        first = self.sna("refresh")
        assert first.status == 0, self.said
        self.first = State.of(self.settings)
        self.settings.home.rename(self.work / "published-once")
        shutil.copytree(self.work / "after", self.settings.raw, dirs_exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()

    def _line(self) -> str:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the fork server has died"
        return line.strip()

    @property
    def said(self) -> str:
        """What the last command said."""
        return self._output.read_text()

    def sna(
        self,
        *arguments: str,
        point: Point | None = None,
        action: str = "kill",
        delay: float | None = None,
        clock: float = 0,
        file_limit: int | None = None,
        variables: Mapping[str, str] | None = None,
        bound_by_permissions: bool = False,
        trace: bool = False,
    ) -> Answer:
        """Run one `sna` command in a forked child; `Request` says what may be done to it."""
        request = Request(
            arguments=list(arguments),
            output=str(self._output),
            point=point,
            action=action,
            delay=delay,
            clock=clock,
            file_limit=file_limit,
            variables=dict(variables or {}),
            bound_by_permissions=bound_by_permissions,
            trace=str(self._trace) if trace else None,
        )
        assert self._server.stdin is not None
        print(json.dumps(asdict(request)), file=self._server.stdin, flush=True)
        return Answer(**json.loads(self._line()))

    def installed_sna(self, *arguments: str, steps: int | None = None, delay: float = 0) -> Answer:
        """Run the installed command as a person would; kill it and its children some seconds after it has shown so many steps."""
        started, before = time.monotonic(), os.times()
        with self._output.open("w") as output:
            child = subprocess.Popen(
                [str(SNA), *arguments],
                env={**self.environment, "PYTHONUNBUFFERED": "1"},
                cwd=PROJECT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            while child.poll() is None:
                if steps is not None and self.said.count("✓") >= steps:
                    time.sleep(delay)
                    os.killpg(child.pid, signal.SIGKILL)
                    break
                time.sleep(0.02)
        status, after = child.wait(), os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return Answer(status, time.monotonic() - started, cpu)

    def put_back(self, *, empty: bool = False) -> None:
        """The home as it was with the first release published, or none at all; the landing zone complete."""
        source, place = self.work / "published-once", self.settings.home
        shutil.rmtree(place, ignore_errors=True)
        if empty:
            creation.make(place, "derbyshire", "demonstration")
        else:
            subprocess.run(["cp", "-a", str(source), str(place)], check=True)

    @cached_property
    def undisturbed(self) -> State:
        """What there is after the same refresh without any fault."""
        self.put_back()
        self._trace.unlink(missing_ok=True)
        answer = self.sna("refresh", trace=True)
        assert answer.status == 0, self.said
        return State.of(self.settings)

    @cached_property
    def passed(self) -> list[tuple[float, Point]]:
        """Every point that an undisturbed refresh passes, and after how many seconds, in order."""
        assert self.undisturbed
        lines = [json.loads(line) for line in self._trace.read_text().splitlines()]
        return [(seconds, Point(**point)) for seconds, point in lines]

    @property
    def allowed(self) -> set[str]:
        """The contents that a reader may find, now or later: the first release's or the new one's."""
        return {self.first.content, self.undisturbed.content}
