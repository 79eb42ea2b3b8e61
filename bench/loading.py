"""W16: what a page brings over the line, to a browser that has never been here and to one that has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from bench.browsing import HttpBrowser
from bench.data import COURSE, PROGRAMME
from bench.learner import Answer

_NAMED = re.compile(r"""<(?:link|script|img|source|use|audio)\b[^>]*?\s(?:href|src)=["']([^"']+)["'][^>]*>""")
_SKIPPED = re.compile(r"""rel=["']?(?:canonical|alternate|next|prev|author|license|help)\b|preload=["']none""")
_IN_STYLE = re.compile(r"""url\(["']?(/[^"')]+)["']?\)""")


@dataclass(frozen=True)
class Load:
    """Bytes on the wire and requests, cold and warm."""

    cold_bytes: int
    cold_requests: int
    warm_bytes: int
    warm_requests: int


def named_in(page: str) -> list[str]:
    """The files of this server that a page's markup and style ask for, each once, in order."""
    found = [unescape(m[1]) for m in _NAMED.finditer(page) if not _SKIPPED.search(m[0])]
    for style in re.findall(r"<style[^>]*>(.*?)</style>", page, re.S):
        found += _IN_STYLE.findall(style)
    own = (address.partition("#")[0] for address in found if address.startswith("/") and not address.startswith("//"))
    return list(dict.fromkeys(address for address in own if address))


def keeps(answer: Answer) -> bool:
    """Whether a browser asks no more for a file that it has."""
    age = re.search(r"max-age=(\d+)", answer.headers.get("cache-control", ""))
    return bool(age and int(age[1]) > 3600)


def load(browser: HttpBrowser, path: str) -> Load:
    """A page with everything that it names, then the page again."""
    page = browser.ask("GET", path)
    if page.status != 200:
        raise RuntimeError(f"{path} answered {page.status}.")
    files = named_in(page.text)
    answers = [browser.ask("GET", address) for address in files]
    wrong = [f for f, a in zip(files, answers, strict=True) if a.status != 200]
    if wrong:
        raise RuntimeError(f"{path} names what is not there: {wrong}")
    styles = [a for a in answers if a.headers.get("content-type", "").startswith("text/css")]
    more = list(dict.fromkeys(u for a in styles for u in _IN_STYLE.findall(a.text) if u not in files))
    answers += [browser.ask("GET", address) for address in more]
    again = browser.ask("GET", path)
    asked_again = [a for a in answers if not keeps(a)]
    return Load(
        page.size + sum(a.size for a in answers),
        1 + len(answers),
        again.size + sum(a.size for a in asked_again),
        1 + len(asked_again),
    )


def pages(port: int, learner: HttpBrowser, attempt: str, number: str) -> dict[str, Load]:
    """The six pages of W16. `learner` is signed in and has an attempt open; strangers see the first and the last."""
    stranger = HttpBrowser(port, "10.3.0.1")
    try:
        return {
            "sign-in form": load(stranger, "/dang-nhap"),
            "landing page": load(learner, "/cua-toi"),
            "programme with its course": load(learner, f"/chuong-trinh/{PROGRAMME}"),
            "lesson": load(learner, f"/hoc/{COURSE}/bench-bai-01"),
            "one question of the quiz": load(learner, f"{attempt}/1"),
            "a paper verified": load(stranger, f"/verify/{number}"),
        }
    finally:
        stranger.close()
