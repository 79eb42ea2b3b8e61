"""Programmes and courses, for anyone."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from werkzeug.wrappers import Response

from courses.views.moving_on import newer_for
from courses.views.outside import preview_of
from lms.api.competency import (
    ProgrammeRow,
    attained_by,
    courses_of,
    programmes_with,
    standing,
)
from lms.api.competency import (
    programme as programme_by_slug,
)
from lms.api.learning import ACTIVITY_KINDS, InCourse, course_for, next_asked, progress, url_of
from lms.api.people import Person, here_or_none
from lms.api.web import ANYONE, GROUPS, MenuItem, Routes, address, lamps, panels, render, render_alike, say, tab
from lms.api.work import NotFound, _

routes = Routes("courses")
menu = (MenuItem("courses.programmes", _("Lessons"), "book-open", "tabs", order=20),)


class Row(Struct, frozen=True):
    """One activity in the list of a course."""

    kind: str
    number: int | None
    title: str
    minutes: int
    weight: int
    state: str
    note: str
    url: str


class Module(Struct, frozen=True):
    """A part of a course."""

    title: str
    about: str
    rows: list[Row]


class Course(Struct, frozen=True):
    """A course as the programme page shows it."""

    slug: str
    title: str
    modules: list[Module]


def _modules(at: InCourse) -> list[Module]:
    position = next_asked(at.done, at.places)
    lessons = [p for p in at.places if p.kind == "lesson"]
    undone = sum(1 for p in lessons if not at.done & p.mask)
    modules: dict[int, Module] = {}
    for place in at.places:
        later = place.required and opens_later(at, place.kind, undone) and not at.done & place.mask
        shut = later or at.is_locked(place)
        state = (
            "done" if at.done & place.mask
            else "shut" if shut
            else "current" if place.position == position and at.enrollment
            else "open"
        )  # fmt: skip
        first = [] if at.done & place.mask else at.missing(place)
        note = ""
        if later:
            note = say(_("opens when all lessons are learnt ({n} to go)", n=undone))
        elif shut:
            note = say(_("opens after “{title}”", title=first[0].title))
        elif first:
            note = say(_("easier after “{title}”", title=first[0].title))
        row = Row(
            place.kind if place.kind in ("lesson", "quiz", "task") else "lesson",
            lessons.index(place) + 1 if place.kind == "lesson" else None,
            place.title,
            place.minutes,
            place.weight,
            state,
            note,
            ACTIVITY_KINDS.get(place.kind).url(at.course.slug, place.slug),
        )
        modules.setdefault(place.module, Module(place.module_title, "", [])).rows.append(row)
    return list(modules.values())


def opens_later(at: InCourse, kind: str, undone: int) -> bool:
    """Whether an activity waits for the lessons: the final check does."""
    return kind == "quiz" and undone > 0


@routes.get("/chuong-trinh", ANYONE)
def programmes() -> str:
    """The four groups' programmes."""
    from lms.api.competency import coverage
    from lms.api.competency import programmes as all_programmes

    with tab("courses.programmes"):
        rows = [(p, coverage(p), say(GROUPS[p.target_group][0]), GROUPS[p.target_group][2]) for p in all_programmes()]
        return render("courses/catalog/programmes.html", programmes=rows)


@routes.get("/chuong-trinh/<slug>", ANYONE)
def programme(slug: str) -> Response:
    """What a programme asks, how far I am, and the one thing to do next."""
    row = programme_by_slug(slug)
    if row is None:
        raise NotFound
    person = here_or_none()
    here_in = [course_for(person, course_slug) for _id, course_slug, _title in courses_of(row.id)]
    with tab("courses.programmes"):
        return render_alike("courses/catalog/programme.html", **_programme_page(row, here_in, person))


def _programme_page(row: ProgrammeRow, here_in: list[InCourse], person: Person | None) -> dict[str, Any]:
    every = [(at, p) for at in here_in for p in at.places]
    lessons = [p for _at, p in every if p.kind == "lesson"]
    begun = any(at.enrollment for at in here_in)
    resume, left = None, 0
    bits: list[str] = []
    for at in here_in:
        position = next_asked(at.done, at.places)
        bits += lamps(at.done, [p.mask for p in at.places], position if resume is None and begun else None)
        left += progress(at.done, [(p.mask, p.weight, p.minutes) for p in at.places]).minutes_left
        if resume is None and position is not None:
            place = at.places[position]
            resume = {
                "label": place.kind,
                "title": place.title,
                "url": ACTIVITY_KINDS.get(place.kind).url(at.course.slug, place.slug),
            }
    done = sum(1 for at, p in every if p.kind == "lesson" and at.done & p.mask)
    attained = next((a for a in attained_by(person.id) if a.programme_id == row.id), None) if person else None
    decision = standing(person.id, row) if person and begun else None
    group = GROUPS[row.target_group]
    return {
        "programme": {
            "title": row.title,
            "summary": say(group[1]),
            "group_title": say(group[0]),
            "group_icon": group[2],
            "recognition": row.recognition,
            "lesson_count": len(lessons),
            "minutes": sum(p.minutes for _at, p in every),
            "framework": {"title": row.framework_title, "note": row.framework_warning},
            "rule_set": {
                "title": row.rules_title,
                "version": row.rules_version,
                "standing": row.rules_standing,
                "document": "",
            },
        },
        "progress": {
            "done": done,
            "total": len(lessons),
            "share": round(100 * done / len(lessons)) if lessons else 0,
            "minutes_left": left,
            "lamps": bits,
        }
        if begun
        else None,
        "conditions": [
            {
                "label": say(r.text),
                "note": say(_("waits for the officer in charge")) if r.waits_for else "",
                "met": r.met,
            }
            for r in decision.reasons
        ]
        if decision
        else _promised(row, len(lessons)),
        "resume": None if attained else resume,
        "newer": [n for at in here_in if (n := newer_for(at, person.id if person else None)) is not None],
        "courses": [Course(at.course.slug, at.course.title, _modules(at)) for at in here_in],
        "attained": {"on": attained.attained_at, "url": address("certificates.mine")} if attained else None,
        "panels": panels("programme", programme=row, person=person, courses=here_in),
    }


def _promised(row: ProgrammeRow, lessons: int) -> list[dict[str, Any]]:
    from lms.api.competency import conditions_of

    return [{"label": say(text), "note": "", "met": False} for text in conditions_of(row.rule_set_id, lessons)]


@routes.get("/khoa-hoc/<slug>", ANYONE)
def course(slug: str) -> str:
    """A course: what is in it, how far one is, the next thing to do, and what others see where its address is sent."""
    person = here_or_none()
    at = course_for(person, slug)
    newer = newer_for(at, person.id if person else None)
    position = next_asked(at.done, at.places)
    place = at.places[position] if position is not None else None
    measured = progress(at.done, [(p.mask, p.weight, p.minutes) for p in at.places])
    lessons = [p for p in at.places if p.kind == "lesson"]
    with tab("courses.programmes"):
        return render(
            "courses/catalog/course.html",
            course=Course(slug, at.course.title, _modules(at)),
            preview=preview_of(at),
            begun=bool(at.enrollment),
            learned=sum(1 for p in lessons if at.done & p.mask),
            lessons=len(lessons),
            minutes=sum(p.minutes for p in at.places),
            minutes_left=measured.minutes_left,
            lamp_states=lamps(at.done, [p.mask for p in at.places], position if at.enrollment else None),
            next=Next(place.title, url_of(place.kind, slug, place.slug)) if place else None,
            programmes=[
                (row.title, address("courses.programme", slug=row.slug)) for row in programmes_with(at.course.id)
            ],
            newer=[newer] if newer is not None else [],
        )


class Next(Struct, frozen=True):
    """The one thing to do next in a course."""

    title: str
    url: str
