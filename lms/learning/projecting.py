"""Enrollments as the ledger says that they must be."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct
from sqlalchemy import exists, func, select, update

from lms.db.unit_of_work import connection
from lms.learning import record
from lms.learning.models import Enrollment, Evidence, Kind, Syllabus
from lms.learning.rollup import is_complete

E, S, EVIDENCE = Enrollment.__table__, Syllabus.__table__, Evidence.__table__
_COMPLETED = (  # when the ledger says that the course was completed; else when it was touched last
    select(func.coalesce(func.max(EVIDENCE.c.at), E.c.last_at))
    .where(
        EVIDENCE.c.account_id == E.c.account_id,
        EVIDENCE.c.activity_id == E.c.course_id,
        EVIDENCE.c.kind == int(Kind.COMPLETED),
    )
    .correlate(E)
    .scalar_subquery()
)
_ONCE = (  # whether the ledger has ever called the course complete
    exists()
    .where(
        EVIDENCE.c.account_id == E.c.account_id,
        EVIDENCE.c.activity_id == E.c.course_id,
        EVIDENCE.c.kind == int(Kind.COMPLETED),
    )
    .correlate(E)
    .label("once")
)


class Astray(Struct, frozen=True):
    """An enrollment that does not follow from the ledger: what it says, and what the ledger says."""

    id: int
    held: int
    done: int
    was_complete: bool
    is_complete: bool


def astray(account_ids: Collection[int] | None = None) -> list[Astray]:
    """The enrollments, of these people or of all, that differ from the ledger. Must be empty."""
    wanted = select(
        E.c.id, E.c.account_id, E.c.course_id, E.c.syllabus_id, E.c.done, E.c.completed_at, S.c.required, _ONCE
    ).join(S, S.c.id == E.c.syllabus_id)
    if account_ids is not None:
        wanted = wanted.where(E.c.account_id.in_(account_ids))
    found = []
    for row in connection().execute(wanted.order_by(E.c.id)).all():
        done = record.done_before(row.account_id, row.syllabus_id)
        complete = is_complete(done, row.required) or (
            row.once and record.once_complete(row.account_id, row.course_id, row.syllabus_id)
        )
        one = Astray(row.id, row.done, done, row.completed_at is not None, complete)
        if (one.held, one.was_complete) != (one.done, one.is_complete):
            found.append(one)
    return found


def mend(found: Iterable[Astray]) -> None:
    """Writes them as the ledger says."""
    for one in found:
        values: dict[str, object] = {"done": one.done}
        if one.is_complete != one.was_complete:
            values["completed_at"] = _COMPLETED if one.is_complete else None
        connection().execute(update(E).where(E.c.id == one.id).values(values))
