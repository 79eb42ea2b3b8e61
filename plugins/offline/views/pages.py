"""Taking a course along, and what is on this phone."""

from __future__ import annotations

from collections.abc import Sequence

from flask import session
from markupsafe import Markup
from msgspec import Struct

from courses.api import lesson_language_here
from lms.api.learning import InCourse, course_for
from lms.api.people import claim_or_none
from lms.api.web import ANYONE, Panel, Routes, address, current_locale, render, render_fragment, tab
from plugins.offline.views import packing
from plugins.offline.views.packages import is_on

routes = Routes("offline", "/tai-ve")


class Offer(Struct, frozen=True):
    """A course that may be taken along; sizes in bytes, None where nobody has weighed it yet."""

    slug: str
    title: str
    plan: str
    url: str
    bytes: int | None
    film_bytes: int = 0


def _tongue() -> packing.Tongue:
    """The languages in which this reader reads now: copies are taken in them."""
    return packing.Tongue(current_locale(), lesson_language_here())


def _offer(at: InCourse, usual: int | None, films: int = 0) -> Offer:
    """The course in the revision that this reader has."""
    slug = at.course.slug
    plan = address("offline.package", course=slug, syllabus=at.syllabus_id, **_tongue().named)
    return Offer(slug, at.course.title, plan, address("courses.course", slug=slug), usual, films)


@routes.get("", ANYONE)
def mine() -> str:
    """What is on this phone: drawn by the phone itself, for nothing of it is known here."""
    with tab("mine"):
        return render("offline/mine.html", on=is_on(), shared="idle" in session)


@routes.get("/<slug>", ANYONE)
def course(slug: str) -> str:
    """A course with its size, and the button that takes it along."""
    at = course_for(claim_or_none(), slug)
    found = packing.held_package(at, _tongue())
    with tab("courses.programmes"):
        return render(
            "offline/course.html",
            offer=_offer(at, found.bytes, found.film_bytes),
            on=is_on(),
            shared="idle" in session,
        )


def _of_programme(*, courses: Sequence[InCourse], **_what: object) -> Markup | None:
    if not is_on() or "idle" in session:
        return None
    tongue = _tongue()
    offers = [_offer(at, packing.known_size(at, tongue)) for at in courses]
    return Markup(render_fragment("offline/offers.html", offers=offers)) if offers else None  # noqa: S704  a template's own output


def _of_mine(**_what: object) -> Markup | None:
    if not is_on() or "idle" in session:
        return None
    return Markup(render_fragment("offline/link.html"))  # noqa: S704  a template's own output


panels = (Panel("offline.programme", "programme", _of_programme, 80), Panel("offline.mine", "mine", _of_mine, 80))
