"""A learner whose course was published anew: what is new, and moving on to it when they like."""

from __future__ import annotations

from flask import redirect
from msgspec import Struct
from werkzeug.wrappers import Response

from courses import comparing
from lms.api.learning import InCourse, Place, course_for, done_before, move_on, places
from lms.api.people import here
from lms.api.web import LEARNER, Routes, address
from lms.api.work import NotFound, unit_of_work

routes = Routes("courses", "/khoa-hoc")
MOST_TITLES = 4


class Newer(Struct, frozen=True):
    """What a newer revision of a course brings to one learner; titles of lessons, and how many more there are."""

    slug: str
    title: str
    added: list[str]
    changed: list[str]
    gone: list[str]
    again: list[str]
    stays: int
    completed: bool


def newer_for(at: InCourse, account_id: int | None) -> Newer | None:
    """What is new for a learner who began an older revision; None for everybody else. One statement for those."""
    if account_id is None or not at.is_behind:
        return None
    newest = places(at.newest_id)
    news = comparing.news(_plain(at.places), _plain(newest), at.done, done_before(account_id, at.newest_id))
    return Newer(
        at.course.slug,
        at.course.title,
        list(news.added),
        list(news.changed),
        list(news.gone),
        list(news.again),
        news.stays,
        at.enrollment is not None and at.enrollment.completed_at is not None,
    )


def _plain(held: tuple[Place, ...]) -> list[comparing.Place]:
    return [comparing.Place(p.activity_id, p.title, p.content_id, p.mask) for p in held]


@routes.post("/<slug>/ban-moi", LEARNER, endpoint="move_on")
def move(slug: str) -> Response:
    """Takes the learner to the newest revision of a course they began. Sent twice is once."""
    person = here()
    at = course_for(person, slug)
    if at.enrollment is None:
        raise NotFound
    with unit_of_work():
        move_on(person.id, at.course.id)
    return redirect(address("courses.course", slug=slug), 303)
