"""The queue of answers that wait for a person's mark: one row each, from handing in until the mark counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select

from lms.api.work import connection
from quizzes.items.contract import WAITS
from quizzes.models import Reading, ToMark

Q, RD = ToMark.__table__, Reading.__table__
FIRST, SECOND, DECISION = 1, 2, 3
AGAIN = 4  # the role of whoever marks anew what was marked


def wait(attempt_id: int, marks: Sequence[int | None], since: int) -> None:
    """Puts the answers of a paper that was just handed in into the queue, those that wait. One statement, or none."""
    rows = [
        {"attempt_id": attempt_id, "position": n, "since": since, "stage": FIRST}
        for n, mark in enumerate(marks)
        if mark == WAITS
    ]
    if rows:
        connection().execute(insert(Q), rows)


def leave(attempt_id: int, position: int) -> None:
    """Takes an answer out of the queue: its mark counts, or the question does not any more."""
    connection().execute(delete(Q).where(Q.c.attempt_id == attempt_id, Q.c.position == position))


def leave_many(places: Iterable[tuple[int, int]]) -> None:
    """Takes answers out of the queue: (attempt, position) each."""
    for attempt_id, position in places:
        leave(attempt_id, position)


def come_back(attempt_id: int, position: int, since: int) -> None:
    """Puts an answer back into the queue, at the stage at which it was: by the marks that were given."""
    given = connection().execute(
        select(func.count()).where(RD.c.attempt_id == attempt_id, RD.c.position == position, RD.c.role < DECISION)
    ).scalar_one()  # fmt: skip
    connection().execute(
        insert(Q).values(attempt_id=attempt_id, position=position, since=since, stage=min(DECISION, FIRST + given))
    )
