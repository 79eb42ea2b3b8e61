"""Takes lessons, tasks and courses from a package, as drafts that are published at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from courses.blocks.ids import with_ids
from courses.drafts import newest_body
from courses.media import KINDS_BY_ENDING
from courses.services import publishing
from courses.services.carrying import take_tracks
from lms.api.learning import anchor
from lms.api.media import ENDINGS, Received, keep_made, made_now
from lms.api.packages import ActivityRef, CourseSpec, Importing, Lesson, TaskSpec, sounds_of
from lms.api.reviewing import refuse_unreviewed
from lms.api.work import Conflict, Invalid, _

Files = Mapping[str, tuple[str, Mapping[str, Any]]]  # by the name in the package: the name in the lesson, and the entry


def prepare_files(importing: Importing) -> None:
    """Makes the files of every lesson small enough for a weak line: the same door as for what authors bring."""
    for lesson in importing.package.lessons:
        for name, content in sorted(lesson.files.items()):
            kind = KINDS_BY_ENDING[name.rpartition(".")[2]]
            try:
                importing.prepared[lesson.slug, name] = made_now(content, name, [kind])
            except Invalid as error:
                raise Invalid(
                    _("{file} in the lesson {slug}: {problem}", file=name, slug=lesson.slug, problem=error.text)
                ) from error


def _kept_files(importing: Importing, lesson: Lesson) -> Files:
    """The files of a lesson under the names that they have once they are made: a png becomes a webp."""
    taken = set(lesson.files)
    files = {}
    for name in sorted(lesson.files):
        came, facts = importing.prepared[lesson.slug, name]
        assert isinstance(came, Received)
        keep_made(came, facts, importing.org_id, importing.by_id)
        new, number = name, 2
        if name.rpartition(".")[2] != ENDINGS[came.kind]:
            stem = name.rpartition(".")[0]
            new = f"{stem}.{ENDINGS[came.kind]}"
            while new in taken:
                new, number = f"{stem}-{number}.{ENDINGS[came.kind]}", number + 1
            taken.add(new)
        files[name] = new, facts
    return files


def take_lessons(importing: Importing) -> None:
    """Publishes every lesson and task that is new or changed."""
    for lesson in importing.package.lessons:
        activity_id = anchor("lesson", lesson.slug, lesson.title, lesson.minutes)
        newest = newest_body(activity_id)
        files, alone = _kept_files(importing, lesson), sounds_of(lesson)
        shown = {name: file for name, file in files.items() if name not in alone}
        body = lesson_body(lesson, newest["blocks"] if newest else (), shown)
        _take(importing, "lesson", activity_id, body)
        take_tracks(lesson, activity_id, {name: facts for name, (_new, facts) in files.items()}, importing.by_id)
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
        refuse_unreviewed(importing.org_id, importing.by_id)
        publishing.keep_draft(activity_id, kind, importing.org_id, body, importing.by_id)
        importing.count(f"{kind}s")


def lesson_body(lesson: Lesson, before: Sequence[Mapping[str, Any]], files: Files) -> dict[str, Any]:
    """A lesson as it is stored: plain values, files by the hash of their content, blocks named as those before."""
    renamed = {old: new for old, (new, _facts) in files.items()}

    def data_of(data: Mapping[str, Any]) -> dict[str, Any]:
        return {k: renamed.get(v, v) if isinstance(v, str) else v for k, v in data.items()}

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
        "blocks": with_ids([{"kind": b.kind, "data": data_of(b.data)} for b in lesson.blocks], before),
        "guide": lesson.guide,
        "files": {new: dict(facts) for new, facts in sorted(files.values(), key=lambda pair: pair[0])},
        **({"completion": list(lesson.completion)} if lesson.completion != ("read",) else {}),
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
                "activities": [_ref(a) for a in m.activities],
            }
            for m in course.modules
        ],
    }


def _ref(ref: ActivityRef) -> dict[str, Any]:
    held: dict[str, Any] = {"kind": ref.kind, "slug": ref.slug, "weight": ref.weight}
    if ref.required is not None:
        held["required"] = ref.required
    return {**held, "after": list(ref.after)} if ref.after else held
