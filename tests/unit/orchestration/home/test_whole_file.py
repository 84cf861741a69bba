"""A file is replaced whole, and of what cannot be written nothing is left."""

import pytest

from orchestration.home import whole_file


def test_it_is_replaced_with_its_permissions(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("before")
    whole_file.write(file, "after Zoë", mode=0o600, durable=True)
    assert file.read_text("utf-8") == "after Zoë" and file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("step", ["touch", "write_text", "replace"])
def test_what_cannot_be_written_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch, step):
    file = tmp_path / "a.json"
    file.write_text("before")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"pathlib.Path.{step}", full)
    with pytest.raises(OSError, match="No space left"):
        whole_file.write(file, "after", mode=0o600)
    monkeypatch.undo()
    assert file.read_text() == "before" and list(tmp_path.iterdir()) == [file]


def test_it_may_be_written_in_another_folder_first(tmp_path):
    folder = tmp_path / "beside"
    folder.mkdir()
    whole_file.write(tmp_path / "a.json", "after", folder=folder)
    assert (tmp_path / "a.json").read_text() == "after" and not list(folder.iterdir())
