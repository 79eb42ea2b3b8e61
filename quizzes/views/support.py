"""Officers: what makes a check fair to a person of their units."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from lms.api.people import Person, here, people_by_id
from lms.api.web import STAFF, Needed, PageForm, Panel, Routes, composed, render, render_fragment, say
from lms.api.work import Invalid, Text, _, clock, unit_of_work
from quizzes import queries
from quizzes.access import person_to_support, supportable
from quizzes.policies import Fairness
from quizzes.services import accommodating

routes = Routes("quizzes", "/can-bo/nguoi")
Answer = str | Response | tuple[str, int]
DAY = 86_400
UNTIL: dict[str, tuple[int | None, Text]] = {
    "half": (183, _("for half a year")),
    "year": (365, _("for a year")),
    "open": (None, _("until it is ended here")),
}


class SupportForm(PageForm):
    """What is to help, why, and for how long."""

    extra = IntegerField(validators=[Optional()])
    no_limit = BooleanField()
    read_aloud = BooleanField()
    break_minutes = IntegerField(validators=[Optional()])
    reason = StringField(filters=[composed], validators=[Needed(_("Please write in a few words why it is needed."))])
    until = SelectField(choices=list(UNTIL), default="year")


@routes.get("/<uuid:uuid>/ho-tro-kiem-tra", STAFF)
def support(uuid: UUID) -> str:
    """What is given to somebody in checks, and the form to give it."""
    return _page(person_to_support(here(), uuid), None)


def _page(person: Person, form: SupportForm | None) -> str:
    held = queries.accommodation(person.id)
    if form is None:
        form = SupportForm(formdata=None, obj=held.fairness if held else None)
        if held is not None:
            form.reason.data = held.reason
            form.until.data = "open" if held.valid_to is None else "year"
    rows = queries.accommodations(person.id)
    names = people_by_id([i for r in rows for i in (r.given_by, r.ended_by) if i])
    return render(
        "quizzes/support/person.html",
        person=person,
        held=held,
        rows=[
            {
                "row": r,
                "what": in_words(r.fairness),
                "by": names[r.given_by].full_name if r.given_by in names else "",
                "over": r.valid_to is not None and r.valid_to <= clock.seconds(),
            }
            for r in rows
        ],
        form=form,
        errors=form.wrong,
        untils=[(key, say(text)) for key, (_days, text) in UNTIL.items()],
    )


def in_words(fair: Fairness) -> list[str]:
    """What is given, each thing in words."""
    found = []
    if fair.no_limit:
        found.append(say(_("no clock")))
    elif fair.extra:
        found.append(say(_("{n} % more time", n=fair.extra)))
    if fair.break_minutes:
        found.append(say(_("breaks of {n} minutes in all", n=fair.break_minutes)))
    if fair.read_aloud:
        found.append(say(_("questions read aloud")))
    return found


@routes.post("/<uuid:uuid>/ho-tro-kiem-tra", STAFF, endpoint="support_give")
def give(uuid: UUID) -> Answer:
    """Gives it, in place of what was given before."""
    officer, form = here(), SupportForm()
    person = person_to_support(officer, uuid)
    if form.validate():
        fair = Fairness(form.extra.data or 0, form.no_limit.data, form.read_aloud.data, form.break_minutes.data or 0)
        days = UNTIL[form.until.data][0]
        until = None if days is None else (clock.seconds() // DAY + days + 1) * DAY
        try:
            with unit_of_work():
                person = person_to_support(officer, uuid)
                accommodating.give(person.id, fair, form.reason.data or "", until, officer.id)
            return redirect(url_for("quizzes.support", uuid=uuid), 303)
        except Invalid as error:
            form.refuse_as(error)
    return _page(person, form), 422


@routes.post("/<uuid:uuid>/ho-tro-kiem-tra/thoi", STAFF, endpoint="support_end")
def end(uuid: UUID) -> Answer:
    """Ends what is in force."""
    officer = here()
    with unit_of_work():
        accommodating.end(person_to_support(officer, uuid).id, officer.id)
    return redirect(url_for("quizzes.support", uuid=uuid), 303)


def _panel(person: Person) -> Markup | None:
    if not supportable(here(), person):
        return None
    held = queries.accommodation(person.id)
    html = render_fragment(
        "quizzes/support/_person.html", person=person, held=held, what=in_words(held.fairness) if held else []
    )
    return Markup(html)  # noqa: S704  a template's own output


panels = (Panel("quizzes.support", "person", _panel, 60),)
