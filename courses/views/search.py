"""Anybody: search over lessons."""

from __future__ import annotations

from flask import request
from msgspec import Struct

from courses import finding
from lms.api.people import claim_or_none
from lms.api.web import ANYONE, Routes, address, composed, render, tab
from lms.api.work import take, unit_of_work

routes = Routes("courses")
MOST_SEARCHES = (60, 120)  # at once, and in so many seconds all of them again: of one account or network address
LONGEST = 120


class HitRow(Struct, frozen=True):
    """A lesson that was found, as the page shows it."""

    title: str
    course_title: str
    url: str
    lang: str
    pieces: tuple[tuple[str, bool], ...]


@routes.get("/tim", ANYONE)
def search() -> str:
    """Lessons in which something stands, each with the passage. What somebody looks for is kept nowhere."""
    typed = (composed(request.args.get("q")) or "")[:LONGEST]
    found = finding.Found(())
    if typed:
        reader = claim_or_none()
        with unit_of_work():
            take("search", str(reader.id) if reader else request.remote_addr or "nowhere", *MOST_SEARCHES)
        found = finding.find(typed)
    rows = [
        HitRow(
            hit.title,
            hit.course_title,
            address("courses.lesson", course=hit.course, lesson=hit.slug) + (f"#{hit.block}" if hit.block else ""),
            hit.lang,
            hit.pieces,
        )
        for hit in found.hits
    ]
    with tab("courses.programmes"):
        return render("courses/catalog/search.html", q=typed, rows=rows, meant=found.meant)
