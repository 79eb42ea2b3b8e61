"""What whoever supervises does: coming in by the PIN, the door, the clock, seats, tickets, handing in for others.

In the caller's unit of work, but for what says otherwise. Every act is written down (`noting`) and in the journal.
"""

from __future__ import annotations

import secrets

from sqlalchemy import insert, update

from lms.api.people import Person, check_name, end_one, password_matches
from lms.api.work import (
    Conflict,
    Invalid,
    NotFound,
    TooMany,
    _,
    audit,
    clock,
    connection,
    is_empty,
    take,
    unit_of_work,
)
from plugins.supervision import queries
from plugins.supervision.models import (
    CLOSED,
    EXPECTED,
    FREE,
    OPEN,
    PLANNED,
    PRINTED,
    SITTING,
    STATION,
    Proctor,
    Seat,
    Session,
)
from plugins.supervision.queries import ProctorRow, SeatRow, SessionRow
from plugins.supervision.services import noting, planning, seating
from plugins.supervision.services.ticking import is_station
from quizzes.api import extend as extend_paper
from quizzes.api import hand_in as hand_in_paper
from quizzes.api import live
from quizzes.api import pause as pause_paper
from quizzes.api import resume as resume_paper

S, T, P = Session.__table__, Seat.__table__, Proctor.__table__
MOST_PINS = 5  # wrong PINs of a room; then a new one has to be made, or an officer signs in
MOST_ROOMS = (20, 3600)  # codes of no room from one address in an hour
EARLY = 3600  # seconds before its hour that a room may be opened
AFTER = 12 * 3600  # seconds after its planned end that a proctor's browser is let in
STEPS = (5, 10)  # minutes that are given at once
MINUTE = 60
SHUT = _("The PIN was wrong too often. An officer of the unit can make a new one, or open the room by signing in.")


# --- coming in --------------------------------------------------------------------------------------------------------


def by_pin(room: str, pin: str, name: str, address: str) -> str:
    """Lets somebody in who knows the room's PIN; returns what their cookie holds. Opens units of work.

    Raises Invalid with the field, TooMany after five wrong PINs.
    """
    try:
        name = check_name(name)
    except Invalid as error:
        raise Invalid(error.text, name=error.text) from error
    with unit_of_work():
        if is_empty("supervision-rooms", address, *MOST_ROOMS):
            raise TooMany(retry_after=MOST_ROOMS[1])
        session = queries.session_by_code(room)
        if session is None:
            take("supervision-rooms", address, *MOST_ROOMS)
    if session is None:
        text = _("There is no room with this number now. It stands on the sheet for whoever supervises.")
        raise Invalid(text, room=text)
    # Paid before it is looked at, so that two at once cannot try more often than five times.
    with unit_of_work():
        paid = connection().execute(
            update(S).where(S.c.id == session.id, S.c.pin_wrong < MOST_PINS).values(pin_wrong=S.c.pin_wrong + 1)
        )
    if paid.rowcount != 1:
        raise TooMany(SHUT, retry_after=MOST_ROOMS[1])
    if not password_matches(queries.pin_of(session.id), pin):
        left = MOST_PINS - _wrong(session.id)
        with unit_of_work():
            audit.record(None, "supervision.pin_wrong", f"supervision:{session.uuid}")
        text = _("The PIN is not right. {n} tries are left.", n=left) if left else SHUT
        raise Invalid(text, pin=text)
    with unit_of_work():
        connection().execute(update(S).where(S.c.id == session.id).values(pin_wrong=0))
        return _enter(session, name, None)


def _wrong(session_id: int) -> int:
    from sqlalchemy import select

    return int(connection().execute(select(S.c.pin_wrong).where(S.c.id == session_id)).scalar_one())


def by_right(session: SessionRow, officer: Person) -> str:
    """Lets an officer in who is signed in; returns what their cookie holds."""
    planning.require_not_ended(session)
    return _enter(session, officer.full_name, officer.id)


def _enter(session: SessionRow, name: str, account_id: int | None) -> str:
    token, at = secrets.token_urlsafe(24), clock.seconds()
    connection().execute(
        insert(P).values(
            session_id=session.id, account_id=account_id, name=name, token_hash=queries.proctor_hash(token),
            entered_at=at, ends_at=max(session.ends_at, at) + AFTER,
        )
    )  # fmt: skip
    audit.record(account_id, "supervision.entered", f"supervision:{session.uuid}", name=name)
    return token


def go(proctor: ProctorRow) -> None:
    """Whoever supervised leaves this browser. Leaving twice is once."""
    connection().execute(update(P).where(P.c.id == proctor.id, P.c.left_at.is_(None)).values(left_at=clock.seconds()))


# --- the door and the clock -------------------------------------------------------------------------------------------


def open_door(session: SessionRow, proctor: ProctorRow) -> None:
    """Opens the room, or its door again. Opening twice is once. The first time pins what the check asks."""
    held = _running(session, planned_too=True)
    if held.is_open:
        return
    at = clock.seconds()
    values: dict[str, object] = {"state": OPEN, "closed_at": None}
    if held.state == PLANNED:
        if held.mode == STATION and not is_station():
            raise Conflict(_("This session is held at a station. An officer of the unit can bring it back here."))
        if at < held.starts_at - EARLY:
            raise Conflict(_("It is too early. The room can be opened from one hour before it begins."))
        offer = planning.offer_of(held.activity_id)
        if offer is None:
            raise Conflict(_("This check is no longer offered. Please tell the officer who planned the session."))
        values |= {"opened_at": at, "opened_by": proctor.account_id, "course_id": offer.course_id}
        if held.revision_id is None:
            values["revision_id"] = offer.revision_id
    connection().execute(update(S).where(S.c.id == held.id).values(**values))
    _note(proctor, held, "opened" if held.state == PLANNED else "reopened")


def close_door(session: SessionRow, proctor: ProctorRow) -> None:
    """Nobody more may begin; who has begun goes on. Closing twice is once."""
    held = _running(session)
    if held.state == CLOSED:
        return
    connection().execute(update(S).where(S.c.id == held.id).values(state=CLOSED, closed_at=clock.seconds()))
    _note(proctor, held, "door")


def pause_all(session: SessionRow, proctor: ProctorRow) -> None:
    """Everything stands still, and nobody may begin meanwhile. Pausing twice is once."""
    held = _running(session)
    if held.paused_at is not None:
        return
    for row in _sitting(held):
        assert row.attempt_uuid is not None
        pause_paper(row.attempt_uuid, proctor.account_id)
    connection().execute(update(S).where(S.c.id == held.id).values(paused_at=clock.seconds()))
    _note(proctor, held, "paused")


def resume_all(session: SessionRow, proctor: ProctorRow) -> None:
    """Everything goes on; what it stood still is added to each paper's end. Going on twice is once."""
    held = _running(session)
    if held.paused_at is None:
        return
    for row in _sitting(held):
        assert row.attempt_uuid is not None
        resume_paper(row.attempt_uuid, proctor.account_id)
    connection().execute(update(S).where(S.c.id == held.id).values(paused_at=None))
    _note(proctor, held, "resumed")


def extend_all(session: SessionRow, proctor: ProctorRow, minutes: int, reason: str) -> int:
    """More time for all who sit there now; returns how many. Who begins later has the whole time anyway."""
    held = _running(session)
    _step(minutes)
    rows = _sitting(held)
    for row in rows:
        assert row.attempt_uuid is not None
        extend_paper(row.attempt_uuid, minutes * MINUTE, proctor.account_id, reason)
    if rows:
        connection().execute(
            update(T).where(T.c.id.in_([row.id for row in rows])).values(extra_minutes=T.c.extra_minutes + minutes)
        )
        connection().execute(update(S).where(S.c.id == held.id).values(extended=S.c.extended + minutes))
        _note(proctor, held, "extended", amount=minutes, words=reason)
    return len(rows)


def _sitting(session: SessionRow) -> list[SeatRow]:
    """The seats whose paper is open."""
    rows = [row for row in queries.seats(session.id) if row.attempt_uuid is not None]
    found = live([row.attempt_uuid for row in rows if row.attempt_uuid is not None])
    return [row for row in rows if row.attempt_uuid in found and found[row.attempt_uuid].is_open]


def _step(minutes: int) -> None:
    if minutes not in STEPS:
        raise Invalid(_("5 or 10 minutes at once, please."))


def _running(session: SessionRow, planned_too: bool = False) -> SessionRow:
    """The session, held; Conflict where it is not under way."""
    held = queries.session_by_id(session.id, hold=True)
    if held is None:
        raise NotFound
    planning.require_not_ended(held)
    if held.is_planned and not planned_too:
        raise Conflict(_("Open the room first."))
    return held


# --- one seat ---------------------------------------------------------------------------------------------------------


def confirm(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """Whoever supervises has seen that it is this person. Confirming twice is once."""
    row = _seat(session, number)
    if row.account_id is None:
        raise Conflict(_("Nobody is on this seat."))
    at = clock.seconds()
    connection().execute(
        update(T)
        .where(T.c.id == row.id, T.c.confirmed_at.is_(None))
        .values(confirmed_at=at, wrong=0, present_at=row.present_at if row.present_at is not None else at)
    )
    audit.record(
        proctor.account_id, "supervision.confirmed", f"supervision:{session.uuid}", seat=number, name=proctor.name
    )


def pause_one(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """One paper stands still."""
    row = _open_paper(session, number)
    assert row.attempt_uuid is not None
    pause_paper(row.attempt_uuid, proctor.account_id)
    _note(proctor, session, "pause-one", seat=row)


def resume_one(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """One paper goes on; not while everything stands still."""
    held = _running(session)
    if held.paused_at is not None:
        raise Conflict(_("Everything is paused. Let all go on first."))
    row = _open_paper(session, number)
    assert row.attempt_uuid is not None
    resume_paper(row.attempt_uuid, proctor.account_id)
    _note(proctor, session, "resume-one", seat=row)


def extend_one(session: SessionRow, proctor: ProctorRow, number: int, minutes: int, reason: str) -> None:
    """More time for one."""
    _step(minutes)
    row = _open_paper(session, number)
    assert row.attempt_uuid is not None
    extend_paper(row.attempt_uuid, minutes * MINUTE, proctor.account_id, reason)
    connection().execute(update(T).where(T.c.id == row.id).values(extra_minutes=T.c.extra_minutes + minutes))
    _note(proctor, session, "extend-one", seat=row, amount=minutes, words=reason)


def release(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """Lets a seat go on another device: the one before is signed out, the ticket works once more, answers stay."""
    row = _seat(session, number)
    _end_login(row)
    connection().execute(update(T).where(T.c.id == row.id).values(device=None, login_id=None, ticket_state=PRINTED))
    _note(proctor, session, "released", seat=row)


def reissue(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """Makes a ticket invalid and another in its place; whoever used it goes on with the new one."""
    row = _seat(session, number)
    _end_login(row)
    connection().execute(
        update(T).where(T.c.id == row.id).values(device=None, login_id=None, **planning.anew(session, row))
    )
    _note(proctor, session, "reissued", seat=row)


def move(session: SessionRow, proctor: ProctorRow, number: int, to: int) -> None:
    """Somebody sits down on another, free seat, with their paper; both seats get new tickets."""
    row, goal = _seat(session, number), queries.seat(session.id, to, hold=True)
    if goal is None or goal.account_id is not None or goal.id == row.id:
        text = _("Please choose a free seat.")
        raise Invalid(text, to=text)
    if row.account_id is None:
        raise Conflict(_("Nobody is on this seat."))
    _end_login(row)
    carried = {
        "account_id": row.account_id, "state": row.state, "present_at": row.present_at,
        "confirmed_at": row.confirmed_at, "attempt_uuid": row.attempt_uuid, "handed_in_at": row.handed_in_at,
        "extra_minutes": row.extra_minutes, "note": row.note,
    }  # fmt: skip
    empty = {
        "account_id": None, "state": FREE, "present_at": None, "confirmed_at": None, "attempt_uuid": None,
        "handed_in_at": None, "extra_minutes": 0, "note": "", "device": None, "login_id": None, "wrong": 0,
    }  # fmt: skip
    connection().execute(update(T).where(T.c.id == row.id).values(**empty, **planning.anew(session, row)))
    connection().execute(
        update(T).where(T.c.id == goal.id).values(**carried, **planning.anew(session, goal), device=None, login_id=None)
    )
    _note(proctor, session, "moved", seat=goal, words=f"{number} → {to}")


def put_on(session: SessionRow, proctor: ProctorRow, number: int, typed: str) -> None:
    """Somebody who came without being on the list, put on a free seat by name and year of birth. Raises Invalid.

    Whom the unit knows is meant; otherwise a new person is entered there, in the name of whoever planned the session.
    """
    held = _running(session, planned_too=True)
    if not held.walk_ins:
        raise Conflict(_("This session is only for those on its list. An officer of the unit can add somebody."))
    row = _seat(held, number)
    if row.account_id is not None:
        raise Conflict(_("Somebody has this seat already."))
    try:
        lines = planning.lines_of(typed)
        if len(lines) != 1 or lines[0].year is None:
            text = _("Please type one name with the year of birth, for example: Nguyễn Văn An; 1958")
            raise Invalid(text, names=text)
        account_id = planning.enter_named(held, lines, proctor.account_id or held.made_by)[0]
    except Invalid as error:
        raise Invalid(error.text, names=error.text) from error
    if any(other.account_id == account_id for other in queries.seats(held.id)):
        text = _("This person is on the list already.")
        raise Invalid(text, names=text)
    at = clock.seconds()
    connection().execute(
        update(T)
        .where(T.c.id == row.id)
        .values(account_id=account_id, state=EXPECTED, present_at=at, confirmed_at=at, wrong=0)
    )
    _note(proctor, held, "named", seat=row)


def hand_in_for(session: SessionRow, proctor: ProctorRow, number: int) -> None:
    """Hands in for somebody who has left: what was saved. Twice is once."""
    row = _seat(session, number)
    if row.attempt_uuid is None:
        raise Conflict(_("No paper was begun on this seat."))
    if row.attempt_uuid in (found := live([row.attempt_uuid])) and found[row.attempt_uuid].is_open:
        hand_in_paper(row.attempt_uuid)
        _note(proctor, session, "handed-in", seat=row)
    _end_login(row)
    seating.note_handed_in(session.id)


def _seat(session: SessionRow, number: int) -> SeatRow:
    _running(session, planned_too=True)
    row = queries.seat(session.id, number, hold=True)
    if row is None:
        raise NotFound
    return row


def _open_paper(session: SessionRow, number: int) -> SeatRow:
    row = _seat(session, number)
    if row.state != SITTING or row.attempt_uuid is None:
        raise Conflict(_("No paper is open on this seat."))
    return row


def _end_login(row: SeatRow) -> None:
    if row.login_id is not None and row.account_id is not None:
        end_one(row.account_id, row.login_id)


def _note(
    proctor: ProctorRow,
    session: SessionRow,
    kind: str,
    *,
    seat: SeatRow | None = None,
    amount: int | None = None,
    words: str = "",
) -> None:
    noting.by(proctor, session, kind, seat_id=seat.id if seat else None, amount=amount, words=words)
    detail: dict[str, object] = {"name": proctor.name}
    if seat is not None:
        detail["seat"] = seat.number
    if amount is not None:
        detail["minutes"] = amount
    audit.record(proctor.account_id, f"supervision.{kind}", f"supervision:{session.uuid}", **detail)


def require_under_way(session: SessionRow) -> None:
    """Conflict where the session has ended: what happened in it has been told."""
    _running(session, planned_too=True)
