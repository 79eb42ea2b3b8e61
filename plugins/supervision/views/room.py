"""Learners: the ticket, who I am, waiting, beginning; and that this device is still there while a paper is open."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, redirect, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.people import WayIn, claim_or_none, end_current, mask_name
from lms.api.studio import Field
from lms.api.web import ANYONE, Panel, Routes, address, render, render_fragment, say
from lms.api.work import Conflict, DomainError, Invalid, TooEarly, TooMany, _, settings, unit_of_work
from plugins.supervision import queries
from plugins.supervision.numbering import grouped, room_code, ticket_code
from plugins.supervision.services import seating
from plugins.supervision.services.seating import Here
from quizzes.api import live

routes = Routes("supervision", "/phong")
COOKIE = "phong"  # names the device, so that a browser that was closed goes on
SEAT = "ghe"  # in the signed session: which seat this device has come with, and which issue of its ticket
Answer = str | Response | tuple[str, int]
NO_ROOM = _("The number of the room has six figures. It stands on the ticket.")
NO_TICKET = _("This number is not quite right. It has nine figures: please look at the ticket again.")


def private(page: str | Response, status: int = 200) -> Response:
    """A page that no browser keeps: the next person sits down at this device."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _way(_return_to: str) -> str | None:
    return url_for("supervision.room") if request.cookies.get(COOKIE) else None


way = WayIn(seating.WAY, _("Back to the room of the check"), "users", _way, order=2, title=_("Ticket of a check"))


@routes.get("", ANYONE)
def room() -> Response:
    """Room and ticket, to type; a scanned square brings both along."""
    return _form(request.args.get("phong", "")[:20], request.args.get("phieu", "")[:20], {})


def _form(code: str, ticket: str, errors: dict[str, list[str]], status: int = 200, error: str = "") -> Response:
    figures, number = room_code(code), ticket_code(ticket)
    if error:
        errors = {"": [error]}
    page = render(
        "supervision/room/ticket.html",
        room=Field(grouped(figures) if figures else code, errors.get("room", [])),
        ticket=Field(grouped(number) if number else ticket, errors.get("ticket", [])),
        errors=errors,
        goes_on=_device_goes_on(),
    )
    return private(page, status)


def _device_goes_on() -> bool:
    at = _here()
    return at is not None and not at.session.is_ended


@routes.post("", ANYONE)
def room_post() -> Response:
    """A ticket finds its seat."""
    code, ticket = request.form.get("room", "")[:40], request.form.get("ticket", "")[:40]
    errors = {}
    figures, number = room_code(code), ticket_code(ticket)
    if figures is None:
        errors["room"] = [say(NO_ROOM)]
    if number is None:
        errors["ticket"] = [say(NO_TICKET)]
    if figures is None or number is None:
        return _form(code, ticket, errors, 422)
    device = request.cookies.get(COOKIE, "")
    if not 20 < len(device) < 80:
        device = seating.new_device()
    try:
        found, seat = seating.find(figures, number, request.remote_addr or "")
        seating.come_in(found, seat, device)
    except Invalid as error:
        return _form(code, ticket, {name: [say(text)] for name, text in error.fields.items()}, 422)
    except (Conflict, TooMany) as error:
        return _form(code, ticket, {}, error.status, say(error.text))
    with unit_of_work():
        end_current()
    session.clear()  # whoever was here before has gone
    session[SEAT] = [seat.id, seat.issue]
    answer = redirect(url_for("supervision.me"), 303)
    answer.set_cookie(
        COOKIE, device, max_age=seating.IDLE * 3, httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return private(answer, 303)


def _here() -> Here | None:
    """This device's seat: by what its session says, or by the paper that it has open."""
    device = request.cookies.get(COOKIE, "")
    kept: Any = session.get(SEAT)
    if isinstance(kept, list) and len(kept) == 2 and all(isinstance(n, int) for n in kept):
        return seating.here(kept[0], kept[1], device)
    claim = claim_or_none(anywhere=True)
    row = queries.seat_by_login(claim.session_id) if claim is not None and claim.within else None
    return seating.here(row.id, row.issue, device) if row else None


@routes.get("/toi", ANYONE)
def me() -> Response:
    """Who I am, and beginning; or what there is to wait for."""
    at = _here()
    if at is None:
        return private(redirect(url_for("supervision.room"), 303), 303)
    return _me_page(at, {})


def _me_page(at: Here, errors: dict[str, list[str]], status: int = 200, error: DomainError | None = None) -> Response:
    refused = error or at.refusal()
    waits = at.person is None or isinstance(refused, TooEarly)
    asks = at.person is not None and at.asks_year and seating.has_year(at.person)
    page = render(
        "supervision/room/me.html",
        session=at.session,
        seat=at.seat,
        name=mask_name(at.person.full_name) if at.person else "",
        refused=say(refused.text) if refused is not None else "",
        waits=waits and error is None,
        known=at.seat.confirmed_at is not None,
        asks=asks,
        needs_yes=at.needs_yes,
        began=at.seat.attempt_uuid is not None,
        year=Field("", errors.get("year", [])),
        agreed=errors.get("agreed", []),
        errors=errors,
    )
    return private(page, status)


@routes.post("/toi", ANYONE)
def begin() -> Response:
    """Begins the paper, or goes on with it."""
    at, device = _here(), request.cookies.get(COOKIE, "")
    if at is None:
        return private(redirect(url_for("supervision.room"), 303), 303)
    try:
        if at.person is not None and at.seat.confirmed_at is None:
            if not (at.asks_year and seating.has_year(at.person)):
                raise TooEarly(_("Please call whoever supervises: they say that it is you."))
            seating.check_year(at, request.form.get("year", "")[:8])
        with unit_of_work():
            uuid = seating.sit(at, device, bool(request.form.get("agreed")))
    except Invalid as error:
        at = _here() or at
        return _me_page(at, {name: [say(text)] for name, text in error.fields.items()}, 422)
    except (Conflict, TooEarly) as error:
        at = _here() or at
        return _me_page(at, {}, error.status, error)
    return private(redirect(address("quizzes.question", attempt=uuid, n=1), 303), 303)


@routes.post("/nhip", ANYONE)
def beat() -> Response:
    """The device is still there; it learns whether its paper stands still, and how much time is left.

    Sent by the page's script every half minute. The path lies within what the ticket's sign-in opens.
    """
    claim = claim_or_none(anywhere=True)
    row = None
    if claim is not None and claim.within:
        with unit_of_work():
            row = seating.heard(claim.session_id)
    if row is None or row.attempt_uuid is None:
        return private(jsonify(state="gone"))
    paper = live([row.attempt_uuid]).get(row.attempt_uuid)
    if paper is None or not paper.is_open:
        return private(jsonify(state="done"))
    return private(jsonify(state="paused" if paper.is_paused else "open", left=paper.left))


@routes.post("/xong", ANYONE)
def leave() -> Response:
    """Whoever sat here has finished: the device is as if they had never been here."""
    at = _here()
    if at is not None:
        paper = live([at.seat.attempt_uuid]).get(at.seat.attempt_uuid) if at.seat.attempt_uuid else None
        if paper is not None and paper.is_open:
            return private(redirect(address("quizzes.review", attempt=paper.uuid), 303), 303)  # hand in first
        with unit_of_work():
            seating.leave(at.seat)
            seating.note_handed_in(at.session.id)
            end_current()
    session.clear()
    answer = redirect(url_for("supervision.room"), 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return private(answer, 303)


def _beside() -> Markup:
    return Markup(render_fragment("supervision/room/beside.html"))  # noqa: S704  a template's own output


def _finished(**_what: object) -> Markup | None:
    claim = claim_or_none()
    if claim is None or not claim.within or queries.seat_by_login(claim.session_id) is None:
        return None
    return Markup(render_fragment("supervision/room/finished.html"))  # noqa: S704  a template's own output


panels = (Panel("supervision.beat", "paper", _beside), Panel("supervision.finished", "result", _finished, order=1))
