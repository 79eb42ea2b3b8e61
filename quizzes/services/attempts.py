"""Beginning, saving, handing in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    Select,
    TextClause,
    bindparam,
    column,
    insert,
    select,
    text,
    union_all,
    update,
)

from lms.api.data import Json, Statement
from lms.api.learning import Kind, Result, enroll, practised, record_result
from lms.api.people import Claim, hold
from lms.api.work import Conflict, TooEarly, _, clock, connection, settings, take, tell
from quizzes import queries
from quizzes.drawing import shuffled
from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES, WAITS, WHOLE, asked_now, waits
from quizzes.models import OPEN, SUBMITTED, Accommodation, Attempt, BankState, PracticeAnswer, Response
from quizzes.policies import NOTHING_SPECIAL, Clock, Fairness, Policy, standing
from quizzes.scoring import Score, in_halves, score
from quizzes.services import measured, papers, queueing, returning, running

A, R = Attempt.__table__, Response.__table__
MOST_PRACTICE = (600, 600)  # answers, in so many seconds: of one account, or of one network address without
HANDED_IN = _("This paper has been handed in; its answers can no longer be changed.")
STANDS_STILL = _("The clock stands still for now. Go on with the check first, then answer.")
TIME_IS_UP = _("The time is up. What you answered before is kept, and the paper is handed in with it.")


# Made once: making a statement costs more than sending it.
_STATE, _FAIR = BankState.__table__, Accommodation.__table__
_SAME = A.alias("same")


def _open(of: FromClause) -> ColumnElement[bool]:
    return (of.c.account_id == bindparam("who")) & (of.c.activity_id == bindparam("quiz")) & (of.c.state == OPEN)


def _named(of: FromClause) -> ColumnElement[bool]:
    return of.c.token == bindparam("name", type_=LargeBinary)


def _held(ours: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            _STATE.c.changes, A.c.uuid, A.c.account_id, A.c.activity_id, _FAIR.c.extra, _FAIR.c.no_limit,
            _FAIR.c.read_aloud, _FAIR.c.break_minutes,
        )
        .select_from(_STATE)
        .outerjoin(A, ours)
        .outerjoin(
            _FAIR,
            (_FAIR.c.account_id == bindparam("who"))
            & (_FAIR.c.valid_from <= bindparam("now"))
            & (_FAIR.c.valid_to.is_(None) | (_FAIR.c.valid_to > bindparam("now"))),
        )
        .where(_STATE.c.id == 1)
        .order_by(_FAIR.c.id.desc())  # two where accounts were merged: the newest holds
    )  # fmt: skip


# One statement says all that beginning goes by: the state of the banks, what is fair to this person, what is held.
# SQLite that has counted a table with few tokens (ANALYZE) takes them for many, and would read all papers for an "or".
_EITHER = union_all(select(_SAME.c.id).where(_open(_SAME)), select(_SAME.c.id).where(_named(_SAME)))
_HELD: Statement[Any] = Statement({"sqlite": _held(A.c.id.in_(_EITHER)), "postgresql": _held(_open(A) | _named(A))})
_BEGIN: Statement[Any] = Statement(
    insert(A),
    columns=(
        "uuid", "account_id", "activity_id", "course_id", "revision_id", "token", "seed", "paper", "state",
        "started_at", "waits", "deck_id", "had", "passing", "due_at", "break_left", "aloud", "session", "form",
        "acts",
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
    account_id: int,
    course_id: int,
    activity_id: int,
    revision_id: int,
    token: bytes | None,
    enrolled: bool = False,
    session: str | None = None,
    paper: papers.Paper | None = None,
) -> UUID:
    """Draws a paper and begins; an attempt that is open, or was begun by this token, is gone on with.

    `session` names the supervised session in which it is begun; `paper` is one that was prepared for it. TooEarly
    where the quiz's policy does not let it begin now, where somebody has to be there and no session is named, or where
    the bank has too few questions.
    """
    hold(account_id)
    now = clock.seconds()
    rows = _HELD.all(who=account_id, quiz=activity_id, name=token, now=now)
    for held in rows:
        if (held.account_id, held.activity_id) == (account_id, activity_id):
            return UUID(str(held.uuid))
        if held.uuid is not None:
            token = None  # it names another attempt already, so it cannot name this one
    body = queries.revision(revision_id)
    policy = Policy.of(body)
    if policy.is_supervised and session is None:
        raise TooEarly(_("This check is taken where somebody is with you. Its page says where and how."))
    if policy.heeds_tries:
        tried = queries.newest_attempts(account_id, activity_id)
        if not standing(policy, tried, now).may_begin:
            raise TooEarly(_("You cannot begin this check now. Its page says why, and from when on you can."))
    if paper is None:  # whoever prepared one asked then
        measured.require_now(account_id, body)
    if not enrolled:
        enroll(account_id, course_id)
    if paper is None:
        paper = papers.drawn(account_id, activity_id, revision_id, rows[0].changes)
    fair = next((Fairness(*row[4:]) for row in rows if row.extra is not None), NOTHING_SPECIAL)
    begin(paper, account_id, course_id, activity_id, fair.clock(body.get("limit"), now), now, token, session, fair)
    return paper.uuid


def begin(
    paper: papers.Paper,
    account_id: int,
    course_id: int,
    activity_id: int,
    runs: Clock,
    at: int,
    token: bytes | None = None,
    session: str | None = None,
    fair: Fairness = NOTHING_SPECIAL,
) -> None:
    """Begins a paper that was drawn, and notes which exam questions the person has had with it."""
    _BEGIN.run(
        uuid=paper.uuid,
        account_id=account_id,
        activity_id=activity_id,
        course_id=course_id,
        revision_id=paper.revision_id,
        token=token,
        seed=paper.seed,
        paper=paper.questions,
        state=OPEN,
        started_at=at,
        waits=0,
        deck_id=paper.deck_id,
        had=paper.had,
        passing=paper.passing,
        due_at=runs.due_at,
        break_left=runs.break_left,
        aloud=fair.read_aloud,
        session=session,
        form=paper.form,
        acts=0,
    )
    found = queries.versions([entry[0] for entry in paper.questions])
    given = sorted(version.item_id for version in found if version.pool == "exam")
    if given:
        _SEE.run(who=account_id, items=json.dumps(given))


def _save(
    answer: str,
    hold: str,
    again: str = "DO UPDATE SET answer = excluded.answer, saved_at = excluded.saved_at",
    besides: str = "",
    then: str = "",
) -> TextClause:
    return text(
        "INSERT INTO quizzes_response (attempt_id, position, answer, saved_at)"  # noqa: S608  our own words
        f" SELECT id, :position, {answer}, :now FROM quizzes_attempt WHERE id = :attempt AND state = 0"
        f" AND paused_at IS NULL AND (due_at IS NULL OR due_at >= :latest) {besides} {hold}"
        f" ON CONFLICT (attempt_id, position) {again} {then}"
    )


_SAVE: Statement[Any] = Statement(
    {"sqlite": _save(":answer", ""), "postgresql": _save("CAST(:answer AS jsonb)", "FOR SHARE")}
)


# Where the right answers are told after each question, the first answer stays.
_SAVE_ONCE: Statement[Any] = Statement(
    {
        "sqlite": _save(":answer", "", "DO NOTHING"),
        "postgresql": _save("CAST(:answer AS jsonb)", "FOR SHARE", "DO NOTHING"),
    }
)


# The same, checking also what a page would have read before: whose attempt it is, and that the session is open. It says
# all answers that there are, so that the next question can be shown; of the one saved it may say what was there before.
_OWN = (
    "AND account_id = :who AND EXISTS"
    " (SELECT 1 FROM lms_session WHERE id = :session AND account_id = :who AND ended_at IS NULL)"
)
_ALL = queries.answers_of(":attempt")
_SAVE_OWN: Statement[queries.Answers] = Statement(
    {
        dialect: _save(answer, hold, besides=_OWN, then=f"RETURNING {_ALL[dialect]}").columns(column("every", Json))
        for dialect, answer, hold in (("sqlite", ":answer", ""), ("postgresql", "CAST(:answer AS jsonb)", "FOR SHARE"))
    },
    queries.answers_from,
)


def save_own(attempt_id: int, position: int, answer: list[Any], reader: Claim) -> queries.Answers | None:
    """Keeps an answer to an attempt of one's own, in a lone write; None where that is not all as it must be.

    Returns all answers of the attempt, this one among them. Of why not it says nothing: `save_answer` after reading the
    attempt does.
    """
    now = clock.seconds()
    others = _SAVE_OWN.first(
        attempt=attempt_id,
        position=position,
        answer=json.dumps(answer),
        now=now,
        latest=now - settings().quiz_grace,
        who=reader.id,
        session=reader.session_id,
    )
    return None if others is None else {**others, position: answer}


def save_answer(attempt_id: int, position: int, answer: list[Any], once: bool = False) -> None:
    """Keeps an answer; the last one that comes wins, and the ones before it are kept beside it.

    `once`: the first one stays. Conflict where the paper has been handed in, stands still, or its time is up, the
    grace for a slow line included.
    """
    now = clock.seconds()
    statement = _SAVE_ONCE if once else _SAVE
    saved = statement.run(
        attempt=attempt_id, position=position, answer=json.dumps(answer), now=now, latest=now - settings().quiz_grace
    )
    if saved == 1:
        return
    row = connection().execute(select(A.c.state, A.c.paused_at, A.c.due_at).where(A.c.id == attempt_id)).one()
    if row.state != OPEN:
        raise Conflict(HANDED_IN)
    if row.paused_at is not None:
        raise Conflict(STANDS_STILL)
    if row.due_at is not None and row.due_at < now - settings().quiz_grace:
        raise Conflict(TIME_IS_UP)


_CLOSE: Statement[Any] = Statement(
    update(A)
    .where(A.c.id == bindparam("attempt"), A.c.state == OPEN)
    .values(
        state=SUBMITTED,
        submitted_at=bindparam("now"),
        marks=bindparam("given"),
        passed=bindparam("ok"),
        waits=bindparam("open"),
    )
)


def grade(row: queries.AttemptRow, answers: queries.Answers) -> tuple[Score, list[int | None]]:
    """Marks every answer of a paper; None for a question whose type is not in use now, WAITS for a person's mark."""
    body = queries.revision(row.revision_id)
    found = queries.versions([entry[0] for entry in row.paper])
    marks = [
        mark_of(version, answers.get(position) or running.answer_of(version, row.uuid, position, row.account_id))
        for position, version in enumerate(found)
    ]
    return score(marks, [v.body["skills"] for v in found], row.passing or body["pass"]), marks


def mark_of(version: queries.VersionRow, answer: list[Any] | None) -> int | None:
    """The mark of one answer in parts of a point: None where it cannot be asked now, WAITS where a person marks it."""
    kind = ITEM_TYPES.find(version.type)
    if kind is None or not asked_now(kind) or (not answer and running.is_gone(version)):
        return None
    return WAITS if answer and waits(kind) else kind.grade(version.spec, answer).parts


def submit(row: queries.AttemptRow, answers: queries.Answers, at: int | None = None) -> Score:
    """Hands a paper in: graded, kept as evidence, moved up the tree. Handing in twice is once.

    `row` and `answers` were read in this unit of work with the row held, so that no answer comes in between. Where a
    person has yet to mark something, the verdict waits: `marking.mark` gives it then. `at`: when it was, None for now.
    """
    result, marks = grade(row, answers)
    left = marks.count(WAITS)
    verdict = None if left else result.passed
    when = clock.seconds() if at is None else at
    if _CLOSE.run(attempt=row.id, now=when, given=marks, ok=verdict, open=left) == 1:
        measured.handed_in(row.account_id, queries.revision(row.revision_id), when)
        if left:
            queueing.wait(row.id, marks, when)
        else:
            settle(row, marks, result)
    return result


def result_page(uuid: UUID) -> str:
    """The path of a paper's result, for messages: the worker makes them too, which has no page open."""
    return f"/luot/{uuid}/ket-qua"


def as_evidence(
    paper: Sequence[Any], revision_id: int, marks: Sequence[int | None], result: Score, passed: bool
) -> Result:
    """A paper's marks as the ledger keeps them: in halves of a point, with the share of each area."""
    areas: dict[int, tuple[int, int]] = {}
    for (_version, _order, area_id), mark in zip(paper, marks, strict=True):
        if area_id is not None and mark is not None and mark >= 0:
            raw, most = areas.get(area_id, (0, 0))
            areas[area_id] = (raw + mark, most + WHOLE)
    parts = {area_id: (in_halves(raw), in_halves(most)) for area_id, (raw, most) in areas.items()}
    return Result(Kind.SCORED, result.halves, result.most_halves, passed, parts, content_id=revision_id)


def settle(row: queries.AttemptRow, marks: Sequence[int | None], result: Score, passed: bool | None = None) -> None:
    """Records and tells what a paper came to, once every answer has its mark; `passed`: where more decides."""
    verdict = result.passed if passed is None else passed
    record_result(row.account_id, row.activity_id, as_evidence(row.paper, row.revision_id, marks, result, verdict))
    tell(
        AttemptGraded(
            row.id, row.account_id, row.activity_id, result.halves, result.most_halves, verdict, row.form
        )
    )  # fmt: skip
    if queries.revision(row.revision_id)["pool"] == "practice":  # what was missed comes back
        found = queries.versions([entry[0] for entry in row.paper])
        asked = zip(found, marks, strict=True)
        told = [(v, mark == WHOLE) for v, mark in asked if mark is not None and mark >= 0]
        returning.note_paper(row.account_id, told, row.submitted_at or clock.seconds())


def practise(
    version: queries.VersionRow, account_id: int | None, right: bool, address: str, returned: str | None = None
) -> None:
    """Counts an answer to a practice question. TooMany beyond what a person, or a class behind one router, can give.

    `returned`: the topic for which it was asked, where it had come back.
    """
    take("practice", str(account_id) if account_id else address, *MOST_PRACTICE)
    keep_practice(version, account_id, right, returned=returned)


def practice_order(version: queries.VersionRow) -> list[int]:
    """The order of its options: mixed once for all, so that the right one does not always stand first."""
    kind = ITEM_TYPES.get(version.type)
    size = kind.size(version.spec)
    return shuffled(size, version.id, 0) if kind.shuffles(version.spec) else list(range(size))


def keep_practice(
    version: queries.VersionRow,
    account_id: int | None,
    right: bool,
    day: int | None = None,
    returned: str | None = None,
) -> None:
    """Keeps an answer to a practice question. A person's first right one is done in the lessons that ask for it.

    What a person got wrong comes back after days; `day`: that on which it was answered, where a phone sends it later.
    """
    connection().execute(
        insert(PracticeAnswer).values(
            item_id=version.item_id, pool="practice", account_id=account_id, right=right, at=clock.seconds()
        )
    )
    if account_id is None:
        return
    returning.note(account_id, version, right, day, returned, late=day is not None)
    if right:
        practised(account_id, "check", version.slug)
