"""Instructors: what learners did not understand, first what most of them did not. Nobody's name."""

from __future__ import annotations

from flask import url_for
from msgspec import Struct

from courses import drafts, noted
from courses.access import document_for
from lms.api.learning import AUTHORS, author_orgs
from lms.api.people import here, reaches
from lms.api.web import STAFF, MenuItem, Routes, render
from lms.api.work import _

routes = Routes("courses", "/studio")
menu = (
    MenuItem(
        "courses.studio_unclear", _("Not clear to learners"), "circle-help", "staff", AUTHORS, 14, group="content"
    ),
)


class UnclearBlock(Struct, frozen=True):
    """A block in the list, with the way to it in the editor."""

    title: str
    passage: str
    people: int
    newest: int
    words: tuple[str, ...]
    url: str


def _rows(found: list[noted.UnclearRow]) -> list[UnclearBlock]:
    return [
        UnclearBlock(
            row.title, row.passage, row.people, row.newest, row.words,
            url_for("courses.studio_lesson", slug=row.slug),
        )
        for row in found
    ]  # fmt: skip


@routes.get("/chua-hieu", STAFF, endpoint="studio_unclear")
def unclear() -> str:
    """Of all lessons of my units."""
    granted = author_orgs(here())
    orgs = [org_id for org_id in drafts.orgs_with_lessons() if reaches(granted, org_id)]
    rows = _rows(noted.unclear_blocks(orgs))
    return render("courses/studio/unclear.html", rows=rows, lesson="", lesson_url="")


@routes.get("/bai-hoc/<slug>/chua-hieu", STAFF, endpoint="studio_lesson_unclear")
def of_lesson(slug: str) -> str:
    """Of one lesson."""
    row = document_for(here(), "lesson", slug)
    rows = _rows(noted.unclear_blocks([row.org_id], row.activity_id))
    lesson_url = url_for("courses.studio_lesson", slug=slug)
    return render("courses/studio/unclear.html", rows=rows, lesson=row.draft["title"], lesson_url=lesson_url)
