"""Beginning, saving, handing in."""

from __future__ import annotations

import json
import secrets
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import LargeBinary, TextClause, bindparam, insert, select, text, update

from lms.api.competency import area
from lms.api.data import Statement
from lms.api.learning import Kind, Result, enroll, practised, record_result
from lms.api.people import hold
from lms.api.work import Conflict, TooEarly, _, clock, connection, take, tell
from quizzes import queries
from quizzes.drawing import BankTooSmall, draw, shuffled
from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES, WHOLE
from quizzes.models import OPEN, SUBMITTED, Attempt, Item, PracticeAnswer, Response
from quizzes.scoring import Score, score

A, I, R = Attempt.__table__, Item.__table__, Response.__table__
MOST_PRACTICE = (600, 600)  # answers, in so many seconds: of one account, or of one network address without
HANDED_IN = _("This paper has been handed in; its answers can no longer be changed.")


# Made once: making a statement costs more than sending it.
_HELD: Statement[Any] = Statement(
    select(A.c.uuid, A.c.account_id, A.c.activity_id, A.c.token).where(
        ((A.c.account_id == bindparam("who")) & (A.c.activity_id == bindparam("quiz")) & (A.c.state == OPEN))
        | (A.c.token == bindparam("name", type_=LargeBinary))
    )
)
_BEGIN: Statement[Any] = Statement(
    insert(A),
    columns=(
        "uuid", "account_id", "activity_id", "course_id", "revision_id", "token", "seed", "paper", "state",
        "started_at",
    ),
)  # fmt: skip


def _see(each_item: str) -> TextClause:
    return text(
        "INSERT INTO quizzes_seen (account_id, item_id, pool, times)"  # noqa: S608  our own words
        f" SELECT :who, CAST(value AS BIGINT), 'exam', 1 FROM {each_item} WHERE true"
        " ON CONFLICT (account_id, item_id) DO UPDATE SET times = quizzes_seen.times + 1"
    )


_SEE: Statement[Any] = Statement(
    {
        "sqlite": _see("json_each(:items)"),
        "postgresql": _see("jsonb_array_elements_text(CAST(:items AS jsonb)) AS each(value)"),
    }
)


def start(
    account_id: int, course_id: int, activity_id: int, revision_id: int, token: bytes | None, enrolled: bool = False
) -> UUID:
    """Draws a paper and begins; an attempt that is open, or was begun by this token, is gone on with."""
    hold(account_id)
    for held in _HELD.all(who=account_id, quiz=activity_id, name=token):
        if (held.account_id, held.activity_id) == (account_id, activity_id):
            return UUID(str(held.uuid))
        token = None  # it names another attempt already, so it cannot name this one
    if not enrolled:
        enroll(account_id, course_id)
    body = queries.revision(revision_id)
    seed = secrets.randbits(31)
    bank = queries.candidates(body["pool"], account_id)
    try:
        drawn = draw(body["draw"], bank, seed)
    except BankTooSmall as error:
        raise TooEarly(
            _("This quiz has too few questions yet. Please tell your helper: {problem}", problem=str(error))
        ) from error
    rows = {v.id: v for v in queries.versions([c.version_id for c in drawn])}
    paper: list[list[Any]] = []
    for position, candidate in enumerate(drawn):
        version = rows[candidate.version_id]
        kind = ITEM_TYPES.get(version.type)
        size = kind.size(version.spec)
        order = shuffled(size, seed, position) if kind.shuffles(version.spec) else list(range(size))
        paper.append([version.id, order, _area(version.body["skills"])])
    uuid = uuid4()
    _BEGIN.run(
        uuid=uuid,
        account_id=account_id,
        activity_id=activity_id,
        course_id=course_id,
        revision_id=revision_id,
        token=token,
        seed=seed,
        paper=paper,
        state=OPEN,
        started_at=clock.seconds(),
    )
    if body["pool"] == "exam":
        _SEE.run(who=account_id, items=json.dumps(sorted(c.item_id for c in drawn)))
    return uuid


def _area(codes: list[str]) -> int | None:
    found = next((found for code in codes if (found := area(code)) is not None), None)
    return found[0] if found else None


def _save(answer: str, hold: str) -> TextClause:
    return text(
        "INSERT INTO quizzes_response (attempt_id, position, answer, saved_at)"  # noqa: S608  our own words
        f" SELECT id, :position, {answer}, :now FROM quizzes_attempt WHERE id = :attempt AND state = 0 {hold}"
        " ON CONFLICT (attempt_id, position) DO UPDATE SET answer = excluded.answer, saved_at = excluded.saved_at"
    )


_SAVE: Statement[Any] = Statement(
    {"sqlite": _save(":answer", ""), "postgresql": _save("CAST(:answer AS jsonb)", "FOR SHARE")}
)


def save_answer(attempt_id: int, position: int, answer: list[Any]) -> None:
    """Keeps an answer; the last one wins. Conflict where the paper has been handed in."""
    saved = _SAVE.run(attempt=attempt_id, position=position, answer=json.dumps(answer), now=clock.seconds())
    if saved != 1:
        raise Conflict(HANDED_IN)


_CLOSE: Statement[Any] = Statement(
    update(A)
    .where(A.c.id == bindparam("attempt"), A.c.state == OPEN)
    .values(state=SUBMITTED, submitted_at=bindparam("now"), marks=bindparam("given"), passed=bindparam("ok"))
)


def grade(row: queries.AttemptRow, answers: queries.Answers) -> tuple[Score, list[int | None]]:
    """Marks every answer of a paper; None for a question whose type is not in use now."""
    body = queries.revision(row.revision_id)
    found = queries.versions([entry[0] for entry in row.paper])
    marks = [
        kind.grade(version.spec, answers.get(position)).halves if (kind := ITEM_TYPES.find(version.type)) else None
        for position, version in enumerate(found)
    ]
    return score(marks, [v.body["skills"] for v in found], body["pass"]), marks


def submit(row: queries.AttemptRow, answers: queries.Answers) -> Score:
    """Hands a paper in: graded, kept as evidence, moved up the tree. Handing in twice is once.

    `row` and `answers` were read in this unit of work with the row held, so that no answer comes in between.
    """
    result, marks = grade(row, answers)
    if _CLOSE.run(attempt=row.id, now=clock.seconds(), given=marks, ok=result.passed) != 1:
        return result
    parts: dict[int, tuple[int, int]] = {}
    for (_version, _order, area_id), halves in zip(row.paper, marks, strict=True):
        if area_id is not None and halves is not None:
            raw, most = parts.get(area_id, (0, 0))
            parts[area_id] = (raw + halves, most + WHOLE)
    record_result(
        row.account_id,
        row.activity_id,
        Result(Kind.SCORED, result.halves, result.most, result.passed, parts, content_id=row.revision_id),
    )
    tell(AttemptGraded(row.id, row.account_id, row.activity_id, result.halves, result.most, result.passed))
    return result


def practise(item_id: int, account_id: int | None, right: bool, address: str) -> None:
    """Counts an answer to a practice question. TooMany beyond what a person, or a class behind one router, can give."""
    take("practice", str(account_id) if account_id else address, *MOST_PRACTICE)
    keep_practice(item_id, account_id, right)


def practice_order(version: queries.VersionRow) -> list[int]:
    """The order of its options: mixed once for all, so that the right one does not always stand first."""
    kind = ITEM_TYPES.get(version.type)
    size = kind.size(version.spec)
    return shuffled(size, version.id, 0) if kind.shuffles(version.spec) else list(range(size))


def keep_practice(item_id: int, account_id: int | None, right: bool) -> None:
    """Keeps an answer to a practice question. A person's first right one is done in the lessons that ask for it."""
    connection().execute(
        insert(PracticeAnswer).values(
            item_id=item_id, pool="practice", account_id=account_id, right=right, at=clock.seconds()
        )
    )
    if right and account_id is not None:
        practised(account_id, "check", connection().execute(select(I.c.slug).where(I.c.id == item_id)).scalar_one())
