"""Reads of items, quizzes and attempts. What never changes is kept in memory."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, Engine, Select, and_, bindparam, case, literal_column, select, text

from lms.api.data import Json, Statement
from lms.api.people import CLAIM_HOLDS, Claim, Person, people_below
from lms.api.work import NotFound, clock, connection
from quizzes.corrections import is_out
from quizzes.drawing import Candidate
from quizzes.items.contract import ITEM_TYPES, asked_now
from quizzes.models import (
    SUBMITTED,
    Accommodation,
    Attempt,
    BankState,
    Item,
    ItemTag,
    ItemVersion,
    QuizRevision,
    Response,
    Resting,
)
from quizzes.policies import Clock, Fairness

V, I, T, R, A, RESP, RT, F = (
    ItemVersion.__table__,
    Item.__table__,
    ItemTag.__table__,
    QuizRevision.__table__,
    Attempt.__table__,
    Response.__table__,
    Resting.__table__,
    Accommodation.__table__,
)


class VersionRow(Struct, frozen=True):
    """A wording of an item. `slug` names the item in practice; of an exam question `versions` leaves it empty: no page
    of a paper says it, and of a large bank it would be twenty more rows to find whenever a paper is begun.
    """

    id: int
    item_id: int
    slug: str
    pool: str
    type: str
    body: Mapping[str, Any]
    state: int | None = None  # how often banks had changed when it was read, where that was asked with it

    @property
    def spec(self) -> Mapping[str, Any]:
        """The part of the body that its type understands."""
        data: Mapping[str, Any] = self.body["data"]
        return data


_NAME = select(I.c.slug).where(I.c.id == V.c.item_id).scalar_subquery()
_OF_PRACTICE = case((V.c.pool == "practice", _NAME), else_="")
_MANY: Statement[VersionRow] = Statement(
    {
        kind: select(V.c.id, V.c.item_id, _OF_PRACTICE, V.c.pool, V.c.type, V.c.body).where(V.c.id.in_(text(each)))
        for kind, each in (
            ("sqlite", "SELECT value FROM json_each(:ids)"),
            ("postgresql", "SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))"),
        )
    },
    VersionRow,
)
_STATE = select(BankState.changes).where(BankState.id == 1).scalar_subquery()
_PRACTICE = select(V.c.id, V.c.item_id, I.c.slug, V.c.pool, V.c.type, V.c.body, _STATE).join(I, I.c.id == V.c.item_id)
_versions: dict[tuple[Engine, int], VersionRow] = {}
MOST_KEPT = 5_000  # wordings in memory; then all of them go
_revisions: dict[tuple[Engine, int], Mapping[str, Any]] = {}


def versions(ids: Sequence[int]) -> list[VersionRow]:
    """Wordings by their numbers, in the order asked for; each is read once a process."""
    database = connection()
    base = database.engine
    held = {i: row for i in ids if (row := _versions.get((base, i))) is not None}
    missing = [i for i in ids if i not in held]
    if missing:
        if len(_versions) > MOST_KEPT:
            _versions.clear()
        for found in _MANY.all(ids=json.dumps(missing)):
            held[found.id] = _versions[(base, found.id)] = found
    try:
        return [held[i] for i in ids]
    except KeyError:
        raise NotFound from None


def practice_item(slug: str) -> VersionRow | None:
    """The version in use of a practice item, whose type is in use too; an exam item is never found here."""
    row = (
        connection()
        .execute(
            _PRACTICE.where(
                I.c.slug == slug, I.c.pool == "practice", I.c.retired_at.is_(None), V.c.id == I.c.current_id
            )
        )
        .first()
    )
    return VersionRow(*row) if row and ITEM_TYPES.find(row.type) else None


def bank_state() -> int:
    """How often banks have changed."""
    return int(connection().execute(select(_STATE)).scalar() or 0)


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


_CARDS: Statement[tuple[Any, ...]] = Statement(
    select(I.c.id, I.c.current_id, I.c.twins, V.c.level, V.c.thinking, V.c.type, T.c.code, RT.c.item_id)
    .join(V, V.c.id == I.c.current_id)
    .join(T, T.c.item_id == I.c.id)
    .outerjoin(RT, and_(RT.c.item_id == I.c.id, RT.c.activity_id == bindparam("quiz", type_=BigInteger)))
    .where(I.c.pool == bindparam("pool"), I.c.retired_at.is_(None), ~is_out())
    .order_by(I.c.id),
    lambda *row: row,
)


def types_in_use() -> frozenset[str]:
    """The names of the item types that can be asked now."""
    return frozenset(kind.name for kind in ITEM_TYPES if asked_now(kind))


def cards(pool: str, activity_id: int | None, types: Collection[str]) -> Iterator[Candidate]:
    """Every question in use of a pool that is of one of these types; some rest, where a quiz is named."""
    held: tuple[Any, ...] | None = None
    codes: set[str] = set()

    def made(row: tuple[Any, ...]) -> Candidate:
        item_id, version_id, twins, level, thinking, _type, _code, rests = row
        return Candidate(item_id, version_id, frozenset(codes), level, thinking or "", twins or "", rests is not None)

    for row in _CARDS.all(quiz=activity_id, pool=pool):
        if row[5] not in types:
            continue
        if held is not None and row[0] != held[0]:
            yield made(held)
            codes = set()
        held = row
        codes.add(row[6])
    if held is not None:
        yield made(held)


Answers = dict[int, list[Any]]


class AttemptRow(Struct, frozen=True):
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
    marks: Sequence[int | None] | None  # in parts of a point; None: the question could not be asked
    passed: bool | None  # None too while answers wait for a person's mark
    waits: int
    passing: Mapping[str, Any] | None  # what passes, where it is not what the quiz says
    due_at: int | None
    paused_at: int | None
    pause_ends_at: int | None
    break_left: int
    aloud: bool
    acts: int  # how often marks were changed after it was marked
    form: str | None  # the letter, where the quiz has forms
    session: str | None  # the supervised session in which it was begun

    @property
    def total(self) -> int:
        return len(self.paper)

    @property
    def counted(self) -> list[int]:
        """The marks of the questions that count."""
        return [m for m in self.marks or () if m is not None and m >= 0]

    @property
    def got(self) -> int:
        """The points, in parts, as far as they are marked."""
        return sum(self.counted)

    @property
    def clock(self) -> Clock:
        """The paper's clock."""
        return Clock(self.due_at, self.paused_at, self.pause_ends_at, self.break_left)


_ATTEMPT: Select[*tuple[Any, ...]] = select(
    A.c.id, A.c.uuid, A.c.account_id, A.c.activity_id, A.c.course_id, A.c.revision_id, A.c.seed, A.c.paper, A.c.state,
    A.c.started_at, A.c.submitted_at, A.c.marks, A.c.passed, A.c.waits,
    A.c.passing, A.c.due_at, A.c.paused_at, A.c.pause_ends_at, A.c.break_left, A.c.aloud, A.c.acts,
    A.c.form, A.c.session,
)  # fmt: skip


def answers_of(attempt: str) -> dict[str, str]:
    """All answers of an attempt, as a column in the words of each database; `attempt`: what names it there."""
    return {
        dialect: f"(SELECT {gathered} FROM quizzes_response r WHERE r.attempt_id = {attempt})"  # noqa: S608  our own words
        for dialect, gathered in (
            ("sqlite", "json_group_object(r.position, json(r.answer))"),
            ("postgresql", "jsonb_object_agg(r.position, r.answer)"),
        )
    }


_ANSWERS = answers_of("quizzes_attempt.id")


def answers_from(held: Mapping[str, Any] | None) -> Answers:
    """That column's value by position."""
    return {int(k): v for k, v in (held or {}).items()}


def _with_answers(*row: Any) -> tuple[AttemptRow, Answers]:
    return AttemptRow(*row[:-1]), answers_from(row[-1])


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
    found = (_MINE_HELD if hold else _MINE).first(uuid=uuid, who=reader.id, session=reader.session_id)
    if found is not None:
        _note(found[0])
    return found


MOST_KNOWN = 500  # papers that a process remembers, 5 KB each
_known: OrderedDict[tuple[Engine, UUID], AttemptRow] = OrderedDict()


def _note(row: AttemptRow) -> None:
    _known[(connection().engine, row.uuid)] = row
    if len(_known) > MOST_KNOWN:
        _known.popitem(last=False)


def known(uuid: UUID, account_id: int) -> AttemptRow | None:
    """A person's attempt as this process saw it last: whose it is, its paper and its revision never change.

    All else may have changed since: whoever writes by it says in the statement what must still hold.
    """
    row = _known.get((connection().engine, uuid))
    return row if row is not None and row.account_id == account_id else None


_ANY_HELD = Statement(
    {
        dialect: _ATTEMPT.add_columns(literal_column(answers, Json))
        .where(A.c.uuid == bindparam("uuid"))
        .with_for_update(of=A)
        for dialect, answers in _ANSWERS.items()
    },
    _with_answers,
)


def attempt_held(uuid: UUID) -> tuple[AttemptRow, Answers] | None:
    """An attempt with its saved answers, whoever's it is, held until the unit of work ends: for services."""
    return _ANY_HELD.first(uuid=uuid)


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


class AccommodationRow(Struct, frozen=True):
    """What makes a check fair to a person, for a time."""

    fairness: Fairness
    reason: str
    valid_from: int
    valid_to: int | None
    given_by: int | None
    ended_by: int | None


def _accommodation(*row: Any) -> AccommodationRow:
    return AccommodationRow(Fairness(*row[:4]), *row[4:])


_ACCOMMODATIONS = select(
    F.c.extra, F.c.no_limit, F.c.read_aloud, F.c.break_minutes, F.c.reason, F.c.valid_from, F.c.valid_to, F.c.given_by,
    F.c.ended_by,
).where(F.c.account_id == bindparam("who"))  # fmt: skip
_IN_FORCE = Statement(
    _ACCOMMODATIONS.where(
        F.c.valid_from <= bindparam("now"), F.c.valid_to.is_(None) | (F.c.valid_to > bindparam("now"))
    )
    .order_by(F.c.id.desc())
    .limit(1),
    _accommodation,
)
_ALL_GIVEN = Statement(_ACCOMMODATIONS.order_by(F.c.id.desc()).limit(20), _accommodation)


def accommodation(account_id: int) -> AccommodationRow | None:
    """What is in force for a person now."""
    return _IN_FORCE.first(who=account_id, now=clock.seconds())


def accommodations(account_id: int) -> list[AccommodationRow]:
    """What was given to a person, the newest first."""
    return _ALL_GIVEN.all(who=account_id)


def papers_waiting(units: Sequence[int], officer: int, uuid: UUID) -> list[AttemptRow]:
    """A paper in which an answer waits for a person's mark: of somebody of these units, not one's own."""
    wanted = _ATTEMPT.where(A.c.waits > 0, A.c.account_id != officer, people_below(A.c.account_id, units))
    return [AttemptRow(*row) for row in connection().execute(wanted.where(A.c.uuid == uuid))]


def paper_of(units: Sequence[int], officer: int, uuid: UUID, *, hold: bool = False) -> AttemptRow | None:
    """A paper that was handed in, of somebody of these units, not one's own."""
    wanted = _ATTEMPT.where(
        A.c.uuid == uuid, A.c.state == SUBMITTED, A.c.account_id != officer, people_below(A.c.account_id, units)
    )
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    return AttemptRow(*row) if row else None
