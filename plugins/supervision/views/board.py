"""Whoever supervises: coming in by the PIN, the board of the room, a seat, what happened, the end.

The browser is known by a cookie that is good for one session and goes out with it; an officer who is signed in gets
the same cookie from the session's page. Nothing here leads anywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import make_response, redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import birth_years, people_by_id
from lms.api.studio import Field, is_number
from lms.api.web import ANYONE, Routes, composed, composed_lines, render, render_fragment, say, wants_fragment
from lms.api.work import Conflict, DomainError, Invalid, NotFound, TooMany, _, clock, settings, unit_of_work
from plugins.supervision import queries
from plugins.supervision.access import supervised_by
from plugins.supervision.models import DONE
from plugins.supervision.numbering import PIN_FIGURES, figures_of, grouped, room_code
from plugins.supervision.queries import IncidentRow, ProctorRow, SeatRow, SessionRow
from plugins.supervision.services import ending, noting, supervising
from plugins.supervision.views.papers import minutes_pdf, ticket_pdf
from plugins.supervision.wording import KINDS, NOTED, STATES
from quizzes.api import Live, fairness, live

routes = Routes("supervision", "/coi-thi")
COOKIE = "coithi"
Answer = str | Response | tuple[str, int]
LOST = 120  # seconds without a word from a device, then the board says so
NO_PIN = _("The PIN has six figures. It stands on the sheet for whoever supervises.")
NO_ROOM = _("The number of the room has six figures.")


def keep_proctor(answer: Response, token: str) -> Response:
    """Gives a browser the cookie by which it supervises."""
    answer.set_cookie(
        COOKIE, token, max_age=24 * 3600, path="/coi-thi", httponly=True, samesite="Strict",
        secure=settings().secure_cookies,
    )  # fmt: skip
    return answer


def _supervises() -> tuple[ProctorRow, SessionRow] | None:
    return supervised_by(request.cookies.get(COOKIE, ""))


def _at() -> tuple[ProctorRow, SessionRow]:
    found = _supervises()
    if found is None:
        raise NotFound(_("This browser supervises no session now. Please type the room's number and the PIN again."))
    return found


def private(page: str | Response, status: int = 200) -> Response:
    """A page that no browser keeps."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- coming in --------------------------------------------------------------------------------------------------------


@routes.get("", ANYONE)
def supervise() -> Response:
    """The number of the room and the PIN; whoever supervises already goes to the board."""
    if _supervises() is not None:
        return private(redirect(url_for("supervision.board"), 303), 303)
    return _pin_page("", "", {})


def _pin_page(room: str, name: str, errors: dict[str, list[str]], status: int = 200) -> Response:
    page = render(
        "supervision/board/pin.html",
        room=Field(room, errors.get("room", [])),
        pin=Field("", errors.get("pin", [])),
        name=Field(name, errors.get("name", [])),
        errors=errors,
    )
    return private(page, status)


@routes.post("", ANYONE)
def supervise_post() -> Response:
    """Lets somebody in."""
    typed, name = request.form.get("room", "")[:40], composed(request.form.get("name")) or ""
    room, pin = room_code(typed), figures_of(request.form.get("pin", "")[:40], PIN_FIGURES)
    errors: dict[str, list[str]] = {}
    if room is None:
        errors["room"] = [say(NO_ROOM)]
    if pin is None:
        errors["pin"] = [say(NO_PIN)]
    if room is None or pin is None:
        return _pin_page(typed, name, errors, 422)
    try:
        token = supervising.by_pin(room, pin, name, request.remote_addr or "")
    except Invalid as error:
        return _pin_page(typed, name, {key: [say(text)] for key, text in error.fields.items()}, 422)
    except TooMany as error:
        return _pin_page(typed, name, {"": [say(error.text)]}, error.status)
    return private(keep_proctor(redirect(url_for("supervision.board"), 303), token), 303)


@routes.post("/ra", ANYONE)
def go() -> Response:
    """Whoever supervised leaves this browser."""
    found = _supervises()
    if found is not None:
        with unit_of_work():
            supervising.go(found[0])
    answer = redirect(url_for("supervision.supervise"), 303)
    answer.delete_cookie(COOKIE, path="/coi-thi", httponly=True, samesite="Strict")
    return private(answer, 303)


# --- the board --------------------------------------------------------------------------------------------------------


class BoardRow(Struct, frozen=True):
    """A seat on the board. `kind` and `state`: how it stands; `lost`: minutes since the device was last heard of."""

    number: int
    name: str
    url: str
    kind: str
    state: str
    present: bool
    progress: str
    left: str
    lost: str
    icon: str


def board_rows(session: SessionRow, rows: list[SeatRow]) -> list[BoardRow]:
    """The seats that somebody has or may get, as they are now."""
    people, now = queries.seated(rows), clock.seconds()
    papers = live([row.attempt_uuid for row in rows if row.attempt_uuid is not None])
    found = []
    for row in rows:
        if row.account_id is None and not session.walk_ins:
            continue
        paper = papers.get(row.attempt_uuid) if row.attempt_uuid is not None else None
        person = people.get(row.account_id or 0)
        kind, words, sign = _standing(row, paper, session.is_ended)
        found.append(
            BoardRow(
                row.number,
                person.full_name if person else ("" if row.account_id is None else say(_("(account closed)"))),
                url_for("supervision.seat", number=row.number),
                kind,
                words,
                row.present_at is not None,
                f"{paper.answered}/{paper.total}" if paper else "",
                _left(paper),
                _lost(row, paper, now),
                sign,
            )
        )
    return found


def _standing(row: SeatRow, paper: Live | None, ended: bool) -> tuple[str, str, str]:
    """Colour, words and sign of a seat."""
    if paper is not None and not paper.is_open:
        return "ok", say(_("Paper handed in")), "circle-check"
    if paper is not None and paper.is_paused:
        return "wait", say(_("Paused")), "clock"
    if paper is not None:
        return "info", say(_("At work")), "pencil"
    if row.account_id is None:
        return ("wait", say(_("Somebody is waiting")), "hand") if row.present_at else ("", say(_("Free")), "circle")
    if row.present_at is not None:
        if row.confirmed_at is not None:
            return "", say(_("Here, can begin")), "check"
        return "wait", say(_("Here; say that it is them")), "hand"
    return "", say(_("Did not come") if ended else _("Not here yet")), "circle"


def _left(paper: Live | None) -> str:
    if paper is None or not paper.is_open:
        return ""
    if paper.left is None:
        return say(_("no limit"))
    return say(_("{n} min", n=-(-paper.left // 60)))


def _lost(row: SeatRow, paper: Live | None, now: int) -> str:
    """Since when nothing was heard of a device with an open paper: of its beat, or else of an answer."""
    if paper is None or not paper.is_open:
        return ""
    heard = max(row.heard_at or 0, paper.saved_at or 0, paper.started_at)
    if now - heard < LOST:
        return ""
    return say(_("not heard of for {n} min", n=(now - heard) // 60))


@routes.get("/bang", ANYONE)
def board() -> Response:
    """The board; only its seats where the page's script asks."""
    proctor, session = _at()
    if wants_fragment():
        rows = queries.seats(session.id)
        return private(render_fragment("supervision/board/seats.html", **_board(session, rows)))
    return _board_page(proctor, session)


def _board(session: SessionRow, rows: list[SeatRow]) -> dict[str, object]:
    shown = board_rows(session, rows)
    return {
        "session": session,
        "rows": shown,
        "state": say(STATES[session.state]) if session.paused_at is None else say(_("Everything is paused")),
        "listed": sum(row.account_id is not None for row in rows),
        "present": sum(row.present_at is not None for row in rows),
        "done": sum(row.progress != "" and row.kind == "ok" for row in shown),
        "lost": sum(bool(row.lost) for row in shown),
        "now": clock.seconds(),
    }


def _board_page(
    proctor: ProctorRow, session: SessionRow, errors: list[str] | None = None, status: int = 200
) -> Response:
    rows = queries.seats(session.id)
    page = render(
        "supervision/board/board.html",
        **_board(session, rows),
        proctor=proctor,
        code=grouped(session.code),
        errors={"": errors} if errors else {},
        too_early=session.is_planned and clock.seconds() < session.starts_at - supervising.EARLY,
        happened=happened(queries.incidents(session.id)[::-1][:12], rows),
    )
    return private(page, status)


class Happened(Struct, frozen=True):
    """Something that happened, in words. `seat` 0: not about one; `minutes` 0: not about minutes."""

    at: str
    seat: int
    what: str
    minutes: int
    words: str
    by: str


def happened(rows: Sequence[IncidentRow], of: Sequence[SeatRow]) -> list[Happened]:
    """What happened, as pages tell it."""
    numbers = {row.id: row.number for row in of}
    names = people_by_id({row.by_id for row in rows if row.by_id is not None})
    return [
        Happened(
            f"{clock.local(clock.from_seconds(row.at)):%H:%M}",
            numbers.get(row.seat_id or 0, 0),
            say(KINDS[row.kind]) if row.kind in KINDS else row.kind,
            row.amount or 0,
            row.words,
            row.by_name or (names[row.by_id].full_name if row.by_id in names else ""),
        )
        for row in rows
    ]


_ROOM_ACTS = {
    "open": supervising.open_door,
    "close": supervising.close_door,
    "pause": supervising.pause_all,
    "resume": supervising.resume_all,
}


@routes.post("/bang", ANYONE)
def board_post() -> Response:
    """The door, a pause, more time for all."""
    proctor, session = _at()
    what = request.form.get("do", "")
    try:
        with unit_of_work():
            if what in _ROOM_ACTS:
                _ROOM_ACTS[what](session, proctor)
            elif what == "extend":
                supervising.extend_all(session, proctor, _minutes(), _reason())
            else:
                raise NotFound
    except (Conflict, Invalid) as error:
        return _board_page(proctor, session, [say(error.text)], error.status)
    return private(redirect(url_for("supervision.board"), 303), 303)


def _minutes() -> int:
    typed = request.form.get("minutes", "")
    return int(typed) if is_number(typed) and len(typed) < 4 else 0


def _reason() -> str:
    return (composed(request.form.get("reason")) or "")[:200]


# --- a seat -----------------------------------------------------------------------------------------------------------


def _seat(session: SessionRow, number: int) -> SeatRow:
    row = queries.seat(session.id, number)
    if row is None:
        raise NotFound
    return row


@routes.get("/ghe/<int:number>", ANYONE)
def seat(number: int) -> Response:
    """One seat: who sits there, and what can be done for them."""
    proctor, session = _at()
    return _seat_page(proctor, session, number, {})


def _seat_page(
    proctor: ProctorRow, session: SessionRow, number: int, errors: dict[str, list[str]], status: int = 200
) -> Response:
    row = _seat(session, number)
    people = queries.seated([row])
    person = people.get(row.account_id or 0)
    paper = live([row.attempt_uuid]).get(row.attempt_uuid) if row.attempt_uuid else None
    kind, words, sign = _standing(row, paper, session.is_ended)
    free = [r.number for r in queries.seats(session.id) if r.account_id is None and r.number != number]
    page = render(
        "supervision/board/seat.html",
        proctor=proctor,
        session=session,
        seat=row,
        name=person.full_name if person else "",
        born=birth_years([person.id]).get(person.id, "") if person else "",
        kind=kind,
        state=words,
        sign=sign,
        paper=paper,
        left=_left(paper),
        support=_support(row),
        lost=_lost(row, paper, clock.seconds()),
        is_done=row.state == DONE or (paper is not None and not paper.is_open),
        ticket=grouped(row.code(session)),
        code=grouped(session.code),
        free=[(str(n), say(_("Seat {n}", n=n))) for n in free],
        to=Field(request.form.get("to", ""), errors.get("to", [])),
        names=Field(request.form.get("names", "")[:200], errors.get("names", [])),
        errors=errors,
    )
    return private(page, status)


def _support(row: SeatRow) -> str:
    """What was arranged for the person, so that whoever supervises knows of it."""
    if row.account_id is None:
        return ""
    fair, words = fairness(row.account_id), []
    if fair.no_limit:
        words.append(say(_("no time limit")))
    elif fair.extra:
        words.append(say(_("{n} % more time", n=fair.extra)))
    if fair.break_minutes:
        words.append(say(_("{n} minutes of breaks", n=fair.break_minutes)))
    if fair.read_aloud:
        words.append(say(_("questions read aloud")))
    return ", ".join(words)


_SEAT_ACTS = {
    "confirm": supervising.confirm,
    "pause": supervising.pause_one,
    "resume": supervising.resume_one,
    "release": supervising.release,
    "reissue": supervising.reissue,
    "hand-in": supervising.hand_in_for,
}


@routes.post("/ghe/<int:number>", ANYONE)
def seat_post(number: int) -> Response:
    """Does one of these."""
    proctor, session = _at()
    _seat(session, number)
    what, to = request.form.get("do", ""), number
    try:
        with unit_of_work():
            if what in _SEAT_ACTS:
                _SEAT_ACTS[what](session, proctor, number)
            elif what == "extend":
                supervising.extend_one(session, proctor, number, _minutes(), _reason())
            elif what == "move":
                typed = request.form.get("to", "")
                to = int(typed) if is_number(typed) and len(typed) < 4 else 0
                supervising.move(session, proctor, number, to)
            elif what == "name":
                supervising.put_on(session, proctor, number, composed(request.form.get("names")) or "")
            else:
                raise NotFound
    except (Conflict, Invalid) as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        errors = {name: [say(text)] for name, text in fields.items()} or {"": [say(error.text)]}
        return _seat_page(proctor, session, number, errors, error.status)
    return private(redirect(url_for("supervision.seat", number=to), 303), 303)


@routes.get("/ghe/<int:number>/phieu.pdf", ANYONE)
def seat_ticket(number: int) -> Response:
    """The ticket of one seat, to print anew."""
    _proctor, session = _at()
    return private(ticket_pdf(session, [_seat(session, number)]))


# --- what happened, and the end ---------------------------------------------------------------------------------------


@routes.get("/ghi", ANYONE)
def incident() -> Response:
    """Writing down what happened."""
    proctor, session = _at()
    return _incident_page(proctor, session, {})


def _incident_page(
    proctor: ProctorRow, session: SessionRow, errors: dict[str, list[str]], status: int = 200
) -> Response:
    rows = queries.seats(session.id)
    people = queries.seated(rows)
    page = render(
        "supervision/board/incident.html",
        session=session,
        proctor=proctor,
        kinds=[(kind, say(words)) for kind, words in NOTED.items()],
        seats=[
            (str(row.number), f"{row.number}: {people[row.account_id].full_name}")
            for row in rows
            if row.account_id in people
        ],
        kind=Field(request.form.get("kind", ""), errors.get("kind", [])),
        seat=Field(request.values.get("ghe") or request.form.get("seat", ""), errors.get("seat", [])),
        words=Field(request.form.get("words", "")[:1000], errors.get("words", [])),
        errors=errors,
    )
    return private(page, status)


@routes.post("/ghi", ANYONE)
def incident_post() -> Response:
    """Keeps it."""
    proctor, session = _at()
    typed = request.form.get("seat", "")
    row = queries.seat(session.id, int(typed)) if is_number(typed) and len(typed) < 4 else None
    try:
        with unit_of_work():
            supervising.require_under_way(session)
            noting.write_down(
                proctor, session, request.form.get("kind", ""), composed_lines(request.form.get("words")) or "",
                row.id if row else None,
            )  # fmt: skip
    except (Conflict, Invalid) as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        errors = {name: [say(text)] for name, text in fields.items()} or {"": [say(error.text)]}
        return _incident_page(proctor, session, errors, error.status)
    return private(redirect(url_for("supervision.board"), 303), 303)


@routes.get("/ket-thuc", ANYONE)
def end() -> Response:
    """Before the end: what is still open."""
    _proctor, session = _at()
    return _end_page(session)


def _end_page(session: SessionRow, error: DomainError | None = None) -> Response:
    rows = queries.seats(session.id)
    people = queries.seated(rows)
    papers = live([row.attempt_uuid for row in rows if row.attempt_uuid is not None])
    page = render(
        "supervision/board/end.html",
        session=session,
        still=[
            (row.number, people[row.account_id].full_name if row.account_id in people else "")
            for row in rows
            if row.attempt_uuid in papers and papers[row.attempt_uuid].is_open
        ],
        absent=sum(row.account_id is not None and row.present_at is None for row in rows),
        done=sum(row.attempt_uuid in papers and not papers[row.attempt_uuid].is_open for row in rows),
        errors={"": [say(error.text)]} if error else {},
    )
    return private(page, error.status if error else 200)


@routes.post("/ket-thuc", ANYONE)
def end_post() -> Response:
    """Hands in what is open, and ends the session. Twice is once."""
    proctor, session = _at()
    try:
        ending.end(session, proctor)
    except Conflict as error:
        return _end_page(session, error)
    return private(redirect(url_for("supervision.board"), 303), 303)


@routes.get("/bien-ban.pdf", ANYONE)
def proctor_minutes() -> Response:
    """The minutes as they stand, to be printed and signed."""
    _proctor, session = _at()
    return private(minutes_pdf(session))
