"""Commands in messages can be copied; nothing moves where there is no terminal."""

import io
import threading

import pytest
from rich.console import Console
from rich.table import Table

from orchestration.text import console


def test_a_message_names_the_command_as_it_was_called(monkeypatch, capsys):
    console.console.print("Next: `sna refresh`, then `sna status`.")
    monkeypatch.setattr(console, "CALLED_AS", "./sna")
    console.console.print("Next: `sna refresh`, then `sna status`.", Table())
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "Next: `sna refresh`, then `sna status`."
    assert second.strip() == "Next: `./sna refresh`, then `./sna status`."


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_spinner_turns_on_a_terminal_only(is_terminal):
    out = io.StringIO()
    shown = Console(file=out, force_terminal=is_terminal)
    before = threading.active_count()
    with console.working(shown, "reading") as show:
        assert threading.active_count() == before + is_terminal
        show("writing")
        shown.print("read")
    assert ("writing" in out.getvalue()) == ("\x1b" in out.getvalue()) == is_terminal
    assert "read\n" in out.getvalue()
