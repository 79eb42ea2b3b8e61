"""A course as a phone takes it along: its pages drawn for nobody in particular, and the files that they name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any

from flask import current_app
from msgspec import Struct

from lms.api.data import FileStore
from lms.api.learning import ACTIVITY_KINDS, InCourse, Place, along, gathering, portable, telling_in, url_of
from lms.api.speech import LANGUAGES
from lms.api.web import LOCALES, address, neutral, render, render_fragment
from lms.api.work import NotFound, clock, connection

FORMAT = 1
MAIN = '<main id="main" tabindex="-1">'
FILM = "mp4"  # films travel only where somebody asks for them: one weighs more than all lessons of a course
_KEPT = re.compile(r"/tep/(?P<key>[0-9a-f]{64})\.(?P<ending>\w+)|/static/(?P<path>[\w./-]+)\?v=\w{8}")
_WIDTHS = re.compile(r'\s(?:srcset|sizes)="[^"]*"')
_STYLE = re.compile(r'<style(?: data-sheet="([\w./-]+)")?>.*?</style>', re.S)
_SOUND = re.compile(r"<audio\b.*?</audio>", re.S)
_SOURCE = re.compile(r'<source\b[^>]*\bsrc="[^"]*\.(\w+)"[^>]*>')


class Tongue(Struct, frozen=True):
    """In which languages a copy is drawn: that of the pages around the lessons, and that in which lessons are told."""

    ui: str = "vi"
    lang: str = "vi"

    @property
    def named(self) -> dict[str, str]:
        """What the addresses of its files say besides; nothing where both are Vietnamese."""
        return {key: value for key, value in (("ui", self.ui), ("lang", self.lang)) if value != "vi"}


def tongue_of(ui: str, lang: str) -> Tongue:
    """The languages that an address names. NotFound where one of them is none of ours; empty is Vietnamese."""
    if (ui and ui not in LOCALES) or (lang and lang not in LANGUAGES):
        raise NotFound
    return Tongue(ui or "vi", lang or "vi")


class File(Struct, frozen=True):
    """One file of a package: where it is fetched, the address at which the phone shows it, its SHA-256 and bytes."""

    url: str
    page: str
    sha256: str
    bytes: int

    @property
    def is_film(self) -> bool:
        return self.url.endswith(f".{FILM}")


class Package(Struct, frozen=True):
    """A course's package. `rev` names its content: another one means that something in it has changed."""

    course: str
    title: str
    tongue: Tongue
    rev: str
    files: tuple[File, ...]

    @property
    def bytes(self) -> int:
        """Without films."""
        return sum(f.bytes for f in self.files if not f.is_film)

    @property
    def film_bytes(self) -> int:
        return sum(f.bytes for f in self.files if f.is_film)


class Row(Struct, frozen=True):
    """An activity in the table of contents. `travels`: it is in the package."""

    kind: str
    slug: str
    title: str
    minutes: int
    number: int | None
    url: str
    travels: bool


def copy_of(at: InCourse, tongue: Tongue, kind: str, slug: str) -> str:
    """One page of the package; `kind` and `slug` empty: the table of contents. NotFound where it does not travel."""
    return _contents(at, tongue) if not kind else _copy(at, tongue, at.place(kind, slug))


def package_of(at: InCourse, tongue: Tongue) -> Package:
    """The package of a published revision."""
    files: dict[str, File] = {}
    with gathering() as needed:
        pages = _pages(at, tongue)
    for place in at.places:
        needed.add((place.kind, place.slug))
    for url, page, html in [*pages, *_pages_along(needed, tongue)]:
        content = html.encode()
        files[url] = File(url, page, hashlib.sha256(content).hexdigest(), len(content))
        _gather(html, files)
    ordered = tuple(sorted(files.values(), key=lambda f: (f.is_film, f.page == "", f.url)))
    digest = hashlib.sha256("".join(f.url + f.sha256 for f in ordered).encode()).hexdigest()[:12]
    return Package(at.course.slug, at.course.title, tongue, f"{at.syllabus_id}-{digest}", ordered)


def _gather(text: str, files: dict[str, File]) -> None:
    """Adds what a text names, and what the style sheet names in turn."""
    for found in _KEPT.finditer(text):
        if found[0] not in files:
            files[found[0]], content = _kept(found)
            if found[0].partition("?")[0].endswith(".css"):
                _gather(content.decode(), files)


_held: dict[tuple[Any, ...], tuple[int, Package]] = {}
MOST_HELD, HELD_FOR = 200, 60  # packages, and for how many seconds: drawing all of a course costs half a second


def held_package(at: InCourse, tongue: Tongue) -> Package:
    """The package as it was at most a minute ago; a phone that finds a file changed since asks anew."""
    key, now = (connection().engine, at.syllabus_id, tongue), clock.seconds()
    held = _held.get(key)
    if held is None or not 0 <= now - held[0] < HELD_FOR:
        if len(_held) >= MOST_HELD:
            _held.clear()
        held = _held[key] = (now, package_of(at, tongue))
    return held[1]


def known_size(at: InCourse, tongue: Tongue) -> int | None:
    """The bytes of a package without films, where somebody has asked for it before; for pages that must not wait."""
    held = _held.get((connection().engine, at.syllabus_id, tongue))
    return held[1].bytes if held else None


def manifest(package: Package) -> dict[str, Any]:
    """The package as phones read it."""
    return {
        "format": FORMAT,
        "course": package.course,
        "title": package.title,
        "ui": package.tongue.ui,
        "lang": package.tongue.lang,
        "rev": package.rev,
        "bytes": package.bytes,
        "film_bytes": package.film_bytes,
        "files": [
            {"url": f.url, "sha256": f.sha256, "bytes": f.bytes}
            | ({"page": f.page} if f.page else {})
            | ({"film": True} if f.is_film else {})
            for f in package.files
        ],
    }


def _pages(at: InCourse, tongue: Tongue) -> list[tuple[str, str, str]]:
    """(where a copy is fetched, where it is shown, its HTML) of all that travels."""
    course, syllabus = at.course.slug, at.syllabus_id
    found = [
        (
            address("offline.contents", course=course, syllabus=syllabus, **tongue.named),
            address("courses.course", slug=course),
            _contents(at, tongue),
        )
    ]
    for place in at.places:
        if (html := _drawn(at, tongue, place)) is not None:
            names = {"course": course, "syllabus": syllabus, "kind": place.kind, "slug": place.slug}
            url = address("offline.copy", **names, **tongue.named)
            found.append((url, url_of(place.kind, course, place.slug), html))
    return found


def _pages_along(needed: Collection[tuple[str, str]], tongue: Tongue) -> list[tuple[str, str, str]]:
    """The same of pages that belong to no course and that what is in it leads to."""
    return [
        (
            address("offline.along", kind=kind, slug=slug, number=number, **tongue.named),
            page,
            _drawn_along(draw, tongue),
        )
        for kind, slug in sorted(needed)
        for number, (page, draw) in enumerate(_along(kind, slug))
    ]


def _along(kind: str, slug: str) -> list[tuple[str, Callable[[], str]]]:
    found = along(ACTIVITY_KINDS.find(kind))
    return sorted(found.along(slug).items()) if found else []


def _drawn_along(draw: Callable[[], str], tongue: Tongue) -> str:
    with neutral(tongue.ui), telling_in(tongue.lang):
        return _finished(draw())


def copy_along(kind: str, slug: str, number: int, tongue: Tongue) -> str:
    """One of the pages that belong to no course. NotFound where there is none."""
    found = _along(kind, slug)
    if number >= len(found):
        raise NotFound
    return _drawn_along(found[number][1], tongue)


def _travels(place: Place) -> bool:
    kind = ACTIVITY_KINDS.find(place.kind)
    return portable(kind) is not None or along(kind) is not None


def _drawn(at: InCourse, tongue: Tongue, place: Place) -> str | None:
    kind = portable(ACTIVITY_KINDS.find(place.kind))
    with neutral(tongue.ui), telling_in(tongue.lang):  # for each page anew: it remembers what a page has shown
        html = kind.copy_of(at, place) if kind else None
        return None if html is None else _finished(html)


def _copy(at: InCourse, tongue: Tongue, place: Place) -> str:
    html = _drawn(at, tongue, place)
    if html is None:
        raise NotFound
    return html


def _contents(at: InCourse, tongue: Tongue) -> str:
    """The table of contents: what a phone shows for the course."""
    numbers = {p.position: n for n, p in enumerate([p for p in at.places if p.kind == "lesson"], 1)}
    rows = [
        (
            p.module_title,
            Row(
                p.kind, p.slug, p.title, p.minutes, numbers.get(p.position),
                url_of(p.kind, at.course.slug, p.slug), _travels(p),
            ),
        )
        for p in at.places
        if ACTIVITY_KINDS.find(p.kind)  # its plugin may be away
    ]  # fmt: skip
    modules = [(title, [row for _title, row in held]) for title, held in groupby(rows, lambda pair: pair[0])]
    with neutral(tongue.ui):
        return _finished(render("offline/contents.html", course=at.course, modules=modules))


def _finished(html: str) -> str:
    """One width of each picture and one form of each sound, so that a phone asks for nothing that it did not pack.

    The style sheet, which pages from the network carry in themselves to be seen sooner, is one file for all copies:
    written into each it would be most of the package.
    """
    style = _STYLE.search(html)
    whole = _STYLE.sub("", _SOUND.sub(_one_source, _WIDTHS.sub("", html)), 1)
    head = render_fragment("offline/head.html", sheet=style[1] or "" if style else "")
    whole = whole.replace("</head>", f"{head}</head>", 1)
    return whole.replace(MAIN, MAIN + render_fragment("offline/_waiting.html"), 1)


def _one_source(audio: re.Match[str]) -> str:
    """MP3 is heard by every browser; where there is one, the other forms stay behind."""
    if "mp3" not in {m[1] for m in _SOURCE.finditer(audio[0])}:
        return audio[0]
    return _SOURCE.sub(lambda m: m[0] if m[1] == "mp3" else "", audio[0])


def _kept(found: re.Match[str]) -> tuple[File, bytes]:
    """A file, with its content where that may name others."""
    if found["key"]:
        files: FileStore = current_app.extensions["lms.files"]
        return File(found[0], "", found["key"], files.size(found["key"])), b""
    content: bytes = current_app.extensions["lms.static"].read(found["path"])
    return File(found[0], "", hashlib.sha256(content).hexdigest(), len(content)), content
