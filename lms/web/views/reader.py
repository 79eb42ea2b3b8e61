"""How a reader wants to read: text size, contrast, language. Kept in cookies, no account needed."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.web.locale import LOCALES
from lms.web.rendering import render
from lms.web.routes import ANYONE, MACHINE, Routes
from lms.web.sheets import LEARNERS, STAFF, minified_css, packed_css

routes = Routes("web")
YEAR = 365 * 86400
CHOICES = {"size": ("", "lg", "xl"), "contrast": ("", "high"), "lang": tuple(LOCALES)}


def safe_return(target: str | None, fallback: str = "/") -> str:
    """An address on this site to go back to; anything else becomes `fallback`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    parts = urlsplit(target)
    bad = parts.scheme or parts.netloc or any(c in target for c in "\r\n\\")
    return fallback if bad else target


@routes.get("/cach-doc", ANYONE)
def reader() -> str:
    """Three text sizes, contrast and language."""
    return render("web/reader.html", return_url=safe_return(request.args.get("return")), languages=LOCALES)


@routes.post("/cach-doc", ANYONE)
def settings_reader() -> WerkzeugResponse:
    """Keeps a choice in a cookie; fields that are not sent stay as they are."""
    answer = make_response(redirect(safe_return(request.form.get("return")), 303))
    for name, allowed in CHOICES.items():
        value = request.form.get(name)
        if value is None or value not in allowed:
            continue
        if value:
            answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=name == "lang")
        else:
            answer.delete_cookie(name, samesite="Lax")
    return answer


@routes.get("/static/lms/learners.css", ANYONE)
def learners_sheet() -> Response:
    """The style sheet of learners' pages as a file: for copies on phones, which do not each carry it in themselves."""
    return _sheet(LEARNERS)


@routes.get("/static/lms/staff.css", ANYONE)
def staff_sheet() -> Response:
    """The style sheet of staff pages."""
    return _sheet(STAFF)


def _sheet(readers: str) -> Response:
    answer = Response(minified_css(readers), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.set_data(packed_css(readers))
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


@routes.get("/healthz", MACHINE)
def healthz() -> tuple[dict[str, str], int]:
    """Whether the database answers and is migrated: 200 {"status": "ok"}, else 503 with the reason."""
    from flask import current_app

    from lms.db.migrating import pending
    from lms.db.unit_of_work import connection

    try:
        behind = pending(connection(), current_app.extensions["lms.registry"].packages())
    except Exception as error:
        return {"status": "database unreachable", "error": type(error).__name__}, 503
    return ({"status": "ok"}, 200) if not behind else ({"status": "not migrated", "packages": ", ".join(behind)}, 503)
