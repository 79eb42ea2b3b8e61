"""A tab in the browser, and what must hold for whatever page is open in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from tests.browser.people import practice_answer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can become wrong where the same elements are only larger and stronger in colour.
OF_APPEARANCE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
# What a sticky bar covers can be scrolled free, so the bars lie still while targets are measured; that the focus is
# never hidden behind one is tested with the keyboard. Names that are the same in every language (acts in the journal)
# stand in <code>.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 6).map((e) => e.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth}`])"""
# All that is asked of a page, in one go.
RUN = r"""async ([type, values]) => {
  for (const bar of document.querySelectorAll(".tabs, .dock")) bar.style.position = "static";
  const found = await axe.run(document, {
    runOnly: {type, values}, resultTypes: ["violations"], preload: false, elementRef: false,
    iframes: false,  // a preview is a page of its own, and looked at as one
  });
  const faults = found.violations.map((v) => `${v.id}: ${v.help}\n    ` + v.nodes.slice(0, 4).map(
    (n) => n.html.slice(0, 160) + " | " + (n.failureSummary || "").replace(/\s+/g, " ").slice(0, 300)).join("\n    "));
  const wide = (WIDER)();
  const names = [...document.querySelectorAll("code")];
  names.forEach((name) => { name.hidden = true; });
  const said = document.title + " " + document.body.innerText;
  names.forEach((name) => { name.hidden = false; });
  return {faults, wide, headings: document.querySelectorAll("h1").length, lang: document.documentElement.lang, said};
}""".replace("WIDER", WIDER)
WISHES = """([size, contrast]) => {
  for (const [name, value] of [["data-text", size], ["data-contrast", contrast]])
    if (value) document.documentElement.setAttribute(name, value); else document.documentElement.removeAttribute(name);
}"""
# English words that no Vietnamese sentence holds, not even one typed without marks.
ENGLISH = re.compile(
    r"\b(and|your|you|with|from|this|please|is|of|for|are|not yet|sign in|number|question|lesson)\b", re.I
)


@dataclass
class Site:
    """A running site."""

    app: Flask
    base: str


@dataclass(frozen=True)
class Look:
    """A screen and the reader's wishes."""

    name: str
    width: int
    height: int
    size: str = ""
    contrast: str = ""


LOOKS = (
    Look("phone", 360, 740),
    Look("phone-largest", 360, 740, "xl", "high"),
    Look("desktop", 1280, 800),
)


@dataclass
class Seen:
    """A tab, with everything that its pages asked for and complained about."""

    page: Page
    base: str
    requests: list[Request] = field(default_factory=list)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    only_larger: bool = False  # the page was looked at as it is, and now only its letters and colours are others

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("console", lambda m: self._complain(m.type, m.text, m.location.get("url", "")))
        self.page.on("pageerror", lambda error: self.complaints.append((str(error), "")))

    def _complain(self, kind: str, text: str, url: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append((text, url))

    def status(self) -> int:
        """How the server answered when the page now open was asked for, by the browser or by our script."""
        pages = [r for r in self.requests if r.is_navigation_request() or r.headers.get("x-fragment") == "page"]
        answer = pages[-1].response()
        assert answer is not None
        return answer.status

    def turn_to(self, look: Look) -> None:
        """Shows the page now open on this screen, as to a reader with these wishes.

        The server writes the wishes into the first tag of every page, which another test looks at; here they are put
        there, so that a page need not be asked for once more.
        """
        self.page.set_viewport_size({"width": look.width, "height": look.height})
        self.page.evaluate(WISHES, [look.size, look.contrast])
        self.only_larger = bool(look.size or look.contrast)

    def forget(self) -> None:
        self.requests.clear()
        self.complaints.clear()


def open_context(
    browser: Browser, site: Site, look: Look = LOOKS[0], session: str = "", script: bool = True
) -> BrowserContext:
    """A browser of somebody's own: screen, wishes, session."""
    context = browser.new_context(
        base_url=site.base,
        viewport={"width": look.width, "height": look.height},
        java_script_enabled=script,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    wishes = {"hv": session, "size": look.size, "contrast": look.contrast}
    context.add_cookies([{"name": n, "value": v, "url": site.base} for n, v in wishes.items() if v])
    return context


def faults(seen: Seen, status: int = 200) -> list[str]:
    """Everything that is wrong with the page now open: for assistive technology, on a narrow screen, in the console,
    on the network, in its language. An expected refusal (`status`) is no complaint. The tab was opened with axe in it.
    """
    rules = ["rule", OF_APPEARANCE] if seen.only_larger else ["tag", TAGS]
    page: dict[str, Any] = seen.page.evaluate(RUN, rules)
    found = [f"axe {line}" for line in page["faults"]]
    found += [f"wider than the screen: {line}" for line in page["wide"]]
    if page["headings"] != 1:
        found.append(f"{page['headings']} headings of the first rank")
    for text, url in seen.complaints:
        if not (status >= 400 and str(status) in text and url.startswith(seen.base)):
            found.append(f"console: {text} ({url})")
    for request in seen.requests:
        if not request.url.startswith((seen.base + "/", "data:", "blob:")):
            found.append(f"asks elsewhere: {request.url}")
    if page["lang"] == "vi":
        said = {match[0].lower() for match in ENGLISH.finditer(page["said"])}
        if said:
            found.append(f"English words: {sorted(said)}")
    return found


def press(page: Page, selector: str) -> None:
    """Presses a button and waits for the page that it leads to."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def back(page: Page) -> None:
    """Goes back in the browser's history, from a page that came with the answer to a form; the one before is loaded."""
    with page.expect_event("load"):
        page.go_back()


def fill(page: Page, app: Flask, item: str, right: bool, within: Locator | None = None) -> None:
    """Answers a practice question, rightly or wrongly, as its page shows it."""
    put(within or page.locator("main"), practice_answer(app, item, right))


def put(where: Locator, fields: dict[str, list[str]]) -> None:
    """Chooses in radio buttons, boxes and lists, or types, what a form would send as `fields`."""
    for name, values in fields.items():
        lists = where.locator(f"select[name='{name}']")
        if lists.count():
            lists.select_option(values)
            continue
        for box in where.locator(f"input[name='{name}'][type=checkbox]").all():
            box.set_checked(box.get_attribute("value") in values, force=True)
        typed = where.locator(f"input[name='{name}'][type=text]")
        if typed.count():
            typed.fill(values[0])
            continue
        for value in values:
            where.locator(f"input[name='{name}'][value='{value}']").check(force=True)
