"""Commands in messages can be copied."""

from rich.table import Table

from orchestration import terminal


def test_a_message_names_the_command_as_it_was_called(monkeypatch, capsys):
    terminal.console.print("Next: `sna refresh`, then `sna status`.")
    monkeypatch.setattr(terminal, "CALLED_AS", "./sna")
    terminal.console.print("Next: `sna refresh`, then `sna status`.", Table())
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "Next: `sna refresh`, then `sna status`."
    assert second.strip() == "Next: `./sna refresh`, then `./sna status`."
