"""Reads of what persons mark: the queue, what was marked, how often two markers agreed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, exists, func, select

from lms.api.learning import Activity
from lms.api.people import below, people_below
from lms.api.work import clock, connection
from quizzes.items.contract import WHOLE
from quizzes.models import Attempt, Marking, Reading, ToMark

A, Q, M, RD, ACT = Attempt.__table__, ToMark.__table__, Marking.__table__, Reading.__table__, Activity.__table__
A_PAGE = 25
DAY = 86_400
MARKERS, DECISION = (1, 2), 3
FEWEST_PAIRS = 20  # fewer say nothing about how well markers agree


class Wanted(Struct, frozen=True):
    """Which answers are asked for: of a quiz, of people of a unit, waiting at least so many days."""

    quiz: int | None = None
    org: int | None = None
    days: int = 0


class WaitingRow(Struct, frozen=True):
    """An answer in the queue."""

    attempt_id: int
    uuid: UUID
    position: int
    account_id: int
    activity_id: int
    quiz: str
    version_id: int
    since: int
    stage: int
    claimed_by: int | None
    claimed_until: int | None

    def held_by_other(self, account_id: int) -> bool:
        """Whether somebody else is marking it now."""
        return self.claimed_by not in (None, account_id) and (self.claimed_until or 0) > clock.seconds()


def _queue(units: Collection[int], officer: int, decisions: bool, wanted: Wanted) -> Select[tuple[int, int]]:
    """(attempt, position) of the answers of people of these units that this officer may mark: not their own, and none
    that they have marked.
    """
    found = (
        select(Q.c.attempt_id, Q.c.position)
        .join(A, A.c.id == Q.c.attempt_id)
        .where(
            Q.c.stage == DECISION if decisions else Q.c.stage.in_(MARKERS),
            A.c.account_id != officer,
            people_below(A.c.account_id, units),
            ~exists(
                select(1).where(RD.c.attempt_id == Q.c.attempt_id, RD.c.position == Q.c.position, RD.c.by_id == officer)
            ),
        )
    )
    if wanted.quiz is not None:
        found = found.where(A.c.activity_id == wanted.quiz)
    if wanted.org is not None:
        found = found.where(people_below(A.c.account_id, [wanted.org]))
    if wanted.days:
        found = found.where(Q.c.since <= clock.seconds() - wanted.days * DAY)
    return found


def waiting(
    units: Collection[int], officer: int, decisions: bool, wanted: Wanted, page: int = 1, most: int = A_PAGE
) -> tuple[list[WaitingRow], int]:
    """A page of the queue, the longest waiting first, and how many wait in all."""
    found = _queue(units, officer, decisions, wanted)
    total = connection().execute(select(func.count()).select_from(found.subquery())).scalar_one()
    listed = (
        found.with_only_columns(
            A.c.id, A.c.uuid, Q.c.position, A.c.account_id, A.c.activity_id, ACT.c.title, A.c.paper, Q.c.since,
            Q.c.stage, Q.c.claimed_by, Q.c.claimed_until,
        )
        .join(ACT, ACT.c.id == A.c.activity_id)
        .order_by(Q.c.since, Q.c.attempt_id, Q.c.position)
        .limit(most)
        .offset((max(1, page) - 1) * most)
    )  # fmt: skip
    return [
        WaitingRow(
            row.id, row.uuid, row.position, row.account_id, row.activity_id, row.title, row.paper[row.position][0],
            row.since, row.stage, row.claimed_by, row.claimed_until,
        )
        for row in connection().execute(listed)
    ], total  # fmt: skip


def how_many(units: Collection[int], officer: int, decisions: bool) -> int:
    """How many answers wait for this officer."""
    found = _queue(units, officer, decisions, Wanted())
    return int(connection().execute(select(func.count()).select_from(found.subquery())).scalar_one())


def next_free(units: Collection[int], officer: int, wanted: Wanted) -> tuple[UUID, int] | None:
    """(attempt, position) of the longest waiting answer that nobody else is marking now."""
    now = clock.seconds()
    row = connection().execute(
        _queue(units, officer, False, wanted)
        .with_only_columns(A.c.uuid, Q.c.position)
        .where(Q.c.claimed_by.is_(None) | (Q.c.claimed_by == officer) | (Q.c.claimed_until <= now))
        .order_by(Q.c.since, Q.c.attempt_id, Q.c.position)
        .limit(1)
    ).first()  # fmt: skip
    return (row[0], row[1]) if row else None


def quizzes_waiting(units: Collection[int], officer: int, decisions: bool) -> list[tuple[int, str, int]]:
    """(activity, title, answers) of the quizzes of which answers wait."""
    found = _queue(units, officer, decisions, Wanted()).with_only_columns(A.c.activity_id).subquery()
    rows = connection().execute(
        select(ACT.c.id, ACT.c.title, func.count())
        .join(found, found.c.activity_id == ACT.c.id)
        .group_by(ACT.c.id, ACT.c.title)
        .order_by(ACT.c.title)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def units_below(units: Collection[int], most: int = 200) -> list[int]:
    """These units and those right below, to choose from."""
    rows = connection().execute(below(units).limit(most + 1))
    return list(rows.scalars())


class MarkedRow(Struct, frozen=True):
    """An answer that was marked."""

    attempt_id: int
    uuid: UUID
    position: int
    account_id: int
    quiz: str
    version_id: int
    parts: int
    marked_by: int
    marked_at: int


def marked(
    units: Collection[int], officer: int, quiz: int | None = None, page: int = 1, sample: bool = False
) -> tuple[list[MarkedRow], int]:
    """A page of the answers of people of these units that were marked, the newest first (any, where a `sample` is
    asked for); how many there are. Not one's own.
    """
    inside = [A.c.account_id != officer, people_below(A.c.account_id, units)]
    if quiz is not None:
        inside.append(A.c.activity_id == quiz)
    base = select(M.c.attempt_id).join(A, A.c.id == M.c.attempt_id).where(*inside)
    total = connection().execute(select(func.count()).select_from(base.subquery())).scalar_one()
    listed = (
        base.with_only_columns(
            A.c.id, A.c.uuid, M.c.position, A.c.account_id, ACT.c.title, A.c.paper, M.c.parts, M.c.marked_by,
            M.c.marked_at,
        )
        .join(ACT, ACT.c.id == A.c.activity_id)
        .limit(A_PAGE if not sample else 10)
    )  # fmt: skip
    if sample:
        listed = listed.order_by(func.random())
    else:
        listed = listed.order_by(M.c.marked_at.desc(), A.c.id.desc()).offset((max(1, page) - 1) * A_PAGE)
    return [
        MarkedRow(
            row.id, row.uuid, row.position, row.account_id, row.title, row.paper[row.position][0], row.parts,
            row.marked_by, row.marked_at,
        )
        for row in connection().execute(listed)
    ], total  # fmt: skip


def quizzes_marked(units: Collection[int]) -> list[tuple[int, str]]:
    """(activity, title) of the quizzes of which answers were marked."""
    rows = connection().execute(
        select(ACT.c.id, ACT.c.title)
        .distinct()
        .join(A, A.c.activity_id == ACT.c.id)
        .join(M, M.c.attempt_id == A.c.id)
        .where(people_below(A.c.account_id, units))
        .order_by(ACT.c.title)
    )
    return [(row[0], row[1]) for row in rows]


class Agreement(Struct, frozen=True):
    """How often two markers gave the same mark, lay within a tenth of the point, or had to be decided between."""

    pairs: int
    same: int
    near: int
    decided: int

    @property
    def says_something(self) -> bool:
        """Whether there are pairs enough."""
        return self.pairs >= FEWEST_PAIRS


def agreement(units: Collection[int], quiz: int | None = None) -> Agreement:
    """How well markers agree about answers of people of these units."""
    first, second, third = RD.alias("first"), RD.alias("second"), RD.alias("third")
    apart = func.abs(first.c.parts - second.c.parts)
    wanted = (
        select(
            func.count(),
            func.count().filter(apart == 0),
            func.count().filter(apart * 10 <= WHOLE),
            func.count(third.c.id),
        )
        .select_from(first)
        .join(
            second,
            (second.c.attempt_id == first.c.attempt_id)
            & (second.c.position == first.c.position)
            & (second.c.role == MARKERS[1]),
        )
        .outerjoin(
            third,
            (third.c.attempt_id == first.c.attempt_id)
            & (third.c.position == first.c.position)
            & (third.c.role == DECISION),
        )
        .join(A, A.c.id == first.c.attempt_id)
        .where(first.c.role == MARKERS[0], people_below(A.c.account_id, units))
    )
    if quiz is not None:
        wanted = wanted.where(A.c.activity_id == quiz)
    return Agreement(*connection().execute(wanted).one())
