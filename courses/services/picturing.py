"""The picture that other sites show beside a link to a course: drawn once by the worker, kept in the file store.

It is found by a print of what it is drawn from: other words or another drawing are another picture.
"""

from __future__ import annotations

import hashlib
import json

import structlog
from flask import current_app
from sqlalchemy import delete, insert, select

from courses import queries
from courses.models import CoursePicture
from lms.api.data import FileStore
from lms.api.learning import InCourse, course_for
from lms.api.web import say_to
from lms.api.work import NotFound, _, clock, connection, settings, unit_of_work

P = CoursePicture.__table__
DRAWING = 1  # raised with every change of how it is drawn (`courses.pictures`)
SITE = "Học vụ số"
log = structlog.get_logger("courses.pictures")


def words_on(at: InCourse) -> tuple[str, str]:
    """(title, line) on a course's picture, in the language of this installation whoever asks: others show it."""
    lessons = [place for place in at.places if place.kind == "lesson"]
    line = _("{n} short lessons, {minutes} minutes", n=len(lessons), minutes=sum(p.minutes for p in at.places))
    return at.course.title, say_to(line, settings().lang, "")


def print_of(title: str, line: str) -> str:
    """SHA-256 of all that a picture is drawn from."""
    return hashlib.sha256(json.dumps([DRAWING, SITE, title, line], ensure_ascii=False).encode()).hexdigest()


def _store() -> FileStore:
    found: FileStore = current_app.extensions["lms.files"]
    return found


def _drawn(title: str, line: str) -> bytes:
    from courses.pictures import draw_course  # Pillow only where it is drawn

    return draw_course(title, line, SITE)


def picture_of(at: InCourse) -> bytes:
    """A course's picture as PNG: the one that is kept, or drawn now where the worker has not come to it yet."""
    words = words_on(at)
    key = connection().execute(select(P.c.file_key).where(P.c.print == print_of(*words))).scalar()
    if key is not None:
        try:
            return _store().get(key)
        except NotFound:
            log.warning("a course's picture is not in the store", course=at.course.slug)
    return _drawn(*words)


def draw_due() -> None:
    """Draws what is not kept yet, and forgets what is no longer shown; periodic."""
    held = {row.print: row.file_key for row in connection().execute(select(P.c.print, P.c.file_key))}
    wanted = {}
    for slug, lesson in queries.open_lessons():
        if not lesson:
            words = words_on(course_for(None, slug))
            wanted[print_of(*words)] = words
    missing = [key for key in wanted if key not in held or not _store().renew(held[key])]
    made = [
        {"print": key, "file_key": _store().put(_drawn(*wanted[key])), "made_at": clock.seconds()} for key in missing
    ]
    gone = [key for key in held if key not in wanted or key in missing]
    if made or gone:
        with unit_of_work() as database:
            if gone:
                database.execute(delete(P).where(P.c.print.in_(gone)))
            if made:
                database.execute(insert(P), made)
