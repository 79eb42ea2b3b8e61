"""What may be taken along on a phone without a network: which kinds, in which revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from flask import g
from markupsafe import Markup
from sqlalchemy import bindparam, select

from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.learning.access import InCourse
from lms.learning.models import Activity, Syllabus, SyllabusEntry
from lms.learning.queries import ActivityRow, Place, places


@runtime_checkable
class Portable(Protocol):
    """An activity kind that can be done without a network, on a page of its own."""

    def copy_of(self, at: InCourse, place: Place) -> str | None:
        """Its page for a phone, drawn in `neutral()`: of the pinned revision, the same for everybody; None: it stays.

        The page needs nothing but the files that it names. Its forms carry `data-outbox`, the kind of happening that
        they send (`SYNCED`), and `data-says`, what is sent with it.
        """


@runtime_checkable
class Carried(Protocol):
    """An activity kind that can be done without a network inside a lesson."""

    def carried(self, slug: str, return_to: str) -> Markup | None:
        """Like `embed()`, for a copy that a phone takes along: what it needs to answer is in it. None: it stays."""


@runtime_checkable
class Along(Protocol):
    """An activity kind with pages of its own that need no course, and can be used without a network."""

    def along(self, slug: str) -> Mapping[str, Callable[[], str]]:
        """Its pages by their addresses, each drawn in `neutral()` when it is called; empty where it does not travel."""


def along(kind: object) -> Along | None:
    """The kind, where its pages may travel with whatever leads to them."""
    return kind if isinstance(kind, Along) else None


@contextmanager
def gathering() -> Iterator[set[tuple[str, str]]]:
    """Gathers what the pages drawn meanwhile lead to, as (kind, slug)."""
    found: set[tuple[str, str]] = set()
    before, g.along = g.get("along"), found
    try:
        yield found
    finally:
        g.along = before


@contextmanager
def telling_in(lang: str) -> Iterator[None]:
    """Lessons that are drawn meanwhile are told in this language, where they are told in it."""
    before, g.told_in = g.get("told_in", ""), lang
    try:
        yield
    finally:
        g.told_in = before


def told_in() -> str:
    """In which language a copy tells what it teaches; "" for Vietnamese. Asked while `copy_of()` draws."""
    found: str = g.get("told_in", "")
    return found


def leads_to(kind: str, slug: str) -> None:
    """Says, while a page that travels is drawn, that it leads to an activity, whose pages then travel with it."""
    found: set[tuple[str, str]] | None = g.get("along")
    if found is not None:
        found.add((kind, slug))


def portable(kind: object) -> Portable | None:
    """The kind, where its activities may travel."""
    return kind if isinstance(kind, Portable) else None


def carried(kind: object) -> Carried | None:
    """The kind, where its activities may travel inside a lesson."""
    return kind if isinstance(kind, Carried) else None


_A, _S, _E = Activity.__table__, Syllabus.__table__, SyllabusEntry.__table__
_ON = Statement(
    select(_A).join(_S, _S.c.course_id == _A.c.id).where(
        _A.c.kind == "course", _A.c.slug == bindparam("slug"), _S.c.id == bindparam("syllabus")
    ),
    ActivityRow,
)  # fmt: skip


def course_on(slug: str, syllabus_id: int) -> InCourse:
    """A published revision of a course as nobody in particular sees it. NotFound where the course has no such one."""
    course = _ON.first(slug=slug, syllabus=syllabus_id)
    if course is None:
        raise NotFound
    return InCourse(course, syllabus_id, places(syllabus_id), None)


_COURSE = _A.alias("course")
_SEEN: Statement[tuple[int, int]] = Statement(
    select(_COURSE.c.id, _A.c.id)
    .select_from(_E)
    .join(_S, _S.c.id == _E.c.syllabus_id)
    .join(_COURSE, _COURSE.c.id == _S.c.course_id)
    .join(_A, _A.c.id == _E.c.activity_id)
    .where(
        _COURSE.c.kind == "course", _COURSE.c.slug == bindparam("course"),
        _A.c.kind == bindparam("kind"), _A.c.slug == bindparam("slug"), _E.c.content_id == bindparam("content"),
    )
    .limit(1),
    lambda course_id, activity_id: (course_id, activity_id),
)  # fmt: skip
MOST_KEPT = 5000
_seen: dict[tuple[Any, ...], tuple[int, int]] = {}


def seen_in(course: str, kind: str, slug: str, content_id: int) -> tuple[int, int]:
    """The ids of a course and of an activity in it, where some revision of the course taught just this content.

    What was published stays so, hence each answer is asked for once a process. NotFound where it never was.
    """
    key = (connection().engine, course, kind, slug, content_id)
    held = _seen.get(key)
    if held is None:
        held = _SEEN.first(course=course, kind=kind, slug=slug, content=content_id)
        if held is None:
            raise NotFound
        if len(_seen) >= MOST_KEPT:
            _seen.clear()
        _seen[key] = held
    return held
