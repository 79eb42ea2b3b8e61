"""Takes lessons, tasks and courses from a package, as drafts that are published at once."""

from __future__ import annotations

from typing import Any

from courses.media import describe
from courses.services import publishing
from lms.api.learning import anchor
from lms.api.packages import CourseSpec, Importing, Lesson, TaskSpec
from lms.api.work import Conflict, _


def take_lessons(importing: Importing) -> None:
    """Publishes every lesson and task that is new or changed."""
    for lesson in importing.package.lessons:
        body = lesson_body(lesson)
        activity_id = anchor("lesson", lesson.slug, lesson.title, lesson.minutes)
        _take(importing, "lesson", activity_id, body)
    for task in importing.package.tasks:
        activity_id = anchor("task", task.slug, task.title, 10)
        _take(importing, "task", activity_id, task_body(task))


def take_courses(importing: Importing) -> None:
    """Publishes every course; what it holds has been published before."""
    for course in importing.package.courses:
        activity_id = anchor("course", course.slug, course.title)
        _take(importing, "course", activity_id, course_body(course))


def _take(importing: Importing, kind: str, activity_id: int, body: dict[str, Any]) -> None:
    _revision, new = publishing.PUBLISH[kind](activity_id, body, importing.by_id)
    if new:
        held = publishing.org_of(activity_id)
        if held is not None and not importing.may_change(held):
            raise Conflict(
                _(
                    "“{title}” ({slug}) belongs to another unit, and this package would change it. Give yours another"
                    " name, then import again.",
                    title=body["title"],
                    slug=body["slug"],
                )
            )
        publishing.keep_draft(activity_id, kind, importing.org_id, body, importing.by_id)
        importing.count(f"{kind}s")


def lesson_body(lesson: Lesson) -> dict[str, Any]:
    """A lesson as it is stored: plain values, files by the hash of their content."""
    return {
        "slug": lesson.slug,
        "title": lesson.title,
        "promise": lesson.promise,
        "groups": list(lesson.groups),
        "skills": list(lesson.skills),
        "minutes": lesson.minutes,
        "address": lesson.address,
        "checked": lesson.checked.isoformat() if lesson.checked else None,
        "review": lesson.review.isoformat() if lesson.review else None,
        "sources": list(lesson.sources),
        "blocks": [{"kind": b.kind, "data": dict(b.data)} for b in lesson.blocks],
        "guide": lesson.guide,
        "files": {name: describe(name, content) for name, content in sorted(lesson.files.items())},
    }


def task_body(task: TaskSpec) -> dict[str, Any]:
    """A task as it is stored."""
    return {"slug": task.slug, "title": task.title, "text": task.text, "choices": list(task.choices)}


def course_body(course: CourseSpec) -> dict[str, Any]:
    """A course as it is stored."""
    return {
        "slug": course.slug,
        "title": course.title,
        "summary": course.summary,
        "groups": list(course.groups),
        "framework": course.framework,
        "modules": [
            {
                "title": m.title,
                "skill_area": m.skill_area,
                "activities": [{"kind": a.kind, "slug": a.slug, "weight": a.weight} for a in m.activities],
            }
            for m in course.modules
        ],
    }
