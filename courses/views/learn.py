"""A learner in a course: lesson, task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Response, redirect, request, session
from markupsafe import Markup
from werkzeug.wrappers import Response as WerkzeugResponse

from courses import queries
from courses.media import TYPES
from courses.services import delivering
from lms.api.data import FileStore
from lms.api.learning import InCourse, Place, course_for, url_of
from lms.api.packages import render as markdown
from lms.api.people import claim_or_none, here
from lms.api.web import ANYONE, LEARNER, Routes, address, composed, composed_lines, lamps, remembered, render, say
from lms.api.work import Invalid, NotFound, _, unit_of_work

routes = Routes("courses", "/hoc")
files = Routes("courses")
Answer = str | WerkzeugResponse | tuple[str, int]


def client_token() -> bytes | None:
    """The token that the form carries, as 16 bytes; None where a client sends none or nonsense."""
    try:
        return UUID(request.form.get("token", "")).bytes
    except ValueError:
        return None


def _lamps(here_in: InCourse, now: Place) -> list[str]:
    module = [p for p in here_in.places if p.module == now.module]
    position = next(i for i, p in enumerate(module) if p.position == now.position)
    return lamps(here_in.done & ~now.mask, [p.mask for p in module], position)


@routes.get("/<course>/<lesson>", ANYONE, by_claim=True)
def lesson(course: str, lesson: str) -> WerkzeugResponse:
    """A lesson. Reading needs no account. Everybody who has done the same sees the same page."""
    at = course_for(claim_or_none(), course)
    place = at.place("lesson", lesson)
    return remembered(
        ("lesson", at.syllabus_id, at.course.title, place.position, at.done), lambda: _lesson_page(at, place)
    )


def _lesson_page(at: InCourse, place: Place) -> str:
    course = at.course.slug
    content = queries.body(place.content_id)
    following, previous = at.after(place), at.before(place)
    in_module = [p for p in at.places if p.kind == "lesson"]
    head = queries.LessonRow(
        content["slug"],
        content["title"],
        content["promise"],
        content["minutes"],
        in_module.index(place) + 1,
        len(in_module),
        "vi",
        date.fromisoformat(content["checked"]) if content["checked"] else None,
        tuple(content["sources"]),
    )
    return render(
        "courses/learn/lesson.html",
        course=at.course,
        lesson=head,
        lamp_states=_lamps(at, place),
        audio=None,
        body=queries.blocks_html(content, request.path, ("lesson", place.content_id)),
        done=bool(at.done & place.mask),
        next_kind=following.kind if following else "end",
        previous_url=url_of(previous.kind, course, previous.slug) if previous else "",
        back_url=address("courses.course", slug=course),
        token="",  # completing a lesson twice is harmless by itself
    )


@routes.post("/<course>/<lesson>/xong", ANYONE, by_claim=True)
def complete(course: str, lesson: str) -> WerkzeugResponse:
    """Marks the lesson learnt and goes on. Without an account it is kept in this browser until there is one."""
    person = claim_or_none()
    at = course_for(person, course)
    place = at.place("lesson", lesson)
    if person is None:
        learnt = session.setdefault("learnt", [])
        pair = [at.course.id, place.activity_id]
        if pair not in learnt and len(learnt) < 80:
            learnt.append(pair)
    else:
        with unit_of_work():
            delivering.complete_lesson(person.id, at.course.id, place.activity_id, at.enrollment is not None)
    following = at.after(place)
    if following is None:
        return redirect(address("courses.course", slug=course), 303)
    return redirect(url_of(following.kind, course, following.slug), 303)


@dataclass(frozen=True)
class Field:
    """A field as templates read it."""

    data: Any
    errors: list[str]


@dataclass(frozen=True)
class TaskForm:
    """The two fields of a declaration."""

    choice: Field
    note: Field
    errors: dict[str, list[str]]


@dataclass(frozen=True)
class TaskRow:
    """A task as it is shown."""

    slug: str
    title: str
    html: Markup
    choices: list[str]


@dataclass(frozen=True)
class Declared:
    """What the learner said before."""

    on: int
    choice: str
    note: str
    confirmed: bool


def _task_page(at: InCourse, place: Place, choice: str = "", note: str = "", errors: Any = None) -> str:
    person = here()
    content = queries.body(place.content_id)
    said = queries.declaration(person.id, place.activity_id)
    errors = errors or {}
    return render(
        "courses/learn/task.html",
        course=at.course,
        task=TaskRow(content["slug"], content["title"], Markup(markdown(content["text"])), content["choices"]),  # noqa: S704
        lamp_states=_lamps(at, place),
        declared=Declared(said.at, said.choice, said.note, said.confirmed_at is not None) if said else None,
        form=TaskForm(Field(choice, errors.get("choice", [])), Field(note, errors.get("note", [])), errors),
        back_url=address("courses.course", slug=at.course.slug),
        token=str(uuid4()),
    )


@routes.get("/<course>/viec/<task>", LEARNER)
def task(course: str, task: str) -> str:
    """A real-life task: what to do, and the place to say that it was done."""
    at = course_for(here(), course)
    return _task_page(at, at.place("task", task))


@routes.post("/<course>/viec/<task>", LEARNER, endpoint="declare")
def declare(course: str, task: str) -> Answer:
    """Keeps what the learner says."""
    person = here()
    at = course_for(person, course)
    place = at.place("task", task)
    content = queries.body(place.content_id)
    choice = composed(request.form.get("choice")) or ""
    note = composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            delivering.declare_task(
                person.id, at.course.id, place.activity_id, choice, note, content["choices"], client_token()
            )
    except Invalid as error:
        errors = {name: [say(text)] for name, text in error.fields.items()}
        return _task_page(at, place, choice, note, errors), 422
    return redirect(address("courses.course", slug=course), 303)


@files.get("/tep/<key>.<ending>", ANYONE)
def file(key: str, ending: str) -> Response:
    """A picture or sound by the hash of its content: it may be kept for ever."""
    from flask import current_app

    if ending not in TYPES:
        raise NotFound(_("There is no such file."))
    store: FileStore = current_app.extensions["lms.files"]
    answer = Response(store.get(key), mimetype=TYPES[ending])
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
