"""Commands of `sna` in this process, as a person would type them: what they print, and how they end."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pytest
from _pytest.mark.structures import ParameterSet

from orchestration.cli import app

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
                app._run()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            said = capfd.readouterr()
        assert "Traceback" not in said.out + said.err
        return Answer(status, said.out + said.err)

    return run


def rest_is_slow(cases: Iterable[object], fast: int = 1) -> list[ParameterSet]:
    """Cases of a test of which the first are enough for every day, and the others are of the full tier."""
    names = list(cases) if isinstance(cases, Mapping) else None
    values = list(cases.values()) if isinstance(cases, Mapping) else list(cases)
    marks = [()] * fast + [(pytest.mark.slow,)] * len(values)
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=mark, id=names[place] if names else None)
        for place, (value, mark) in enumerate(zip(values, marks, strict=False))
    ]
