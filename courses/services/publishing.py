"""From a draft to a revision that never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from courses.models import Document, Revision
from lms.api.competency import skills_by_code
from lms.api.learning import ACTIVITY_KINDS, Entry, activity, anchor, publish_syllabus, set_skills
from lms.api.work import Invalid, NotFound, _, audit, clock, connection

D, R = Document.__table__, Revision.__table__


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 of a body's canonical JSON: equal bodies are one revision."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def publish_revision(activity_id: int, body: Mapping[str, Any], by_id: int | None) -> tuple[int, bool]:
    """Stores a body as the next revision, unless it equals the newest; returns (revision's id, whether it is new)."""
    database = connection()
    digest = digest_of(body)
    newest = database.execute(
        select(R.c.id, R.c.number, R.c.digest)
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
        )
        .returning(R.c.id)
    ).scalar_one()
    return int(revision_id), True


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


def publish_lesson(activity_id: int, body: Mapping[str, Any], by_id: int | None) -> tuple[int, bool]:
    """Publishes a lesson's body: title, minutes and skills of its activity follow."""
    if not body["blocks"]:
        raise Invalid(_("The lesson “{title}” is empty. Add at least one block, then publish.", title=body["title"]))
    anchor("lesson", body["slug"], body["title"], body["minutes"])
    known = skills_by_code()
    set_skills(activity_id, [known[code] for code in body["skills"] if code in known])
    return publish_revision(activity_id, body, by_id)


def publish_task(activity_id: int, body: Mapping[str, Any], by_id: int | None) -> tuple[int, bool]:
    """Publishes a task's body."""
    anchor("task", body["slug"], body["title"], 10)
    return publish_revision(activity_id, body, by_id)


def publish_course(course_id: int, body: Mapping[str, Any], by_id: int | None) -> tuple[int, bool]:
    """Publishes a course: its modules, each activity pinned at its newest published revision.

    Raises Invalid naming the first activity that has not been published.
    """
    entries: list[Entry] = []
    pinned: list[list[Any]] = []
    for number, module in enumerate(body["modules"]):
        for ref in module["activities"]:
            row = activity(ref["kind"], ref["slug"])
            kind = ACTIVITY_KINDS.find(ref["kind"])
            content_id = kind.content_of(ref["slug"]) if kind is not None and row is not None else None
            if row is None or content_id is None:
                raise Invalid(_("“{slug}” is not published yet. Publish it first, then the course.", slug=ref["slug"]))
            weight = max(1, round(ref.get("weight", 1)))
            entries.append(Entry(row.id, number, module["title"], content_id, weight))
            pinned.append([row.id, content_id, number, module["title"], weight])
    anchor("course", body["slug"], body["title"])
    revision_id, new = publish_revision(course_id, {**body, "pinned": pinned}, by_id)
    if new:
        publish_syllabus(course_id, entries)
        audit.record(by_id, "course.published", f"course:{body['slug']}", activities=len(entries))
    return revision_id, new


PUBLISH = {"lesson": publish_lesson, "task": publish_task, "course": publish_course}


def publish_draft(activity_id: int, by_id: int | None) -> tuple[int, bool]:
    """Publishes the draft of a lesson, task or course as it stands."""
    row = connection().execute(select(D.c.kind, D.c.draft).where(D.c.activity_id == activity_id)).first()
    if row is None:
        raise NotFound
    return PUBLISH[row.kind](activity_id, row.draft, by_id)


def newest_revision(kind: str, slug: str) -> int | None:
    """The number of the newest revision's row of an activity, or None while it has none."""
    row = activity(kind, slug)
    if row is None:
        return None
    found: int | None = connection().execute(select(func.max(R.c.id)).where(R.c.activity_id == row.id)).scalar()
    return found
