"""A question after it was answered: how it went, why, and what puts it right."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct

from lms.api.learning import activity
from lms.api.packages import render as markdown
from lms.api.web import address, piece, render
from lms.api.work import connection
from quizzes.items.contract import DROPPED, HALF, ITEM_TYPES, WAITS, Answer, Mark, typed, waits, writable
from quizzes.queries import VersionRow
from quizzes.scoring import in_points
from quizzes.stems import html_of, more_of
from quizzes.twins import near

NUMBER = "\ue000n\ue001"  # where a question's number stands in what is drawn for all
BACK = "\ue000back\ue001"  # and where the address of the page itself


class AnswerRow(Struct, frozen=True):
    """A question after handing in: one for practice, or one that a person marks; others of an exam are never shown."""

    n: str
    stem_html: Markup
    more_html: Markup
    right: bool
    half: bool
    points: float  # of one point, where some of it is right
    waits: bool  # for a person's mark
    chosen: list[str]
    answer: list[str]
    html: Markup
    fix: str
    twin_url: str
    lesson: Any
    shown: bool
    counted: bool


def answer_shown(
    n: int,
    version: VersionRow,
    given: Answer | None,
    kept: int | None,
    course: str,
    tells_key: bool = False,
    marked: Mark | None = None,
    back: str = "",
) -> Markup:
    """A question after handing in: drawn once for all who gave this answer, wherever on their papers it stood.

    `kept`: its mark as it was kept; `marked`: what the person said who marked it. `back`: the page that it stands on,
    to come back to from one that asks nearly the same.
    """
    kind = ITEM_TYPES.find(version.type)
    by_person = kind is not None and waits(kind)
    mark = marked or (kind.grade(version.spec, given) if kind and not by_person else Mark(max(0, kept or 0), ""))
    if not by_person and kept is not None and kept >= 0 and kept != mark.parts:
        mark = Mark(kept, "")  # counted otherwise since
    lesson = activity("lesson", version.body["lesson"]) if version.body["lesson"] and not mark.right else None
    pen = writable(kind)
    counted = kept is not None and kept != DROPPED
    teaches = version.pool == "practice" and not mark.right and counted
    twin = near(version) if teaches else ""
    why = mark.why if by_person or version.pool == "practice" else ""  # an exam's reasons tell its keys
    way = f"{address('quizzes.check', item=twin)}?place=answer-{NUMBER}&return_to={BACK}" if twin else ""

    def draw() -> str:
        row = AnswerRow(
            NUMBER,
            html_of(version.body["stem"]),
            more_of(version.body["stem"]),
            mark.right,
            mark.parts == HALF,
            in_points(mark.parts),
            kept == WAITS,
            kind.in_words(version.spec, given) if kind and given else [],
            [pen.on_paper(version.spec).answer] if tells_key and pen and not mark.right else [],
            Markup(markdown(why)) if why else Markup(""),  # noqa: S704  cleaned
            version.body.get("fix", "") if teaches else "",
            way,
            {"title": lesson.title, "url": address("courses.lesson", course=course, lesson=lesson.slug)}
            if lesson
            else None,
            kind is not None,
            counted,
        )
        return render("quizzes/take/_answer.html", answer=row)

    def here(html: str) -> Markup:
        return Markup(html.replace(NUMBER, str(n)).replace(BACK, quote(back)))  # noqa: S704  into our own output

    if typed(kind):  # what somebody typed is kept for nobody else
        return here(draw())
    answered = (tuple(given or ()), mark, kind is not None, counted, twin)
    key = ("answer", connection().engine, version.id, *answered, course, lesson, tells_key)
    return here(piece(key, draw))
