"""Reads of items, quizzes and attempts. What never changes is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, and_, bindparam, literal_column, select

from lms.api.data import Json, Statement
from lms.api.people import CLAIM_HOLDS, Claim, Person
from lms.api.work import NotFound, connection
from quizzes.drawing import Candidate
from quizzes.items.contract import ITEM_TYPES
from quizzes.models import Attempt, Item, ItemTag, ItemVersion, QuizRevision, Response, Seen

V, I, T, R, A, S = (
    ItemVersion.__table__,
    Item.__table__,
    ItemTag.__table__,
    QuizRevision.__table__,
    Attempt.__table__,
    Seen.__table__,
)
RESP = Response.__table__


@dataclass(frozen=True)
class VersionRow:
    """A wording of an item."""

    id: int
    item_id: int
    slug: str
    pool: str
    type: str
    body: Mapping[str, Any]

    @property
    def spec(self) -> Mapping[str, Any]:
        """The part of the body that its type understands."""
        data: Mapping[str, Any] = self.body["data"]
        return data


_VERSION = select(V.c.id, V.c.item_id, I.c.slug, V.c.pool, V.c.type, V.c.body).join(I, I.c.id == V.c.item_id)
_versions: dict[tuple[Engine, int], VersionRow] = {}
_revisions: dict[tuple[Engine, int], Mapping[str, Any]] = {}


def versions(ids: Sequence[int]) -> list[VersionRow]:
    """Wordings by their numbers, in the order asked for; each is read once a process."""
    database = connection()
    base = database.engine
    missing = [i for i in ids if (base, i) not in _versions]
    if missing:
        if len(_versions) > 5000:
            _versions.clear()
        for row in database.execute(_VERSION.where(V.c.id.in_(missing))):
            _versions[(base, row.id)] = VersionRow(*row)
    try:
        return [_versions[(base, i)] for i in ids]
    except KeyError:
        raise NotFound from None


def practice_item(slug: str) -> VersionRow | None:
    """The version in use of a practice item, whose type is in use too; an exam item is never found here."""
    row = (
        connection()
        .execute(
            _VERSION.where(I.c.slug == slug, I.c.pool == "practice", I.c.retired_at.is_(None), V.c.id == I.c.current_id)
        )
        .first()
    )
    return VersionRow(*row) if row and ITEM_TYPES.find(row.type) else None


def revision(revision_id: int) -> Mapping[str, Any]:
    """A published quiz's body."""
    database = connection()
    key = (database.engine, revision_id)
    held = _revisions.get(key)
    if held is None:
        found = database.execute(select(R.c.body).where(R.c.id == revision_id)).scalar()
        if found is None:
            raise NotFound
        held = _revisions[key] = found
    return held


_CANDIDATES: Statement[tuple[Any, ...]] = Statement(
    select(I.c.id, I.c.current_id, T.c.code, S.c.times, V.c.type)
    .join(V, V.c.id == I.c.current_id)
    .join(T, T.c.item_id == I.c.id)
    .outerjoin(S, and_(S.c.item_id == I.c.id, S.c.account_id == bindparam("who")))
    .where(
        I.c.pool == bindparam("pool"),
        I.c.retired_at.is_(None),
    ),
    lambda *row: row,
)


def candidates(pool: str, account_id: int) -> list[Candidate]:
    """Every item in use of a pool, its type in use too, with its codes and how often this person has had it."""
    types = {t.name for t in ITEM_TYPES}
    found: dict[int, tuple[int, set[str], int]] = {}
    for item_id, version_id, code, times, type_name in _CANDIDATES.all(who=account_id, pool=pool):
        if type_name in types:
            found.setdefault(item_id, (version_id, set(), times or 0))[1].add(code)
    return [Candidate(i, version, frozenset(codes), seen) for i, (version, codes, seen) in found.items()]


Answers = dict[int, list[Any]]


@dataclass(frozen=True)
class AttemptRow:
    """An attempt as its owner's pages need it."""

    id: int
    uuid: UUID
    account_id: int
    activity_id: int
    course_id: int
    revision_id: int
    seed: int
    paper: Sequence[Any]
    state: int
    started_at: int
    submitted_at: int | None
    marks: Sequence[int | None] | None  # None: the question could not be asked
    passed: bool | None

    @property
    def total(self) -> int:
        return len(self.paper)

    @property
    def counted(self) -> list[int]:
        """The marks of the questions that count."""
        return [m for m in self.marks or () if m is not None]


_ATTEMPT: Select[*tuple[Any, ...]] = select(
    A.c.id, A.c.uuid, A.c.account_id, A.c.activity_id, A.c.course_id, A.c.revision_id, A.c.seed, A.c.paper, A.c.state,
    A.c.started_at, A.c.submitted_at, A.c.marks, A.c.passed,
)  # fmt: skip
_ANSWERS = {
    "sqlite": "(SELECT json_group_object(r.position, json(r.answer)) FROM quizzes_response r"
    " WHERE r.attempt_id = quizzes_attempt.id)",
    "postgresql": "(SELECT jsonb_object_agg(r.position, r.answer) FROM quizzes_response r"
    " WHERE r.attempt_id = quizzes_attempt.id)",
}


def _with_answers(*row: Any) -> tuple[AttemptRow, Answers]:
    return AttemptRow(*row[:-1]), {int(k): v for k, v in (row[-1] or {}).items()}


_WORDED = {
    dialect: _ATTEMPT.add_columns(literal_column(answers, Json)).where(
        A.c.uuid == bindparam("uuid"), A.c.account_id == bindparam("who"), CLAIM_HOLDS
    )
    for dialect, answers in _ANSWERS.items()
}
_MINE = Statement(_WORDED, _with_answers)
_MINE_HELD = Statement({dialect: worded.with_for_update(of=A) for dialect, worded in _WORDED.items()}, _with_answers)


def attempt(uuid: UUID, reader: Person | Claim, hold: bool = False) -> tuple[AttemptRow, Answers] | None:
    """A person's own attempt with its saved answers by position; one statement, which checks the session's claim.

    `hold`: until the unit of work ends nobody else may change it.
    """
    return (_MINE_HELD if hold else _MINE).first(uuid=uuid, who=reader.id, session=reader.session_id)


def attempt_by_uuid(uuid: UUID) -> AttemptRow | None:
    """An attempt, whoever's it is: for services and officers, never for a learner's page."""
    row = connection().execute(_ATTEMPT.where(A.c.uuid == uuid)).first()
    return AttemptRow(*row) if row else None


_NEWEST = Statement(
    _ATTEMPT.where(A.c.account_id == bindparam("who"), A.c.activity_id == bindparam("quiz"))
    .order_by(A.c.id.desc())
    .limit(20),
    AttemptRow,
)


def newest_attempts(account_id: int, activity_id: int) -> list[AttemptRow]:
    """A person's attempts at a quiz, newest first."""
    return _NEWEST.all(who=account_id, quiz=activity_id)


_RESPONSES = select(RESP.c.position, RESP.c.answer).where(RESP.c.attempt_id == bindparam("attempt"))


def responses(attempt_id: int) -> dict[int, list[Any]]:
    """The saved answers by position."""
    return {row.position: row.answer for row in connection().execute(_RESPONSES, {"attempt": attempt_id})}
