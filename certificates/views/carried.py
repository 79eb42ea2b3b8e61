"""Officials without a network: the page that a paper's code opens, what it keeps on the device, its worker."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Final

import msgspec
from flask import Response, current_app

from certificates.carried.fields import PATH
from certificates.services.carrying import keys, signed_list
from lms.api.web import ANYONE, LOCALES, MACHINE, Routes, address, neutral, render, static_address, static_text
from lms.api.work import NotFound, _, clock, settings

routes = Routes("certificates", PATH.rstrip("/"))
FRESH: Final = 60  # seconds for which a list that was signed is given again
CAMERA: Final = "camera=(self), microphone=(), geolocation=(), browsing-topics=()"
_STATIC: Final = re.compile(r"/static/[\w./-]+\?v=\w{8}")
_KEPT: Final = "certificates.carried"


@routes.get("/", ANYONE)
def carried() -> Response:
    """The page: it checks on the device, by what stands behind # in its address and never comes here."""
    answer = Response(_page(), mimetype="text/html")
    answer.headers["Permissions-Policy"] = CAMERA
    return answer


def _page() -> str:
    return render("certificates/carried/check.html", host=settings().public_url().partition("://")[2])


@routes.get("/keys.json", MACHINE, endpoint="carried_keys")
def public_keys() -> Response:
    """Every key with which codes were ever signed: SubjectPublicKeyInfo, and since when and until when it signed."""
    found = [
        {
            "kid": key.kid,
            "spki": base64.b64encode(key.public_der).decode(),
            "from": key.valid_from,
            "to": key.retired_at,
            "revoked": key.revoked_at,
        }
        for key in keys()
    ]
    return _for_devices(msgspec.json.encode({"alg": "ES256", "keys": found}), "application/json")


@routes.get("/status", MACHINE, endpoint="carried_status")
def status() -> Response:
    """Which papers are not valid, all lists in one, signed; and the words that codes name by fingerprints.

    NotFound before the first paper has a code.
    """
    kept: tuple[int, bytes] | None = current_app.extensions.get(_KEPT)
    if kept is None or not 0 <= clock.seconds() - kept[0] < FRESH:
        kept = current_app.extensions[_KEPT] = signed_list()
    if kept is None:
        raise NotFound(_("No paper has a code that can be checked without a network yet."))
    return _for_devices(kept[1], "application/cose")


def _for_devices(content: bytes, mimetype: str) -> Response:
    answer = Response(content, mimetype=mimetype)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public, and the same for everybody: for others' programs too
    return answer


@routes.get("/sw.js", MACHINE, endpoint="carried_worker")
def worker() -> Response:
    """The worker of this page alone. Its text differs from release to release, so devices notice."""
    html = ""
    for locale in LOCALES:
        with neutral(locale):
            html += _page()
    source = static_text("certificates/v.sw.js")
    app = address("certificates.carried_app")
    live = [address("certificates.carried_keys"), address("certificates.carried_status")]
    values = {
        "VERSION": hashlib.sha256((html + source).encode()).hexdigest()[:12],
        "PAGE": address("certificates.carried"),
        "LIVE": live,
        "KEEP": [app, *dict.fromkeys(_STATIC.findall(html))],
    }
    lines = [f"const {key} = {json.dumps(value)};" for key, value in values.items()]
    answer = Response("\n".join([*lines, source]), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@routes.get("/app.webmanifest", MACHINE, endpoint="carried_app")
def app() -> Response:
    """What the page is called on the screen of a device that has it as an app of its own."""
    icons = [
        {"src": static_address(f"certificates/v-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": "any maskable"}
        for size in (192, 512)
    ]  # fmt: skip
    place = settings().place_name
    found = {
        "id": PATH,
        "name": f"Kiểm tra giấy · {place}" if place else "Kiểm tra giấy · Học vụ số",
        "short_name": "Kiểm tra giấy",
        "lang": "vi",
        "start_url": PATH,
        "scope": PATH,
        "display": "standalone",
        "background_color": "#fffaf0",
        "theme_color": "#a6261c",
        "icons": icons,
    }
    answer = Response(msgspec.json.encode(found), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
