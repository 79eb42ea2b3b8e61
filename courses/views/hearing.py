"""Learners: in which language lessons are told to them, and that a lesson was heard to its end."""

from __future__ import annotations

from flask import make_response, redirect, request, session
from werkzeug.wrappers import Response as WerkzeugResponse

from courses.offers import COOKIE
from courses.tracks import VIETNAMESE
from lms.api.learning import LISTENED, course_for, practised
from lms.api.people import Person, claim_or_none, here_or_none, lesson_language, set_lesson_language
from lms.api.speech import LANGUAGES
from lms.api.web import ANYONE, Routes, address, safe_return
from lms.api.work import unit_of_work

routes = Routes("courses")
YEAR = 365 * 86400


@routes.post("/tieng-cua-bai", ANYONE, endpoint="reads")
def choose() -> WerkzeugResponse:
    """Keeps the language in which somebody wants lessons: on this device, and with the person where one is here."""
    chosen = request.form.get("lang", "")
    lang = chosen if chosen in LANGUAGES else VIETNAMESE
    person = here_or_none()
    if person is not None:
        with unit_of_work():
            set_lesson_language(person.id, "" if lang == VIETNAMESE else lang)
        session[COOKIE] = lang
    answer = make_response(redirect(safe_return(request.form.get("return")), 303))
    answer.set_cookie(COOKIE, lang, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


def welcome(person: Person) -> None:
    """Whoever signs in reads in the language that they chose before, on any device."""
    chosen = lesson_language(person.id)
    if chosen:
        session[COOKIE] = chosen
    elif COOKIE in session:
        del session[COOKIE]


@routes.post("/hoc/<course>/<lesson>/nghe-xong", ANYONE, endpoint="listened", by_claim=True)
def listened(course: str, lesson: str) -> WerkzeugResponse:
    """Keeps that a lesson was heard to its end. Without an account there is nobody to keep it of."""
    person = claim_or_none()
    place = course_for(person, course).place("lesson", lesson)
    if person is not None:
        with unit_of_work():
            practised(person.id, LISTENED, place.slug)
    return redirect(address("courses.lesson", course=course, lesson=lesson), 303)
