"""Guardians: a child shows a code, a grown-up agrees, sees how the child is doing, and may take the yes back."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lms.competency import queries as competency
from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid
from lms.identity.ages import ADULT_AT, is_minor
from lms.identity.people import here
from lms.learning import queries as learning
from lms.learning.rollup import progress as measured
from lms.privacy import asking, guardians
from lms.privacy.forms import GuardianForm
from lms.privacy.views.mine import Answer
from lms.text import _
from lms.web.rendering import render, say
from lms.web.routes import LEARNER, Routes
from lms.web.views.reader import safe_return

routes = Routes("guardians", "/nguoi-giam-ho")


@routes.get("", LEARNER)
def guardian() -> str:
    """For a child: who answers for me, and the code to show. For a grown-up: for whom I answer."""
    return _page(GuardianForm(formdata=None))


def _page(form: GuardianForm, code: str = "") -> str:
    person = here()
    return render(
        "privacy/guardian.html",
        minor=is_minor(person.birth_date),
        adult_at=ADULT_AT,
        guardians=guardians.guardians_of(person.id),
        relations=guardians.RELATIONS,
        choices=[(key, say(title)) for key, title in guardians.RELATIONS.items() if key != "school"],
        wards=guardians.wards_of(person.id),
        code=code,
        minutes=guardians.CODE_MINUTES,
        form=form,
        errors=form.wrong,
        return_to=safe_return(request.values.get("return_to"), url_for("home.mine")),
    )


@routes.post("/ma", LEARNER)
def make_code() -> str:
    """A code for my guardian, shown once."""
    with unit_of_work():
        code = guardians.make_code(here())
    return _page(GuardianForm(formdata=None), code)


@routes.post("", LEARNER, endpoint="agree")
def agree() -> Answer:
    """I answer for the child who shows this code."""
    form, person = GuardianForm(), here()
    if form.validate():
        with unit_of_work():
            guardians.count_try(person.id)
        try:
            with unit_of_work():
                minor_id = guardians.agree(person, form.code.data or "", form.relation.data)
            return redirect(url_for("guardians.ward", minor=minor_id), 303)
        except (Invalid, Conflict) as error:
            form.refuse_as(error)
    return _page(form), 422


@routes.get("/<int:minor>", LEARNER)
def ward(minor: int) -> str:
    """How a child is doing for whom I answer."""
    child = guardians.ward_for(here(), minor)
    courses = []
    for enrollment, course in learning.enrollments(child.id):
        places = learning.places(enrollment.syllabus_id)
        how_far = measured(enrollment.done, [(p.mask, p.weight, p.minutes) for p in places])
        courses.append((course.title, how_far.percent, enrollment.last_at))
    return render(
        "privacy/ward.html",
        child=child,
        courses=courses,
        attained=competency.attained_by(child.id),
        requests=asking.requests_of(child.id),
        asked=bool(request.args.get("asked")),
    )


@routes.post("/<int:minor>/rut", LEARNER)
def step_down(minor: int) -> Response:
    """I no longer agree."""
    with unit_of_work():
        guardians.step_down(here().id, minor)
    return redirect(url_for("guardians.guardian"), 303)


@routes.post("/<int:minor>/xoa", LEARNER)
def ask_to_erase(minor: int) -> Response:
    """I ask for the child's data to be erased."""
    person = here()
    child = guardians.ward_for(person, minor)
    with unit_of_work():
        asking.ask(child.id, "erase", say(_("Asked by the guardian {name}.", name=person.full_name)), person.id)
    return redirect(url_for("guardians.ward", minor=minor, asked="1"), 303)
