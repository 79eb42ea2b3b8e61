"""Whoever must sign in first: they come back to the page, and to what they had typed into its form."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, request, session, url_for
from msgspec import Struct
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.db.unit_of_work import let_go, unit_of_work
from lms.errors import NotSignedIn, TooMany
from lms.identity import kept_forms
from lms.identity.kept_forms import HOURS, Kept
from lms.identity.people import Person, here, here_or_none
from lms.web.errors import answer_refusal, wants_json
from lms.web.filling import Filled, filled, is_state
from lms.web.rendering import render, render_fragment, wants_fragment
from lms.web.routes import LEARNER, Routes
from lms.web.views.reader import safe_return

routes = Routes("identity")
_MAIN = re.compile(r"<main\b[^>]*>")


def install(app: Flask) -> None:
    """Registers what happens where nobody is signed in, and what is put back once somebody is."""
    app.register_error_handler(NotSignedIn, _sign_in_first)
    app.after_request(_come_back)


def _sign_in_first(error: NotSignedIn) -> WerkzeugResponse:
    let_go()
    if wants_json() or wants_fragment():
        return answer_refusal(error)
    if here_or_none() is not None:
        return redirect(url_for("home.mine"), 303)  # a step of signing in that is behind them: they are in
    if error.back:
        return redirect(url_for("identity.sign_in", next=error.back), 303)
    if request.method == "GET":
        return redirect(url_for("identity.sign_in", next=_address()), 303)
    page = _page_before()
    is_kept = _keep(page)
    fallback = url_for("identity.kept") if is_kept else url_for("home.mine")
    return redirect(url_for("identity.sign_in", next=page or fallback), 303)


def _address() -> str:
    """The address that was asked for, with what follows the question mark."""
    return request.script_root + request.full_path.rstrip("?")


def _page_before() -> str:
    """The page that a form was sent from, if it can be opened; else where it was sent to, if it can; else ""."""
    before = urlsplit(request.referrer or "")
    came_from = before.path + (f"?{before.query}" if before.query else "") if before.netloc == request.host else ""
    return next((page for page in (came_from, _address()) if page and _opens(page)), "")


def _opens(page: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    path = urlsplit(page).path.removeprefix(request.script_root)
    try:
        return adapter is not None and bool(adapter.match(path, method="GET"))
    except (HTTPException, RequestRedirect):
        return False


def _keep(page: str) -> bool:
    account_id = kept_forms.whose()
    if account_id is None:
        return False
    fields = list(request.form.items(multi=True))
    try:
        with unit_of_work():
            return kept_forms.keep(account_id, page, _address(), fields)
    except TooMany:
        return False


def _come_back(response: Response) -> Response:
    """Fills in the form of a page that waits for its person; forgets what was typed once the form has been taken."""
    if kept_forms.KEY not in session:
        return response
    if request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html":
        if not (response.direct_passthrough or wants_fragment()):
            _put_back(response)
    elif request.method == "POST" and response.status_code < 400:
        person = here_or_none()
        sent = [one for one in kept_forms.kept_by(person) if one.target == _address()] if person else []
        if person is not None and sent:
            with unit_of_work():
                kept_forms.forget(person, sent)
    return response


def _put_back(response: Response) -> None:
    person, address = here_or_none(), _address()
    kept = [one for one in kept_forms.kept_by(person) if one.page == address] if person else []
    for one in kept:
        body = response.get_data()
        if response.headers.get("Content-Encoding") == "gzip":  # pages that are remembered are kept packed
            body = gzip.decompress(body)
        html = body.decode()
        found = filled(html, address, one.target, one.fields)
        if found is not None and not found.changed and not found.left:
            continue  # it only pressed a button: there is nothing that could be lost
        response.headers.remove("Content-Encoding")
        response.headers.remove("ETag")
        response.headers["Cache-Control"] = "no-store"
        response.set_data(_with_words(found.html if found else html, found, address))
        return


def _with_words(html: str, found: Filled | None, address: str) -> str:
    frame = "" if 'class="staff"' in html else "wrap wrap-read page" if "wrap-read" in html else "wrap page"
    words = render_fragment("identity/_kept.html", found=found, page_url=address, frame=frame)
    return _MAIN.sub(lambda main: main[0] + words, html, count=1)


class Shown(Struct, frozen=True):
    """A form that waits, for its own page: when it was sent, the page it stood on, what was typed."""

    at: int
    page: str
    values: tuple[str, ...]


@routes.get("/dang-nhap/da-nhap", LEARNER)
def kept() -> str:
    """What I had typed when my session ended, to read and to copy."""
    return render("identity/kept.html", forms=[_shown(one) for one in kept_forms.kept_by(here())], hours=HOURS)


def _shown(one: Kept) -> Shown:
    values = (value for name, value in one.fields if value.strip() and not is_state(name))
    return Shown(one.at, one.page, tuple(values))


@routes.post("/dang-nhap/da-nhap/bo", LEARNER)
def drop_kept() -> WerkzeugResponse:
    """Forgets what I had typed."""
    person: Person = here()
    with unit_of_work():
        kept_forms.forget(person, kept_forms.kept_by(person))
    return redirect(safe_return(request.form.get("return_to"), url_for("home.mine")), 303)
