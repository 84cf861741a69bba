"""Pictures of four pages of the report, for the README and the guide: `make screenshot`; needs Chromium.

    python -m tests.screenshots HOME FOLDER

HOME is a refreshed home of the demonstration, whose report is pictured; pictures go to FOLDER as report-<page>.png.
"""

from __future__ import annotations

import sys
from pathlib import Path

from orchestration.home.settings import Settings
from tests.e2e.web_ui import CHROMIUM, FLAGS

# Page of the report, and which of them where there are several.
PAGES = {"index": "index", "district": "district-*", "map-lsoas": "map-lsoas", "section-3": "section-3"}
WIDTH, HEIGHT = 1200, 1000


def main(home: Path, folder: Path) -> None:
    """Write the pictures.

    Raises:
        SystemExit: there is no Chromium, or no report.
    """
    from playwright.sync_api import sync_playwright

    report = Settings(home / "raw", home).published / "report"
    if CHROMIUM is None or not report.is_dir():
        raise SystemExit(f"A report in {report} and Chromium (apt-get install chromium) are needed. Next: `./sna report`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, pattern in PAGES.items():
            page.goto(max(report.glob(f"{pattern}.html")).as_uri())
            page.screenshot(path=folder / f"report-{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
