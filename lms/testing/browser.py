"""A real browser for tests: finds Chromium and starts it the same way everywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lms.testing.pytest_plugin import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# The first has no windows, menus and pages of settings, and starts and works in two thirds of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def flags() -> list[str]:
    """How Chromium is started: nothing that calls home; without its sandbox where root runs it, as it demands."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def find_chromium(downloaded: str = "") -> str:
    """The path of Chromium: LMS_TEST_CHROMIUM, else the first on PATH, else Playwright's own download, else ''."""
    named = os.environ.get("LMS_TEST_CHROMIUM", "")
    if named:
        return named if Path(named).is_file() else ""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return downloaded if downloaded and Path(downloaded).is_file() else ""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; skips the test, or fails it under LMS_TEST_STRICT=1, where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright", "pip install playwright")
    with sync_playwright() as playwright:
        yield from _running(playwright)


def _running(playwright: Playwright) -> Iterator[Browser]:
    path = find_chromium(playwright.chromium.executable_path)
    if not path:
        missing("Chromium", "apt-get install chromium, or set LMS_TEST_CHROMIUM")
    browser = playwright.chromium.launch(executable_path=path, args=flags(), chromium_sandbox=os.geteuid() != 0)
    try:
        yield browser
    finally:
        browser.close()
