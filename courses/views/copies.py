"""Lessons and tasks as a phone takes them along: of a pinned revision, the same for everybody, whole in themselves.

What is done on such a page waits on the phone and is sent later, hence the forms say what they are (`data-outbox`).
"""

from __future__ import annotations

from datetime import date

from markupsafe import Markup
from msgspec import Struct

from courses import offers, queries, telling
from courses.tracks import VIETNAMESE
from lms.api.learning import InCourse, Place, told_in, url_of
from lms.api.packages import render as markdown
from lms.api.web import address, render, render_fragment


class Leading(Struct, frozen=True):
    """The page before or after this one."""

    title: str
    url: str


class Empty(Struct, frozen=True):
    """A field that nobody has filled in."""

    data: str = ""
    errors: tuple[str, ...] = ()


def _leading(at: InCourse, place: Place | None) -> Leading | None:
    return Leading(place.title, url_of(place.kind, at.course.slug, place.slug)) if place else None


def lesson_copy(at: InCourse, place: Place) -> str:
    """A lesson."""
    content = queries.body(place.content_id)
    lessons = [p for p in at.places if p.kind == "lesson"]
    course, here = at.course.slug, url_of(place.kind, at.course.slug, place.slug)
    said = {"course": course, "lesson": place.slug, "content": place.content_id}

    def asks(block: str) -> str:
        says = {**said, "block": block}
        return render_fragment("courses/copies/_ask.html", block=block, url=f"{here}/ghi-chu", says=says)

    told = telling.told(
        content,
        offers.offers(place.content_id),
        told_in() or VIETNAMESE,
        lambda body, _key: queries.blocks_html(body, here, course=course, offline=True, asks=asks),
    )
    return render(
        "courses/copies/lesson.html",
        course=at.course,
        lesson=queries.LessonRow(
            content["slug"],
            content["title"],
            content["promise"],
            content["minutes"],
            lessons.index(place) + 1,
            len(lessons),
            told.title_lang,
            date.fromisoformat(content["checked"]) if content["checked"] else None,
            tuple(content["sources"]),
        ),
        says=said,
        told=told,
        body=told.body,
        previous=_leading(at, at.before(place)),
        following=_leading(at, at.after(place)),
        back_url=address("courses.course", slug=course),
    )


def task_copy(at: InCourse, place: Place) -> str:
    """A real-life task: what to do, and the place to say that it was done."""
    content = queries.body(place.content_id)
    return render(
        "courses/copies/task.html",
        course=at.course,
        slug=place.slug,
        title=content["title"],
        html=Markup(markdown(content["text"])),  # noqa: S704  render() cleans
        choices=content["choices"],
        content_id=place.content_id,
        empty=Empty(),
        back_url=address("courses.course", slug=at.course.slug),
    )
