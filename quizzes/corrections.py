"""Reads of corrections: which there are, what they do to how many papers, and whose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, and_, exists, func, or_, select

from lms.api.data import Statement
from lms.api.learning import Activity
from lms.api.people import below, people_below
from lms.api.work import connection
from quizzes.models import (
    Attempt,
    Bank,
    Corrected,
    Correction,
    Exposure,
    Item,
    ItemVersion,
    QuizDocument,
    QuizRevision,
)
from quizzes.remarks import DROP
from quizzes.stems import words_of

A, B, C, I, P, V, D, ACT, X, REV = (
    Attempt.__table__,
    Bank.__table__,
    Correction.__table__,
    Item.__table__,
    Corrected.__table__,
    ItemVersion.__table__,
    QuizDocument.__table__,
    Activity.__table__,
    Exposure.__table__,
    QuizRevision.__table__,
)
# Of a correction: papers are counted, were counted, are corrected, are, are put back, were; or nothing came of it.
LOOKING, LOOKED, APPLYING, APPLIED, UNDOING, UNDONE = range(6)
AT_WORK = (LOOKING, APPLYING, UNDOING)
# Of a paper under it.
TODO, DONE, BACK, NOT_YET = range(4)
A_PAGE = 50


class CorrectionRow(Struct, frozen=True):
    """A correction with the question that it is about."""

    id: int
    uuid: UUID
    item_id: int
    version_id: int | None
    newest_id: int
    quizzes: Sequence[int]
    since: int | None
    until: int | None
    way: str
    also: Sequence[Sequence[Any]]
    reason: str
    state: int
    cursor: int
    looked: int
    made_by: int
    made_at: int
    applied_by: int | None
    applied_at: int | None
    undone_by: int | None
    undone_at: int | None
    undo_reason: str | None
    slug: str
    pool: str
    bank_id: int
    bank_title: str
    org_id: int

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state in AT_WORK

    def covers(self, version_id: int, item_id: int) -> bool:
        """Whether it is about this version."""
        if self.version_id is not None:
            return version_id == self.version_id
        return item_id == self.item_id and version_id <= self.newest_id


_CORRECTION: Select[Any] = (
    select(
        C.c.id, C.c.uuid, C.c.item_id, C.c.version_id, C.c.newest_id, C.c.quizzes, C.c.since, C.c.until, C.c.way,
        C.c.also, C.c.reason, C.c.state, C.c.cursor, C.c.looked, C.c.made_by, C.c.made_at, C.c.applied_by,
        C.c.applied_at, C.c.undone_by, C.c.undone_at, C.c.undo_reason, I.c.slug, I.c.pool, I.c.bank_id, B.c.title,
        B.c.org_id,
    )
    .join(I, I.c.id == C.c.item_id)
    .join(B, B.c.id == I.c.bank_id)
)  # fmt: skip


def correction(uuid: UUID, *, hold: bool = False) -> CorrectionRow | None:
    """A correction by its name; `hold` keeps others from changing it meanwhile."""
    wanted = _CORRECTION.where(C.c.uuid == uuid)
    row = connection().execute(wanted.with_for_update(of=C) if hold else wanted).first()
    return CorrectionRow(*row) if row else None


def corrections(states: Collection[int], *, hold: bool = False) -> list[CorrectionRow]:
    """Corrections in these states, the oldest first; `hold` keeps others from changing them meanwhile."""
    wanted = _CORRECTION.where(C.c.state.in_(states)).order_by(C.c.id)
    rows = connection().execute(wanted.with_for_update(of=C) if hold else wanted)
    return [CorrectionRow(*row) for row in rows]


@cache
def _any_in(states: tuple[int, ...]) -> Statement[Any]:
    return Statement(select(C.c.id).where(or_(*(C.c.state == state for state in states))).limit(1))


def is_any(states: tuple[int, ...]) -> bool:
    """Whether there is a correction in one of these states."""
    return _any_in(states).first() is not None


def of_units(units: Collection[int], page: int = 1) -> tuple[list[CorrectionRow], int]:
    """A page of the corrections of banks of these units and of those below, the newest first; how many there are."""
    inside = B.c.org_id.in_(below(units))
    wanted = _CORRECTION.where(inside).order_by(C.c.id.desc())
    counted = select(func.count()).select_from(C).join(I, I.c.id == C.c.item_id).join(B, B.c.id == I.c.bank_id)
    total = connection().execute(counted.where(inside)).scalar_one()
    rows = connection().execute(wanted.limit(A_PAGE).offset((max(1, page) - 1) * A_PAGE))
    return [CorrectionRow(*row) for row in rows], total


def of_items(item_ids: Collection[int]) -> list[CorrectionRow]:
    """The corrections of questions, the newest first, those in preparation too."""
    rows = connection().execute(_CORRECTION.where(C.c.item_id.in_(item_ids)).order_by(C.c.id.desc()))
    return [CorrectionRow(*row) for row in rows]


class Counts(Struct, frozen=True):
    """How many papers a correction is about, and what becomes of them.

    `papers`: in which the question stood; `changed`: whose mark of it changes; `passed_was`, `passed_now`: that
    pass; `gained`: pass only with it; `lost`: would not pass any more, and stay passed; `waiting`: have answers that
    wait for a person's mark, so that they have no verdict; `open`: are not handed in yet; `done`: are dealt with.
    """

    papers: int = 0
    changed: int = 0
    passed_was: int = 0
    passed_now: int = 0
    gained: int = 0
    lost: int = 0
    waiting: int = 0
    open: int = 0
    done: int = 0
    back: int = 0

    @property
    def judged(self) -> int:
        """The papers that have a verdict."""
        return self.papers - self.waiting - self.open


_GAINED = and_(P.c.passed_now.is_(True), or_(P.c.passed_was.is_(None), P.c.passed_was.is_(False)))
_CHANGED = func.coalesce(P.c.was, -9) != func.coalesce(P.c.now, -9)


def counts_of(ids: Collection[int]) -> dict[int, Counts]:
    """The counts of corrections; one statement."""
    there = P.c.state != NOT_YET
    rows = connection().execute(
        select(
            P.c.correction_id,
            func.count(),
            func.count().filter(there, _CHANGED),
            func.count().filter(P.c.passed_was.is_(True)),
            func.count().filter(P.c.passed_now.is_(True)),
            func.count().filter(_GAINED),
            func.count().filter(P.c.lost.is_(True)),
            func.count().filter(there, P.c.passed_now.is_(None)),
            func.count().filter(P.c.state == NOT_YET),
            func.count().filter(P.c.state == DONE),
            func.count().filter(P.c.state == BACK),
        )
        .where(P.c.correction_id.in_(ids))
        .group_by(P.c.correction_id)
    )
    found = {row[0]: Counts(*row[1:]) for row in rows}
    return {i: found.get(i, Counts()) for i in ids}


class Touched(Struct, frozen=True):
    """A paper whose verdict a correction touches."""

    attempt_id: int
    uuid: UUID
    account_id: int
    activity_id: int
    submitted_at: int
    passed_was: bool | None
    passed_now: bool | None
    lost: bool


def _touched(correction_id: int, lost: bool) -> Select[Any]:
    return (
        select(
            A.c.id, A.c.uuid, A.c.account_id, A.c.activity_id, A.c.submitted_at, P.c.passed_was, P.c.passed_now,
            P.c.lost,
        )
        .join(A, A.c.id == P.c.attempt_id)
        .where(P.c.correction_id == correction_id, P.c.lost.is_(True) if lost else _GAINED)
    )  # fmt: skip


def touched(
    correction_id: int, lost: bool, units: Collection[int], page: int = 1, most: int = A_PAGE
) -> tuple[list[Touched], int]:
    """A page of the papers that only now pass (or, `lost`, only before did), of people of these units; how many."""
    wanted = _touched(correction_id, lost).where(people_below(A.c.account_id, units))
    total = connection().execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = connection().execute(wanted.order_by(A.c.id).limit(most).offset((max(1, page) - 1) * most))
    return [Touched(*row) for row in rows], total


class OnPaper(Struct, frozen=True):
    """A correction as it stands on one paper."""

    correction_id: int
    position: int
    was: int | None
    now: int | None
    passed_was: bool | None
    lost: bool
    way: str
    reason: str
    applied_at: int

    @property
    def dropped(self) -> bool:
        """Whether the question does not count any more."""
        return self.way == DROP


def on_paper(attempt_id: int) -> list[OnPaper]:
    """What corrections in force did to a paper, the oldest first."""
    rows = connection().execute(
        select(
            P.c.correction_id, P.c.position, P.c.was, P.c.now, P.c.passed_was, P.c.lost, C.c.way, C.c.reason,
            C.c.applied_at,
        )
        .join(C, C.c.id == P.c.correction_id)
        .where(P.c.attempt_id == attempt_id, P.c.state == DONE)
        .order_by(P.c.correction_id)
    )  # fmt: skip
    return [OnPaper(*row) for row in rows]


class QuizChoice(Struct, frozen=True):
    """A quiz that may have given a question."""

    id: int
    slug: str
    title: str
    org_id: int
    given: int  # papers in which it stood, as far as they were counted


def quizzes_with(item_id: int, pool: str, units: Collection[int]) -> tuple[list[QuizChoice], int]:
    """The quizzes of these units that draw from a pool, those that gave the question first; and how many papers of
    other units' quizzes held it.
    """
    given = (
        select(X.c.activity_id, func.sum(X.c.times).label("n"))
        .where(X.c.item_id == item_id)
        .group_by(X.c.activity_id)
        .subquery()
    )
    inside = D.c.org_id.in_(below(units))
    rows = connection().execute(
        select(ACT.c.id, ACT.c.slug, ACT.c.title, D.c.org_id, func.coalesce(given.c.n, 0).label("n"))
        .join(D, D.c.activity_id == ACT.c.id)
        .outerjoin(given, given.c.activity_id == ACT.c.id)
        .where(inside, D.c.draft["pool"].as_string() == pool, ACT.c.id.in_(select(REV.c.activity_id)))
        .order_by(func.coalesce(given.c.n, 0).desc(), ACT.c.title)
    )
    mine = [QuizChoice(row.id, row.slug, row.title, row.org_id, int(row.n)) for row in rows]
    elsewhere = connection().execute(
        select(func.coalesce(func.sum(given.c.n), 0)).where(given.c.activity_id.not_in([q.id for q in mine]))
    )
    return mine, int(elsewhere.scalar_one())


def titles_of(activity_ids: Collection[int]) -> Mapping[int, str]:
    """What activities are called."""
    rows = connection().execute(select(ACT.c.id, ACT.c.title).where(ACT.c.id.in_(activity_ids)))
    return {row.id: row.title for row in rows}


class VersionChoice(Struct, frozen=True):
    """A wording of a question, to choose from."""

    id: int
    number: int
    made_at: int
    type: str
    body: Mapping[str, Any]
    is_current: bool

    @property
    def words(self) -> str:
        """The question in plain words, on one line."""
        return words_of(self.body["stem"])


def versions_of(item_id: int) -> list[VersionChoice]:
    """Every wording of a question, the newest first."""
    rows = connection().execute(
        select(V.c.id, V.c.number, V.c.made_at, V.c.type, V.c.body, I.c.current_id)
        .join(I, I.c.id == V.c.item_id)
        .where(V.c.item_id == item_id)
        .order_by(V.c.number.desc())
    )
    return [
        VersionChoice(row.id, row.number, row.made_at, row.type, row.body, row.current_id == row.id) for row in rows
    ]


def item_of(slug: str) -> tuple[int, str, str, int] | None:
    """(id, pool, bank's title, bank's unit) of a question that is or was in use."""
    row = connection().execute(
        select(I.c.id, I.c.pool, B.c.title, B.c.org_id)
        .join(B, B.c.id == I.c.bank_id)
        .where(I.c.slug == slug, I.c.id.in_(select(V.c.item_id)))
    ).first()  # fmt: skip
    return (row[0], row[1], row[2], row[3]) if row else None


def slug_of_versions(version_ids: Collection[int]) -> str | None:
    """The short name of the question whose wordings these are."""
    found = connection().execute(
        select(I.c.slug).join(V, V.c.item_id == I.c.id).where(V.c.id.in_(version_ids)).limit(1)
    )
    slug: str | None = found.scalar()
    return slug


def is_out() -> Any:
    """True, in the database's words, where a correction in force is about the wording of an item that is in use."""
    return exists(
        select(1).where(
            C.c.item_id == I.c.id,
            C.c.applied_at.is_not(None),
            C.c.undone_at.is_(None),
            or_(C.c.version_id == I.c.current_id, and_(C.c.version_id.is_(None), I.c.current_id <= C.c.newest_id)),
        )
    )
