"""Style sheets: which parts whose pages need, joined and without needless space."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import re
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
LEARNERS, STAFF, FOCUS = "learners", "staff", "focus"


class Sheet:
    """A style sheet that pages carry in themselves. `path`: the static file of a plugin in it, if there is one."""

    def __init__(self, css: str, path: str = "") -> None:
        self.css = css
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self.source = f"'sha256-{digest}'"  # as a content security policy names it
        named = Markup(' data-sheet="{}"').format(path) if path else ""
        self.markup = Markup(f"<style{named}>") + Markup(css) + Markup("</style>")  # noqa: S704  our own files


@functools.cache
def minified_css(readers: str) -> str:
    """The style sheet of `learners`, of `staff`, or of `focus`: what stands around a page that brings the rest itself.

    Its parts are those of order.txt in that order; a part that not all of them need names after it who does.
    """
    folder = STATIC / "lms" / "css"
    parts = [line.split() for line in (folder / "order.txt").read_text().splitlines()]
    names = [name for name, *only in parts if not only or readers in only]
    css = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return minified(re.sub(r'url\("(/static/[^"?]+)"\)', lambda m: f'url("{m[1]}?v={_digest(m[1])}")', css))


@functools.cache
def packed_css(readers: str) -> bytes:
    """The same as a gzip file."""
    return gzip.compress(minified_css(readers).encode(), 9, mtime=0)


def minified(css: str) -> str:
    """A style sheet without comments and needless space."""
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    return re.sub(r"\s*([{};,>])\s*", r"\1", css).replace(";}", "}").strip()


def _digest(path: str) -> str:
    return hashlib.sha256((STATIC.parent / path.removeprefix("/")).read_bytes()).hexdigest()[:8]
