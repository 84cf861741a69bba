"""Arguments that nobody means: each is answered in a sentence and a status, and nothing is done."""

import errno
import os

import pytest
import typer.main

from orchestration.cli import app
from orchestration.home import creation
from orchestration.home.disk_errors import NO_PATH, advice
from tests.commands import runner


def leaves(group, before=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*before, name))
        else:
            yield (*before, name)


COMMANDS = sorted(leaves(typer.main.get_command(app.app)))
LONG = "x" * 70_000


@pytest.fixture
def sna(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", "")
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capfd)


def one_sentence(answer, *, status=2):
    assert answer.status == status, answer.said
    assert 0 < len(answer.said) < 1_000 and "Traceback" not in answer.said and "\x1b" not in answer.said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_argument_that_is_empty_or_longer_than_any_path_is_refused(sna, tmp_path, command):
    for odd in ("", " ", "\t\n", "--reason=", "--home= ", LONG, f"--reason={LONG}"):
        one_sentence(sna(*command, odd))
    assert list(tmp_path.iterdir()) == []


def test_an_unset_variable_does_not_deliver_the_folder_in_which_it_is_used(sna, tmp_path):
    (tmp_path / "crimes_2023-07.csv").write_text("x\n")
    one_sentence(sna("deliver", ""))
    one_sentence(sna("init", "--area", "derbyshire", "--home", ""))
    assert [path.name for path in tmp_path.iterdir()] == ["crimes_2023-07.csv"]


@pytest.mark.parametrize("home", ["file/x", "a/" * 3 + "x" * 300])
def test_a_home_that_no_path_can_name_is_reported_with_the_reason(sna, tmp_path, home):
    (tmp_path / "file").write_text("x")
    answer = sna("init", "--area", "derbyshire", "--home", str(tmp_path / home))
    one_sentence(answer, status=1)
    assert any(reason in " ".join(answer.said.split()) for reason in NO_PATH.values())


def test_a_path_that_can_be_none_is_shown_short_and_printable(tmp_path):
    said = advice(OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), "/\x1b[31m" + LONG), tmp_path)
    assert said is not None and len(said) < 400 and "\x1b" not in said


def test_text_that_is_none_is_reported_as_such(sna, monkeypatch):
    def refuse():
        "\udcff".encode()

    monkeypatch.setattr(app, "app", refuse)
    one_sentence(sna("reconcile", "--table", "\udcff"))
    with pytest.raises(Exception, match="UnicodeEncodeError"):
        sna("reconcile", "--table", "T1")


@pytest.mark.parametrize("seed", ["-1", "1e3", "NaN", "x"])
def test_a_seed_is_a_number_from_nought(sna, seed):
    one_sentence(sna("demo", "--seed", seed))


@pytest.mark.parametrize("out", ["pipe", "folder", "file/x", "none/x", "/dev/null"])
def test_an_import_is_written_to_a_file_alone(sna, tmp_path, out):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    creation.make(tmp_path / "home", "derbyshire", "demonstration")
    one_sentence(sna("bi", "superset", "--out", str(tmp_path / out)))


@pytest.mark.parametrize("out", ["file", "loop", "/dev/null"])
def test_a_project_is_written_to_a_folder_alone(sna, tmp_path, out):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_text("x")
    creation.make(tmp_path / "home", "derbyshire", "demonstration")
    one_sentence(sna("bi", "powerbi", "--out", str(tmp_path / out)))
