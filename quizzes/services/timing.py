"""The clock of a paper: more time, breaks, and handing in what was saved when the time is up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, or_, select, update

from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection, settings, unit_of_work
from quizzes import queries
from quizzes.models import OPEN, Attempt
from quizzes.policies import Clock
from quizzes.services import attempts

A = Attempt.__table__
MOST_MORE = 24 * 3600  # seconds that a paper may be given in addition at once
A_ROUND = 200  # papers handed in by the worker in one round


def _held(uuid: UUID) -> tuple[queries.AttemptRow, queries.Answers]:
    found = queries.attempt_held(uuid)
    if found is None:
        raise NotFound
    if found[0].state != OPEN:
        raise Conflict(attempts.HANDED_IN)
    return found


def _set(row: queries.AttemptRow, moved: Clock) -> None:
    connection().execute(
        update(A)
        .where(A.c.id == row.id)
        .values(
            due_at=moved.due_at,
            paused_at=moved.paused_at,
            pause_ends_at=moved.pause_ends_at,
            break_left=moved.break_left,
        )
    )


def extend(uuid: UUID, seconds: int, by_id: int | None, reason: str) -> None:
    """Gives an open paper more time; by whom and why is recorded. Nothing where no clock runs.

    `by_id`: None where whoever supervises has no account; here as below, the caller keeps who it was.

    Invalid for no time, or more than a day; Conflict where it has been handed in.
    """
    if not 0 < seconds <= MOST_MORE:
        raise Invalid(_("Please give at least a second and at most a day."))
    row, _answers = _held(uuid)
    if row.due_at is not None:
        connection().execute(update(A).where(A.c.id == row.id).values(due_at=A.c.due_at + seconds))
    audit.record(by_id, "attempt.extended", f"attempt:{uuid}", seconds=seconds, reason=reason)


def pause(uuid: UUID, by_id: int | None) -> None:
    """Lets an open paper stand still until `resume`: for whoever supervises. Pausing twice is once."""
    row, _answers = _held(uuid)
    if row.paused_at is None or row.pause_ends_at is not None:  # a break of one's own ends here: it must not go on
        now = clock.seconds()
        _set(row, row.clock.running(now).paused(now, own=False))
        audit.record(by_id, "attempt.paused", f"attempt:{uuid}")


def resume(uuid: UUID, by_id: int | None) -> None:
    """Lets a paper go on that stood still; what it stood still is added to its end. Going on twice is once."""
    row, _answers = _held(uuid)
    if row.paused_at is not None:
        _set(row, row.clock.running(clock.seconds()))
        audit.record(by_id, "attempt.resumed", f"attempt:{uuid}")


def hand_in(uuid: UUID) -> None:
    """Hands an open paper in with what was saved. Twice is once. NotFound where there is none."""
    found = queries.attempt_held(uuid)
    if found is None:
        raise NotFound
    if found[0].state == OPEN:
        attempts.submit(*found)


def take_break(row: queries.AttemptRow) -> None:
    """A learner's own break, as long as breaks are left. Conflict where none is.

    `row` was read in this unit of work and is held.
    """
    if row.paused_at is not None:
        return
    if row.due_at is None or row.break_left <= 0 or row.clock.is_over(clock.seconds()):
        raise Conflict(_("There is no break left. Please go on with the questions."))
    _set(row, row.clock.paused(clock.seconds(), own=True))


def end_break(row: queries.AttemptRow) -> None:
    """Goes on after a learner's own break. Conflict where whoever supervises let the paper stand still."""
    if row.paused_at is None:
        return
    if row.pause_ends_at is None:
        raise Conflict(_("Whoever supervises the check has stopped it for now. Please wait until they let it go on."))
    _set(row, row.clock.running(clock.seconds()))


def is_over(row: queries.AttemptRow) -> bool:
    """Whether an open paper's time is up, and the grace for a slow line with it: no answer is taken any more."""
    return row.state == OPEN and row.clock.is_over(clock.seconds(), settings().quiz_grace)


def overdue(most: int = A_ROUND) -> list[UUID]:
    """Open papers whose time is up, grace included, the longest overdue first."""
    latest = clock.seconds() - settings().quiz_grace
    stood: Any = case((A.c.paused_at.is_(None), 0), else_=A.c.pause_ends_at - A.c.paused_at)
    rows = connection().execute(
        select(A.c.uuid)
        .where(
            A.c.state == OPEN,
            A.c.due_at < latest,
            or_(A.c.paused_at.is_(None), and_(A.c.pause_ends_at.is_not(None), A.c.due_at + stood < latest)),
        )
        .order_by(A.c.due_at)
        .limit(most)
    )
    return list(rows.scalars())


def hand_in_overdue() -> None:
    """Hands in what is overdue, each paper in a transaction of its own; one that fails keeps no other from it."""
    failed: Exception | None = None
    for uuid in overdue():
        try:
            with unit_of_work():
                found = queries.attempt_held(uuid)
                if found is not None and is_over(found[0]):
                    attempts.submit(*found)
        except Exception as error:  # noqa: BLE001  raised below, once the others are handed in
            failed = failed or error
    if failed is not None:
        raise failed
