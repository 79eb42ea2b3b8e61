"""My data: what I agreed to, what is kept, taking it along, asking about it."""

from __future__ import annotations

from uuid import UUID

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid
from lms.identity.ages import is_minor
from lms.identity.people import here
from lms.privacy import asking, consenting, giving_out, sensitive
from lms.privacy.forms import AskForm
from lms.privacy.purposes import REMINDERS
from lms.web.menu import Panel
from lms.web.rendering import render, render_fragment, say
from lms.web.routes import LEARNER, Routes

routes = Routes("privacy", "/cai-dat/du-lieu")
Answer = str | Response | tuple[str, int]
MOST_SHOWN = 50  # rows of one kind on the page; the download has them all


@routes.get("", LEARNER)
def my_data() -> str:
    """What I agreed to, my requests, and the ways to see, take along, correct and erase."""
    return _page(AskForm(formdata=None))


def _page(form: AskForm) -> str:
    person = here()
    return render(
        "privacy/mine.html",
        form=form,
        errors=form.wrong,
        held=consenting.held(person.id),
        requests=asking.requests_of(person.id),
        kinds=[(key, say(title)) for key, title in asking.KINDS.items()],
        attributes=sensitive.ATTRIBUTES,
        told=sensitive.told_by(person.id),
        minor=is_minor(person.birth_date),
        saved=bool(request.args.get("saved")),
    )


@routes.get("/xem", LEARNER)
def see() -> str:
    """Everything that is kept about me, table by table."""
    kept = giving_out.kept_about(here().id, MOST_SHOWN)
    return render("privacy/see.html", kept=kept, shown=giving_out.shown, label=giving_out.label, most=MOST_SHOWN)


@routes.get("/tai.zip", LEARNER)
def download() -> Response:
    """The same to take along."""
    answer = FlaskResponse(giving_out.as_zip(here().id), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="du-lieu-cua-toi.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.post("/dong-y", LEARNER)
def agree() -> Answer:
    """Says yes to a purpose, or takes it back."""
    person, purpose = here(), request.form.get("purpose", "")
    try:
        with unit_of_work():
            if request.form.get("answer") == "yes":
                consenting.give(person.id, purpose)
            else:
                consenting.withdraw(person.id, purpose)
    except Invalid as error:
        form = AskForm(formdata=None)
        form.refuse_as(error)
        return _page(form), 422
    if purpose == REMINDERS.key and request.form.get("answer") == "yes":
        return redirect(url_for("inbox.choice"), 303)
    return redirect(url_for("privacy.my_data", saved="1"), 303)


@routes.post("/tu-khai", LEARNER)
def volunteer() -> Response:
    """Keeps what I like to tell, or takes it back."""
    person = here()
    with unit_of_work():
        for attribute in sensitive.ATTRIBUTES:
            sensitive.volunteer(person.id, attribute, request.form.get(attribute, ""))
    return redirect(url_for("privacy.my_data", saved="1", _anchor="tu-khai"), 303)


@routes.post("/yeu-cau", LEARNER)
def ask() -> Answer:
    """Makes a request; the legal clock starts."""
    form, person = AskForm(), here()
    if form.validate():
        try:
            with unit_of_work():
                asking.ask(person.id, form.kind.data, form.words.data or "", person.id)
            return redirect(url_for("privacy.my_data", saved="1", _anchor="yeu-cau"), 303)
        except (Invalid, Conflict) as error:
            form.refuse_as(error)
    return _page(form), 422


@routes.post("/yeu-cau/<uuid:uuid>/rut", LEARNER)
def take_back(uuid: UUID) -> Response:
    """Takes a request back."""
    with unit_of_work():
        asking.take_back(here().id, uuid)
    return redirect(url_for("privacy.my_data", saved="1", _anchor="yeu-cau"), 303)


def _settings_panel() -> Markup:
    return Markup(render_fragment("privacy/_settings.html"))  # noqa: S704  a template of ours


panels = (Panel("privacy", "settings", _settings_panel, 30),)
