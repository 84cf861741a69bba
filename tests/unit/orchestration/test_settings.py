"""Where things are, and the key."""

import pytest

from orchestration.settings import Settings, SettingsError, is_the_one_county


def test_paths_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "r"))
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "h"))
    settings = Settings.from_env()
    assert (settings.raw, settings.warehouse) == (tmp_path / "r", tmp_path / "h" / "warehouse.duckdb")


def test_a_key_is_made_once_and_only_its_owner_reads_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SNA_PSEUDONYM_KEY", raising=False)
    first = Settings(tmp_path, tmp_path).pseudonym_key
    assert Settings(tmp_path, tmp_path).pseudonym_key == first
    assert len(first) == 64
    (file,) = (tmp_path / "secrets").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_short_key_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", "short")
    with pytest.raises(SettingsError, match="at least 16"):
        _ = Settings(tmp_path, tmp_path).pseudonym_key


def test_reconciliation_is_strict_unless_said_otherwise(monkeypatch):
    monkeypatch.delenv("SNA_RECONCILIATION", raising=False)
    assert is_the_one_county()
    monkeypatch.setenv("SNA_RECONCILIATION", "report")
    assert not is_the_one_county()
    monkeypatch.setenv("SNA_RECONCILIATION", "never")
    with pytest.raises(SettingsError, match="strict or report"):
        is_the_one_county()
