"""What the README says can be done, can be done."""

import re

from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home.environment import PROJECT

README = (PROJECT / "README.md").read_text()


def test_every_command_in_the_table_exists_and_none_is_left_out():
    told = set(re.findall(r"^\| `sna (\w+)", README, re.MULTILINE))
    groups = {group.name for group in app.registered_groups}
    assert told == {command.callback.__name__ for command in app.registered_commands} | groups
    for command in told:
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_every_link_leads_somewhere():
    for page in (PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")):
        # What stands between backticks is code, and may look like a link: a pattern of file names does.
        prose = re.sub(r"`[^`\n]*`", "", page.read_text())
        for link in re.findall(r"\]\((?!http)([^)#]+)", prose):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_every_make_target_exists():
    makefile = (PROJECT / "Makefile").read_text()
    for target in set(re.findall(r"`?make (\w+)`?", README)) - {"are"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
