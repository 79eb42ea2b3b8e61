"""What every answer carries and every write must show: same origin, strict policy, compressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, session
from werkzeug.exceptions import RequestEntityTooLarge

from lms.errors import NotAllowed, NotFound
from lms.text import _
from lms.web.application import PlainRequest, asked
from lms.web.packing import Packer
from lms.web.sheets import Sheet

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SAFE = {"GET", "HEAD", "OPTIONS"}
FORM = "application/x-www-form-urlencoded"
NEVER_PACKED = frozenset({204, 206, 303, 304})  # no body, or a piece of one
OFFICE = "/can-bo"  # pages about other people


def refuse_what_must_not_come_in() -> None:
    """Refuses torn addresses, forms too heavy for memory, and writes that another site's page sends.

    The last, instead of a token in each form, which expires while somebody is in the hills and spoils caching: browsers
    say where a write comes from (Sec-Fetch-Site, Origin), and the session cookie is SameSite=Lax besides.
    """
    here = asked()
    if "\0" in here.path or b"%00" in here.query_string:
        raise NotFound  # an address with a NUL in it names nothing; PostgreSQL would not even take it in a question
    if here.method in SAFE:
        return
    if here.is_larger_than_memory_may_hold(here.content_length or 0) and here.mimetype == FORM:
        raise RequestEntityTooLarge  # a form without files is read whole into memory
    site, origin = here.environ.get("HTTP_SEC_FETCH_SITE"), here.environ.get("HTTP_ORIGIN")
    if site in ("same-origin", "none"):
        return
    if site is None and origin is None:
        return  # not a browser that lets other sites send our cookie
    if site is None and origin is not None and urlsplit(origin).netloc == here.host:
        return
    raise NotAllowed(_("This form was sent from another site. Please open the page here and send it again."))


class Hardened:
    """Adds the security headers to every answer, below Flask, where it costs least. A page's own policies stand."""

    def __init__(self, app: WSGIApplication, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = list(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, given: list[tuple[str, str]], error: Any = None) -> Any:
            own = {name for name, _value in given if name in MAY_BE_OWN}
            ours = [pair for pair in self._headers if pair[0] not in own] if own else self._headers
            return start_response(status, given + ours, error)

        return self._app(environ, start)


POLICY = "Content-Security-Policy"
PERMISSIONS = "Permissions-Policy"  # a page that records asks for the microphone in its own
MAY_BE_OWN = (POLICY, PERMISSIONS)


def harden(app: Flask, pack: Packer, sheets: Iterable[Sheet]) -> None:
    """Sets up what is refused, what every answer carries, and compression. `sheets`: what pages carry in themselves."""
    sources = " ".join(sheet.source for sheet in sheets)
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self';"
        " font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
        f" frame-ancestors 'self'; frame-src 'self'; style-src 'self' {sources}"
    )
    headers = {
        POLICY: policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        PERMISSIONS: "camera=(), microphone=(), geolocation=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    @app.after_request
    def _finish(response: Response) -> Response:
        here, kept = asked(), response.headers.get("Cache-Control")
        if here.path.startswith(OFFICE) or ("idle" in session and not (kept or "").startswith("public")):
            response.headers["Cache-Control"] = "no-store"  # a device that others use next keeps nothing
        elif kept is None:
            for_once = here.method not in SAFE or here.has_style  # without its style sheet it is for our script alone
            response.headers["Cache-Control"] = "no-store" if for_once else "private, no-cache"
        return _compressed(here, response, pack)

    app.extensions["lms.policy"] = policy
    app.before_request(refuse_what_must_not_come_in)
    app.wsgi_app = Hardened(app.wsgi_app, headers)  # type: ignore[method-assign]


def for_recording(answer: Response) -> Response:
    """Lets this one page use the microphone, and play what it has just recorded."""
    policy: str = current_app.extensions["lms.policy"]
    answer.headers[POLICY] = policy.replace("media-src 'self'", "media-src 'self' blob:")
    answer.headers[PERMISSIONS] = "camera=(), microphone=(self), geolocation=(), browsing-topics=()"
    return answer


def _compressed(here: PlainRequest, response: Response, pack: Packer) -> Response:
    if (
        response.direct_passthrough
        or response.status_code in NEVER_PACKED
        or not here.takes_gzip
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(("text/", "application/json", "image/svg+xml"))
    ):
        return response
    body = response.get_data()
    if len(body) < 600:
        return response
    response.set_data(pack(body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response
