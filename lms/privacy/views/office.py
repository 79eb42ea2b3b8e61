"""Officers: requests with their terms, erasure, guardians on paper, terms of keeping, counts of what was told."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import Markup

from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.identity.ages import ADULT_AT, is_minor
from lms.identity.people import Person, here
from lms.identity.roles import May, roles_that
from lms.orgs.queries import path_name
from lms.orgs.scope import person_for, require_anywhere, units_where
from lms.privacy import asking, erasing, guardians, retaining, sensitive
from lms.privacy.forms import AnswerForm, EraseForm, PaperGuardianForm, TermForm
from lms.privacy.models import ANSWERED, DONE, REFUSED
from lms.privacy.views.mine import Answer
from lms.text import _
from lms.vietnamese import fold
from lms.web.locale import current_locale
from lms.web.menu import MenuItem, Panel
from lms.web.rendering import render, render_fragment, say, say_to
from lms.web.routes import STAFF, Routes

routes = Routes("privacy_office", "/can-bo")
ENDINGS = {
    ANSWERED: _("Answered; it will be done by the term"),
    DONE: _("Answered and done"),
    REFUSED: _("Refused, for the reason given"),
}


@routes.get("/yeu-cau", STAFF)
def requests() -> str:
    """What people of my units ask about their data; what is due first comes first."""
    ended = request.args.get("xong") == "1"
    return render("privacy/requests.html", rows=asking.requests_for(here(), ended=ended), ended=ended)


@routes.get("/yeu-cau/<uuid:uuid>", STAFF)
def one(uuid: UUID) -> str:
    """One request."""
    return _one_page(asking.request_for(here(), uuid), AnswerForm(formdata=None), EraseForm(formdata=None))


def _one_page(asked: asking.RequestRow, form: AnswerForm, erase: EraseForm) -> str:
    return render(
        "privacy/request.html",
        asked=asked,
        form=form,
        erase=erase,
        errors=form.wrong | erase.wrong,
        endings=[(key, say(words)) for key, words in ENDINGS.items()],
        theirs=lambda text: say_to(text, current_locale(), say(_("this person"))),
        fates=erasing.preview(asked.account_id) if asked.kind == "erase" and asked.due else [],
    )


@routes.post("/yeu-cau/<uuid:uuid>", STAFF)
def answer(uuid: UUID) -> Answer:
    """Answers it."""
    officer, form = here(), AnswerForm()
    asked = asking.request_for(officer, uuid)
    if form.validate():
        try:
            with unit_of_work():
                asked = asking.request_for(officer, uuid)
                asking.answer(
                    officer, asked, form.answer.data or "", state=form.state.data, extend=bool(form.extend.data)
                )
            return redirect(url_for("privacy_office.one", uuid=uuid), 303)
        except (Invalid, Conflict) as error:
            form.refuse_as(error)
    return _one_page(asked, form, EraseForm(formdata=None)), 422


@routes.post("/yeu-cau/<uuid:uuid>/xoa", STAFF)
def erase(uuid: UUID) -> Answer:
    """Erases the person, once the name was typed again; the request is done with it."""
    officer, form = here(), EraseForm()
    asked = asking.request_for(officer, uuid)
    if asked.kind != "erase":
        raise NotFound
    if form.validate():
        if fold(form.name.data or "") != fold(asked.full_name):
            form.refuse("name", _("This is not the name above. Nothing was erased."))
        else:
            try:
                with unit_of_work():
                    asked = asking.request_for(officer, uuid)
                    done = say(_("Your data were erased as you asked."))
                    asking.answer(officer, asked, done, state=DONE)
                    erasing.erase(asked.account_id, officer.id, "request")
                return redirect(url_for("privacy_office.one", uuid=uuid), 303)
            except Conflict as error:
                form.refuse_as(error)
    return _one_page(asked, AnswerForm(formdata=None), form), 422


@routes.get("/nguoi/<uuid:uuid>/nguoi-giam-ho", STAFF)
def guardian(uuid: UUID) -> str:
    """Who answers for a minor; the form for a guardian's written yes."""
    return _guardian_page(person_for(here(), May.MAKE_PEOPLE, uuid), PaperGuardianForm(formdata=None))


def _guardian_page(minor: Person, form: PaperGuardianForm) -> str:
    return render(
        "privacy/paper_guardian.html",
        minor=minor,
        is_minor=is_minor(minor.birth_date),
        adult_at=ADULT_AT,
        guardians=guardians.guardians_of(minor.id),
        relations=guardians.RELATIONS,
        choices=[(key, say(title)) for key, title in guardians.RELATIONS.items()],
        form=form,
        errors=form.wrong,
    )


@routes.post("/nguoi/<uuid:uuid>/nguoi-giam-ho", STAFF)
def record_guardian(uuid: UUID) -> Answer:
    """Records a guardian's written yes that I hold."""
    officer, form = here(), PaperGuardianForm()
    minor = person_for(officer, May.MAKE_PEOPLE, uuid)
    if form.validate():
        if not form.seen.data:
            form.refuse("seen", _("Please tick this only when you hold the signed paper."))
        else:
            try:
                with unit_of_work():
                    minor = person_for(officer, May.MAKE_PEOPLE, uuid)
                    guardians.record_on_paper(officer, minor.id, form.name.data or "", form.relation.data)
                return redirect(url_for("privacy_office.guardian", uuid=uuid), 303)
            except Invalid as error:
                form.refuse("name", error.text)
    return _guardian_page(minor, form), 422


@routes.get("/luu-giu", STAFF)
def terms() -> str:
    """How long things are kept, and what the next run would forget."""
    require_anywhere(here(), May.ADMINISTER)
    return _terms_page(TermForm(formdata=None))


def _terms_page(form: TermForm) -> str:
    return render("privacy/terms.html", terms=retaining.terms(), form=form, errors=form.wrong)


@routes.post("/luu-giu", STAFF)
def decide() -> Answer:
    """Sets a term."""
    person, form = here(), TermForm()
    _require_everywhere(person)
    if form.validate():
        try:
            with unit_of_work():
                _require_everywhere(person)
                retaining.decide(form.key.data or "", form.days.data or 0, person.id)
            return redirect(url_for("privacy_office.terms"), 303)
        except Invalid as error:
            form.refuse("days", error.text)
    return _terms_page(form), 422


def _require_everywhere(person: Person) -> None:
    """Terms hold for all units at once: only who administers the topmost one decides them."""
    from lms.orgs.queries import nation_id

    if nation_id() not in units_where(person, May.ADMINISTER):
        raise NotFound


@routes.get("/tu-khai", STAFF)
def told() -> str:
    """What people of my units told about themselves, counted; small counts are not shown."""
    units = require_anywhere(here(), May.SEE_REPORTS)
    counts = [(title, sensitive.counts(attribute, units)) for attribute, (title, _v) in sensitive.ATTRIBUTES.items()]
    return render(
        "privacy/told.html", counts=counts, units=[path_name(u) or say(_("The whole country")) for u in units],
        smallest=sensitive.SMALLEST,
    )  # fmt: skip


def _guardian_panel(person: Person) -> Markup | None:
    if not is_minor(person.birth_date):
        return None
    return Markup(  # noqa: S704  escaped in it
        render_fragment("privacy/_minor.html", person=person, guardians=guardians.guardians_of(person.id))
    )


menu = (
    MenuItem(
        "privacy_office.requests",
        _("Requests about data"),
        "lock",
        "staff",
        roles_that(May.ANSWER_REQUESTS),
        60,
        group="data",
    ),
    MenuItem(
        "privacy_office.terms",
        _("How long data are kept"),
        "archive",
        "staff",
        roles_that(May.ADMINISTER),
        80,
        group="data",
    ),
    MenuItem(
        "privacy_office.told", _("Who is reached"), "users", "staff", roles_that(May.SEE_REPORTS), 70, group="data"
    ),
)
panels = (Panel("guardian", "person", _guardian_panel, 40),)
