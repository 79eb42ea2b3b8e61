"""Reads of published content. Rows are frozen; what never changes is kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, and_, bindparam, func, select

from courses.blocks.standard import BLOCK_TYPES, Around
from courses.completing import CONFIRMED, Thing, things
from courses.marking import with_lang
from courses.models import Declaration, Revision
from lms.api.learning import Activity, Syllabus, SyllabusEntry, practised_of
from lms.api.people import people_below
from lms.api.web import address, current_locale, render_fragment, renderer_key
from lms.api.work import NotFound, connection

A, R, D = Activity.__table__, Revision.__table__, Declaration.__table__
_BODY = select(R.c.body).where(R.c.id == bindparam("id"))
_bodies: dict[tuple[Engine, int], Mapping[str, Any]] = {}
_drawn: dict[tuple[Any, ...], Markup] = {}
MOST_KEPT = 400
VIETNAMESE = "vi"
SOUND_TYPES = {"opus": "audio/ogg; codecs=opus", "mp3": "audio/mpeg"}


def body(revision_id: int) -> Mapping[str, Any]:
    """A published body. It never changes, so each is read once a process."""
    database = connection()
    key = (database.engine, revision_id)
    held = _bodies.get(key)
    if held is None:
        found = database.execute(_BODY, {"id": revision_id}).scalar()
        if found is None:
            raise NotFound
        if len(_bodies) >= MOST_KEPT:
            _bodies.clear()
        held = _bodies[key] = found
    return held


def blocks_html(
    content: Mapping[str, Any],
    return_to: str,
    cache_key: tuple[Any, ...] | None = None,
    course: str = "",
    offline: bool = False,
    notes_url: str = "",
    asks: Callable[[str], str] | None = None,
) -> Markup:
    """The blocks of a lesson as they are shown; kept under `cache_key` and the reader's language and address.

    Each stands in an element that has its id. `notes_url`: where readers who have an account keep notes; each block
    then has the way there below it, and a button that says it is not understood.

    `course` is the slug of the course in which it is read; empty for a draft. `offline`: drawn for a phone to keep;
    `asks(block's id)` then gives what stands below each block, in place of `notes_url`.
    """
    key = (*cache_key, return_to, course, notes_url, *renderer_key()) if cache_key else None
    if key is not None and key in _drawn:
        return _drawn[key]
    pieces: list[str] = []
    pictures = 0
    for block in content["blocks"]:
        kind = BLOCK_TYPES.find(block["kind"])
        if kind is None:
            continue  # its plugin is not in use; the rest of the lesson still stands
        row = kind.row(block["data"], Around(content["files"], return_to, pictures == 0, course, offline))
        if row is None:
            continue
        pictures += block["kind"] == "image"
        drawn = _in_language(block, render_fragment(kind.template, block=_with_ui(row, block)))
        pieces.append(_named(block.get("id", ""), drawn, notes_url, asks))
    html = Markup("\n".join(pieces))  # noqa: S704  templates escape
    if key is not None:
        if len(_drawn) >= MOST_KEPT:
            _drawn.clear()
        _drawn[key] = html
    return html


def _named(block_id: str, drawn: str, notes_url: str, asks: Callable[[str], str] | None) -> str:
    """A drawn block under its id, to be led to; one that is older than the ids stands as it is."""
    if not block_id:
        return drawn
    if asks is None and notes_url:
        tools = render_fragment("courses/learn/_ask.html", block=block_id, url=notes_url)
    else:
        tools = asks(block_id) if asks is not None else ""
    return f'<div class="block" id="{block_id}">{drawn}{tools}</div>'


def _with_ui(row: Mapping[str, Any], block: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the template gets: `ui` says that its own words are in another language than the block's."""
    return {**row, "ui": block.get("lang", VIETNAMESE) != current_locale()}


def _in_language(block: Mapping[str, Any], html: str) -> str:
    """A drawn block of a track: its language said on it, and its own sound before it."""
    if "lang" not in block:
        return html
    drawn = with_lang(html, block["lang"])
    if block.get("sound"):
        drawn = Markup(render_fragment("courses/learn/_part.html", part=part_row(block["sound"]))) + drawn  # noqa: S704
    return drawn


class PartRow(Struct, frozen=True):
    """A passage as somebody tells it: addresses with their types, the smallest file first."""

    sources: tuple[tuple[str, str], ...]
    seconds: int
    bytes: int


def part_row(file: Mapping[str, Any]) -> PartRow:
    """A sound of a track as it is shown."""
    made = [v for v in file.get("variants") or [file] if v["ending"] in SOUND_TYPES]
    made.sort(key=lambda v: v["bytes"])
    sources = [(address("courses.file", key=v["key"], ending=v["ending"]), SOUND_TYPES[v["ending"]]) for v in made]
    return PartRow(tuple(sources), file["seconds"], made[0]["bytes"] if made else file["bytes"])


class LessonRow(Struct, frozen=True):
    """The head of a lesson."""

    slug: str
    title: str
    promise: str
    minutes: int
    number: int
    total: int
    lang: str
    checked: date | None
    sources: tuple[str, ...]


class DeclarationRow(Struct, frozen=True):
    """What a learner said about a task."""

    id: int
    choice: str
    note: str
    at: int
    confirmed_at: int | None


class WaitingRow(Struct, frozen=True):
    """A declaration that nobody has confirmed yet."""

    id: int
    account_id: int
    activity_id: int
    choice: str
    note: str
    at: int


_WAITING = select(D.c.id, D.c.account_id, D.c.activity_id, D.c.choice, D.c.note, D.c.at).where(
    D.c.confirmed_at.is_(None)
)


def _to_confirm(units: Sequence[int], officer: int) -> ColumnElement[bool]:
    """Of people in these units or below them; nobody confirms their own."""
    return and_(D.c.account_id != officer, people_below(D.c.account_id, units))


def waiting_declarations(
    activity_ids: Sequence[int], units: Sequence[int], officer: int, most: int = 500
) -> list[WaitingRow]:
    """Declarations of these tasks by people of these units that nobody has confirmed yet, oldest first."""
    rows = connection().execute(
        _WAITING.where(D.c.activity_id.in_(activity_ids), _to_confirm(units, officer)).order_by(D.c.id).limit(most)
    )
    return [WaitingRow(*row) for row in rows]


def waiting_declaration(declaration_id: int, units: Sequence[int], officer: int) -> WaitingRow | None:
    """One of them."""
    found = _WAITING.where(D.c.id == declaration_id, _to_confirm(units, officer))
    row = connection().execute(found).first()
    return WaitingRow(*row) if row else None


def tasks_of_lessons() -> list[str]:
    """The slugs of the tasks that a lesson wants confirmed before it is learned, in any revision."""
    rows = connection().execute(
        select(R.c.body)
        .join(A, A.c.id == R.c.activity_id)
        .where(A.c.kind == "lesson", R.c.body["completion"].as_string().like("%confirmed%"))
    )
    return sorted({t.slug for content in rows.scalars() for t in things(content) if t.ask == CONFIRMED})


def done_things(account_id: int, asked: Sequence[Thing]) -> frozenset[tuple[str, str]]:
    """The keys of what a person has done of what a lesson asks for. One statement, another where it asks for tasks."""
    done = practised_of(account_id, {thing.key for thing in asked})
    tasks = {thing.slug for thing in asked if thing.kind == "task"}
    if not tasks:
        return done
    rows = (
        connection()
        .execute(
            select(A.c.slug, func.max(D.c.confirmed_at))
            .join(A, A.c.id == D.c.activity_id)
            .where(D.c.account_id == account_id, A.c.kind == "task", A.c.slug.in_(tasks))
            .group_by(A.c.slug)
        )
        .all()
    )
    confirmed = {("task+", slug) for slug, at in rows if at is not None}
    return done | confirmed | {("task", slug) for slug, _at in rows}


def newest_course(course_id: int) -> Mapping[str, Any]:
    """The newest published body of a course; empty for one that was never published by its author."""
    newest = select(func.max(R.c.id)).where(R.c.activity_id == course_id)
    revision_id = connection().execute(newest).scalar()
    return body(revision_id) if revision_id is not None else {}


def open_lessons(most: int = 45_000) -> list[tuple[str, str]]:
    """(course, lesson) of every lesson in a course's newest syllabus, each course itself first, with no lesson."""
    s, e, course = Syllabus.__table__, SyllabusEntry.__table__, A.alias("course")
    newest = select(func.max(s.c.id)).group_by(s.c.course_id)
    rows = connection().execute(
        select(course.c.slug, A.c.slug)
        .select_from(s.join(course, course.c.id == s.c.course_id))
        .join(e, e.c.syllabus_id == s.c.id)
        .join(A, A.c.id == e.c.activity_id)
        .where(s.c.id.in_(newest), A.c.kind == "lesson")
        .order_by(course.c.slug, e.c.position)
        .limit(most)
    )
    found: dict[str, list[str]] = {}
    for course_slug, lesson in rows:
        found.setdefault(course_slug, [""]).append(lesson)
    return [(course_slug, lesson) for course_slug, lessons in found.items() for lesson in lessons]


def declaration(account_id: int, activity_id: int) -> DeclarationRow | None:
    """The learner's newest declaration for a task."""
    row = (
        connection()
        .execute(
            select(D.c.id, D.c.choice, D.c.note, D.c.at, D.c.confirmed_at)
            .where(D.c.account_id == account_id, D.c.activity_id == activity_id)
            .order_by(D.c.id.desc())
            .limit(1)
        )
        .first()
    )
    return DeclarationRow(*row) if row else None
