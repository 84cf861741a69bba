"""``python -m synthetic --raw DIR [--seed N] [--scale N] [--dirt]``: write the demonstration deliveries."""

from __future__ import annotations

import argparse
from pathlib import Path

from synthetic import write_demo


def main() -> None:
    """Parse the arguments, write, and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m synthetic", description="Write demonstration deliveries.")
    parser.add_argument("--raw", type=Path, required=True, help="landing zone to write into")
    parser.add_argument("--seed", type=int, default=2024, help="same seed, same bytes (default 2024)")
    parser.add_argument("--scale", type=int, default=1, help="a force of so many times the people, streets and wards (default 1)")
    parser.add_argument("--dirt", action="store_true", help="add known faults and a manifest of them")
    options = parser.parse_args()
    summary = write_demo(options.raw, seed=options.seed, scale=options.scale, faults=options.dirt)
    for feed, rows in summary.rows.items():
        print(f"{feed}: {summary.files[feed]} files, {rows:,} rows")
    print(f"Written to {summary.raw} in {summary.seconds:.1f} s")


if __name__ == "__main__":
    main()
