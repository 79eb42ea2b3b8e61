"""What every answer carries and every write must show: same origin, strict policy, compressed."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from lms.errors import NotAllowed, NotFound
from lms.text import _
from lms.web.packing import Packer

SAFE = {"GET", "HEAD", "OPTIONS"}


def refuse_other_origins() -> None:
    """Refuses a write that another site's page sends.

    Instead of a token in each form, which expires while somebody is in the hills and spoils caching: browsers say
    where a write comes from (Sec-Fetch-Site, Origin), and the session cookie is SameSite=Lax besides.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none"):
        return
    origin = request.headers.get("Origin")
    if site is None and origin is None:
        return  # not a browser that lets other sites send our cookie
    if site is None and origin is not None and urlsplit(origin).netloc == request.host:
        return
    raise NotAllowed(_("This form was sent from another site. Please open the page here and send it again."))


def refuse_torn_addresses() -> None:
    """An address with a NUL in it names nothing; PostgreSQL would not even take it in a question."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise NotFound


def refuse_heavy_forms() -> None:
    """A form without files is read whole into memory, so it may not be as large as a file."""
    most = current_app.config["MAX_FORM_MEMORY_SIZE"]
    if request.mimetype == "application/x-www-form-urlencoded" and (request.content_length or 0) > most:
        raise RequestEntityTooLarge


def harden(app: Flask, pack: Packer, style_hash: str) -> None:
    """Adds the security headers and compression to every answer."""
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self';"
        " font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
        f" frame-ancestors 'self'; frame-src 'self'; style-src 'self' '{style_hash}'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    @app.after_request
    def _finish(response: Response) -> Response:
        given = response.headers
        if "Content-Security-Policy" in given:
            for name, value in headers.items():
                given.setdefault(name, value)
        else:
            given.extend(headers)
        if "Cache-Control" not in given:
            response.headers["Cache-Control"] = "no-store" if request.method not in SAFE else "private, no-cache"
        return _compressed(request, response, pack)

    app.before_request(refuse_torn_addresses)
    app.before_request(refuse_heavy_forms)
    app.before_request(refuse_other_origins)


def _compressed(asked: Request, response: Response, pack: Packer) -> Response:
    if (
        response.direct_passthrough
        or response.status_code not in (200, 404, 409, 422)
        or "gzip" not in asked.headers.get("Accept-Encoding", "")
        or "Content-Encoding" in response.headers
        or not (
            (response.mimetype or "").startswith("text/") or response.mimetype in ("application/json", "image/svg+xml")
        )
    ):
        return response
    body = response.get_data()
    if len(body) < 600:
        return response
    response.set_data(pack(body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response
