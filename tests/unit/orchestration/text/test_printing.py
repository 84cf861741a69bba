"""Nothing that a sender wrote is obeyed: not by a terminal, by Rich or by Markdown."""

from __future__ import annotations

import io

import pytest
from markdown_it import MarkdownIt
from rich.table import Table

from orchestration.text.console import SafeConsole
from orchestration.text.printing import markdown, printable

OBEYED = ["\x1b[2J", "\x1b]0;pwned\x07", "\x9b2J", "\r", "\b", "\u202e", "\u2066", "\x00", "\u2028", "\ue000"]


@pytest.mark.parametrize("text", OBEYED)
@pytest.mark.parametrize("markup", [True, False])
def test_a_terminal_gets_nothing_to_obey(text, markup):
    console = SafeConsole(file=io.StringIO(), force_terminal=True, width=200)
    cells = Table()
    cells.add_column(f"a{text}b")
    cells.add_row(f"c{text}d")
    console.print(f"y{text}z", markup=markup, highlight=False)
    console.print(cells)
    written = console.file.getvalue()
    plain = written.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\n", "")
    assert plain.isprintable(), repr(plain)
    assert "yz" not in plain or text in ("\r", "\b")  # Rich itself takes these out


@pytest.mark.parametrize("text", ["[/red]", "[bold", "[/]", "[link=http://example.org]x[/bold]"])
def test_brackets_that_are_no_markup_do_not_stop_a_command(text):
    console = SafeConsole(file=io.StringIO(), width=200)
    console.print(f"Sheet {text} is missing")
    assert "is missing" in console.file.getvalue()


def test_a_refresh_in_colour_keeps_its_colour():
    console = SafeConsole(file=io.StringIO(), force_terminal=True)
    console.print("[red]Refused[/] é\u00a0ü")
    assert console.file.getvalue() == "\x1b[31mRefused\x1b[0m é ü\n"


MARKED = [
    "![x](http://example.org/a.png)",
    "<img src=http://example.org/a.png>",
    "[x](javascript:alert(1))",
    "http://example.org www.example.org",
    "`` ` `` <b>x</b>",
    "\n\n# Heading\n\n- list\n\n```\ncode",
    "| a | b |\n|---|---|\n| ![x](y) | <i> |",
    "\\`<img src=x>",
]


@pytest.mark.parametrize("text", MARKED)
def test_markdown_makes_nothing_of_it(text):
    tokens = MarkdownIt("commonmark", {"html": True}).parse(f"- {markdown('a: ' + text + ' b')}\n- next")
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert kinds == {
        *("bullet_list_open", "list_item_open", "paragraph_open", "inline", "code_inline", "text"),
        *("paragraph_close", "list_item_close", "bullet_list_close"),
    }


def test_printable_leaves_layout_and_every_script():
    assert printable("é\u00a0Ł 山\nx") == "é Ł 山\nx"
