"""The practice question inside a lesson."""

from __future__ import annotations

from flask import request
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from lms.api.learning import activity
from lms.api.packages import render as markdown
from lms.api.people import here_or_none
from lms.api.web import ANYONE, Routes, render, render_fragment, safe_return, say, wants_fragment
from lms.api.work import unit_of_work
from quizzes.access import practice_item_for_anyone
from quizzes.items.contract import ITEM_TYPES, WHOLE, Answer, Mark, Tellable
from quizzes.queries import VersionRow
from quizzes.services.attempts import practice_order, practise
from quizzes.showing import Question, question, read_answer, refusal_of, typed_in
from quizzes.views.ways import Way, lesson_of, place_in, twin_url

routes = Routes("quizzes", "/luyen")


class Feedback(Struct, frozen=True):
    """What is said about an answer."""

    right: bool
    html: Markup
    lesson: Way | None = None
    partly: bool = False  # some of it is right
    places: tuple[bool, ...] = ()  # of an answer of several places, which are right
    fix: str = ""
    twin_url: str = ""  # of a question that asks nearly the same


class Lesson(Struct, frozen=True):
    """The lesson that a question stands in, by its title."""

    title: str


def feedback_on(item: VersionRow, mark: Mark) -> Feedback:
    """What is said of a mark."""
    html = Markup(markdown(mark.why))  # noqa: S704  cleaned
    places = tuple(part == WHOLE for part in mark.places) if not mark.right else ()
    return Feedback(mark.right, html, None, mark.parts > 0, places, "" if mark.right else str(item.body.get("fix", "")))


def with_ways(feedback: Feedback, item: VersionRow, return_to: str, place: str) -> Feedback:
    """Adds to what is said of a wrong answer where to go from here: the lesson, and a question that is nearly alike."""
    if feedback.right:
        return feedback
    return replace(feedback, lesson=lesson_of(item, return_to), twin_url=twin_url(item, return_to, place))


def _asked(item: VersionRow, answer: Answer | None, typed: list[str]) -> Question:
    q = question(item, practice_order(item), answer, item.slug)
    return replace(q, chosen=typed) if typed else q


def draw_check(
    item: VersionRow,
    return_to: str,
    answer: Answer | None = None,
    feedback: Feedback | None = None,
    wrong: str = "",
    typed: list[str] | None = None,
    place: str = "",
) -> str:
    """The question as a piece of page. `wrong`: why what was `typed` could not be taken. `place`: see `place_in`."""
    return render_fragment(
        "quizzes/take/check.html",
        q=_asked(item, answer, typed or []),
        feedback=feedback,
        wrong=wrong,
        return_to=return_to,
        place=place,
        token="",
    )


def draw_copy(item: VersionRow, return_to: str) -> str:
    """The question for a phone without a network, with its key and what is said to each answer.

    Where it cannot be judged there, it stands there with the word that it needs the network. Practice questions only:
    an exam item is never found for it.
    """
    kind = ITEM_TYPES.get(item.type)
    order = practice_order(item)
    key = kind.offline_key(item.spec, order) if isinstance(kind, Tellable) else None
    if key is None:
        return render_fragment("quizzes/copies/needs_network.html", q=question(item, order, None, item.slug))
    marks = list(dict.fromkeys([key.otherwise, *key.said.values()]))
    return render_fragment(
        "quizzes/copies/check.html",
        q=question(item, order, None, item.slug),
        version=item.id,
        answers={chosen: marks.index(mark) for chosen, mark in key.said.items()},
        feedback=[feedback_on(item, mark) for mark in marks],
        rule=key.rule,
        return_to=return_to,
    )


@routes.get("/<item>", ANYONE, endpoint="check")
def check(item: str) -> str:
    """The question alone on a page."""
    row = practice_item_for_anyone(item)
    place = place_in(request.args.get("place"), row.slug)
    return _page(row, safe_return(request.args.get("return_to")), None, None, place=place)


@routes.post("/<item>", ANYONE, endpoint="check_post")
def check_post(item: str) -> str | tuple[str, int]:
    """Says whether the answer is right, and why."""
    row = practice_item_for_anyone(item)
    back, place = safe_return(request.form.get("return_to")), place_in(request.form.get("place"), row.slug)
    answer = read_answer(row, practice_order(row), request.form)
    feedback = None
    if answer is not None:
        mark = ITEM_TYPES.get(row.type).grade(row.spec, answer)
        feedback = with_ways(feedback_on(row, mark), row, back, place)
        person = here_or_none()
        with unit_of_work():
            practise(row, person.id if person else None, mark.right, request.remote_addr or "")
    told = refusal_of(row, request.form) if answer is None else None
    wrong, typed = say(told) if told else "", typed_in(row, request.form) if told else []
    page = (
        draw_check(row, back, answer, feedback, wrong, typed, place)
        if wants_fragment()
        else _page(row, back, answer, feedback, wrong, typed, place)
    )
    return page if answer is not None else (page, 422)


def _page(
    row: VersionRow,
    back: str,
    answer: Answer | None,
    feedback: Feedback | None,
    wrong: str = "",
    typed: list[str] | None = None,
    place: str = "",
) -> str:
    lesson = activity("lesson", row.body["lesson"] or "")
    return render(
        "quizzes/take/check_page.html",
        lesson=Lesson(lesson.title if lesson else ""),
        back_url=f"{back}#{place}" if back != "/" else back,
        q=_asked(row, answer, typed or []),
        feedback=feedback,
        wrong=wrong,
        return_to=back,
        place=place,
        token="",
    )
