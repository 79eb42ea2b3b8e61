"""What every answer carries and every write must show: same origin, strict policy, compressed."""

from __future__ import annotations

import zlib
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from lms.errors import NotAllowed
from lms.text import _

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


def harden(app: Flask, style_hash: str) -> None:
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
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store" if request.method not in SAFE else "private, no-cache"
        return _compressed(request, response)

    app.before_request(refuse_other_origins)


def _compressed(asked: Request, response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.status_code not in (200, 404, 409, 422)
        or "gzip" not in asked.headers.get("Accept-Encoding", "")
        or "Content-Encoding" in response.headers
        or not ((response.mimetype or "").startswith("text/") or response.mimetype in ("application/json", "image/svg+xml"))
    ):
        return response
    body = response.get_data()
    if len(body) < 600:
        return response
    packer = zlib.compressobj(4, zlib.DEFLATED, 31)
    response.set_data(packer.compress(body) + packer.flush())
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response
