"""Lists of people on their way in, row by row, and what their columns were found to be."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp

# A list's way: its columns are chosen, its rows checked, taken in by the worker; perhaps taken back.
COLUMNS, CHECKING, TAKING, TAKEN, TAKING_BACK, TAKEN_BACK = range(6)
# A row's: it waits, has been dealt with, and perhaps been undone.
OPEN, DONE, UNDONE = range(3)


class Roster(Base):
    """A list that somebody sent for a unit. `programmes` are the ids in which its people are enrolled."""

    __tablename__ = "rosters_roster"
    __table_args__ = (Index("ix_rosters_roster_made_by", "made_by"), Index("ix_rosters_roster_org", "org_id"))

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    target_group: Mapped[str] = mapped_column(String(16))
    programmes: Mapped[list[Any]]
    title: Mapped[str] = mapped_column(String(120))  # the file's name, or when it was pasted
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of its rows: the same list sent again is told
    state: Mapped[Small] = mapped_column(default=COLUMNS)
    fields: Mapped[dict[str, Any]]  # column → field
    left_out: Mapped[list[Any]]  # lines above the signatures, sheets not read: what was not taken for people
    rows: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)  # rows dealt with, or undone
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    changed_at: Mapped[Stamp]
    taken_at: Mapped[int | None] = mapped_column(BigInteger)


class RosterSheet(Base):
    """The cells of a list while it is a draft: packed JSON. Deleted when the list is taken in or given up."""

    __tablename__ = "rosters_sheet"

    roster_id: Mapped[int] = mapped_column(BigId, ForeignKey("rosters_roster.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RosterRow(Base):
    """One line of a list: what was read of it, what is wrong with it, what was decided, what came of it.

    A citizen's number that is right is kept as `number_key` (hexadecimal) and `number_tail`, never as it is; `typed`
    holds what could not be read, by field, until it is mended: [as typed, what it may mean].
    """

    __tablename__ = "rosters_row"
    __table_args__ = (
        UniqueConstraint("roster_id", "line"),
        Index("ix_rosters_row_account", "account_id"),
        Index("ix_rosters_row_match", "match_id"),
    )

    id: Mapped[Id]
    roster_id: Mapped[int] = mapped_column(BigId, ForeignKey("rosters_roster.id"))
    line: Mapped[int]
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    phone: Mapped[str | None] = mapped_column(String(16))
    number_key: Mapped[str | None] = mapped_column(String(64))
    number_tail: Mapped[str | None] = mapped_column(String(4))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # None: the list's unit
    target_group: Mapped[str | None] = mapped_column(String(16))  # None: the list's group
    typed: Mapped[dict[str, Any]]
    problems: Mapped[str] = mapped_column(String(80), default="")  # ",phone,known,"
    notes: Mapped[str] = mapped_column(String(80), default="")  # what the clerk is told, in the same form
    decision: Mapped[str] = mapped_column(String(8), default="")  # new, same, queue, skip; empty: not decided
    match_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # who is here and may be this one
    match_how: Mapped[str] = mapped_column(String(8), default="")  # number, phone, name
    twin_line: Mapped[int | None]  # an earlier line that may be the same person
    state: Mapped[Small] = mapped_column(default=OPEN)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made: Mapped[dict[str, Any]]  # what was added for somebody who was here: {"membership": id, "enrollments": [ids]}


class RosterForm(Base):
    """What the columns of a unit's form are: chosen once, known again by its heads."""

    __tablename__ = "rosters_form"

    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), primary_key=True)
    fields: Mapped[dict[str, Any]]
    used_at: Mapped[Stamp]
