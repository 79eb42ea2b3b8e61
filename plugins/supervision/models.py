"""Supervised sessions: when and where, who sits on which seat with which ticket, what happened, who supervised.

A revision of a quiz and a paper are of another plugin, so their columns are no foreign keys.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, Id, LinkId, Small, Stamp

# Of a session. Open: whoever has a ticket may begin. Closed: the door is; those who sit go on. Ended: all is handed in.
PLANNED, OPEN, CLOSED, ENDED = "planned", "open", "closed", "ended"
SERVER, STATION = "server", "station"  # where it is held
# Of a seat. Free: nobody has it. Expected: somebody has. Sitting: their paper was begun. Done: it was handed in.
FREE, EXPECTED, SITTING, DONE = "free", "expected", "sitting", "done"
PRINTED, USED, VOID = "printed", "used", "void"  # of a ticket


class Session(Base):
    """One check at one place and hour. `code` is what everybody types; `pin_hash` lets the proctor in (Argon2id).

    `key`: what tickets are hashed and made with, where that is not derived from this installation's key (a station).
    `minutes_body` is what the minutes say since they were signed off; till then they are made of what is known.
    """

    __tablename__ = "supervision_session"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'open', 'closed', 'ended')", name="state"),
        CheckConstraint("mode IN ('server', 'station')", name="mode"),
        Index(
            "ix_supervision_session_code",
            "code",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_supervision_session_when", "org_id", "starts_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    code: Mapped[str] = mapped_column(String(6))
    title: Mapped[str] = mapped_column(String(200))
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    place: Mapped[str] = mapped_column(String(200))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    revision_id: Mapped[int | None] = mapped_column(BigInteger)  # of the quiz: pinned when the room is first opened
    starts_at: Mapped[Stamp]  # as planned
    ends_at: Mapped[Stamp]  # as planned
    seats: Mapped[Small]  # the most that there may be
    walk_ins: Mapped[bool] = mapped_column(default=False, server_default=false())  # whoever comes gets a free seat
    mode: Mapped[str] = mapped_column(String(8), default=SERVER)
    state: Mapped[str] = mapped_column(String(8), default=PLANNED)
    pin_hash: Mapped[str] = mapped_column(String(120))
    pin_wrong: Mapped[Small] = mapped_column(default=0)  # since the last right one, or a new PIN
    key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    opened_at: Mapped[int | None] = mapped_column(BigInteger)
    paused_at: Mapped[int | None] = mapped_column(BigInteger)  # everything stands still since then
    closed_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    extended: Mapped[Small] = mapped_column(default=0)  # minutes that all who were sitting got in addition
    made_at: Mapped[Stamp]
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    opened_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # None: by PIN
    minutes_body: Mapped[dict[str, Any] | None] = mapped_column(info=NO_FILES)
    minutes_digest: Mapped[str | None] = mapped_column(String(64), info=NO_FILES)
    signed_at: Mapped[int | None] = mapped_column(BigInteger)
    signed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Seat(Base):
    """A seat with its ticket. Of the ticket only the keyed hash is kept; `issue` counts how often it was made anew.

    `device` is the hash of the cookie of the device that it is used on, `login_id` the session begun there, which
    opens this one paper only. `heard_at`: when that device was last heard of.
    """

    __tablename__ = "supervision_seat"
    __table_args__ = (
        CheckConstraint("ticket_state IN ('printed', 'used', 'void')", name="ticket_state"),
        CheckConstraint("state IN ('free', 'expected', 'sitting', 'done')", name="state"),
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("session_id", "ticket_hash"),
        UniqueConstraint("session_id", "account_id"),
        Index("ix_supervision_seat_account_id", "account_id"),
        Index("ix_supervision_seat_login_id", "login_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    number: Mapped[Small]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    issue: Mapped[Small] = mapped_column(default=0)
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    ticket_state: Mapped[str] = mapped_column(String(8), default=PRINTED)
    state: Mapped[str] = mapped_column(String(8), default=FREE)
    wrong: Mapped[Small] = mapped_column(default=0)  # birth years that were wrong
    present_at: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)  # the proctor saw that it is this person
    attempt_uuid: Mapped[UUID | None]
    device: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    login_id: Mapped[int | None] = mapped_column(BigInteger)
    heard_at: Mapped[int | None] = mapped_column(BigInteger)
    handed_in_at: Mapped[int | None] = mapped_column(BigInteger)
    extra_minutes: Mapped[Small] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(300), default="")


class Incident(Base):
    """What happened: written down by who supervises, or noted by the system (see `kinds.py`). Never changed."""

    __tablename__ = "supervision_incident"
    __table_args__ = (Index("ix_supervision_incident_session_id", "session_id", "at"),)

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    seat_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supervision_seat.id"))
    at: Mapped[Stamp]
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None]  # minutes, where it is about them
    words: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")  # of who came in by PIN; empty: the system


class Proctor(Base):
    """Somebody who supervises on one device: by the PIN and a name, or as an officer who is signed in."""

    __tablename__ = "supervision_proctor"

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # of the cookie; None: signed in
    entered_at: Mapped[Stamp]
    ends_at: Mapped[Stamp]
    left_at: Mapped[int | None] = mapped_column(BigInteger)


class Paper(Base):
    """A paper that was drawn for a session beforehand, and not begun yet or begun at a station under its name.

    `seat_id` None: for whoever comes. `questions`, `had` and `passing` as the attempt will have them.
    """

    __tablename__ = "supervision_paper"
    __table_args__ = (UniqueConstraint("uuid"), Index("ix_supervision_paper_session_id", "session_id", "seat_id"))

    id: Mapped[Id]
    uuid: Mapped[UUID]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    seat_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supervision_seat.id"))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    revision_id: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[int]
    questions: Mapped[list[Any]] = mapped_column(info=NO_FILES)
    deck_id: Mapped[int | None] = mapped_column(BigInteger)
    had: Mapped[list[Any] | None] = mapped_column(info=NO_FILES)
    passing: Mapped[dict[str, Any] | None] = mapped_column(info=NO_FILES)
    form: Mapped[str | None] = mapped_column(String(1))


class Bundle(Base):
    """A file with the papers of a session: on the server that made it, and on the station that it was brought to.

    `key_sealed` and `code_sealed` are closed with this installation's key. On a station the key is there once the
    papers were opened, and the code never.
    """

    __tablename__ = "supervision_bundle"
    __table_args__ = (
        UniqueConstraint("uuid"),
        Index("ix_supervision_bundle_session_id", "session_id"),
    )

    id: Mapped[Id]
    uuid: Mapped[UUID]
    session_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supervision_session.id"))  # None: not opened yet
    digest: Mapped[str] = mapped_column(String(64), info=NO_FILES)
    server_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    station_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Stamp]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    opened_at: Mapped[int | None] = mapped_column(BigInteger)
    watch_offset: Mapped[int | None]  # of a station: seconds that its clock was ahead of somebody's watch
    watch_at: Mapped[int | None] = mapped_column(BigInteger)


class Receipt(Base):
    """A file with answers that came to the server. `clock` is what is known of the station's clock."""

    __tablename__ = "supervision_receipt"
    __table_args__ = (UniqueConstraint("session_id", "digest"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    bundle_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_bundle.id"))
    digest: Mapped[str] = mapped_column(String(64), info=NO_FILES)
    way: Mapped[str] = mapped_column(String(8))  # file, online
    clock: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    papers: Mapped[Small]  # in the file
    still_open: Mapped[Small]  # papers that were not handed in when it was made
    got_at: Mapped[Stamp]
    got_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class HandedIn(Base):
    """A paper that came back. `answered` is kept while somebody has to decide about it; what was decided stays.

    `digest` is of what was answered: the same paper with other answers is a second row, which waits.
    """

    __tablename__ = "supervision_handed_in"
    __table_args__ = (
        CheckConstraint("state IN ('taken', 'waiting', 'refused', 'dropped')", name="state"),
        UniqueConstraint("session_id", "paper_uuid", "digest"),
        Index("ix_supervision_handed_in_receipt_id", "receipt_id"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    receipt_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_receipt.id"))
    paper_uuid: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64), info=NO_FILES)
    seat: Mapped[Small]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")  # as written down at the station; nobody was expected
    birth_year: Mapped[Small | None]
    state: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(12), default="")  # what keeps it, see services/receiving.py
    answered: Mapped[dict[str, Any] | None] = mapped_column(info=NO_FILES)
    began_at: Mapped[Stamp]  # by the server's clock, as far as the station's is known
    ended_at: Mapped[Stamp]
    lasted: Mapped[int]  # seconds, by the count that nobody can set
    station_got: Mapped[int | None]  # parts of a point, as the station counted; None: it did not
    got: Mapped[int | None]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    decided_at: Mapped[int | None] = mapped_column(BigInteger)


class Tick(Base):
    """What a station's clocks said at a moment; see `format/contents.py`, Step. Never changed."""

    __tablename__ = "supervision_tick"
    __table_args__ = (Index("ix_supervision_tick_session_id", "session_id"),)

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("supervision_session.id"))
    what: Mapped[str] = mapped_column(String(16))
    at: Mapped[Stamp]
    wall: Mapped[Stamp]
    counted: Mapped[int] = mapped_column(BigInteger)
    boot: Mapped[str] = mapped_column(String(36))
