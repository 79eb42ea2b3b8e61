"""Reads: published practices, and how far somebody is with them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import LargeBinary, bindparam, func, select

from lms.api.data import Statement
from lms.api.learning import Activity
from lms.api.work import connection
from plugins.practice.format.stepping import EXAM, MODES
from plugins.practice.models import PracticeRevision, Run

R, RUN, A = PracticeRevision.__table__, Run.__table__, Activity.__table__
MOST_KEPT = 200


class Published(Struct, frozen=True):
    """A revision of a practice."""

    revision_id: int
    activity_id: int
    slug: str
    body: Mapping[str, Any]


class Tested(Struct, frozen=True):
    """What a test run came to: points of the most that there can be, and how many traps were tapped."""

    points: int
    most: int
    traps: int


_NEWEST: Statement[tuple[int, int]] = Statement(
    select(R.c.id, R.c.activity_id)
    .join(A, A.c.id == R.c.activity_id)
    .where(A.c.kind == "practice", A.c.slug == bindparam("slug"))
    .order_by(R.c.id.desc())
    .limit(1),
    lambda revision_id, activity_id: (revision_id, activity_id),
)
_bodies: OrderedDict[tuple[Any, int], Mapping[str, Any]] = OrderedDict()


def newest(slug: str) -> Published | None:
    """The newest published revision of a practice, or None."""
    row = _NEWEST.first(slug=slug)
    return Published(row[0], row[1], slug, _body(row[0])) if row else None


def revision_of(slug: str, revision_id: int) -> Published | None:
    """One revision of a practice, for whoever began with it."""
    row = connection().execute(
        select(R.c.activity_id)
        .join(A, A.c.id == R.c.activity_id)
        .where(A.c.kind == "practice", A.c.slug == slug, R.c.id == revision_id)
    ).first()  # fmt: skip
    return Published(revision_id, row.activity_id, slug, _body(revision_id)) if row else None


def newest_id(activity_id: int) -> int | None:
    """The number of the newest revision's row."""
    found: int | None = connection().execute(select(func.max(R.c.id)).where(R.c.activity_id == activity_id)).scalar()
    return found


def _body(revision_id: int) -> Mapping[str, Any]:
    """A revision never changes, so a process asks for each once."""
    database = connection()
    key = (database.engine, revision_id)
    held = _bodies.get(key)
    if held is None:
        held = _bodies[key] = database.execute(select(R.c.body).where(R.c.id == revision_id)).scalar_one()
        if len(_bodies) > MOST_KEPT:
            _bodies.popitem(last=False)
    return held


def modes_done(account_id: int, activity_id: int) -> frozenset[str]:
    """The modes in which somebody has come to the end."""
    rows = connection().execute(
        select(RUN.c.mode).distinct().where(RUN.c.account_id == account_id, RUN.c.activity_id == activity_id)
    )
    return frozenset(MODES[mode] for mode in rows.scalars())


_UNDER = Statement(
    select(RUN.c.points, RUN.c.most, RUN.c.traps)
    .join(A, A.c.id == RUN.c.activity_id)
    .where(
        RUN.c.token == bindparam("token", type_=LargeBinary),
        RUN.c.account_id == bindparam("who"),
        RUN.c.mode == MODES.index(EXAM),
        A.c.slug == bindparam("slug"),
    ),
    Tested,
)


def tested_under(token: bytes, account_id: int, slug: str) -> Tested | None:
    """What a person's test run of a practice came to that was kept under this token."""
    return _UNDER.first(token=token, who=account_id, slug=slug)
