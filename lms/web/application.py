"""Flask with what every request asks made cheap. The answers are Flask's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from flask import Flask, Request, Response, request, request_tearing_down
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers, ImmutableMultiDict
from werkzeug.routing import MapAdapter, Rule
from werkzeug.sansio.http import parse_cookie
from werkzeug.urls import iri_to_uri

from lms.web.spooling import Spool

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

USUAL = frozenset({200, 303, 404, 409, 422})
SMALL = 1024  # bytes of a form: most are smaller
_PACKED = [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9/._~?&=#-]*").fullmatch  # nothing in it that an address must say otherwise


class Cookies(ImmutableMultiDict[str, str]):
    """Cookies, of which most that are asked for are not there: Werkzeug makes an exception for each of those."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002
        if type is not None:
            return super().get(key, default, type)
        held: list[str] | None = dict.get(self, key)  # type: ignore[assignment]
        return held[0] if held else default


@lru_cache(maxsize=500)
def _cookies(header: str) -> Cookies:
    """Werkzeug's reading of a Cookie header. A browser sends the same one with each request, so it is read once."""
    return cast("Cookies", parse_cookie(header, Cookies))


class PlainRequest(Request):
    """A request whose plain forms are read at once; whatever is unusual about a form goes Werkzeug's way."""

    @cached_property
    def cookies(self) -> Cookies:
        """The cookies that came along."""
        return _cookies(self.environ.get("HTTP_COOKIE", ""))

    @property
    def takes_gzip(self) -> bool:
        """Whether the browser says that it takes what is packed."""
        return "gzip" in self.environ.get("HTTP_ACCEPT_ENCODING", "")

    def is_larger_than_memory_may_hold(self, length: int) -> bool:
        """Whether a form of so many bytes is too large to be read whole; no setting makes small ones so."""
        return length > SMALL and (most := self.max_form_memory_size) is not None and length > most

    @property
    def has_style(self) -> bool:
        """Whether our script asks from within a page of ours for what the next one holds: its style sheet is there."""
        return self.environ.get("HTTP_X_FRAGMENT") == "page"

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return cast(IO[bytes], Spool())

    def _load_form_data(self) -> None:
        length = self.content_length
        if (
            "form" in self.__dict__
            or self.mimetype != "application/x-www-form-urlencoded"
            or "stream" in self.__dict__
            or getattr(self, "_cached_data", None) is not None
            or not length
            or self.is_larger_than_memory_may_hold(length)
        ):
            super()._load_form_data()
            return
        text = self.environ["wsgi.input"].read(length).decode()
        fields = parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")
        self.__dict__.update(
            stream=BytesIO(), form=self.parameter_storage_class(fields), files=self.parameter_storage_class()
        )


def asked() -> PlainRequest:
    """The request at hand itself: asking it through Flask's proxy costs more than most questions."""
    found: PlainRequest = request._get_current_object()  # type: ignore[attr-defined]
    return found


class PlainResponse(Response):
    """An answer whose headers are not copied and looked through once more where nothing in them can be special."""

    @classmethod
    def of_page(cls, body: bytes, packed: bool) -> PlainResponse:
        """An answer that holds a page; `packed`: as a gzip file. What Werkzeug would look through is known here."""
        answer = cls.__new__(cls)
        answer._status, answer._status_code = "200 OK", 200
        answer.response, answer.direct_passthrough, answer._on_close = [body], False, []
        answer.headers = Headers()
        answer.headers._list = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        if packed:
            answer.headers._list += _PACKED
        return answer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = self.response
        if (
            type(body) is not list
            or self._status_code not in USUAL
            or environ["REQUEST_METHOD"] == "HEAD"
            or self._on_close
            or "Content-Length" not in self.headers
        ):
            return super().__call__(environ, start_response)
        if self._status_code == 303 and not _PLAIN_ADDRESS(location := self.headers["Location"]):
            self.headers["Location"] = iri_to_uri(location)
        start_response(self._status, self.headers.to_wsgi_list())
        return body


class LateRule(Rule):
    """A rule that makes what builds its address when that is first asked for. Werkzeug compiles two functions a rule at
    the start, which is half of a start's work, though most addresses are only ever read or come from pieces kept.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build


class Application(Flask):
    """Flask without questions whose answer is always the same here."""

    url_rule_class = LateRule
    request_class = PlainRequest
    response_class = PlainResponse

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No function here is a coroutine."""
        return func

    def preprocess_request(self) -> ResponseReturnValue | None:
        """What stands before every page; no address here has anything of its own there."""
        for ask in self.before_request_funcs.get(None, ()):
            answer = ask()
            if answer is not None:
                return cast("ResponseReturnValue", answer)
        return None

    def process_response(self, response: Response) -> Response:
        """What stands behind every page, then the session."""
        context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # the proxy costs more than the rest
        for finish in (*context._after_request_functions, *reversed(self.after_request_funcs.get(None, ()))):
            response = finish(response)
        self.session_interface.save_session(self, context._session, response)
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """What ends with a request; nothing here asks which address it was."""
        for end in reversed(self.teardown_request_funcs.get(None, ())):
            end(exc)
        request_tearing_down.send(self, exc=exc)

    def redirect(self, location: str, code: int = 302) -> Response:
        """Leads elsewhere. Without the page that says so: no browser shows it, and it costs more than the rest."""
        answer = self.response_class(status=code, mimetype="text/html")
        answer.headers["Location"], answer.headers["Content-Length"] = location, "0"
        return answer

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Of a request: no part of a host's name is a part of an address here, and nothing upgrades to a socket."""
        named = self.config["SERVER_NAME"] is not None
        if request is None and not named:
            return None
        if request is None or named or self.config["TRUSTED_HOSTS"] is not None or not request.host.isascii():
            return super().create_url_adapter(request)
        return MapAdapter(
            self.url_map,
            request.host.lower(),
            request.root_path,
            self.url_map.default_subdomain,
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode(errors="replace"),
        )
