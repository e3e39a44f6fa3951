"""The report on paper: no picture is cut by the edge of a page. Printed by Chromium where there is one."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.report import page_of
from analytics.report.gathering import Report
from tests.analytics.store.making import EVENING

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
#: A word at the top of each picture, and one at its bottom.
PICTURES = (("periodic, not asleep", "1 mg"), ("not asleep  ", "Movements per clock hour."))

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to print with"),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext (poppler-utils) here to read pages"),
]


def printed(html: str, folder: Path) -> list[str]:
    """The text of each page."""
    source, target = folder / "report.html", folder / "report.pdf"
    source.write_text(html, encoding="utf-8")
    command = [
        CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--no-pdf-header-footer", f"--user-data-dir={folder / 'browser'}", f"--print-to-pdf={target}", source.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = subprocess.run(["pdftotext", "-layout", target, "-"], check=True, capture_output=True, timeout=60).stdout
    return text.decode().split("\f")[:-1]


def test_no_page_cuts_a_picture_and_every_night_begins_on_a_new_one(report: Report, tmp_path: Path) -> None:
    first = report.nights[0]
    before = [EVENING - timedelta(days=i) for i in range(16, 0, -1)]
    many = [replace(first, night=replace(first.night, night_date=day)) for day in before]
    pages = printed(page_of(replace(report, nights=(*many, *report.nights))), tmp_path)
    assert sum("Night of " in page for page in pages) == 20
    for page in pages:
        assert page.count("Night of ") <= 1
        for top, bottom in PICTURES:
            assert (top in page) == (bottom in page), page
    (overview,) = [page for page in pages if "flags, review" in page]
    assert all(f"{one.night.night_date:%a %d %b}" in overview for one in (many[0], report.nights[-1]))
    assert "Method and limits" in pages[-1]
