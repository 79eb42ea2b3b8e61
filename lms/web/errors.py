"""One handler turns a refusal into a page, a fragment or problem details (RFC 9457)."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, redirect, request, url_for
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.db.unit_of_work import let_go
from lms.errors import Conflict, DomainError, Elsewhere, NoRoom, NotFound, TooMany
from lms.storage import is_full
from lms.text import Text, _
from lms.web.rendering import render, render_fragment, say, wants_fragment

log = structlog.get_logger("lms.web")
AT_ONCE = _("Somebody did the same in this very moment, so nothing was kept. Please send it again.")
_TAKEN = "23505"  # PostgreSQL's unique_violation; on SQLite who writes waits before looking, so there it is a mistake
_HTTP = {
    400: _("The browser sent something that could not be read. Please go back and try again."),
    404: NotFound.default,
    405: _("This address does not take this kind of request."),
    413: _("The file is too large. Please choose a smaller one."),
    415: _("This kind of content is not accepted here."),
    503: _("The system is busy. Nothing is lost: please try again in a minute."),
}


def wants_json() -> bool:
    """Whether the answer should be JSON: the API always, elsewhere by `Accept`."""
    if request.path.startswith("/api/"):
        return True
    return _prefers_json(request.headers.get("Accept", ""))


@lru_cache(maxsize=200)
def _prefers_json(accept: str) -> bool:
    """Browsers send one of a few headers, again and again."""
    best = parse_accept_header(accept, MIMEAccept).best_match(
        ["text/html", "application/json", "application/problem+json"]
    )
    return best not in (None, "text/html")


def problem(status: int, code: str, text: Text, headers: dict[str, str] | None = None, **more: object) -> Response:
    """Problem details: `type` is a relative reference that names the kind of refusal."""
    body = {"type": f"/problems/{code}", "title": say(text), "status": status, "instance": request.path, **more}
    answer = Response(msgspec.json.encode(body), status, headers, mimetype="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page(status: int, code: str, text: Text, headers: dict[str, str] | None = None) -> Response:
    """The refusal as a page that says what to do, or as a piece of one."""
    template = "errors/fragment.html" if wants_fragment() else "errors/error.html"
    draw = render_fragment if wants_fragment() else render
    answer = Response(draw(template, status=status, code=code, message=say(text)), status, headers)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(status: int, code: str, text: Text, headers: dict[str, str] | None = None, **more: object) -> Response:
    return problem(status, code, text, headers, **more) if wants_json() else page(status, code, text, headers)


def answer_refusal(error: DomainError) -> Response:
    """A refusal as a page, a fragment or problem details, whichever was asked for."""
    return _answer(error.status, error.code, error.text)


def install(app: Flask) -> None:
    """Registers the handlers, but for whoever must sign in first: that is the business of identity."""

    @app.errorhandler(Elsewhere)
    def _elsewhere(error: Elsewhere) -> WerkzeugResponse:
        let_go()
        if wants_json() or wants_fragment():
            return _answer(error.status, error.code, error.text)
        return redirect(url_for(error.endpoint, **dict[str, Any](error.values)), 303)

    @app.errorhandler(DomainError)
    def _domain(error: DomainError) -> Response:
        let_go()
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
        more = {"errors": {k: say(v) for k, v in error.fields.items()}} if error.fields else {}
        return _answer(error.status, error.code, error.text, headers, **more)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response | HTTPException | WerkzeugResponse:
        status = error.code or 500
        if status < 400:
            return error
        headers = {}
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            headers["Allow"] = ", ".join(sorted(allowed))
        return _answer(status, f"http-{status}", _HTTP.get(status, DomainError.default), headers)

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> Response:
        let_go()
        log.error("database unavailable", path=request.path, error=repr(error.orig))
        return _answer(503, "busy", _HTTP[503], {"Retry-After": "30"})

    @app.errorhandler(IntegrityError)
    def _at_once(error: IntegrityError) -> Response:
        if getattr(error.orig, "sqlstate", None) != _TAKEN:
            return _unexpected(error)
        let_go()
        log.warning("the same in the same moment", path=request.path, error=repr(error.orig))
        return _answer(Conflict.status, Conflict.code, AT_ONCE)

    @app.errorhandler(OSError)
    def _full(error: OSError) -> Response:
        if not is_full(error):
            return _unexpected(error)
        let_go()
        log.error("no room left", path=request.path, file=error.filename)
        return _answer(NoRoom.status, NoRoom.code, NoRoom.default)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        let_go()
        reference = uuid.uuid4().hex[:8]
        log.exception("unexpected error", path=request.path, reference=reference)
        if app.testing:
            raise error
        text = _(
            "Something went wrong on our side; it is not your fault and nothing was lost. Please try again in a minute."
            " If it happens again, tell your helper this number: {reference}",
            reference=reference,
        )
        return _answer(500, "unexpected", text)
