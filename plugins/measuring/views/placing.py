"""The placement test: where could I begin? One question a page, no clock, no account needed, stopped at any time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, session
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.competency import ProgrammeRow, areas_by_code, areas_of, courses_of, programme_by_id
from lms.api.learning import InCourse, course_for, next_asked, url_of
from lms.api.people import Arrival, Person, here_or_none
from lms.api.web import ANYONE, Panel, Routes, address, render, render_fragment, say
from lms.api.work import Conflict, NotFound, Text, _, unit_of_work
from plugins.measuring.access import placing_for, programme_for_anyone
from plugins.measuring.adaptive import MOST, SURE, known_areas
from plugins.measuring.finding import PlacingRow, last_result, open_one
from plugins.measuring.services import placing
from quizzes.api import ask_alone, read_alone

routes = Routes("measuring", "/bat-dau-tu-dau")
Answer = str | Response | tuple[str, int]
HELD = "placing"  # in the signed session: the test of a guest, so that it becomes theirs when they sign in

# (who they are, what it means), from the lowest. Never a number.
LEVELS: tuple[tuple[Text, Text], ...] = (
    (
        _("We begin together, from the first button"),
        _("{Ban} will learn step by step: the phone, the network, calling, and how to keep safe. Nobody is too late."),
    ),
    (
        _("{Ban} can do the first things already"),
        _("Some everyday things work well. The lessons fill in what is still missing, a few minutes at a time."),
    ),
    (
        _("{Ban} manage most everyday things"),
        _("Finding things, talking to people and many dangers are known. What is left are single topics."),
    ),
    (
        _("{Ban} know this very well"),
        _("Almost everything here is known. Look for what is new, and help those beside you to learn."),
    ),
)


class Lesson(Struct, frozen=True):
    """Where to begin."""

    title: str
    url: str


class Area(Struct, frozen=True):
    """An area of the framework, and whether it is known already."""

    name: str
    known: bool


@routes.get("/<programme>", ANYONE, endpoint="placing")
def front(programme: str) -> str:
    """What it is, before it begins."""
    row, person = programme_for_anyone(programme), here_or_none()
    held = _held(person, row)
    return render(
        "measuring/placing/front.html",
        programme=row,
        going_on=address("measuring.placing_question", uuid=held) if held else "",
        most=MOST,
        begin_url=address("measuring.placing_begin", programme=row.slug),
        back_url=address("courses.programme", slug=row.slug),
    )


def _held(person: Person | None, programme: ProgrammeRow) -> UUID | None:
    """The test that this reader has begun here and not ended."""
    if person is not None:
        return open_one(person.id, programme.id)
    try:
        row = placing_for(None, UUID(session.get(HELD, "")))
    except (ValueError, NotFound):
        return None
    return row.uuid if row.ended_at is None and row.programme_id == programme.id else None


@routes.post("/<programme>", ANYONE, endpoint="placing_begin")
def begin(programme: str) -> Answer:
    """Begins a test, or goes on with the one that is open."""
    row, person = programme_for_anyone(programme), here_or_none()
    uuid = _held(person, row)
    if uuid is None:
        with unit_of_work():
            uuid = placing.begin(row, person.id if person else None, request.remote_addr or "")
        if person is None:
            session[HELD] = str(uuid)
    return redirect(address("measuring.placing_question", uuid=uuid), 303)


def _of(uuid: UUID) -> tuple[PlacingRow, ProgrammeRow]:
    row = placing_for(here_or_none(), uuid)
    programme = programme_by_id(row.programme_id)
    if programme is None:
        raise NotFound
    return row, programme


@routes.get("/luot/<uuid:uuid>", ANYONE, endpoint="placing_question")
def question(uuid: UUID) -> Answer:
    """The question that waits for its answer."""
    row, programme = _of(uuid)
    if row.ended_at is not None or row.open is None:
        return redirect(address("measuring.placing_result", uuid=uuid), 303)
    return _page(row, programme, row.open, "")


def _page(row: PlacingRow, programme: ProgrammeRow, version_id: int, error: str) -> str:
    return render(
        "measuring/placing/question.html",
        content=ask_alone(version_id, f"q{row.number}"),
        n=row.number,
        error=error,
        lamp_states=["on"] * (row.number - 1) + ["now"] + [""] * (MOST - row.number),
        programme=programme,
        answer_url=address("measuring.placing_answer", uuid=row.uuid, n=row.number),
        stop_url=address("measuring.placing_stop", uuid=row.uuid),
        back_url=address("courses.programme", slug=programme.slug),
    )


@routes.post("/luot/<uuid:uuid>/<int:n>", ANYONE, endpoint="placing_answer")
def answer(uuid: UUID, n: int) -> Answer:
    """Takes an answer, or that they do not know, and leads to the next question. Sent twice is once."""
    row, programme = _of(uuid)
    if row.ended_at is None and row.open is not None and n == row.number:
        given = None if request.form.get("unknown") else read_alone(row.open, request.form)
        if given is None and not request.form.get("unknown"):
            why = say(_("Please choose an answer, or press “I do not know”."))
            return _page(row, programme, row.open, why), 422
        with unit_of_work():
            held = placing_for(here_or_none(), uuid, hold=True)
            placing.answer(held, programme, n, given)
    return redirect(address("measuring.placing_question", uuid=uuid), 303)


@routes.post("/luot/<uuid:uuid>/dung", ANYONE, endpoint="placing_stop")
def stop(uuid: UUID) -> Answer:
    """Ends it early."""
    _row, programme = _of(uuid)
    with unit_of_work():
        placing.stop(placing_for(here_or_none(), uuid, hold=True), programme)
    return redirect(address("measuring.placing_result", uuid=uuid), 303)


@routes.get("/luot/<uuid:uuid>/ket-qua", ANYONE, endpoint="placing_result")
def result(uuid: UUID) -> Answer:
    """Where somebody could begin, in words."""
    row, programme = _of(uuid)
    if row.ended_at is None:
        return redirect(address("measuring.placing_question", uuid=uuid), 303)
    person, plan = here_or_none(), placing.plan_of(programme)
    asked = placing.asked_of(plan, row.asked)
    known = known_areas(asked, plan.areas)
    names = areas_by_code()
    found = placing.result_of(row, plan) if asked else None
    first = _first(programme, person, known)
    return render(
        "measuring/placing/result.html",
        programme=programme,
        title=say(LEVELS[found.level][0]) if found else "",
        about=say(LEVELS[found.level][1]) if found else "",
        rough=found is not None and found.chances[found.level] < SURE,
        answered=len(row.asked),
        areas=[Area(names[code][1], code in known) for code in plan.areas if code in names] if known else [],
        first=first,
        programme_url=address("courses.programme", slug=programme.slug),
        again_url=address("measuring.placing", programme=programme.slug),
        signed_in=person is not None,
        sign_up_url=address("identity.sign_up"),
    )


def _first(programme: ProgrammeRow, person: Person | None, known: frozenset[str]) -> Lesson | None:
    """The first lesson not learnt in an area that is not known; where all are, the next thing that is not done."""
    at = [course_for(person, slug) for _id, slug, _title in courses_of(programme.id)]
    areas = areas_of([p.activity_id for course in at for p in course.places if p.kind == "lesson"])
    for course in at:
        for place in course.places:
            is_known = bool(known) and areas.get(place.activity_id, frozenset()) <= known
            if place.kind == "lesson" and not course.done & place.mask and not is_known:
                return Lesson(place.title, url_of(place.kind, course.course.slug, place.slug))
    return _next(at)


def _next(at: Sequence[InCourse]) -> Lesson | None:
    for course in at:
        position = next_asked(course.done, course.places)
        if position is not None:
            place = course.places[position]
            return Lesson(place.title, url_of(place.kind, course.course.slug, place.slug))
    return None


def offer(
    programme: ProgrammeRow, person: Person | None, courses: Sequence[InCourse], **_more: object
) -> Markup | None:
    """On the page of a programme, to whoever has learnt nothing in it yet."""
    if any(course.done for course in courses):
        return None
    last = last_result(person.id, programme.id) if person else None
    return Markup(  # noqa: S704  a template's own output
        render_fragment(
            "measuring/placing/_offer.html",
            url_=address("measuring.placing", programme=programme.slug),
            result=address("measuring.placing_result", uuid=last[0]) if last else "",
            title=say(LEVELS[last[1]][0]) if last else "",
        )
    )


def welcome(person: Person) -> None:
    """Whoever signs in takes along the test that they began as a guest."""
    held = session.pop(HELD, None)
    if held is None:
        return
    try:
        with unit_of_work():
            placing.take_over(UUID(held), person.id)
    except (ValueError, Conflict):
        return  # it is somebody's already, or was forgotten


arrival = Arrival("measuring.placing", welcome)
panels = (Panel("measuring.placing", "programme", offer),)
