"""Same seed, same bytes; another seed, other records with the same totals."""

import csv
import hashlib

import pytest

from orchestration.ingest.landing_zone.demonstration import DEFAULT, FILE, SAMPLE, Listing, default_files
from synthetic import write_demo
from synthetic.demo.landing_zone import RETURNS
from synthetic.feeds.nominals import TRUTH
from tests import counties

pytestmark = pytest.mark.xdist_group("synthetic")


def digests(raw):
    return {
        str(path.relative_to(raw)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(raw.glob("*/*/*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_bytes_that_it_has_always_written(raw):
    """After a change of the generator: `python -m tests.integration.synthetic.demo.test_landing_zone` writes the list again."""
    with DEFAULT.open(newline="", encoding="utf-8") as file:
        listed = {name: digest for name, digest, _ in csv.reader(file)}
    assert digests(raw) == listed == dict(Listing.read(raw).files)
    assert default_files() == set(listed.values())


@pytest.mark.slow
def test_another_seed_makes_other_records_with_the_same_totals(raw, count, tmp_path):
    write_demo(tmp_path, seed=7)
    ours, other = digests(raw), digests(tmp_path)
    assert ours.keys() == other.keys()
    months = [name for name in ours if "constabulary/" in name or "street/" in name]
    assert all(ours[name] != other[name] for name in months)
    with count(tmp_path) as con:
        assert con.execute("from differing").fetchall() == []


def test_summary_and_progress(demo, tmp_path):
    messages: list[str] = []
    for scale in (0, 34):
        with pytest.raises(ValueError, match="scale"):
            write_demo(tmp_path, scale=scale, progress=messages.append)
    assert not messages and not list(tmp_path.iterdir())
    assert demo.files["derbyshire_constabulary/crimes"] == 61
    deliveries = [path for path in demo.raw.glob("*/*/*") if path.is_file()]
    assert sum(demo.files.values()) + demo.returns == len(deliveries)
    # Beside the deliveries: their list, and who is who among the nominals.
    assert sorted(path.name for path in demo.raw.iterdir() if path.is_file()) == [FILE, TRUTH]
    assert Listing.read(demo.raw).report == ("2019-04", "2024-03")


if __name__ == "__main__":
    with DEFAULT.open("w", newline="", encoding="utf-8") as file:
        found = sorted(digests(counties.demo().raw).items())
        rows = [(name, digest, SAMPLE if (RETURNS / name).exists() else "made up") for name, digest in found]
        csv.writer(file, lineterminator="\n").writerows(rows)
