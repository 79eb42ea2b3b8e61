"""The ways on from a question that was missed: its lesson, and one that asks nearly the same."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from msgspec import Struct

from lms.api.learning import activity, course_with
from lms.api.web import address
from quizzes.queries import VersionRow
from quizzes.twins import near

_PLACE = re.compile(r"(check|answer)-[a-z0-9-]{1,70}")


class Way(Struct, frozen=True):
    """A page by its title."""

    title: str
    url: str


def lesson_of(version: VersionRow, there: str = "") -> Way | None:
    """The lesson that teaches it, in a course that has it now; None where there is none, or where one is `there`."""
    slug = version.body["lesson"]
    if not slug or there.split("?")[0].split("#")[0].endswith(f"/{slug}"):
        return None
    found = activity("lesson", slug)
    course = course_with(found.id) if found else None
    return Way(found.title, address("courses.lesson", course=course, lesson=slug)) if found and course else None


def twin_url(version: VersionRow, return_to: str, place: str) -> str:
    """The address of a question that asks nearly the same, from which one comes back to this place; empty: none."""
    slug = near(version)
    way = urlencode({"return_to": return_to, "place": place})
    return f"{address('quizzes.check', item=slug)}?{way}" if slug else ""


def place_in(said: str | None, slug: str) -> str:
    """Where on the page one came from the question stood: as the address says, else where this question stands."""
    return said if said and _PLACE.fullmatch(said) else f"check-{slug}"
