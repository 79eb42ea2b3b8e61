"""A lesson on paper: for a hamlet hall without a network, and for whoever teaches there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, current_app, request, url_for
from markupsafe import Markup

from courses import handouts, queries
from courses.blocks.standard import BLOCK_TYPES
from courses.handouts import Handout, Labels
from lms.api.data import FileStore
from lms.api.learning import ACTIVITY_KINDS, InCourse, Place, Printed, course_for, printable
from lms.api.packages import render as markdown
from lms.api.people import claim_or_none
from lms.api.web import ANYONE, Routes, address, long_date, render, say
from lms.api.work import Text, _

routes = Routes("courses", "/hoc")
MOST_KEPT = 16  # sheets kept in memory: drawing one costs as much as a hundred pages, keeping one 100 KB
_drawn: dict[tuple[Any, ...], bytes] = {}


@routes.get("/<course>/<lesson>/to-roi", ANYONE, by_claim=True, endpoint="handout")
def handout(course: str, lesson: str) -> str:
    """The lesson as it is printed, to be looked at; `huong-dan` adds the guide for whoever teaches, with answers."""
    at = course_for(claim_or_none(), course)
    place = at.place("lesson", lesson)
    with_guide = "huong-dan" in request.args
    guide: dict[str, Any] = {"huong-dan": 1}
    return render(
        "courses/learn/handout.html",
        handout=_handout(at, place),
        labels=_labels(at, place),
        with_guide=with_guide,
        markdown=lambda text: Markup(markdown(text)),  # noqa: S704  cleaned
        file_url=lambda file: address("courses.file", key=file["key"], ending=file["ending"]),
        back_url=address("courses.lesson", course=course, lesson=lesson),
        pdf_url=url_for("courses.handout_pdf", course=course, lesson=lesson, **(guide if with_guide else {})),
        other_url=url_for("courses.handout", course=course, lesson=lesson, **({} if with_guide else guide)),
    )


@routes.get("/<course>/<lesson>/to-roi.pdf", ANYONE, by_claim=True, endpoint="handout_pdf")
def handout_pdf(course: str, lesson: str) -> Response:
    """The same as PDF, A4."""
    at = course_for(claim_or_none(), course)
    place = at.place("lesson", lesson)
    with_guide = "huong-dan" in request.args
    sheet, labels = _handout(at, place), _labels(at, place)
    key = (sheet.url, place.content_id, with_guide, sheet.keys, labels)
    made = _drawn.get(key)
    if made is None:
        store: FileStore = current_app.extensions["lms.files"]
        made = handouts.pdf(sheet, labels, store.get, with_guide=with_guide)
        if len(_drawn) >= MOST_KEPT:
            _drawn.clear()
        _drawn[key] = made
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{lesson}.pdf"'
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer


def _handout(at: InCourse, place: Place) -> Handout:
    body = queries.body(place.content_id)
    pieces, keys = handouts.pieces_of(body, _title_of, _asked)
    return Handout(
        body["title"],
        body["promise"],
        at.course.title,
        pieces,
        keys,
        body["guide"],
        tuple(body["sources"]),
        say(_("Checked on {day}", day=_day(body["checked"]))) if body["checked"] else "",
        url_for("courses.lesson", course=at.course.slug, lesson=place.slug, _external=True),
    )


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))


def _title_of(kind: str) -> str:
    shown = BLOCK_TYPES.find(kind)
    return say(shown.title) if shown else ""


def _asked(kind: str, data: Mapping[str, Any]) -> Sequence[Printed]:
    """What a block asks: of a kind of activity that can be printed, under whichever name the block keeps its slug."""
    activity = printable(ACTIVITY_KINDS.find(kind))
    slug = data.get("item") or data.get("slug") or ""
    found = activity.printed(slug) if activity is not None and slug else None
    return [found] if found else []


def _labels(at: InCourse, place: Place) -> Labels:
    def word(text: Text) -> str:
        return re.sub(r"\s+", " ", say(text))

    return Labels(
        remember=word(_("Remember")),
        warning=word(_("Take care")),
        do=word(_("Do it for real, now")),
        scan=word(_("Hear and practise this lesson on a phone: point its camera here, or type:")),
        on_screen=word(_("On the phone")),
        guide=word(_("For whoever teaches")),
        answers=word(_("Answers to the questions")),
        question=word(_("Question")),
        sources=word(_("Sources")),
        checked=word(_("Checked")),
        foot=f"{at.course.title} · {place.title}",
    )
