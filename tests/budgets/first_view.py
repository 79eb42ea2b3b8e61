"""What a phone must fetch before it can show a page: counted from the answers themselves, without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import Client

GZIP = {"Accept-Encoding": "gzip"}
LATER = ("template", "noscript")


@dataclass
class Weighed:
    """An answer as it travels."""

    status: int
    sent: int
    text: str


def weigh(client: Client, path: str) -> Weighed:
    """Asks for something as browsers do, and weighs the body as it is sent."""
    with client.get(path, headers=GZIP, follow_redirects=True) as answer:
        body = answer.get_data()
        raw = body
        if answer.headers.get("Content-Encoding") == "gzip":
            import gzip

            raw = gzip.decompress(body)
        kind = answer.mimetype or ""
        is_text = kind.startswith("text/") or kind == "image/svg+xml"
        return Weighed(answer.status_code, len(body), raw.decode() if is_text else "")


class _Needs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.pictures: list[str] = []
        self.icons: list[str] = []
        self.lazy: list[str] = []
        self.headings = 0
        self.classes = ""
        self._later = 0  # how many templates, and texts for browsers without scripts, we are in: nothing is fetched

    def handle_endtag(self, tag: str) -> None:
        self._later -= tag in LATER

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        self._later += tag in LATER
        if self._later:
            return
        if tag == "script" and "src" in a:
            self.scripts.append(a["src"])
        elif tag == "link" and a.get("rel") == "stylesheet":
            self.styles.append(a["href"])
        elif tag == "link" and a.get("rel") == "icon":
            self.icons.append(a["href"])
        elif tag == "img":
            (self.lazy if a.get("loading") == "lazy" else self.pictures).append(a["src"])
        elif tag == "h1":
            self.headings += 1
        elif tag == "body":
            self.classes = a.get("class", "")


@dataclass
class FirstView:
    """A page and what it needs: bytes as sent, in KB of 1000 bytes."""

    status: int
    html: float
    script: float = 0
    style: float = 0
    font: float = 0
    pictures: list[float] = field(default_factory=list)
    icons: float = 0
    requests: int = 1
    headings: int = 0
    staff: bool = False
    later: list[str] = field(default_factory=list)  # pictures that are fetched when the reader comes to them
    above: list[str] = field(default_factory=list)

    @property
    def all(self) -> float:
        return self.html + self.script + self.style + self.font + sum(self.pictures) + self.icons


def first_view(client: Client, path: str) -> FirstView:
    """Weighs a page with everything that it asks for at once."""
    page = weigh(client, path)
    needs = _Needs()
    needs.feed(page.text)
    seen = FirstView(page.status, page.sent / 1000, headings=needs.headings, staff="staff" in needs.classes.split())
    css = page.text
    seen.script = sum(_fetched(client, src, seen) for src in needs.scripts)
    for href in needs.styles:
        style = weigh(client, href)
        css += style.text
        seen.style += style.sent / 1000
        seen.requests += 1
    fonts = sorted(set(re.findall(r"@font-face[^}]*?url\([\"']?([^\"')]+)", css)))
    seen.font = sum(_fetched(client, font, seen) for font in fonts)
    seen.pictures = [
        _fetched(client, src, seen) for src in dict.fromkeys(needs.pictures) if not src.startswith("data:")
    ]
    seen.icons = sum(_fetched(client, href, seen) for href in needs.icons)
    seen.later, seen.above = list(dict.fromkeys(needs.lazy)), list(dict.fromkeys(needs.pictures))
    return seen


def _fetched(client: Client, path: str, seen: FirstView) -> float:
    found = weigh(client, path)
    assert found.status == 200, path
    seen.requests += 1
    return found.sent / 1000
