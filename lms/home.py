"""A person's first page: continue, due, attained."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, session, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms import progress
from lms.competency import queries as competency
from lms.db.unit_of_work import unit_of_work
from lms.errors import NotFound
from lms.identity import accounts
from lms.identity.people import Person, here, here_or_none
from lms.learning import queries as learning
from lms.learning.kinds import url_of
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.learning.resuming import stopped
from lms.learning.rollup import next_asked
from lms.learning.rollup import progress as measured
from lms.text import _
from lms.web.menu import panels
from lms.web.rendering import address, render, render_alike, say, tab
from lms.web.routes import ANYONE, LEARNER, Routes

routes = Routes("home")
GROUPS = {
    "citizens": (_("Citizens"), _("Phone, VNeID, sending money, avoiding fraud"), "sprout"),
    "officials": (_("Officials and public employees"), _("Documents online, data, safety"), "landmark"),
    "students": (_("Pupils and students"), _("Studying, AI, safety online"), "graduation-cap"),
    "workers": (_("Workers"), _("Selling online, cooperatives, factories"), "hard-hat"),
}


class GroupCard(Struct, frozen=True):
    """One of the four target groups on the first page."""

    key: str
    title: str
    about: str
    url: str
    icon: str


class Resume(Struct, frozen=True):
    """Where to go on learning."""

    course: str
    title: str
    url: str
    done: int
    total: int
    minutes: int
    lamps: list[str]


def group_cards() -> list[GroupCard]:
    """The four groups in the reader's language."""
    return [
        GroupCard(key, say(title), say(about), address("home.group", group=key), icon)
        for key, (title, about, icon) in GROUPS.items()
    ]


def resume(person: Person) -> Resume | None:
    """The course touched last that is not complete, with the next thing to do in it."""
    for enrollment, course in learning.enrollments(person.id):
        if enrollment.completed_at is not None:
            continue
        places = learning.places(enrollment.syllabus_id)
        position = next_asked(enrollment.done, places)
        if position is None:
            continue
        how_far = measured(enrollment.done, [(p.mask, p.weight, p.minutes) for p in places])
        lessons = [p for p in places if p.kind == "lesson"] or list(places)
        next_place, where = _stopped(person, enrollment, places) or (places[position], "")
        return Resume(
            course.title,
            next_place.title,
            url_of(next_place.kind, course.slug, next_place.slug) + where,
            sum(1 for p in lessons if enrollment.done & p.mask),
            len(lessons),
            how_far.minutes_left,
            lamps(enrollment.done, [p.mask for p in places], position),
        )
    return None


def _stopped(
    person: Person, enrollment: learning.EnrollmentRow, places: Sequence[learning.Place]
) -> tuple[learning.Place, str] | None:
    found = stopped(person.id, enrollment, places)
    return (found[0], f"#{found[1].place}" if found[1].place else "") if found else None


def lamps(done: int, masks: list[int], now: int | None) -> list[str]:
    """One lamp an activity: on, now, or dark."""
    return ["on" if done & mask else "now" if i == now else "" for i, mask in enumerate(masks)]


@routes.get("/", ANYONE)
def home() -> str:
    """The first page: one promise, one action, who are you?"""
    person = here_or_none()
    going_on = resume(person) if person else None
    attained = competency.attained_by(person.id) if person and going_on is None else []
    with tab("home"):
        return render(
            "home/home.html",
            groups=group_cards(),
            start_url=address("home.group", group=(person.target_group if person else None) or "citizens"),
            resume=going_on,
            attained=attained[0] if attained else None,
            verify_url=address("certificates.verify"),
            panels=panels("home", person=person),
        )


@routes.get("/nhom/<group>", ANYONE)
def group(group: str) -> Response:
    """Leads to a group's programme, and remembers the choice for the sign-up page."""
    if group not in GROUPS:
        raise NotFound
    programme = competency.programme_of_group(group)
    if programme is None:
        raise NotFound(
            _("There is no programme for this group here yet. Please choose another one, or ask your helper.")
        )
    session["group"] = group
    return redirect(url_for("courses.programme", slug=programme.slug), 303)


@routes.get("/cua-toi", LEARNER)
def mine() -> Response:
    """What I am learning and what I have attained."""
    person = here()
    attained = competency.attained_here(person.id)
    with tab("mine"):
        return render_alike(
            "home/mine.html",
            resume=resume(person),
            programmes=attained,
            groups=group_cards(),
            panels=panels("mine", person=person),
        )


def keep_what_was_learnt(person: Person) -> None:
    """Takes lessons and the chosen group from the session into the account, when somebody arrives."""
    learnt = [pair for pair in session.pop("learnt", []) if isinstance(pair, list) and len(pair) == 2]
    chosen = session.pop("group", None)
    if not learnt and chosen not in GROUPS:
        return
    with unit_of_work():
        if chosen in GROUPS:
            accounts.choose_group(person.id, chosen)
        for course_id, activity_id in learnt[:80]:
            course, activity = learning.activity_by_id(int(course_id)), learning.activity_by_id(int(activity_id))
            if course is None or activity is None or activity.kind != "lesson":
                continue
            progress.enroll(person.id, course.id)
            progress.record_result(person.id, activity.id, Result(Kind.COMPLETED))
