"""One file of several months is loaded as one file of each month is."""

import shutil

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.log import loads_in_use, read
from orchestration.publication.releases import current_release
from tests.counties import County

pytestmark = [pytest.mark.xdist_group("extracts"), pytest.mark.slow]
FEW = 3


def joined(county):
    """The monthly CSV files of every feed that are alike, as one file per feed and part; how many were made."""
    made = 0
    for contract in load_contracts().values():
        folder = county.raw / contract.agency / contract.feed
        if contract.cadence != "monthly" or contract.period.column is None or contract.formats != ("csv",) or not folder.exists():
            continue
        by_part = {}
        for file in sorted(folder.glob("20*.csv")):
            by_part.setdefault(file.name[7:], []).append(file)
        for ending, files in by_part.items():
            contents = [file.read_bytes().removeprefix(b"\xef\xbb\xbf") for file in files]
            heads = {content.partition(b"\n")[0] for content in contents}
            if len(files) < 2 or len(heads) > 1:
                continue
            rows = [content.partition(b"\n")[2] for content in contents]
            whole = folder / f"{files[0].name[:7]}_{files[-1].name[:7]}{ending}"
            for file in files:
                file.unlink()
            whole.write_bytes(heads.pop() + b"\n" + b"".join(row if row.endswith(b"\n") else row + b"\n" for row in rows))
            county.list(whole)
            made += 1
    return made


def test_an_extract_is_loaded_as_its_months_are(small_county, tmp_path):
    county = County(tmp_path / "raw", tmp_path / "home", small_county.variables)
    shutil.copytree(small_county.raw, county.raw)
    county.home.mkdir()
    shutil.copy(small_county.home / "home.json", county.home)
    assert joined(county) > FEW
    done = county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = (current_release(one.settings.published) for one in (small_county, county))
    assert after.manifest["content"] == before.manifest["content"]

    def rows(one):
        return {load.slot: (load.rows_accepted, load.rows_rejected) for load in loads_in_use(read(one.settings.landing))}

    assert rows(county) == rows(small_county)
    extracts = [load for load in read(county.settings.landing) if load.portions]
    assert len(extracts) > FEW and all(len(load.portions) >= 2 for load in extracts)
