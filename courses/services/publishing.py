"""From a draft to a revision that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from courses import comparing
from courses.comparing import Change
from courses.completing import unmeetable
from courses.models import Document, Revision
from courses.services import forking, indexing, noting
from lms.api.competency import skills_by_code
from lms.api.learning import (
    ACTIVITY_KINDS,
    Activity,
    Entry,
    activity,
    anchor,
    circle,
    is_voluntary,
    masks_of,
    publish_syllabus,
    revised,
    set_skills,
)
from lms.api.learning import counts_from as oldest_that_counts
from lms.api.reviewing import LONGEST_NOTE, digest_of
from lms.api.work import Invalid, NotFound, _, audit, clock, connection

A, D, R = Activity.__table__, Document.__table__, Revision.__table__


def publish_revision(
    activity_id: int, body: Mapping[str, Any], by_id: int | None, change: Change | None = None, note: str = ""
) -> tuple[int, bool]:
    """Stores a body as the next revision, unless it equals the newest; returns (revision's id, whether it is new).

    `change`: minor where only the wording changed, so that who completed the one before has completed this one; major
    where the meaning did. Where nobody says, what is different decides (`comparing.proposed`), as in an import.
    """
    database = connection()
    # one at a time: the next number is the next
    kind = database.execute(select(A.c.kind).where(A.c.id == activity_id).with_for_update()).scalar_one()
    digest = digest_of(body)
    newest = database.execute(
        select(R.c.id, R.c.number, R.c.digest, R.c.body)
        .where(R.c.activity_id == activity_id)
        .order_by(R.c.number.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.digest == digest:
        return int(newest.id), False
    revision_id = database.execute(
        insert(R)
        .values(
            activity_id=activity_id,
            number=(newest.number if newest else 0) + 1,
            body=dict(body),
            digest=digest,
            published_at=clock.seconds(),
            published_by=by_id,
            change=(change or comparing.proposed(kind, newest.body, body)) if newest else "first",
            note=note,
            base_id=newest.id if newest else None,
        )
        .returning(R.c.id)
    ).scalar_one()
    return int(revision_id), True


def counts_from(revision_id: int) -> int | None:
    """The oldest revision whose completion counts for this one: all changes since then were minor."""
    r = R.alias("asked")
    rows = connection().execute(
        select(R.c.id, R.c.change)
        .join(r, r.c.activity_id == R.c.activity_id)
        .where(r.c.id == revision_id)
        .order_by(R.c.number)
    )
    return oldest_that_counts([(int(row.id), row.change == "minor") for row in rows], revision_id)


def keep_draft(activity_id: int, kind: str, org_id: int, body: Mapping[str, Any], by_id: int | None) -> None:
    """Writes the draft without asking for its base: what an import brings becomes the draft."""
    database = connection()
    held = database.execute(select(D.c.base).where(D.c.activity_id == activity_id)).scalar()
    values = {"draft": dict(body), "changed_at": clock.seconds(), "changed_by": by_id}
    if held is None:
        database.execute(insert(D).values(activity_id=activity_id, org_id=org_id, kind=kind, **values))
    else:
        database.execute(update(D).where(D.c.activity_id == activity_id).values(base=held + 1, **values))


def org_of(activity_id: int) -> int | None:
    """The unit that an activity's document belongs to; None where it has no document."""
    found: int | None = connection().execute(select(D.c.org_id).where(D.c.activity_id == activity_id)).scalar()
    return found


def _require_meetable(body: Mapping[str, Any]) -> None:
    """Refuses a lesson that asks its learners for something that it gives no way to do."""
    title = body["title"]
    for ask in unmeetable(body):
        if ask == "answered":
            text = _(
                "“{title}” asks for answered questions but has none. Add a question, or ask for less.", title=title
            )
        elif ask == "practised":
            text = _("“{title}” asks for practice but has none. Add a practice, or ask for less.", title=title)
        else:
            text = _("“{title}” asks for a real-life task but names none. Add one, or ask for less.", title=title)
        raise Invalid(text, completion=text)


def publish_lesson(
    activity_id: int, body: Mapping[str, Any], by_id: int | None, change: Change | None = None, note: str = ""
) -> tuple[int, bool]:
    """Publishes a lesson's body: title, minutes and skills of its activity follow."""
    if not body["blocks"]:
        raise Invalid(_("The lesson “{title}” is empty. Add at least one block, then publish.", title=body["title"]))
    unready = [name for name, file in body["files"].items() if "key" not in file]
    if unready:
        raise Invalid(_("The file {name} is still being prepared. Publish when it is done.", name=unready[0]))
    locked = forking.locked_skills(activity_id)
    if locked is not None and sorted(locked) != sorted(body["skills"]):
        text = _("The skills of an adapted lesson are those of its original: {codes}.", codes=", ".join(locked))
        raise Invalid(text, skills=text)
    _require_meetable(body)
    anchor("lesson", body["slug"], body["title"], body["minutes"])
    known = skills_by_code()
    set_skills(activity_id, [known[code] for code in body["skills"] if code in known])
    revision_id, new = publish_revision(activity_id, body, by_id, change, note)
    if new:
        indexing.index_lesson(activity_id, body)
        noting.close_changed(activity_id, body)
    return revision_id, new


def publish_task(
    activity_id: int, body: Mapping[str, Any], by_id: int | None, change: Change | None = None, note: str = ""
) -> tuple[int, bool]:
    """Publishes a task's body."""
    anchor("task", body["slug"], body["title"], 10)
    return publish_revision(activity_id, body, by_id, change, note)


def _needs(body: Mapping[str, Any]) -> list[int]:
    """The masks of what comes before each activity of a course. Raises Invalid where some wait for one another."""
    refs = [ref for module in body["modules"] for ref in module["activities"]]
    order = [ref["slug"] for ref in refs]
    masks = masks_of(order, {ref["slug"]: ref.get("after", ()) for ref in refs})
    waiting = circle(masks)
    if waiting:
        names = ", ".join(order[position] for position in waiting)
        raise Invalid(
            _(
                "These wait for one another, so that none could begin: {names}. Change what one needs first.",
                names=names,
            )
        )
    return masks


def publish_course(
    course_id: int, body: Mapping[str, Any], by_id: int | None, change: Change | None = None, note: str = ""
) -> tuple[int, bool]:
    """Publishes a course: its modules, each activity pinned at its newest published revision.

    Raises Invalid naming the first activity that has not been published.
    """
    entries: list[Entry] = []
    pinned: list[list[Any]] = []
    needs = iter(_needs(body))
    for number, module in enumerate(body["modules"]):
        for ref in module["activities"]:
            row = activity(ref["kind"], ref["slug"])
            kind = ACTIVITY_KINDS.find(ref["kind"])
            content_id = kind.content_of(ref["slug"]) if kind is not None and row is not None else None
            if row is None or content_id is None:
                raise Invalid(_("“{slug}” is not published yet. Publish it first, then the course.", slug=ref["slug"]))
            weight = max(1, round(ref.get("weight", 1)))
            says = revised(kind)
            oldest = says.counts_from(content_id) if says is not None else None
            asks = bool(ref.get("required", not is_voluntary(kind, ref["slug"])))
            entries.append(Entry(row.id, number, module["title"], content_id, weight, asks, oldest, next(needs)))
            pinned.append([row.id, content_id, number, module["title"], weight])
    anchor("course", body["slug"], body["title"])
    revision_id, new = publish_revision(course_id, {**body, "pinned": pinned}, by_id, change, note)
    if new:
        publish_syllabus(course_id, entries)
        audit.record(by_id, "course.published", f"course:{body['slug']}", activities=len(entries))
    return revision_id, new


def has_newer_parts(published: Mapping[str, Any]) -> bool:
    """Whether something in a published course has a newer revision than the one that it pins."""
    pins = {pin[0]: pin[1] for pin in published.get("pinned", ())}
    for module in published["modules"]:
        for ref in module["activities"]:
            kind, row = ACTIVITY_KINDS.find(ref["kind"]), activity(ref["kind"], ref["slug"])
            if kind is not None and row is not None and kind.content_of(ref["slug"]) != pins.get(row.id):
                return True
    return False


def courses_behind(activity_id: int, newest_id: int) -> list[tuple[int, str, str, int]]:
    """The published courses that pin an older revision of an activity: (activity, slug, title, unit), by title."""
    newest = (
        select(R.c.activity_id, func.max(R.c.id).label("id"))
        .join(A, A.c.id == R.c.activity_id)
        .where(A.c.kind == "course")
        .group_by(R.c.activity_id)
        .subquery()
    )
    rows = connection().execute(
        select(A.c.id, A.c.slug, A.c.title, D.c.org_id, R.c.body)
        .join(newest, newest.c.id == R.c.id)
        .join(A, A.c.id == R.c.activity_id)
        .join(D, D.c.activity_id == A.c.id)
        .order_by(A.c.title)
    )
    return [
        (int(row.id), str(row.slug), str(row.title), int(row.org_id))
        for row in rows
        if any(pin[0] == activity_id and pin[1] != newest_id for pin in row.body.get("pinned", ()))
    ]


def publish_again(course_id: int, by_id: int) -> bool:
    """Publishes a course as it was published last, with the newest revision of all that is in it. False: it had them.

    Its draft stays as it is: what its author is in the middle of is not published by this.
    """
    body = (
        connection()
        .execute(select(R.c.body).where(R.c.activity_id == course_id).order_by(R.c.number.desc()).limit(1))
        .scalar()
    )
    if body is None:
        raise NotFound
    return publish_course(course_id, {k: v for k, v in body.items() if k != "pinned"}, by_id)[1]


PUBLISH = {"lesson": publish_lesson, "task": publish_task, "course": publish_course}


def publish(
    kind: str, activity_id: int, body: Mapping[str, Any], by_id: int, change: Change | None = None, note: str = ""
) -> tuple[int, bool]:
    """Publishes a body that somebody answers for: what changed is said, and the act is in the log."""
    if len(note) > LONGEST_NOTE:
        text = _("Please keep it under {most} letters.", most=LONGEST_NOTE)
        raise Invalid(text, note=text)
    framework = forking.locked_framework(activity_id) if kind == "course" else None
    if framework is not None and framework != body["framework"]:
        text = _("The competence framework of an adapted course is that of its original.")
        raise Invalid(text, framework=text)
    revision_id, new = PUBLISH[kind](activity_id, body, by_id, change, note)
    if new and kind != "course":  # a course says it itself
        audit.record(by_id, f"{kind}.published", f"{kind}:{body['slug']}", revision=revision_id)
    return revision_id, new


def newest_revision(kind: str, slug: str) -> int | None:
    """The number of the newest revision's row of an activity, or None while it has none."""
    row = activity(kind, slug)
    if row is None:
        return None
    found: int | None = connection().execute(select(func.max(R.c.id)).where(R.c.activity_id == row.id)).scalar()
    return found
