"""The web UI as a person starts it, and the questions that its pages ask over GraphQL."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from orchestration.instance import open_instance
from orchestration.settings import PROJECT
from tests.conftest import BIN, County

LOCATION = {"repositoryLocationName": "serious_violence", "repositoryName": "__repository__"}
# For a machine that is busy with other things; nothing waits this long otherwise.
PATIENCE = 300

LAUNCH = """mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } ... on InvalidSubsetError { message } } }"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status jobName assetSelection { path } } } }"
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class WebUi:
    """A webserver and a daemon over one county."""

    county: County
    url: str
    programs: tuple[subprocess.Popen[bytes], ...]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """What the server answers to a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def launch(self, job: str, *, assets: list[str] | None = None, partition: str | None = None) -> str:
        """Start a run, as the buttons do, once the code server answers in time; returns its id."""
        selector: dict[str, Any] = {**LOCATION, "jobName": job}
        if assets is not None:
            selector["assetSelection"] = [{"path": asset.split("/")} for asset in assets]
            selector["assetCheckSelection"] = []
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        params = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": tags}}
        until = time.monotonic() + PATIENCE
        # On a busy machine the webserver loses its code server for a moment, and calls every selection of it invalid.
        while (answer := self.ask(LAUNCH, params=params))["launchRun"]["__typename"] == "InvalidSubsetError":
            assert time.monotonic() < until, answer
            time.sleep(2)
        assert answer["launchRun"]["__typename"] == "LaunchRunSuccess", answer
        return answer["launchRun"]["run"]["runId"]

    def ended(self, run_id: str, patience: float = PATIENCE) -> str:
        """Status of a run, once it has ended; after that many seconds the wait is over."""
        until = time.monotonic() + patience
        while (status := self.ask(RUN, id=run_id)["runOrError"]["status"]) not in ENDED:
            assert time.monotonic() < until, f"run {run_id} is still {status}"
            time.sleep(1)
        return status


@contextmanager
def started(county: County, logs: Path) -> Iterator[WebUi]:
    """Webserver and daemon from `workspace.yaml`; both, and all that they started, have ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME", "DBT_PROFILES_DIR"):
            patch.setenv(name, "")
        # As `sna run` does: two programs that both make the databases of a new home trip over each other.
        open_instance(county.settings).dispose()
    environment = county.environment
    commands = [
        ["dagster-webserver", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", port],
        ["dagster-daemon", "run", "-w", "workspace.yaml"],
    ]
    programs: list[subprocess.Popen[bytes]] = []
    try:
        for name, *arguments in commands:
            with (logs / f"{name}.txt").open("wb") as log:
                programs.append(
                    subprocess.Popen([str(BIN / name), *arguments], cwd=PROJECT, env=environment, stdout=log, stderr=log)
                )
        ui = WebUi(county, f"http://127.0.0.1:{port}", tuple(programs))
        _await_answer(ui, logs)
        yield ui
    finally:
        _end(programs)


def _await_answer(ui: WebUi, logs: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            ui.ask("{ version }")
            return
        except (urllib.error.URLError, ConnectionError):
            told = "\n".join(log.read_text()[-2000:] for log in logs.glob("*.txt"))
            assert all(program.poll() is None for program in ui.programs) and time.monotonic() < until, told
            time.sleep(0.5)


def _end(programs: list[subprocess.Popen[bytes]]) -> None:
    """End the programs and their code servers, by process id."""
    families = []
    for program in programs:
        if program.poll() is None:
            own = psutil.Process(program.pid)
            families += [own, *own.children(recursive=True)]
    for process in families:
        if process.is_running():
            process.terminate()
    _, alive = psutil.wait_procs(families, timeout=15)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=15)
    for program in programs:
        program.wait()
