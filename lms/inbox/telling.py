"""Telling people something: a note in their inbox, and by mail or telephone where they asked for it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update

from lms import clock
from lms.config import current
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.inbox import stopping
from lms.inbox.models import Note, NoteChoice
from lms.messages.channels import channel_for
from lms.messages.sending import send
from lms.text import Text
from lms.web.rendering import say_to

A, N, C = Account.__table__, Note.__table__, NoteChoice.__table__
_READER: Statement[Any] = Statement(
    select(A.c.locale, A.c.address_form, A.c.phone, C.c.email, C.c.by_mail, C.c.by_phone)
    .select_from(A.outerjoin(C, C.c.account_id == A.c.id))
    .where(A.c.closed_at.is_(None), A.c.id == bindparam("who"))
)
_NOTE: Statement[Any] = Statement(insert(N), columns=("uuid", "account_id", "kind", "title", "body", "link", "at"))


def notify(account_id: int, kind: str, title: Text, body: Text, link: str = "") -> None:
    """Puts a note into a person's inbox, in the open unit of work; `link` is a path here.

    Where they asked for mail or messages to their telephone, and a channel is in use, it goes out there as well.
    """
    reader = _READER.first(who=account_id)
    if reader is None:
        return
    said = say_to(title, reader.locale, reader.address_form)
    words = say_to(body, reader.locale, reader.address_form)
    _NOTE.run(
        uuid=uuid4(),
        account_id=account_id,
        kind=kind,
        title=said[:200],
        body=words,
        link=link,
        at=clock.seconds(),
    )
    stop = stopping.url_for_account(account_id)
    text = words + (f"\n{current().public_url()}{link}" if link else "")
    for wanted, takes, address in ((reader.by_mail, "email", reader.email), (reader.by_phone, "phone", reader.phone)):
        channel = channel_for(takes) if wanted and address else None
        if channel is not None:
            send(channel.name, address, text, subject=said, account_id=account_id, stop_url=stop)


def mark_read(account_id: int) -> None:
    """Marks everything that a person has been told as read."""
    connection().execute(
        update(N).where(N.c.account_id == account_id, N.c.read_at.is_(None)).values(read_at=clock.seconds())
    )
