"""Reads of sessions, seats, incidents and proctors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from lms.api.people import Person, below, people_by_id
from lms.api.work import clock, connection, settings
from plugins.supervision.models import CLOSED, ENDED, OPEN, PLANNED, Incident, Proctor, Seat, Session
from plugins.supervision.numbering import device_hash, key_of, ticket, ticket_hash
from quizzes.api import papers

S, T, I, P = Session.__table__, Seat.__table__, Incident.__table__, Proctor.__table__
PAGE = 50


class SessionRow(Struct, frozen=True):
    """A session."""

    id: int
    uuid: UUID
    code: str
    title: str
    org_id: int
    place: str
    activity_id: int
    course_id: int
    revision_id: int | None
    starts_at: int
    ends_at: int
    seats: int
    walk_ins: bool
    mode: str
    state: str
    stored_key: bytes | None
    opened_at: int | None
    paused_at: int | None
    closed_at: int | None
    ended_at: int | None
    extended: int
    made_by: int
    opened_by: int | None
    minutes_digest: str | None
    signed_at: int | None
    signed_by: int | None

    @property
    def key(self) -> bytes:
        """What its tickets are made and hashed with."""
        return self.stored_key or key_of(self.uuid, settings().key_for(b"supervision"))

    @property
    def name(self) -> str:
        """By which papers and sign-ins know it."""
        return str(self.uuid)

    @property
    def is_planned(self) -> bool:
        return self.state == PLANNED

    @property
    def is_open(self) -> bool:
        """Whether its door is open: who has a ticket may begin."""
        return self.state == OPEN

    @property
    def is_running(self) -> bool:
        return self.state in (OPEN, CLOSED)

    @property
    def is_ended(self) -> bool:
        return self.state == ENDED


class SeatRow(Struct, frozen=True):
    """A seat with its ticket."""

    id: int
    session_id: int
    number: int
    account_id: int | None
    issue: int
    ticket_state: str
    state: str
    wrong: int
    present_at: int | None
    confirmed_at: int | None
    attempt_uuid: UUID | None
    device: bytes | None
    login_id: int | None
    heard_at: int | None
    handed_in_at: int | None
    extra_minutes: int
    note: str

    def code(self, session: SessionRow) -> str:
        """Its ticket, as it is printed."""
        return ticket(session.key, self.number, self.issue)


class IncidentRow(Struct, frozen=True):
    """Something that happened."""

    at: int
    seat_id: int | None
    kind: str
    amount: int | None
    words: str
    by_id: int | None
    by_name: str


class ProctorRow(Struct, frozen=True):
    """Somebody who supervises."""

    id: int
    session_id: int
    account_id: int | None
    name: str
    entered_at: int
    ends_at: int
    left_at: int | None


_SESSION: Select[*tuple[Any, ...]] = select(
    S.c.id, S.c.uuid, S.c.code, S.c.title, S.c.org_id, S.c.place, S.c.activity_id, S.c.course_id, S.c.revision_id,
    S.c.starts_at, S.c.ends_at, S.c.seats, S.c.walk_ins, S.c.mode, S.c.state, S.c.key, S.c.opened_at, S.c.paused_at,
    S.c.closed_at, S.c.ended_at, S.c.extended, S.c.made_by, S.c.opened_by, S.c.minutes_digest, S.c.signed_at,
    S.c.signed_by,
)  # fmt: skip
_SEAT: Select[*tuple[Any, ...]] = select(
    T.c.id, T.c.session_id, T.c.number, T.c.account_id, T.c.issue, T.c.ticket_state, T.c.state, T.c.wrong,
    T.c.present_at, T.c.confirmed_at, T.c.attempt_uuid, T.c.device, T.c.login_id, T.c.heard_at, T.c.handed_in_at,
    T.c.extra_minutes, T.c.note,
)  # fmt: skip
_INCIDENT: Select[*tuple[Any, ...]] = select(
    I.c.at, I.c.seat_id, I.c.kind, I.c.amount, I.c.words, I.c.by_id, I.c.by_name
)
_PROCTOR: Select[*tuple[Any, ...]] = select(
    P.c.id, P.c.session_id, P.c.account_id, P.c.name, P.c.entered_at, P.c.ends_at, P.c.left_at
)


def _session(statement: Select[*tuple[Any, ...]]) -> SessionRow | None:
    row = connection().execute(statement).first()
    return SessionRow(*row) if row else None


def session_by_uuid(uuid: UUID, hold: bool = False) -> SessionRow | None:
    """A session; `hold`: until the unit of work ends nobody else may change it."""
    return _session(_held(_SESSION.where(S.c.uuid == uuid), hold))


def session_by_id(session_id: int, hold: bool = False) -> SessionRow | None:
    """The same by its number."""
    return _session(_held(_SESSION.where(S.c.id == session_id), hold))


def session_by_code(code: str) -> SessionRow | None:
    """The session of a room code, but for those that have ended."""
    return _session(_SESSION.where(S.c.code == code, S.c.state != ENDED))


def _held(statement: Select[*tuple[Any, ...]], hold: bool) -> Select[*tuple[Any, ...]]:
    return statement.with_for_update() if hold else statement


def sessions_of(units: Sequence[int], page: int = 1) -> tuple[list[SessionRow], int]:
    """Sessions of these units and those below, the ones to come and under way first; and how many there are."""
    wanted = S.c.org_id.in_(below(units))
    total = int(connection().execute(select(func.count()).select_from(S).where(wanted)).scalar_one())
    rows = connection().execute(
        _SESSION.where(wanted)
        .order_by(S.c.state == ENDED, S.c.starts_at.desc(), S.c.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [SessionRow(*row) for row in rows], total


def forgotten(before: int) -> list[SessionRow]:
    """Sessions under way whose planned end was before a moment."""
    rows = connection().execute(_SESSION.where(S.c.state.in_((OPEN, CLOSED)), S.c.ends_at < before).order_by(S.c.id))
    return [SessionRow(*row) for row in rows]


def minutes_body(session_id: int) -> dict[str, Any] | None:
    """What the minutes say since they were signed off; None before."""
    body: dict[str, Any] | None = (
        connection().execute(select(S.c.minutes_body).where(S.c.id == session_id)).scalar_one_or_none()
    )
    return body


def pin_of(session_id: int) -> str:
    """The hash of the proctor's PIN."""
    return str(connection().execute(select(S.c.pin_hash).where(S.c.id == session_id)).scalar_one())


def seats(session_id: int) -> list[SeatRow]:
    """The seats of a session by their numbers."""
    rows = connection().execute(_SEAT.where(T.c.session_id == session_id).order_by(T.c.number))
    return [SeatRow(*row) for row in rows]


def seat(session_id: int, number: int, hold: bool = False) -> SeatRow | None:
    """A seat by its number."""
    row = connection().execute(_held(_SEAT.where(T.c.session_id == session_id, T.c.number == number), hold)).first()
    return SeatRow(*row) if row else None


def seat_by_id(seat_id: int, hold: bool = False) -> SeatRow | None:
    """A seat."""
    row = connection().execute(_held(_SEAT.where(T.c.id == seat_id), hold)).first()
    return SeatRow(*row) if row else None


def seat_by_ticket(session: SessionRow, code: str) -> SeatRow | None:
    """The seat that a ticket is of, as it was made last."""
    row = (
        connection()
        .execute(_SEAT.where(T.c.session_id == session.id, T.c.ticket_hash == ticket_hash(session.key, code)))
        .first()
    )
    return SeatRow(*row) if row else None


def seat_by_login(login_id: int) -> SeatRow | None:
    """The seat whose paper a sign-in was opened for."""
    row = connection().execute(_SEAT.where(T.c.login_id == login_id)).first()
    return SeatRow(*row) if row else None


def was_issued(session: SessionRow, code: str) -> bool:
    """Whether this was a ticket here that has been made anew since."""
    return any(
        ticket(session.key, row.number, issue) == code for row in seats(session.id) for issue in range(row.issue)
    )


def seated(rows: Collection[SeatRow]) -> dict[int, Person]:
    """Who sits on these seats, by account; those whose account was closed are left out."""
    ids = {row.account_id for row in rows if row.account_id is not None}
    return people_by_id(ids) if ids else {}


def incidents(session_id: int) -> list[IncidentRow]:
    """What happened, in the order in which it did."""
    rows = connection().execute(_INCIDENT.where(I.c.session_id == session_id).order_by(I.c.at, I.c.id))
    return [IncidentRow(*row) for row in rows]


def proctors(session_id: int) -> list[ProctorRow]:
    """Who supervised, in the order in which they came."""
    rows = connection().execute(_PROCTOR.where(P.c.session_id == session_id).order_by(P.c.id))
    return [ProctorRow(*row) for row in rows]


def hands(attempt_ids: Collection[int]) -> list[tuple[int, int]]:
    """(attempt, account) of the officers who supervised or opened the sessions of these papers; two statements."""
    of = {paper.id: paper.session for paper in papers(ids=attempt_ids) if paper.session is not None}
    held: dict[str, set[int]] = {}
    rows = connection().execute(
        select(S.c.uuid, S.c.opened_by, P.c.account_id)
        .outerjoin(P, P.c.session_id == S.c.id)
        .where(S.c.uuid.in_([UUID(name) for name in set(of.values()) if _is_ours(name)]))
    )
    for uuid, opened_by, proctor in rows:
        held.setdefault(str(uuid), set()).update(who for who in (opened_by, proctor) if who is not None)
    return [(attempt, who) for attempt, name in of.items() for who in sorted(held.get(name, ()))]


def _is_ours(name: str) -> bool:
    """Whether a paper's session is named as sessions of this plugin are."""
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def proctor_by_token(token: str) -> ProctorRow | None:
    """Whose browser holds this token, as long as they supervise."""
    row = (
        connection()
        .execute(
            _PROCTOR.where(P.c.token_hash == proctor_hash(token), P.c.left_at.is_(None), P.c.ends_at > clock.seconds())
        )
        .first()
    )
    return ProctorRow(*row) if row else None


def proctor_hash(token: str) -> bytes:
    """By which a proctor's browser is known; no session has a part in it, so that it can be looked up by it alone."""
    return device_hash(settings().key_for(b"supervision"), token)


def counts(session_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """How many are expected, are present, have handed in, by session."""
    rows = connection().execute(
        select(T.c.session_id, func.count(T.c.account_id), func.count(T.c.present_at), func.count(T.c.handed_in_at))
        .where(T.c.session_id.in_(list(session_ids)))
        .group_by(T.c.session_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
