"""What phones fetch for themselves: the package of a course and its pages, the worker, what the app is called."""

from __future__ import annotations

import hashlib
import json
import re

import msgspec
from flask import Response, request
from markupsafe import Markup, escape

from lms.api.learning import course_on
from lms.api.web import ANYONE, LOCALES, MACHINE, Panel, Routes, address, neutral, render, static_address, static_text
from lms.api.work import NotFound, settings
from plugins.offline.views import packing

routes = Routes("offline")
SHELL = "/offline/khung"
# Where the worker never stands between: the API, work pages, and whatever is about signing in, settings and papers.
AWAY = "^/(api/|can-bo|dang-|cai-dat|danh-tinh|ngay-sinh|(the|lop|v)($|/)|verify|luot/|giay|offline/|sw.js|healthz)"
_STATIC = re.compile(r"/static/[\w./-]+\?v=\w{8}")


def is_on() -> bool:
    """Whether the operator lets lessons be taken along."""
    return settings().offline == "on"


def _tongue() -> packing.Tongue:
    """In which languages the address asks for copies."""
    return packing.tongue_of(request.args.get("ui", ""), request.args.get("lang", ""))


def _shell_address(locale: str) -> str:
    return SHELL + "".join(f"?{key}={value}" for key, value in packing.Tongue(ui=locale).named.items())


def _page(html: str) -> Response:
    answer = Response(html, mimetype="text/html")
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.set_etag(hashlib.sha256(html.encode()).hexdigest())
    return answer


@routes.get("/offline/<course>/<int:syllabus>.json", ANYONE)
def package(course: str, syllabus: int) -> Response:
    """The list of what a course's package holds."""
    if not is_on():
        raise NotFound
    found = packing.manifest(packing.held_package(course_on(course, syllabus), _tongue()))
    answer = Response(msgspec.json.encode(found), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@routes.get("/offline/<course>/<int:syllabus>", ANYONE)
def contents(course: str, syllabus: int) -> Response:
    """A course's table of contents, for phones."""
    return _page(packing.copy_of(course_on(course, syllabus), _tongue(), "", ""))


@routes.get("/offline/<course>/<int:syllabus>/<kind>/<slug>", ANYONE)
def copy(course: str, syllabus: int, kind: str, slug: str) -> Response:
    """A page of a course, for phones."""
    return _page(packing.copy_of(course_on(course, syllabus), _tongue(), kind, slug))


@routes.get("/offline/them/<kind>/<slug>/<int:number>", ANYONE)
def along(kind: str, slug: str, number: int) -> Response:
    """A page that belongs to no course and that one leads to, for phones."""
    return _page(packing.copy_along(kind, slug, number, _tongue()))


@routes.get(SHELL, ANYONE)
def shell() -> Response:
    """What a phone shows where there is neither a network nor a copy of the page."""
    return _page(_shell(_tongue().ui))


def _shell(locale: str) -> str:
    with neutral(locale):
        return render("offline/shell.html")


@routes.get("/sw.js", MACHINE)
def worker() -> Response:
    """The worker; where the operator has switched this off, one that goes and takes everything with it."""
    script = _worker() if is_on() else static_text("offline/stop.js")
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _worker() -> str:
    """The worker with what it keeps at once. Its text differs from release to release, so phones notice."""
    html = "".join(_shell(locale) for locale in LOCALES)
    shells = [_shell_address(locale) for locale in LOCALES]
    keep = [*shells, *dict.fromkeys(_STATIC.findall(html))]
    source = static_text("offline/sw.js")
    imported = static_address("offline/outbox.js")
    content = hashlib.sha256((html + source + imported).encode()).hexdigest()[:12]
    values = {"VERSION": content, "KEEP": keep, "SHELLS": dict(zip(LOCALES, shells, strict=True))}
    values["OUT"] = address("identity.sign_out")
    lines = [f"importScripts({json.dumps(imported)});", *(f"const {k} = {json.dumps(v)};" for k, v in values.items())]
    return "\n".join([*lines, f"const AWAY = new RegExp({json.dumps(AWAY)});", source])


@routes.get("/app.webmanifest", MACHINE)
def app() -> Response:
    """What the app is called on a phone's screen, and how it looks there."""
    place = settings().place_name
    icons = [
        {
            "src": static_address(f"offline/{name}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in (
            ("icon-192", 192, "any"),
            ("icon-512", 512, "any"),
            ("icon-maskable-512", 512, "maskable"),
        )
    ]
    found = {
        "id": "/",
        "name": f"Học vụ số · {place}" if place else "Học vụ số",
        "short_name": "Học vụ số",
        "lang": "vi",
        "start_url": address("home.home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fffaf0",
        "theme_color": "#a6261c",
        "icons": icons,
    }
    answer = Response(msgspec.json.encode(found), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _link(**_what: object) -> Markup | None:
    if not is_on():
        return None
    return Markup("<link rel=manifest href={}>").format(escape(address("offline.app")))


panels = (Panel("offline.app", "head", _link),)
