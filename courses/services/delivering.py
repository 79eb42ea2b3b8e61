"""What a learner does in a course."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from courses.models import Declaration
from lms.api.learning import Kind, Result, enroll, record_result
from lms.api.work import Invalid, NotFound, _, audit, clock, connection

D = Declaration.__table__


def complete_lesson(account_id: int, course_id: int, activity_id: int, enrolled: bool) -> None:
    """Marks a lesson learnt; whoever is not yet in the course joins it by doing so."""
    if not enrolled:
        enroll(account_id, course_id)
    record_result(account_id, activity_id, Result(Kind.COMPLETED))


def declare_task(
    account_id: int, course_id: int, activity_id: int, choice: str, note: str, choices: list[str], token: bytes | None
) -> None:
    """Keeps what a learner says they did: tự khai. A choice is one of the task's own; without any, none is kept."""
    if not choices:
        choice = ""
    elif choice not in choices:
        text = _("Please choose what you did.")
        raise Invalid(text, choice=text)
    if not choices and not note:
        text = _("Please write in a few words what you did.")
        raise Invalid(text, note=text)
    if len(note) > 1000:
        text = _("Please keep it under 1,000 letters.")
        raise Invalid(text, note=text)
    enroll(account_id, course_id)
    if record_result(account_id, activity_id, Result(Kind.DECLARED), token):
        connection().execute(
            insert(D).values(
                account_id=account_id, activity_id=activity_id, choice=choice, note=note, at=clock.seconds()
            )
        )


def confirm_task(declaration_id: int, by_id: int) -> None:
    """An officer confirms a declaration: it becomes observed evidence, and the programme is judged again."""
    database = connection()
    row = database.execute(select(D).where(D.c.id == declaration_id)).first()
    if row is None or row.account_id == by_id:
        raise NotFound
    if row.confirmed_at is not None:
        return
    database.execute(update(D).where(D.c.id == declaration_id).values(confirmed_at=clock.seconds(), confirmed_by=by_id))
    record_result(row.account_id, row.activity_id, Result(Kind.OBSERVED, by_id=by_id))
    audit.record(by_id, "task.confirmed", f"declaration:{declaration_id}", account=row.account_id)
