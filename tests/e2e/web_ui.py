"""The web UI as a person starts it, and the questions that its pages ask over GraphQL."""

from __future__ import annotations

import json
import shutil
import signal
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

from orchestration.home.environment import PROJECT
from tests.conftest import BIN, County

LOCATION = {"repositoryLocationName": "serious_violence", "repositoryName": "__repository__"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
# For a machine that is busy with other things; nothing waits this long otherwise.
PATIENCE = 300

LAUNCH = """mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } ... on InvalidSubsetError { message } } }"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status jobName assetSelection { path } } } }"
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class WebUi:
    """`sna run` over one county.

    Attributes:
        said: what it and its programs print.
    """

    county: County
    url: str
    service: subprocess.Popen[bytes]
    said: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """What the server answers to a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json", "Origin": self.url})
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
def started(county: County, logs: Path, *options: str) -> Iterator[WebUi]:
    """`sna run`, answering; it, and all that it started, have ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    said = logs / "sna-run.txt"
    with said.open("wb") as log:
        command = [str(BIN / "sna"), "run", "--port", port, *options]
        service = subprocess.Popen(command, cwd=PROJECT, env=county.environment, stdout=log, stderr=log)
    ui = WebUi(county, f"http://127.0.0.1:{port}", service, said)
    try:
        _await_answer(ui)
        yield ui
    finally:
        end(ui)


def _await_answer(ui: WebUi) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            ui.ask("{ version }")
            return
        except (urllib.error.URLError, ConnectionError):
            assert ui.service.poll() is None and time.monotonic() < until, ui.said.read_text()[-4000:]
            time.sleep(0.5)


def end(ui: WebUi) -> int:
    """End the service as Ctrl-C does, and by force what does not end then, by process id; returns its exit status."""
    family = []
    if ui.service.poll() is None:
        own = psutil.Process(ui.service.pid)
        family = [own, *own.children(recursive=True)]
        ui.service.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=15)
    return ui.service.wait()
