"""A device of a class: the people on its list sign in one after another, and nothing of one stays for the next."""

from __future__ import annotations

from uuid import UUID

from flask import make_response, redirect, request, session, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import Arrival, Person, WayIn, claim_or_none, end_current, enter, here_or_none, with_role
from lms.api.studio import Field
from lms.api.web import ANYONE, Routes, composed, render, say, share
from lms.api.work import DomainError, Invalid, NotFound, Text, TooMany, _, settings, unit_of_work
from plugins.cards import pictures, queries
from plugins.cards.access import helped_by_id
from plugins.cards.numbering import room_number, spoken
from plugins.cards.queries import RoomRow, Seat
from plugins.cards.services import helping, proving, teaching
from plugins.cards.views.enter import wrong
from plugins.cards.views.picking import Pressed, device, grid_page, pressed, private

routes = Routes("cards", "/lop")
COOKIE = "lop"
HELPED = "help"  # in the signed session: the row of the help that the sign-in under way is
LEAVES_NOTHING = '"cache", "storage"'  # Clear-Site-Data, where the browser knows it
NO_NUMBER = _("A class's number has eight figures. The helper shows it.")


class Here(Struct, frozen=True):
    """This device in its class."""

    device_id: int
    room: RoomRow


def _here() -> Here | None:
    token = request.cookies.get(COOKIE, "")
    found = queries.device_by_token(token) if 0 < len(token) < 80 else None
    return Here(*found) if found else None


def _here_or_nothing() -> Here:
    at = _here()
    if at is None:
        raise NotFound(_("This device is in no class any more. The class is over, or the helper has sent it away."))
    return at


def _url(_return_to: str) -> str | None:
    return url_for("cards.room") if request.cookies.get(COOKIE) and _here() is not None else None


way = WayIn("class", _("Back to the class"), "users", _url, order=1)


def keep_device(answer: Response, token: str) -> Response:
    """Gives the device the cookie by which the class knows it."""
    answer.set_cookie(
        COOKIE, token, max_age=teaching.LONGEST, httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return answer


@routes.get("", ANYONE)
def room() -> Response:
    """The people of the class, to tap on; or the form for its number."""
    at = _here()
    if at is None:
        return _number_page("", [])
    seats = [(s, pictures.badge(s.face), say(pictures.badge_name(s.face))) for s in queries.seats(at.room.id)]
    return private(render("cards/room/list.html", room=at.room, seats=seats, now=here_or_none()))


@routes.post("", ANYONE)
def room_post() -> Response:
    """Joins a class by its number."""
    typed = composed(request.form.get("number")) or ""
    figures = room_number(typed)
    if figures is None:
        return _number_page(typed, [say(NO_NUMBER)])
    try:
        token = teaching.join_by_number(figures, request.remote_addr or "")
    except (Invalid, TooMany) as error:
        return _number_page(typed, [say(error.text)], error.status)
    _empty()
    return keep_device(redirect(url_for("cards.room"), 303), token)


def _number_page(typed: str, errors: list[str], status: int = 422) -> Response:
    page = render("cards/room/number.html", number=Field(typed, errors), errors={"number": errors} if errors else {})
    return private(page, status if errors else 200)


def _seat(at: Here, uuid: UUID) -> Seat:
    seat = next((s for s in queries.seats(at.room.id) if s.person.uuid == uuid), None)
    if seat is None:
        raise NotFound
    return seat


@routes.get("/<uuid:person>", ANYONE)
def turn(person: UUID) -> Response:
    """Whoever was tapped on proves it: with pictures, or the helper says so."""
    at = _here_or_nothing()
    return _turn_page(at, _seat(at, person), Pressed((), ()))


@routes.post("/<uuid:person>", ANYONE)
def turn_post(person: UUID) -> Response:
    """One picture more; with the fourth they are looked at."""
    at = _here_or_nothing()
    seat, state = _seat(at, person), pressed()
    if not state.complete:
        return _turn_page(at, seat, state)
    try:
        left = proving.try_pictures(seat.person.id, state.chosen, device(), request.remote_addr or "", trusted=True)
        if left is not None:
            return _turn_page(at, seat, Pressed((), ()), wrong(left), 422)
        _let_in(at, seat.person, "class")
    except (Invalid, TooMany) as error:
        return _turn_page(at, seat, Pressed((), ()), say(error.text), error.status)
    return private(redirect(url_for("home.mine"), 303), 303)


@routes.post("/<uuid:person>/giup", ANYONE)
def turn_with_help(person: UUID) -> Response:
    """The helper beside them says who it is: with the lock of the class and the person's spoken yes."""
    at = _here_or_nothing()
    seat = _seat(at, person)
    present = composed(request.form.get("present")) or ""
    try:
        helped_by_id(at.room.helper_id, person)  # may the helper still?
        helping.agreed(seat.person, bool(request.form.get("agreed")), present)
        teaching.try_lock(at.room.id, request.form.get("lock", "").strip())
        with unit_of_work():
            kept = helping.record(seat.person, at.room.helper_id, present, at.room.id)
        _let_in(at, seat.person, "helper", at.room.helper_id, kept)
    except (Invalid, TooMany) as error:
        return _turn_page(at, seat, Pressed((), ()), status=error.status, help_error=error, present=present)
    return private(redirect(url_for("home.mine" if seat.has_secret else "cards.choose"), 303), 303)


def _let_in(at: Here, person: Person, way_in: str, helper_id: int | None = None, help_id: int | None = None) -> None:
    """The turn on this device passes to a person. Raises Invalid for who cannot come here, OneStepMore as `enter`."""
    if with_role([person.id]):
        raise Invalid(Text(teaching.STAFF.msgid, {"names": person.full_name}))
    _empty(at)
    share(session, at.room.idle, url_for("cards.lock"))
    if help_id is not None:
        session[HELPED] = help_id
    enter(person, way_in, helper_id, return_to=url_for("home.mine"))


def arrived(person: Person) -> None:
    """Whoever has just signed in on a device of a class has the turn there, by whatever way they came."""
    claim, at, help_id = claim_or_none(), _here(), session.pop(HELPED, None)
    if claim is None:
        return
    if at is not None and "idle" not in session:
        share(session, at.room.idle, url_for("cards.lock"))
    if at is None and help_id is None:
        return
    with unit_of_work():
        if at is not None:
            teaching.end_turn(at.room.id, at.device_id)
            teaching.begin_turn(at.room.id, at.device_id, person.id, claim.session_id)
        if help_id is not None:
            helping.signed_in(help_id, claim.session_id)


arrival = Arrival("cards", arrived)


def _empty(at: Here | None = None) -> None:
    """Ends whatever session this device has, and forgets all that its cookie held."""
    with unit_of_work():
        if at is not None:
            teaching.end_turn(at.room.id, at.device_id)
        end_current()
    session.clear()


def _turn_page(
    at: Here,
    seat: Seat,
    state: Pressed,
    error: str = "",
    status: int = 200,
    help_error: DomainError | None = None,
    present: str = "",
) -> Response:
    fields = {name: [say(text)] for name, text in help_error.fields.items()} if isinstance(help_error, Invalid) else {}
    if help_error is not None and not fields:
        fields = {"": [say(help_error.text)]}
    row = queries.holder(seat.person.id)
    shut = row is not None and proving.is_waiting(row)
    page = grid_page(
        "cards/room/turn.html",
        seat.person,
        state,
        action=url_for("cards.turn_post", person=seat.person.uuid),
        error=error or (say(proving.refusal(seat.person.id).text) if shut and seat.has_secret else ""),
        shut=shut,
        has_secret=seat.has_secret,
        face=pictures.badge(seat.face),
        errors=fields,
        lock=Field("", fields.get("lock", [])),
        agreed=Field("", fields.get("agreed", [])),
        present=Field(present, fields.get("present", [])),
        consent=helping.CONSENT,
    )
    return private(page, status)


@routes.post("/khoa", ANYONE)
def lock() -> Response:
    """The one who is here has finished: the session ends, and the device is as if they had never been here."""
    at = _here()
    _empty(at)
    answer = redirect(url_for("cards.room") if at else url_for("identity.sign_in", next=url_for("cards.office")), 303)
    answer.headers["Clear-Site-Data"] = LEAVES_NOTHING
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.get("/nguoi-huong-dan", ANYONE)
def control() -> Response:
    """For the helper: the class's number, sending this device away, closing the class. Each with the lock."""
    return _control_page(_here_or_nothing())


@routes.post("/nguoi-huong-dan", ANYONE)
def control_post() -> Response:
    """Does one of these."""
    at = _here_or_nothing()
    try:
        teaching.try_lock(at.room.id, request.form.get("lock", "").strip())
    except (Invalid, TooMany) as error:
        return _control_page(at, say(error.text), error.status)
    what = request.form.get("do", "")
    with unit_of_work():
        if what == "number":
            teaching.renew_number(at.room)
        elif what == "leave":
            teaching.leave(at.room, at.device_id)
        elif what == "close":
            teaching.close(at.room.id, at.room.helper_id)
    if what == "number":
        shown = queries.room_by_uuid(at.room.uuid)
        return _control_page(at, number=teaching.shown_number(shown) if shown else None)
    _empty()
    answer = redirect(url_for("home.home"), 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = LEAVES_NOTHING
    return answer


def _control_page(at: Here, error: str = "", status: int = 200, number: str | None = None) -> Response:
    errors = [error] if error else []
    page = render(
        "cards/room/control.html",
        room=at.room,
        lock=Field("", errors),
        errors={"lock": errors} if errors else {},
        number=spoken(number) if number else "",
    )
    return private(make_response(page), status)
