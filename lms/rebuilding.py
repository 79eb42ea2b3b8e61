"""Projections against the ledger: what pages read must follow from what was recorded."""

from __future__ import annotations

from sqlalchemy import func, select, update

from lms.db.unit_of_work import connection, unit_of_work
from lms.indicators import counting
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


def _enrollments() -> list[tuple[int, int, int, bool, bool]]:
    """(enrollment, bitmap held, bitmap from the ledger, complete held, complete by the ledger) where they differ."""
    rows = (
        connection()
        .execute(
            select(E.c.id, E.c.account_id, E.c.syllabus_id, E.c.done, E.c.completed_at, S.c.required).join(
                S, S.c.id == E.c.syllabus_id
            )
        )
        .all()
    )
    found = []
    for row in rows:
        done = record.done_before(row.account_id, row.syllabus_id)
        held, real = row.completed_at is not None, is_complete(done, row.required)
        if done != row.done or held != real:
            found.append((row.id, row.done, done, held, real))
    return found


def differences() -> list[str]:
    """One line for each projection that does not equal the ledger. Must be empty."""
    lines = [
        f"enrollment {i}: {held:b} stored, {real:b} by the ledger; complete {was} stored, {now} by the ledger"
        for i, held, real, was, now in _enrollments()
    ]
    lines += [
        f"roll-up {indicator} of {group} at unit {org}: {held} stored, {real} by the ledger"
        for (indicator, org, group), held, real in counting.differences()
    ]
    return lines


def rebuild() -> None:
    """Writes every projection anew from the ledger. What was attained is no projection: it stays."""
    with unit_of_work():
        for enrollment_id, _held, done, was, now in _enrollments():
            values = {"done": done} | ({"completed_at": _COMPLETED if now else None} if now != was else {})
            connection().execute(update(E).where(E.c.id == enrollment_id).values(values))
        counting.rebuild()
