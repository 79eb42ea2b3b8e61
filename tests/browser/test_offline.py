"""What a phone keeps itself, looked at like every other page: copies of lessons, practices and contents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.people import COURSE
from tests.browser.tabs import AXE, LOOKS, Look, Seen, Site, faults, open_context

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def copies(site: Site) -> list[str]:
    """One of each kind: the contents, a lesson with a question, a task, the pages of a practice, and the way back."""
    client = site.app.test_client()
    plan = re.search(r'data-plan="([^"]+)"', client.get(f"/tai-ve/{COURSE}").text)
    assert plan is not None
    urls = [f["url"] for f in client.get(plan[1]).json["files"] if "page" in f]
    found = ["/offline/khung"]
    for pattern in (r"/offline/[^/]+/\d+$", r"/lesson/quet-ma-qr$", r"/task/", r"/them/practice/"):
        found += [url for url in urls if re.search(pattern, url)][: 4 if "them" in pattern else 1]
    return found


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_copies_are_as_good_as_pages(browser: Browser, site: Site, look: Look, shots: Path | None) -> None:
    context = open_context(browser, site, look)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), site.base)
    asked = copies(site)
    assert len(asked) >= 7
    for url in asked:
        seen.page.goto(site.base + url)
        if shots:
            name = re.sub(r"\W+", "-", url).strip("-")
            seen.page.screenshot(path=shots / f"copy-{name}-{look.name}.png", full_page=True)
        found = faults(seen)
        assert not found, f"{url}\n" + "\n".join(found)
        seen.forget()
    context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_taking_along_in_every_state(browser: Browser, site: Site, look: Look, shots: Path | None) -> None:
    context = open_context(browser, site, look)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), site.base)
    for state in (
        "none",
        "running",
        "stopped",
        "failed",
        "changed",
        "ready",
        "new",
        "other",
        "room",
        "full",
        "station",
        "app",
    ):
        seen.page.goto(f"{site.base}/tai-ve/{COURSE}")
        seen.page.wait_for_selector("[data-plan]:not([hidden])")
        seen.page.wait_for_selector("[data-when=none]:not([hidden])")
        seen.page.evaluate(
            """(name) => {
              const place = document.querySelector("[data-plan]");
              outbox.show(place, name, { done: "1,2 MB", total: "3,2 MB", held: "3,2 MB", need: "3,8 MB",
                free: "900 KB", more: "2,9 MB" });
              place.querySelector("svg .fill").setAttribute("width", "38%");
            }""",
            state,
        )
        if shots:
            seen.page.screenshot(path=shots / f"take-{state}-{look.name}.png", full_page=True)
        found = faults(seen)
        assert not found, f"{state}\n" + "\n".join(found)
        seen.forget()
    for state in ("mine", "sign-in", "others"):
        seen.page.goto(f"{site.base}/tai-ve")
        seen.page.evaluate(
            """(name) => {
              const place = document.querySelector("[data-offline=waiting]");
              place.hidden = false;
              outbox.show(place, name, { n: 4, refused: 1 });
            }""",
            state,
        )
        if shots:
            seen.page.screenshot(path=shots / f"waiting-{state}-{look.name}.png", full_page=True)
        found = faults(seen)
        assert not found, f"{state}\n" + "\n".join(found)
        seen.forget()
    context.close()
