"""Deciding between two marks, and marking anew what was marked: by somebody who gave neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select, update

from lms.api.learning import Rescored, activity_by_id, record_again
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection, notify, tell
from quizzes import corrections, queries
from quizzes.events import PapersRemarked
from quizzes.items.contract import WAITS, Mark
from quizzes.models import Attempt, Marking, Reading
from quizzes.queries import AttemptRow
from quizzes.remarks import Verdict, replaced
from quizzes.services import attempts, marking
from quizzes.services.attempts import result_page
from quizzes.services.marking import Waiting
from quizzes.services.queueing import AGAIN, DECISION, FIRST

A, M, RD = Attempt.__table__, Marking.__table__, Reading.__table__
WHY_NEEDED = _("Please say why, in a sentence that the learner and the markers can read.")


def decide(one: Waiting, levels: Sequence[int], reason: str, by_id: int) -> None:
    """Gives the mark that counts, where two lie too far apart.

    Invalid without a reason, or for a level that is not in the rubric; Conflict where nothing is to be decided, or one
    gave one of the two marks.
    """
    if not reason.strip():
        raise Invalid(WHY_NEEDED)
    given = marking.graded(one, levels)
    marks = _marks_held(one)
    if marking.stand_of(one.row.id, one.position).stage != DECISION:
        raise Conflict(_("There is nothing to decide here: two marks are not there yet."))
    if any(reading.by_id == by_id for reading in marking.given_to(one.row.id, one.position)):
        raise Conflict(_("You gave one of these two marks. Somebody else decides between them."))
    marking.read_by(one, DECISION, levels, given.parts, reason, by_id)
    marking.count(one, marks, given.parts, list(levels), reason, by_id)
    audit.record(by_id, "answer.decided", marking.subject(one), position=one.position + 1, parts=given.parts)


def _marks_held(one: Waiting) -> list[int | None]:
    row = connection().execute(select(A.c.marks).where(A.c.id == one.row.id).with_for_update()).one()
    marks = list(row.marks)
    if marks[one.position] != WAITS:
        raise Conflict(_("Somebody marked this meanwhile."))
    return marks


class Kept(Struct, frozen=True):
    """The mark of an answer that counts now, and who gave it."""

    levels: list[Any]
    parts: int
    note: str
    marked_by: int
    marked_at: int


def kept(attempt_id: int, position: int) -> Kept:
    """The mark that counts. NotFound where none was given."""
    row = connection().execute(
        select(M.c.levels, M.c.parts, M.c.note, M.c.marked_by, M.c.marked_at).where(
            M.c.attempt_id == attempt_id, M.c.position == position
        )
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return Kept(*row)


def one_marked(row: AttemptRow, position: int) -> Waiting:
    """An answer of a paper that a person has marked. NotFound where none has."""
    if not 0 <= position < row.total:
        raise NotFound
    kept(row.id, position)
    (version,) = queries.versions([row.paper[position][0]])
    return Waiting(row, position, version, queries.responses(row.id).get(position, []))


class Change(Struct, frozen=True):
    """What another mark comes to: before and after, in parts and as a verdict."""

    mark: Mark
    before: Verdict
    after: Verdict
    passed_before: bool | None
    marks: list[int | None]


def looked_at(one: Waiting, levels: Sequence[int]) -> Change:
    """What marking anew would come to; changes nothing. Invalid for a level that is not in the rubric."""
    given = marking.graded(one, levels)
    held = list(one.row.marks or ())
    new = replaced(held, one.position, given.parts)
    return Change(given, marking.judged(one.row, held), marking.judged(one.row, new), one.row.passed, new)


def mark_anew(one: Waiting, levels: Sequence[int], reason: str, by_id: int) -> Change:
    """Marks an answer anew that was marked: the paper's score follows, and the learner is told.

    What was attained by the paper stays attained, also where it would not pass any more: taking that back is another
    act, by whoever may. `one` was read in this unit of work, its paper held. Invalid without a reason; Conflict where
    the question does not count, or one gave the mark oneself.
    """
    if not reason.strip():
        raise Invalid(WHY_NEEDED)
    before = kept(one.row.id, one.position)
    given = marking.given_to(one.row.id, one.position)
    if before.marked_by == by_id or any(r.by_id == by_id and r.role != AGAIN for r in given):
        raise Conflict(_("You marked this answer yourself. Marking it anew is for somebody else."))
    if any(c.position == one.position for c in corrections.on_paper(one.row.id)):
        raise Conflict(_("This question was taken out of the score. Undo that first."))
    change = looked_at(one, levels)
    if not given:
        connection().execute(
            insert(RD).values(
                attempt_id=one.row.id, position=one.position, role=FIRST, levels=before.levels, parts=before.parts,
                note=before.note, by_id=before.marked_by, at=before.marked_at,
            )
        )  # fmt: skip
    marking.read_by(one, AGAIN, levels, change.mark.parts, reason, by_id)
    database, now = connection(), clock.seconds()
    database.execute(
        update(M)
        .where(M.c.attempt_id == one.row.id, M.c.position == one.position)
        .values(levels=list(levels), parts=change.mark.parts, note=reason, marked_by=by_id, marked_at=now)
    )
    passed = change.after.passed
    database.execute(
        update(A)
        .where(A.c.id == one.row.id)
        .values(marks=change.marks, passed=passed, acts=A.c.acts + 1)
    )  # fmt: skip
    if passed is not None:
        result = attempts.as_evidence(one.row.paper, one.row.revision_id, change.marks, change.after.score, passed)
        record_again(
            [
                Rescored(
                    one.row.account_id, one.row.activity_id, result, passed and not one.row.passed,
                    one.row.submitted_at or one.row.started_at,
                )
            ]
        )  # fmt: skip
    audit.record(
        by_id, "answer.remarked", f"attempt:{one.row.uuid}", position=one.position + 1, before=before.parts,
        parts=change.mark.parts, reason=reason,
    )  # fmt: skip
    tell(PapersRemarked((one.row.id,)))
    quiz = activity_by_id(one.row.activity_id)
    notify(
        one.row.account_id,
        "quizzes.remarked",
        _("One of your answers was marked anew"),
        _(
            "In “{quiz}”, question {n} was marked anew: {why}. The page of the result shows what has changed.",
            quiz=quiz.title if quiz else "",
            n=one.position + 1,
            why=reason.strip().rstrip(". "),
        ),
        result_page(one.row.uuid),
    )
    return change
