"""Gives lessons, tasks and courses to a package: the newest published revision of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from courses.models import Revision
from courses.services.carrying import with_its_tracks
from courses.services.publishing import newest_revision
from lms.api.data import FileStore
from lms.api.learning import Activity
from lms.api.media import CARRIED, to_carry
from lms.api.packages import ActivityRef, Block, CourseSpec, Exporting, Lesson, ModuleSpec, TaskSpec
from lms.api.work import connection

A, R = Activity.__table__, Revision.__table__


def give_lessons(exporting: Exporting) -> None:
    """Gives the lessons and tasks that are asked for, and asks for the questions and skills that they name."""
    store: FileStore = current_app.extensions["lms.files"]
    for slug, body in _asked("lesson", exporting):
        lesson = with_its_tracks(lesson_of(body, store.get), body, store.get)
        exporting.want("code", *lesson.skills)
        exporting.want("item", *(block.data["item"] for block in lesson.blocks if block.kind == "check"))
        for kind in ("task", "practice"):
            exporting.want(kind, *(block.data["slug"] for block in lesson.blocks if block.kind == kind))
        for block in lesson.blocks:
            if block.kind == "embed":
                exporting.want(block.data["kind"], block.data["slug"])
        exporting.give("lesson", slug, lesson)
    for slug, body in _asked("task", exporting):
        exporting.give("task", slug, TaskSpec(slug, body["title"], body["text"], tuple(body["choices"])))


def give_courses(exporting: Exporting) -> None:
    """Gives the courses that are asked for, and asks for all that stands in them and for their programmes."""
    for slug, body in _asked("course", exporting):
        course = course_of(body)
        exporting.want("framework", course.framework)
        exporting.want("programmes_of", slug)
        for module in course.modules:
            exporting.want("code", module.skill_area)
            for ref in module.activities:
                exporting.want(ref.kind, ref.slug)
        exporting.give("course", slug, course)


def _asked(kind: str, exporting: Exporting) -> list[tuple[str, Mapping[str, Any]]]:
    if exporting.whole:
        published = select(A.c.slug).where(A.c.kind == kind, A.c.id.in_(select(R.c.activity_id))).order_by(A.c.slug)
        exporting.want(kind, *connection().execute(published).scalars())
    found = []
    for slug in exporting.open(kind):
        revision_id = newest_revision(kind, slug)
        if revision_id is not None:
            found.append((slug, connection().execute(select(R.c.body).where(R.c.id == revision_id)).scalar_one()))
    return found


def lesson_of(body: Mapping[str, Any], read: Callable[[str], bytes]) -> Lesson:
    """A stored lesson as the package holds it; `read` fetches a file by its key."""
    return Lesson(
        slug=body["slug"],
        title=body["title"],
        promise=body["promise"],
        groups=tuple(body["groups"]),
        skills=tuple(body["skills"]),
        minutes=body["minutes"],
        address=body["address"],
        checked=_day(body["checked"]),
        review=_day(body["review"]),
        sources=tuple(body["sources"]),
        blocks=tuple(Block(b["kind"], dict(b["data"])) for b in body["blocks"]),
        guide=body["guide"],
        completion=tuple(body.get("completion", ("read",))),
        files={n: read(to_carry(file, CARRIED)["key"]) for n, file in sorted(body["files"].items()) if "key" in file},
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def course_of(body: Mapping[str, Any]) -> CourseSpec:
    """A stored course as the package holds it."""
    return CourseSpec(
        slug=body["slug"],
        title=body["title"],
        summary=body["summary"],
        groups=tuple(body["groups"]),
        framework=body["framework"],
        modules=tuple(
            ModuleSpec(
                m["title"],
                m["skill_area"],
                tuple(_ref(a) for a in m["activities"]),
            )
            for m in body["modules"]
        ),
    )


def _ref(held: Mapping[str, Any]) -> ActivityRef:
    return ActivityRef(
        held["slug"], held["kind"], held["weight"], tuple(held.get("after", ())), required=held.get("required")
    )
