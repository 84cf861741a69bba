"""Commands of `sna` in this process, as a person would give them: what they print, and how they end."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from orchestration import cli

Commands = Callable[..., "Answer"]


@dataclass(frozen=True)
class Answer:
    """Exit status, and both streams; no command may end with anything else than a status."""

    status: int
    said: str

    def remedies(self) -> list[str]:
        """The commands that it names, without `sna`."""
        return re.findall(r"`sna ([^`]+)`", " ".join(self.said.split()))


def runner(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Commands:
    def run(*arguments: str, **environment: str) -> Answer:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr("sys.argv", ["sna", *arguments])
            patch.setattr("sys.stdin", io.StringIO())
            capfd.readouterr()
            try:
                cli._run()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            said = capfd.readouterr()
        assert "Traceback" not in said.out + said.err
        return Answer(status, said.out + said.err)

    return run
