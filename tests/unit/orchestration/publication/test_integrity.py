"""A release is what was published, to the byte, and what is not is named."""

import json
import subprocess

import pytest

from orchestration.publication.integrity import verify


def writable(path):
    path.chmod(0o644)
    return path


def test_an_untouched_release_is_whole_and_sha256sum_agrees(press):
    folder = press.publish().folder
    assert verify(folder) == []
    done = subprocess.run(["sha256sum", "--check", "manifest.sha256"], cwd=folder, capture_output=True, text=True)
    assert done.stdout == "manifest.json: OK\n"


def test_a_flipped_byte_in_any_file_is_found(press):
    folder = press.publish().folder
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(files) == 3 + 2 * 12
    for path in files:
        content = path.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            flipped = bytearray(content)
            flipped[place] ^= 1
            writable(path).write_bytes(flipped)
            assert any(path.name in problem for problem in verify(folder)), (path.name, place)
        path.write_bytes(content)
    assert verify(folder) == []


def test_a_missing_file_and_a_strange_one_are_found(press):
    folder = press.publish().folder
    (folder / "csv" / "sna" / "figures.csv").unlink()
    (folder / "csv" / "sna" / "notes.csv").write_text("x")
    assert verify(folder) == [
        "File csv/sna/figures.csv is missing.",
        "File csv/sna/notes.csv was not published with this release.",
    ]


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("delete from sna.figures where value = 3", "Table sna.figures holds 9 rows, and was published with 10."),
        ("update sna.figures set value = 4 where value = 3", "Table sna.figures does not hold the values that were published."),
        ("drop table sna.figures", "Table sna.figures is missing."),
    ],
)
def test_tables_are_counted_beside_the_bytes(press, sql, reported):
    """Somebody who changes the file and its hashes as well is found by the tables."""
    import duckdb

    from orchestration.publication.integrity import file_hashes, seal

    folder = press.publish().folder
    con = duckdb.connect(str(writable(folder / "sna_marts.duckdb")))
    con.execute(sql)
    con.close()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = file_hashes(folder)
    writable(folder / "manifest.json").write_text(json.dumps(manifest))
    writable(folder / "manifest.sha256").write_text(seal(folder))
    assert verify(folder) == [reported]
