"""A learner in a course: lesson, task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, request, session
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response as WerkzeugResponse

from courses import noted, offers, queries, telling
from courses.completing import ANSWERED, CONFIRMED, DONE, LISTENED, PRACTISED, READ, Thing, asks_more, left, things
from courses.offers import Offers
from courses.services import delivering
from courses.views.outside import Preview, outside
from lms.api.learning import InCourse, Place, Reading, activity, course_for, url_of
from lms.api.packages import render as markdown
from lms.api.people import claim_or_none, here
from lms.api.web import (
    ANYONE,
    LEARNER,
    Routes,
    address,
    composed,
    composed_lines,
    lamps,
    onward,
    remembered,
    render,
    say,
)
from lms.api.work import Invalid, _, unit_of_work

routes = Routes("courses", "/hoc")
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
    """A lesson. Reading needs no account. Everybody who has done the same sees the same page.

    One statement: where the reader stopped comes with the course. One or two more where the lesson asks for more than
    to be read, since what is done of it must be known.
    """
    return _shown(course, lesson)


def _shown(course: str, lesson: str) -> WerkzeugResponse:
    reader = claim_or_none()
    at, (read_to,) = _READING(reader, course, lesson=lesson)
    place = at.place("lesson", lesson)
    offered, lang = offers.offers(place.content_id), offers.wanted()
    seen = Seen(at.is_locked(place), at.locks, (reader is not None and not at.done & place.mask and read_to) or "", ())
    content = queries.body(place.content_id)
    if asks_more(content) and not at.done & place.mask and not seen.locked:
        seen = replace(seen, left=_left(reader.id if reader else None, content))
    return remembered(
        (
            "lesson", at.syllabus_id, at.course.title, place.position, at.done, offered.of(lang).lang, offered.version,
            seen,
        ),
        lambda: _locked_page(at, place) if seen.locked else _lesson_page(at, place, offered, lang, seen),
    )  # fmt: skip


_READING = Reading(noted.READ_TO)


class Seen(Struct, frozen=True):
    """What a lesson's page shows besides its content: the same for all who have done the same."""

    locked: bool
    locks: bool
    read_to: str  # the block where this reader stopped; empty: none, or the lesson is done
    left: tuple[Thing, ...]  # what the lesson asks for besides reading and is not done


def _left(account_id: int | None, content: Mapping[str, Any]) -> tuple[Thing, ...]:
    asked = things(content)
    done = queries.done_things(account_id, asked) if account_id is not None else frozenset()
    return tuple(thing for thing in left(asked, done) if thing.ask != READ)


class ToDo(Struct, frozen=True):
    """One thing that is left to do before a lesson is complete, and where."""

    words: str
    url: str


def _to_do(open_ones: Sequence[Thing]) -> list[ToDo]:
    """What is left in words; questions are one thing to do, however many there are."""
    questions = [thing for thing in open_ones if thing.ask == ANSWERED]
    rows = []
    for thing in open_ones:
        where = f"#{thing.block}" if thing.block else "#main"
        if thing.ask == LISTENED:
            rows.append(ToDo(say(_("listen to the lesson")), f"#{thing.block}" if thing.block else "#listen"))
        elif thing.ask == ANSWERED:
            if thing is questions[0]:
                n = len(questions)
                rows.append(ToDo(say(_("answer the question") if n == 1 else _("answer {n} questions", n=n)), where))
        else:
            held = activity(thing.kind, thing.slug)
            words = {
                PRACTISED: _("practise “{title}”", title=held.title if held else thing.slug),
                DONE: _("do “{title}” for real and tell us", title=held.title if held else thing.slug),
                CONFIRMED: _("have “{title}” confirmed by whoever helps you", title=held.title if held else thing.slug),
            }
            rows.append(ToDo(say(words[thing.ask]), where))
    return rows


class First(Struct, frozen=True):
    """An activity that comes before another."""

    title: str
    url: str


def _first(at: InCourse, place: Place) -> list[First]:
    return [First(p.title, url_of(p.kind, at.course.slug, p.slug)) for p in at.missing(place)]


def _locked_page(at: InCourse, place: Place) -> str:
    return render(
        "courses/learn/locked.html",
        course=at.course,
        title=place.title,
        first=_first(at, place),
        lamp_states=_lamps(at, place),
        back_url=address("courses.course", slug=at.course.slug),
    )


def _preview(at: InCourse, place: Place, content: Mapping[str, Any]) -> Preview:
    """A lesson as others show it, with its course's picture."""
    url = outside(address("courses.lesson", course=at.course.slug, lesson=place.slug))
    picture = outside(address("courses.course_picture", slug=at.course.slug, v=at.newest_id))
    return Preview(content["title"], content["promise"], url, picture, Markup(""))


def _lesson_page(at: InCourse, place: Place, offered: Offers, lang: str, seen: Seen) -> str:
    course = at.course.slug
    notes_url = address("courses.notes", course=course, lesson=place.slug)
    signed_in = claim_or_none() is not None
    content = queries.body(place.content_id)
    told = telling.told(
        content,
        offered,
        lang,
        lambda body, key: queries.blocks_html(
            body,
            address("courses.lesson", course=course, lesson=place.slug),
            ("lesson", place.content_id, *key),
            course,
            notes_url=notes_url if signed_in else "",
        ),
    )
    following, previous = at.after(place), at.before(place)
    in_module = [p for p in at.places if p.kind == "lesson"]
    head = queries.LessonRow(
        content["slug"],
        content["title"],
        content["promise"],
        content["minutes"],
        in_module.index(place) + 1,
        len(in_module),
        told.title_lang,
        date.fromisoformat(content["checked"]) if content["checked"] else None,
        tuple(content["sources"]),
    )
    return render(
        "courses/learn/lesson.html",
        course=at.course,
        lesson=head,
        lamp_states=_lamps(at, place),
        told=told,
        body=told.body,
        done=bool(at.done & place.mask),
        first=[] if at.done & place.mask else _first(at, place),
        resume=seen.read_to if any(b.get("id") == seen.read_to for b in content["blocks"]) else "",
        to_do=_to_do(seen.left),
        preview=None if signed_in else _preview(at, place, content),
        notes_url=notes_url,
        place_url=""
        if at.done & place.mask or not signed_in
        else address("courses.keep_place", course=course, lesson=place.slug),
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
    at.require_open(place)
    here_url = address("courses.lesson", course=course, lesson=lesson)
    if person is None and asks_more(queries.body(place.content_id)):
        pass  # what else it asks for needs an account: the page has said so
    elif person is None:
        learnt = session.setdefault("learnt", [])
        pair = [at.course.id, place.activity_id]
        if pair not in learnt and len(learnt) < 80:
            learnt.append(pair)
    else:
        with unit_of_work():
            open_ones = delivering.complete_lesson(
                person.id, at.course.id, place.activity_id, at.enrollment is not None, place.content_id
            )
        if open_ones:
            return onward(here_url + _to_do(open_ones)[0].url, lambda: _shown(course, lesson))
    following = at.after(place)
    if following is None:
        return redirect(address("courses.course", slug=course), 303)
    url = url_of(following.kind, course, following.slug)
    if following.kind == "lesson":
        return onward(url, lambda: _shown(course, following.slug))
    return redirect(url, 303)


class Field(Struct, frozen=True):
    """A field as templates read it."""

    data: Any
    errors: list[str]


class TaskForm(Struct, frozen=True):
    """The two fields of a declaration."""

    choice: Field
    note: Field
    errors: dict[str, list[str]]


class TaskRow(Struct, frozen=True):
    """A task as it is shown."""

    slug: str
    title: str
    html: Markup
    choices: list[str]


class Declared(Struct, frozen=True):
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
    at.require_open(place)
    content = queries.body(place.content_id)
    choice = composed(request.form.get("choice")) or ""
    note = composed_lines(request.form.get("note")) or ""
    try:
        with unit_of_work():
            delivering.declare_task(
                person.id,
                at.course.id,
                place.activity_id,
                choice,
                note,
                content["choices"],
                client_token(),
                place.content_id,
            )
    except Invalid as error:
        errors = {name: [say(text)] for name, text in error.fields.items()}
        return _task_page(at, place, choice, note, errors), 422
    return redirect(address("courses.course", slug=course), 303)
