"""Reads. Rows are frozen; templates run no queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from acme.models import Broadcast, Honor
from lms.api.learning import activity, activity_by_id
from lms.api.work import NotFound, connection

B, H = Broadcast.__table__, Honor.__table__


@dataclass(frozen=True)
class BroadcastRow:
    """A broadcast as it is shown."""

    activity_id: int
    slug: str
    title: str
    words: str


def broadcast(slug: str) -> BroadcastRow | None:
    """A broadcast by its slug."""
    found = activity("broadcast", slug)
    if found is None:
        return None
    words = connection().execute(select(B.c.words).where(B.c.activity_id == found.id)).scalar()
    return BroadcastRow(found.id, slug, found.title, words) if words is not None else None


def broadcast_for_anyone(slug: str) -> BroadcastRow:
    """The same for a page; NotFound where there is none."""
    row = broadcast(slug)
    if row is None:
        raise NotFound
    return row


def broadcasts() -> list[BroadcastRow]:
    """All broadcasts, the newest first."""
    rows = connection().execute(select(B.c.activity_id, B.c.words).order_by(B.c.activity_id.desc())).all()
    known = [(activity_by_id(row.activity_id), row.words) for row in rows]
    return [BroadcastRow(a.id, a.slug, a.title, words) for a, words in known if a is not None]


def honors_of(account_id: int) -> int:
    """How often a person was named."""
    return int(connection().execute(select(func.count()).where(H.c.account_id == account_id)).scalar_one())
