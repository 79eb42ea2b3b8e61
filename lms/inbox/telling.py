"""Telling people something: a note in their inbox, and by mail or telephone where they asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Exists, bindparam, exists, insert, or_, select, update

from lms import clock
from lms.config import current
from lms.db.many import insert_many
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.identity.people import Person
from lms.inbox import stopping
from lms.inbox.models import Note, NoteChoice
from lms.messages.channels import channel_for
from lms.messages.sending import send
from lms.text import Text
from lms.web.rendering import say_to

A, N, C = Account.__table__, Note.__table__, NoteChoice.__table__
_READERS = select(A.c.id, A.c.locale, A.c.address_form, A.c.phone, C.c.email, C.c.by_mail, C.c.by_phone).select_from(
    A.outerjoin(C, C.c.account_id == A.c.id)
)
_READER: Statement[Any] = Statement(_READERS.where(A.c.closed_at.is_(None), A.c.id == bindparam("who")))
_NOTE: Statement[Any] = Statement(insert(N), columns=("uuid", "account_id", "kind", "title", "body", "link", "at"))


def asks_for_more(account_id: ColumnElement[int]) -> Exists:
    """Whether somebody asked to be told by mail or telephone too, for use in a statement."""
    return exists().where(C.c.account_id == account_id, or_(C.c.by_mail, C.c.by_phone))


class Told(NamedTuple):
    """What one of many is told; `link` is a path here."""

    account_id: int
    title: Text
    body: Text
    link: str = ""


def notify(account_id: int, kind: str, title: Text, body: Text, link: str = "", person: Person | None = None) -> None:
    """Puts a note into a person's inbox, in the open unit of work; `link` is a path here.

    Where they asked for mail or messages to their telephone, and a channel is in use, it goes out there as well.
    `person`: whose account it is, where this unit of work has read that, and that they did not ask for more: then
    nothing is asked here.
    """
    reader = person or _READER.first(who=account_id)
    if reader is None:
        return
    note = _note(reader, kind, Told(account_id, title, body, link))
    _NOTE.run(**note)
    if person is None:
        _send(reader, note)


def notify_many(kind: str, told: Sequence[Told]) -> None:
    """The same for many: two statements, and those of the messages for whoever asked for some."""
    open_ones = _READERS.where(A.c.closed_at.is_(None), A.c.id.in_({one.account_id for one in told}))
    readers = {reader.id: reader for reader in connection().execute(open_ones)}
    notes = [_note(readers[one.account_id], kind, one) for one in told if one.account_id in readers]
    insert_many(N, notes)
    for note in notes:
        _send(readers[note["account_id"]], note)


def _note(reader: Any, kind: str, told: Told) -> dict[str, Any]:
    return {
        "uuid": uuid4(), "account_id": told.account_id, "kind": kind,
        "title": say_to(told.title, reader.locale, reader.address_form)[:200],
        "body": say_to(told.body, reader.locale, reader.address_form), "link": told.link, "at": clock.seconds(),
    }  # fmt: skip


def _send(reader: Any, note: dict[str, Any]) -> None:
    link, words = note["link"], note["body"]
    for wanted, takes, address in ((reader.by_mail, "email", reader.email), (reader.by_phone, "phone", reader.phone)):
        channel = channel_for(takes) if wanted and address else None
        if channel is not None:
            text = words + (f"\n{current().public_url()}{link}" if link else "")
            stop = stopping.url_for_account(reader.id)
            send(channel.name, address, text, subject=note["title"], account_id=reader.id, stop_url=stop)


def mark_read(account_id: int) -> None:
    """Marks everything that a person has been told as read."""
    connection().execute(
        update(N).where(N.c.account_id == account_id, N.c.read_at.is_(None)).values(read_at=clock.seconds())
    )
