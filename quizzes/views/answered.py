"""A question after it was answered: how it went, why, and what puts it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lms.api.learning import activity
from lms.api.packages import render as markdown
from lms.api.web import address, piece, render
from lms.api.work import connection
from quizzes.items.contract import HALF, ITEM_TYPES, WAITS, Answer, Mark, typed, waits, writable
from quizzes.queries import VersionRow
from quizzes.scoring import in_points
from quizzes.stems import html_of, more_of

NUMBER = "\ue000n\ue001"  # where a question's number stands in what is drawn for all


@dataclass(frozen=True)
class AnswerRow:
    """A question after handing in. The right answer of an exam item stays secret: lists of answers prove nothing."""

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
) -> Markup:
    """A question after handing in: drawn once for all who gave this answer, wherever on their papers it stood.

    `kept`: its mark as it was kept; `marked`: what the person said who marked it.
    """
    kind = ITEM_TYPES.find(version.type)
    by_person = kind is not None and waits(kind)
    mark = marked or (kind.grade(version.spec, given) if kind and not by_person else Mark(max(0, kept or 0), ""))
    lesson = activity("lesson", version.body["lesson"]) if version.body["lesson"] and not mark.right else None
    pen = writable(kind)

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
            Markup(markdown(mark.why)) if mark.why else Markup(""),  # noqa: S704  cleaned
            "" if mark.right or kept == WAITS else version.body.get("fix", ""),
            {"title": lesson.title, "url": address("courses.lesson", course=course, lesson=lesson.slug)}
            if lesson
            else None,
            kind is not None,
            kept is not None,
        )
        return render("quizzes/take/_answer.html", answer=row)

    if typed(kind):  # what somebody typed is kept for nobody else
        return Markup(draw().replace(NUMBER, str(n)))  # noqa: S704  a number into a template's own output
    answered = (tuple(given or ()), mark, kind is not None, kept is not None)
    key = ("answer", connection().engine, version.id, *answered, course, lesson, tells_key)
    return Markup(piece(key, draw).replace(NUMBER, str(n)))  # noqa: S704  a number into a template's own output
