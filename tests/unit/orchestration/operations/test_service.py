"""`sna run` prints the declared schedules and sensors before anything is started, and refuses what cannot be served."""

import socket

import pytest
import yaml

from orchestration.home import lock
from orchestration.home.environment import SettingsError
from orchestration.home.settings import Settings
from orchestration.operations import configuration, service


def test_without_an_environment_it_says_that_nothing_runs_automatically_and_how_to_change_that(monkeypatch):
    monkeypatch.delenv("SNA_ENVIRONMENT", raising=False)
    (line,) = service.declared()
    assert "No schedules or sensors" in line
    assert "set SNA_ENVIRONMENT (production, acceptance, development)" in line


def test_it_names_what_an_environment_declares(monkeypatch):
    monkeypatch.setenv("SNA_ENVIRONMENT", "production")
    printed = "\n".join(service.declared())
    for words in ("day 5 of each month at 06:00 in London", "landing_zone", "log, webhook, email"):
        assert words in printed
    monkeypatch.setenv("SNA_ENVIRONMENT", "development")
    assert "No refresh starts automatically." in service.declared()[-2]


@pytest.mark.parametrize("setting", ["SNA_ENVIRONMENT", "SNA_ANALYSTS_GROUP"])
def test_an_unknown_environment_or_group_is_refused_before_anything_starts(tmp_path, monkeypatch, setting):
    monkeypatch.setenv(setting, "producton")
    with pytest.raises(SettingsError, match="producton"):
        service.run(Settings(tmp_path, tmp_path / "home"), 0, print)
    assert not (tmp_path / "home").exists()


def test_a_sign_on_without_its_secret_is_refused_before_anything_starts(tmp_path, monkeypatch):
    policy = yaml.safe_load(configuration.DEFAULT.read_text())
    policy["web"]["sign_on"] = {"address": "https://sna.example.org", "secret_variable": "SNA_PROXY_SECRET"}
    (tmp_path / "operations.yaml").write_text(yaml.safe_dump(policy))
    monkeypatch.setenv("SNA_OPERATIONS", str(tmp_path / "operations.yaml"))
    monkeypatch.delenv("SNA_PROXY_SECRET", raising=False)
    with pytest.raises(SettingsError, match="SNA_PROXY_SECRET holds 0 characters"):
        service.run(Settings(tmp_path, tmp_path / "home"), 0, print)
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} .*--port"):
            service.run(Settings(tmp_path, tmp_path / "home"), port, print)


def test_a_home_is_served_once(tmp_path):
    settings = Settings(tmp_path, tmp_path / "home")
    with lock.alive(settings.runs_alive, service.SERVICE), pytest.raises(lock.HomeLockedError, match="already served"):
        service.run(settings, 0, print)
