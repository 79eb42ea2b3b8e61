"""What comes back to a person today of what they missed in practice. The rule is in `returning.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import BigInteger, Integer, and_, bindparam, exists, func, or_, select

from lms.api.data import Statement
from lms.api.work import clock
from quizzes import returning
from quizzes.items.contract import ITEM_TYPES, asked_now
from quizzes.models import Due, Item, ItemVersion, ReturnChoice

D, C, I, V = Due.__table__, ReturnChoice.__table__, Item.__table__, ItemVersion.__table__
MOST_READ = 2_000  # rows of one person: questions of topics
WHO = bindparam("who", type_=BigInteger)
WANTED = ~exists().where(C.c.account_id == WHO, C.c.is_off)
_OFF: Statement[Any] = Statement(select(C.c.is_off).where(C.c.account_id == WHO))


class Waiting(returning.Due, frozen=True):
    """A topic that comes back, with its questions in use and the one that was answered last."""

    last: int
    items: tuple[tuple[int, str], ...]  # id and slug

    @property
    def slug(self) -> str:
        """The question to ask now."""
        chosen = returning.next_of([item for item, _slug in self.items], self.last)
        return dict(self.items)[chosen]


class Day(Struct, frozen=True):
    """A person's day: what is still to be asked, how many were, and how many there will be tomorrow."""

    waiting: Sequence[Waiting]
    asked: int
    tomorrow: int


_ROWS: Statement[tuple[Any, ...]] = Statement(
    select(
        D.c.topic, D.c.step, D.c.due_day, D.c.asked_day, D.c.item_id, I.c.id, I.c.slug, V.c.type
    )
    .join(
        I,
        and_(
            I.c.pool == "practice",
            I.c.retired_at.is_(None),
            or_(I.c.id == D.c.item_id, and_(I.c.twins == func.substr(D.c.topic, 2), D.c.topic.like("=%"))),
        ),
    )
    .join(V, V.c.id == I.c.current_id)
    .where(
        D.c.account_id == WHO,
        or_(D.c.due_day <= bindparam("tomorrow", type_=Integer), D.c.asked_day == bindparam("today", type_=Integer)),
        WANTED,
    )
    .order_by(D.c.due_day, D.c.step, D.c.topic, I.c.id)
    .limit(MOST_READ),
    lambda *row: row,
)  # fmt: skip


def day_for(account_id: int) -> Day:
    """What comes back to a person today; one statement. What no question in use asks any more is left out."""
    today = returning.day_of(clock.seconds())
    topics: dict[str, Waiting] = {}
    for topic, step, due, asked, last, item, slug, kind in _ROWS.all(who=account_id, today=today, tomorrow=today + 1):
        of = ITEM_TYPES.find(kind)
        if of is None or not asked_now(of):
            continue
        before = topics[topic].items if topic in topics else ()
        topics[topic] = Waiting(topic, step, due, asked, last, (*before, (item, slug)))
    rows = list(topics.values())
    waiting = returning.for_day(rows, today)
    return Day(waiting, sum(1 for row in rows if row.asked == today), len(returning.for_day(rows, today + 1)))


def is_off(account_id: int) -> bool:
    """Whether this person wants nothing to come back."""
    return bool(_OFF.scalar(who=account_id))
