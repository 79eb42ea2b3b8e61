"""What was missed in practice comes back after days: a few questions, one at a time, and a kind end."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from msgspec.structs import replace
from werkzeug.wrappers import Response

from lms.api.people import Person, here
from lms.api.web import LEARNER, Panel, Routes, render, render_fragment, say
from lms.api.work import unit_of_work
from quizzes.access import practice_item_for_anyone, waiting_for
from quizzes.due import Day, day_for, is_off
from quizzes.items.contract import ITEM_TYPES, Answer
from quizzes.queries import VersionRow
from quizzes.services import returning
from quizzes.services.attempts import practice_order, practise
from quizzes.showing import in_use, question, read_answer, refusal_of, typed_in
from quizzes.views.check import Feedback, feedback_on
from quizzes.views.ways import lesson_of

routes = Routes("quizzes", "/on-lai")
Page = str | tuple[str, int]
SECONDS_EACH = 25  # for a question that was seen before


def minutes_for(questions: int) -> int:
    """About how long so many take."""
    return max(1, round(questions * SECONDS_EACH / 60))


@routes.get("", LEARNER, endpoint="returning")
def page() -> str:
    """The first of today's questions, or the end of the day."""
    person = here()
    day = day_for(person.id)
    for at, one in enumerate(day.waiting):
        version = practice_item_for_anyone(one.slug)
        if in_use(version):
            left = len(day.waiting) - at
            return _question_page(version, one.topic, day.asked + 1, day.asked + left)
    return render(
        "quizzes/returning/end.html",
        off=is_off(person.id),
        asked=day.asked,
        tomorrow=day.tomorrow,
        back_url=url_for("home.home"),
    )


@routes.post("", LEARNER, endpoint="returning_answer")
def answer() -> Page | Response:
    """Says whether it is right, and why; a question that is no longer asked today is answered as any other."""
    person = here()
    slug, topic = request.form.get("item", ""), request.form.get("topic", "")
    one, day = waiting_for(person, topic, slug)
    version = practice_item_for_anyone(slug)
    if not in_use(version):
        return redirect(url_for("quizzes.returning"), 303)
    asked, total = day.asked + 1, day.asked + max(1, len(day.waiting))
    given = read_answer(version, practice_order(version), request.form)
    if given is None:
        told = refusal_of(version, request.form)
        wrong = say(told) if told else ""
        return _question_page(version, topic, asked, total, wrong=wrong, typed=typed_in(version, request.form)), 422
    mark = ITEM_TYPES.get(version.type).grade(version.spec, given)
    with unit_of_work():
        practise(version, person.id, mark.right, request.remote_addr or "", one.topic if one else None)
    feedback = feedback_on(version, mark)
    if not mark.right:
        feedback = replace(feedback, lesson=lesson_of(version))
    more = len(day.waiting) - (1 if one else 0)
    return _question_page(version, topic, asked if one else day.asked, total, given, feedback, more=more)


def _question_page(
    version: VersionRow,
    topic: str,
    n: int,
    total: int,
    given: Answer | None = None,
    feedback: Feedback | None = None,
    wrong: str = "",
    typed: list[str] | None = None,
    more: int = 0,
) -> str:
    """`n` of `total` questions of today; `more` are left after this one."""
    q = question(version, practice_order(version), given, version.slug)
    done = n if feedback is not None else n - 1
    lamps = ["on"] * done + ([] if feedback is not None else ["now"])
    return render(
        "quizzes/returning/question.html",
        q=replace(q, chosen=typed) if typed else q,
        topic=topic,
        n=n,
        total=total,
        feedback=feedback,
        wrong=wrong,
        more=more,
        lamp_states=lamps + [""] * (total - len(lamps)),
        back_url=url_for("home.home"),
    )


@routes.post("/bat-tat", LEARNER, endpoint="returning_choose")
def choose() -> Response:
    """Switches it off, or on again."""
    person = here()
    with unit_of_work():
        returning.choose(person.id, off=request.form.get("off") == "yes")
    return redirect(url_for("identity.settings", _anchor="on-lai"), 303)


def _home(person: Person | None = None, **_what: Any) -> Markup | None:
    if person is None:
        return None
    day: Day = day_for(person.id)
    if not day.waiting:
        return None
    count = len(day.waiting)
    html = render_fragment("quizzes/returning/_home.html", count=count, minutes=minutes_for(count), begun=day.asked)
    return Markup(html)  # noqa: S704  a template's own output


def _settings(**_what: Any) -> Markup:
    off = is_off(here().id)
    return Markup(render_fragment("quizzes/returning/_settings.html", off=off))  # noqa: S704  a template of ours


panels = (
    Panel("quizzes.returning", "home", _home, 5),
    Panel("quizzes.returning.settings", "settings", _settings, 25),
)
