"""Reads of the inbox."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, func, select

from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.inbox.models import Note, NoteChoice

N, C = Note.__table__, NoteChoice.__table__
PAGE = 30  # notes on one page
HOURS = (18, 20)  # until a person says otherwise: after the evening meal


class NoteRow(Struct, frozen=True):
    """One note as its reader sees it."""

    uuid: UUID
    title: str
    body: str
    link: str
    at: int
    read_at: int | None


class Choice(Struct, frozen=True):
    """How a person wishes to be reached."""

    remind: bool = False
    hour_from: int = HOURS[0]
    hour_to: int = HOURS[1]
    by_mail: bool = False
    by_phone: bool = False
    email: str | None = None
    asked_email: str | None = None
    code_until: int | None = None


_NOTES = (
    select(N.c.uuid, N.c.title, N.c.body, N.c.link, N.c.at, N.c.read_at)
    .where(N.c.account_id == bindparam("who"))
    .order_by(N.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_UNREAD: Statement[tuple[int, str]] = Statement(
    select(N.c.title, func.count().over())
    .where(N.c.account_id == bindparam("who"), N.c.read_at.is_(None))
    .order_by(N.c.id.desc())
    .limit(1),
    lambda title, count: (count, title),
)
_CHOICE = select(
    C.c.remind, C.c.hour_from, C.c.hour_to, C.c.by_mail, C.c.by_phone, C.c.email, C.c.asked_email, C.c.code_until
).where(C.c.account_id == bindparam("who"))


def notes(account_id: int, page: int = 1) -> tuple[list[NoteRow], bool]:
    """A page of a person's notes, newest first, and whether there are older ones."""
    rows = connection().execute(_NOTES, {"who": account_id, "most": PAGE + 1, "skip": (page - 1) * PAGE}).all()
    return [NoteRow(*row) for row in rows[:PAGE]], len(rows) > PAGE


def unread(account_id: int) -> tuple[int, str]:
    """How many notes a person has not read, and the newest one's title."""
    return _UNREAD.first(who=account_id) or (0, "")


def choice_of(account_id: int) -> Choice:
    """How a person wishes to be reached; the careful default where they have not said."""
    row = connection().execute(_CHOICE, {"who": account_id}).first()
    return Choice(*row) if row else Choice()
