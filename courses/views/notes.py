"""What a learner keeps of lessons: how far they read, notes and bookmarks, and what is not clear to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response as WerkzeugResponse

from courses import noted, queries
from courses.blocks.passages import beginning_of
from courses.services import noting
from lms.api.learning import InCourse, Place, course_for, course_with
from lms.api.people import Person, claimed, here
from lms.api.web import (
    LEARNER,
    Panel,
    Routes,
    address,
    composed,
    composed_lines,
    render,
    render_fragment,
    say,
    tab,
    wants_fragment,
)
from lms.api.work import Invalid, unit_of_work

routes = Routes("courses", "/hoc")
own = Routes("courses", "/cua-toi")
Answer = str | WerkzeugResponse | tuple[str, int]


class NotedBlock(Struct, frozen=True):
    """A block of the lesson on one's page of notes."""

    id: str
    passage: str
    note: noted.NoteRow | None
    unclear: str | None  # one's own words, where it was said not to be clear
    is_open: bool
    errors: list[str]
    typed: str
    url: str


def _lesson(course: str, lesson: str) -> tuple[int, InCourse, Place, Mapping[str, Any]]:
    reader = claimed()
    at = course_for(reader, course)
    place = at.place("lesson", lesson)
    at.require_open(place)
    return reader.id, at, place, queries.body(place.content_id)


def _notes_page(
    at: InCourse, place: Place, content: Mapping[str, Any], account_id: int, block: str = "", typed: str = "",
    errors: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    notes, unclear = noted.notes_in(account_id, place.activity_id), noted.unclear_in(account_id, place.activity_id)
    lesson_url = address("courses.lesson", course=at.course.slug, lesson=place.slug)
    rows, known = [], set()
    for one in content["blocks"]:
        name, passage = one.get("id", ""), beginning_of(one)
        if not name or not (passage or name in notes or name in unclear):
            continue
        known.add(name)
        note = notes.get(name)
        rows.append(
            NotedBlock(
                name, passage, note, unclear.get(name), name == block,
                [errors["words"]] if errors and name == block else [],
                typed if errors and name == block else note.words if note else "",
                f"{lesson_url}#{name}",
            )
        )  # fmt: skip
    return render(
        "courses/learn/notes.html",
        course=at.course,
        title=place.title,
        kept=[row for row in rows if row.note is not None or row.unclear is not None or row.is_open],
        others=[row for row in rows if row.note is None and row.unclear is None and not row.is_open],
        changed=[note for name, note in notes.items() if name not in known],
        notes_url=address("courses.notes", course=at.course.slug, lesson=place.slug),
        unclear_url=address("courses.unclear", course=at.course.slug, lesson=place.slug),
        back_url=lesson_url,
    )


@routes.get("/<course>/<lesson>/ghi-chu", LEARNER, by_claim=True)
def notes(course: str, lesson: str) -> str:
    """One's notes in a lesson, and the place to write one beside each passage."""
    account_id, at, place, content = _lesson(course, lesson)
    return _notes_page(at, place, content, account_id, request.args.get("o", ""))


@routes.post("/<course>/<lesson>/ghi-chu", LEARNER, endpoint="note_keep", by_claim=True)
def keep_note(course: str, lesson: str) -> Answer:
    """Keeps a passage, with words or without; or takes it away."""
    account_id, at, place, content = _lesson(course, lesson)
    name = request.form.get("block", "")[:16]
    words = composed_lines(request.form.get("words")) or ""
    page = address("courses.notes", course=course, lesson=lesson)
    if request.form.get("do") == "remove":
        with unit_of_work():
            noting.remove_note(account_id, place.activity_id, name)
        return redirect(page, 303)
    position, block = noting.block_of(content, name)
    try:
        with unit_of_work():
            noting.keep_note(account_id, place.activity_id, block, words)
            _keep_place(account_id, at, place, position, name)
    except Invalid as error:
        told = {key: say(text) for key, text in error.fields.items()}
        return _notes_page(at, place, content, account_id, name, words, told), 422
    return redirect(f"{page}#n-{name}", 303)


@routes.post("/<course>/<lesson>/ghi-chu/chua-hieu", LEARNER, by_claim=True)
def unclear(course: str, lesson: str) -> Answer:
    """Keeps that a passage is not clear to this reader, once a person; the author learns how many, never who."""
    account_id, at, place, content = _lesson(course, lesson)
    name, what = request.form.get("block", "")[:16], request.form.get("do", "")
    page = address("courses.notes", course=course, lesson=lesson)
    if what == "back":
        with unit_of_work():
            noting.take_back_unclear(account_id, place.activity_id, name)
        return redirect(page, 303)
    position, block = noting.block_of(content, name)
    words = (composed(request.form.get("words")) or "") if what == "words" else None
    try:
        with unit_of_work():
            noting.say_unclear(account_id, place.activity_id, block, words)
            _keep_place(account_id, at, place, position, name)
    except Invalid as error:
        told = {key: say(text) for key, text in error.fields.items()}
        if wants_fragment():
            return _said(page, name, words or "", list(told.values())), 422
        return _notes_page(at, place, content, account_id, name, words or "", told), 422
    if wants_fragment():
        return _said(page, name, words or "", [])
    return redirect(f"{page}?o={name}#n-{name}", 303)


def _said(url: str, block: str, words: str, errors: list[str]) -> str:
    return render_fragment("courses/learn/_ask.html", block=block, url=url, said={"words": words, "errors": errors})


def _keep_place(account_id: int, at: InCourse, place: Place, position: int, block: str) -> None:
    if not at.done & place.mask:
        noting.keep_place(account_id, place.activity_id, place.content_id, position, block)


@routes.post("/<course>/<lesson>/cho", LEARNER, by_claim=True)
def keep_place(course: str, lesson: str) -> Answer:
    """How far the reader has come, told by the page's script on leaving. Nothing is written where that is no news."""
    account_id, at, place, content = _lesson(course, lesson)
    name = request.form.get("block", "")[:16]
    position, _block = noting.block_of(content, name)
    held = noted.read_to(account_id, place.activity_id)
    if not at.done & place.mask and (held is None or held < (place.content_id, position)):
        with unit_of_work():
            noting.keep_place(account_id, place.activity_id, place.content_id, position, name)
    return Response(status=204)


class OwnNoteRow(Struct, frozen=True):
    """A mark of one's own in the list of all; `url` is empty where its lesson stands in no course now."""

    title: str
    passage: str
    words: str
    at: int
    url: str


@own.get("/ghi-chu", LEARNER)
def my_notes() -> str:
    """All one's notes and bookmarks, the newest first."""
    found = noted.notes_of(here().id)
    courses: dict[int, str | None] = {i: course_with(i) for i in {note.activity_id for note in found}}
    rows = []
    for note in found:
        course = courses[note.activity_id]
        url = address("courses.lesson", course=course, lesson=note.slug) + f"#{note.block}" if course else ""
        rows.append(OwnNoteRow(note.title, note.passage, note.words, note.at, url))
    with tab("mine"):
        return render("courses/learn/my_notes.html", rows=rows)


def draw_panel(person: Person | None, **_what: object) -> Markup | None:
    """On one's own page: the way to one's notes, where there are any."""
    how_many = noted.how_many_notes(person.id) if person is not None else 0
    if not how_many:
        return None
    return Markup(render_fragment("courses/learn/_notes_panel.html", how_many=how_many))  # noqa: S704  our template


panels = (Panel("courses.notes", "mine", draw_panel, 40),)
