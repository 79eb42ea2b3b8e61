"""What a learner does in a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from courses import queries
from courses.completing import Thing, asks_more, left, things
from courses.models import Declaration
from lms.api.learning import (
    READ,
    Kind,
    Practised,
    Result,
    activity_slug,
    enroll,
    enrollments,
    places,
    practised,
    record_result,
)
from lms.api.work import Invalid, NotFound, _, audit, clock, connection

D = Declaration.__table__


def complete_lesson(
    account_id: int, course_id: int, activity_id: int, enrolled: bool, content_id: int | None = None
) -> tuple[Thing, ...]:
    """Keeps that a lesson was read, in this revision; whoever is not yet in the course joins it by doing so.

    The lesson is learnt where nothing else is left that it asks for; returns what is. It then completes with the last
    of that, wherever it is done.
    """
    if not enrolled:
        enroll(account_id, course_id)
    body = queries.body(content_id) if content_id is not None else {}
    if not asks_more(body):
        record_result(account_id, activity_id, Result(Kind.COMPLETED, content_id=content_id))
        return ()
    practised(account_id, READ, body["slug"])
    return _consider(account_id, activity_id, content_id, body)


def _consider(account_id: int, activity_id: int, content_id: int | None, body: Mapping[str, Any]) -> tuple[Thing, ...]:
    """Completes a lesson where nothing is left that it asks for; returns what is left."""
    asked = things(body)
    open_ones = left(asked, queries.done_things(account_id, asked))
    if not open_ones:
        record_result(account_id, activity_id, Result(Kind.COMPLETED, content_id=content_id))
    return open_ones


def consider_lessons_with(account_id: int, kind: str, slug: str) -> None:
    """Completes the lessons of a person's courses that waited for just this and ask for nothing else now."""
    considered: set[tuple[int, int]] = set()
    for held, _course in enrollments(account_id):
        for place in places(held.syllabus_id):
            if place.kind != "lesson" or held.done & place.mask or (place.activity_id, place.content_id) in considered:
                continue
            body = queries.body(place.content_id)
            if asks_more(body) and any((t.kind, t.slug) == (kind, slug) for t in things(body)):
                considered.add((place.activity_id, place.content_id))
                _consider(account_id, place.activity_id, place.content_id, body)


def when_practised(event: Practised) -> None:
    """Something that a lesson asks for was done elsewhere. Harmless when told again; reading was considered at once."""
    if event.kind != READ:
        consider_lessons_with(event.account_id, event.kind, event.slug)


def declare_task(
    account_id: int,
    course_id: int,
    activity_id: int,
    choice: str,
    note: str,
    choices: list[str],
    token: bytes | None,
    content_id: int | None = None,
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
    if record_result(account_id, activity_id, Result(Kind.DECLARED, content_id=content_id), token):
        connection().execute(
            insert(D).values(
                account_id=account_id, activity_id=activity_id, choice=choice, note=note, at=clock.seconds()
            )
        )
        consider_lessons_with(account_id, "task", activity_slug(activity_id))


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
    consider_lessons_with(row.account_id, "task", activity_slug(row.activity_id))
    audit.record(by_id, "task.confirmed", f"declaration:{declaration_id}", account=row.account_id)
