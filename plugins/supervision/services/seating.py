"""Learners in the room: a ticket finds its seat, it is made sure who it is, the paper begins on this device only.

A ticket works once. The device on which it was used is known by a cookie, so that a browser that was closed goes on;
any other device is refused until whoever supervises lets the seat go. The sign-in that a ticket opens reaches that one
paper and nothing else (`enter_within`).
"""

from __future__ import annotations

import secrets

from msgspec import Struct
from sqlalchemy import update

from lms.api.people import (
    CONSENT_TEXT,
    LEARNING_RECORD,
    Person,
    birth_years,
    end_one,
    enter_within,
    give_consent,
    has_consent,
    needs_guardian,
    person_by_id,
    require_level,
)
from lms.api.work import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    TooEarly,
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
from plugins.supervision.models import DONE, SITTING, USED, VOID, Seat
from plugins.supervision.numbering import device_hash
from plugins.supervision.queries import SeatRow, SessionRow
from plugins.supervision.services import noting, prepared
from plugins.supervision.services.ticking import is_station
from quizzes.api import begin, live, open_paper, opens, told

T = Seat.__table__
WAY = "ticket"
MOST_WRONG = (40, 600)  # wrong tickets from one address in ten minutes: a hall of forty behind one router
MOST_WRONG_HERE = (120, 3600)  # wrong tickets of one room in an hour
MOST_ROOMS = (60, 600)  # codes of no room, from one address
MOST_YEARS = 3  # wrong years of birth, then whoever supervises says who it is
IDLE = 4 * 3600  # seconds after which a device that nobody touches forgets whose paper it held
LINGERS = 600  # seconds for looking at the result, then the device is free by itself
ELSEWHERE = _("This ticket is in use on another device. Please call whoever supervises: they can let it go here.")
ENDED = _("This session has ended. Nothing more can be handed in.")
DOOR = _("The door is closed: nobody more may begin. Please speak with whoever supervises.")
NOT_OPEN = _("The room is not open yet. Please wait a moment: this page goes on by itself.")
STANDS = _("Everything is paused for a moment. Please wait: this page goes on by itself.")
HANDED_IN = _("This paper has been handed in already.")


def find(room: str, code: str, address: str) -> tuple[SessionRow, SeatRow]:
    """The seat of a ticket in a room. Opens units of work. Raises Invalid with the field, TooMany."""
    with unit_of_work():
        _look(address, MOST_WRONG, "supervision-ticket")
        _look(address, MOST_ROOMS, "supervision-room")
        session = queries.session_by_code(room)
        if session is None:
            take("supervision-room", address, *MOST_ROOMS)
    if session is None:
        text = _("There is no room with this number now. Please look at the ticket again.")
        raise Invalid(text, room=text)
    with unit_of_work():
        _look(session.name, MOST_WRONG_HERE, "supervision-here")
        seat = queries.seat_by_ticket(session, code)
        if seat is None:
            take("supervision-ticket", address, *MOST_WRONG)
            take("supervision-here", session.name, *MOST_WRONG_HERE)
    if seat is None:
        old = queries.was_issued(session, code)
        text = (
            _("This ticket was made invalid. Whoever supervises has a new one for you.")
            if old
            else _("This is no ticket of this room. Please look at it again, or call whoever supervises.")
        )
        raise Invalid(text, ticket=text)
    if seat.ticket_state == VOID:
        text = _("This ticket was made invalid. Whoever supervises has a new one for you.")
        raise Invalid(text, ticket=text)
    return session, seat


def _look(who: str, bucket: tuple[int, int], action: str) -> None:
    if is_empty(action, who, *bucket):
        raise TooMany(
            _("Too many tickets that were wrong. Please wait a few minutes, or call whoever supervises."),
            retry_after=bucket[1],
        )


def new_device() -> str:
    """What the cookie of a device holds."""
    return secrets.token_urlsafe(24)


def come_in(session: SessionRow, seat: SeatRow, device: str) -> None:
    """Somebody is here with this ticket, on this device. Opens a unit of work. Raises Conflict where it is on another.

    The first device keeps the seat; the second is refused and the room's list says so.
    """
    mine = device_hash(session.key, device)
    refused = False
    with unit_of_work():
        held = queries.seat_by_id(seat.id, hold=True)
        if held is None or held.issue != seat.issue:
            raise Conflict(ELSEWHERE)
        if held.device is not None and held.device != mine:
            refused = True
            noting.note(session.id, "twice", seat_id=seat.id)
        else:
            at = clock.seconds()
            connection().execute(
                update(T)
                .where(T.c.id == held.id)
                .values(device=mine, heard_at=at, present_at=held.present_at if held.present_at is not None else at)
            )
    if refused:
        raise Conflict(ELSEWHERE)


class Here(Struct, frozen=True):
    """A device with its ticket: in which room, on which seat, whose."""

    session: SessionRow
    seat: SeatRow
    person: Person | None

    @property
    def asks_year(self) -> bool:
        """Whether the person can say who they are by their year of birth; else whoever supervises says it."""
        return self.person is not None and self.seat.confirmed_at is None and self.seat.wrong < MOST_YEARS

    @property
    def needs_yes(self) -> bool:
        """Whether they have yet to agree that their learning is kept."""
        return self.person is not None and not has_consent(self.person.id, LEARNING_RECORD)

    def refusal(self) -> DomainError | None:
        """Why the paper cannot be begun, or gone on with, just now."""
        s, seat = self.session, self.seat
        if seat.state == DONE:
            return Conflict(HANDED_IN)
        if s.is_ended:
            return Conflict(ENDED)
        if s.is_planned:
            return TooEarly(NOT_OPEN)
        if s.paused_at is not None:
            return TooEarly(STANDS)
        if not s.is_open and seat.attempt_uuid is None:
            return Conflict(DOOR)
        return None


def here(seat_id: int, issue: int, device: str) -> Here | None:
    """The device's seat, as long as it is this device's."""
    seat = queries.seat_by_id(seat_id)
    session = queries.session_by_id(seat.session_id) if seat else None
    if seat is None or session is None or seat.issue != issue or seat.ticket_state == VOID:
        return None
    if seat.device != device_hash(session.key, device):
        return None
    person = person_by_id(seat.account_id) if seat.account_id is not None else None
    return Here(session, seat, person)


def has_year(person: Person) -> bool:
    """Whether their year of birth is known."""
    return person.birth_date is not None or bool(birth_years([person.id]))


def check_year(at: Here, year: str) -> None:
    """Makes sure by the year of birth. Opens a unit of work. Raises Invalid; three wrong ones end this way."""
    if at.person is None:
        raise NotFound
    known = at.person.birth_date.year if at.person.birth_date else birth_years([at.person.id]).get(at.person.id)
    if known is not None and year.strip() == str(known) and at.asks_year:
        return
    with unit_of_work():
        connection().execute(update(T).where(T.c.id == at.seat.id).values(wrong=T.c.wrong + 1))
    text = _("That is not the year of birth we know. Please try again, or call whoever supervises.")
    raise Invalid(text, year=text)


def sit(at: Here, device: str, said_yes: bool) -> str:
    """Begins the paper, or goes on with it, on this device, which from now on opens it alone; returns its uuid.

    In a unit of work. Refusals say what whoever sits there can do.
    """
    session = queries.session_by_id(at.session.id, hold=True)  # whoever ends it waits until this paper is begun
    seat = queries.seat_by_id(at.seat.id, hold=True)
    if seat is None or session is None or seat.device != device_hash(session.key, device) or seat.account_id is None:
        raise Conflict(ELSEWHERE)
    now = Here(session, seat, person_by_id(seat.account_id))
    refused, person = now.refusal(), now.person
    if person is None:
        raise NotFound
    if refused is not None:
        raise refused
    if now.needs_yes:
        if not said_yes:
            text = _("Please say whether you agree. Without your yes nothing may be kept, so no paper can be begun.")
            raise Invalid(text, agreed=text)
        give_consent(person.id, LEARNING_RECORD, CONSENT_TEXT, "self", None)
    uuid = seat.attempt_uuid
    if uuid is None:
        assert session.revision_id is not None, "opening a room pins the quiz"
        if told(session.revision_id).knows_who and not is_station():  # the server asked when it made the papers
            require_level(person, "final-check")
            if needs_guardian(person):
                raise TooEarly(
                    _("A learner under 18 needs the yes of a parent or guardian first. Please call whoever supervises.")
                )
        held = open_paper(person.id, session.activity_id)
        if held is not None and held.session != session.name:
            raise Conflict(
                _(
                    "A paper of this check that was begun elsewhere is still open. It must be handed in first: please"
                    " call whoever supervises."
                )
            )
        uuid = begin(
            person.id, session.course_id, session.activity_id, session.revision_id, None, session=session.name,
            paper=prepared.for_seat(session.id, seat.id, person.id),
        )  # fmt: skip
    if seat.login_id is not None:
        end_one(person.id, seat.login_id)
    login = enter_within(person, WAY, session.name, [*opens(uuid), "/phong/"], IDLE)
    connection().execute(
        update(T)
        .where(T.c.id == seat.id)
        .values(
            attempt_uuid=uuid, login_id=login, state=SITTING, ticket_state=USED, heard_at=clock.seconds(),
            confirmed_at=seat.confirmed_at if seat.confirmed_at is not None else clock.seconds(), wrong=0,
        )
    )  # fmt: skip
    if seat.attempt_uuid is None:
        audit.record(None, "supervision.seated", f"supervision:{session.uuid}", seat=seat.number)
    return str(uuid)


def heard(login_id: int) -> SeatRow | None:
    """The device of a seat says that it is still there. In a unit of work; None where the seat is not this device's."""
    row = queries.seat_by_login(login_id)
    if row is None:
        return None
    connection().execute(update(T).where(T.c.id == row.id).values(heard_at=clock.seconds()))
    return row


def leave(seat: SeatRow) -> None:
    """The device is free for the next person. In a unit of work. Where the paper is open it stays so."""
    if seat.login_id is not None and seat.account_id is not None:
        end_one(seat.account_id, seat.login_id)
    connection().execute(update(T).where(T.c.id == seat.id).values(login_id=None, device=None))


def note_handed_in(session_id: int) -> None:
    """Marks the seats whose papers were handed in meanwhile, and ends sign-ins that linger after it. Once is enough.

    In a unit of work. What is handed in is known by the papers; this only writes it beside the seats.
    """
    rows = [row for row in queries.seats(session_id) if row.attempt_uuid is not None]
    found = live([row.attempt_uuid for row in rows if row.attempt_uuid is not None])
    at = clock.seconds()
    for row in rows:
        paper = found.get(row.attempt_uuid) if row.attempt_uuid is not None else None
        if paper is None or paper.is_open:
            continue
        if row.state != DONE:
            connection().execute(
                update(T)
                .where(T.c.id == row.id, T.c.state == SITTING)
                .values(state=DONE, handed_in_at=paper.submitted_at)
            )
        if row.login_id is not None and (paper.submitted_at or 0) < at - LINGERS:
            leave(row)
