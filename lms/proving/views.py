"""Officers' pages about one person's identity, and the administrators' page of levels."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import DomainError, Invalid
from lms.identity import passwords, proofs, second_factor
from lms.identity.people import Person, here
from lms.identity.roles import May, roles_that
from lms.identity.views.safety import proof_words
from lms.orgs.scope import person_for, require_at, units_where
from lms.proving import pins
from lms.proving.forms import LevelForm, PapersForm, PinForm
from lms.text import _
from lms.web.forms import PageForm
from lms.web.menu import MenuItem, Panel
from lms.web.rendering import render, render_fragment, say
from lms.web.routes import STAFF, Routes

routes = Routes("proving", "/can-bo")
menu = (
    MenuItem(
        "proving.levels",
        _("Levels of identity"),
        "badge-check",
        "staff",
        roles_that(May.ADMINISTER),
        80,
        group="office",
    ),
)
Answer = str | Response | tuple[str, int]


def _panel(person: Person) -> Markup | None:
    """On a person's page: how well they are known, and what this officer may do about it."""
    me = here()
    may_see = bool(units_where(me, May.SEE_PAPERS_OF_IDENTITY))
    may_help = bool(units_where(me, May.MAKE_PEOPLE) or units_where(me, May.HELP))
    if me.id == person.id or not (may_see or may_help):
        return None
    return Markup(  # noqa: S704  our own template
        render_fragment("proving/_panel.html", person=person, may_see=may_see, may_help=may_help)
    )


panels = (Panel("proving", "person", _panel, 20),)


# --- papers seen ------------------------------------------------------------------------------------------------------


@routes.get("/nguoi/<uuid:uuid>/giay-to", STAFF)
def papers(uuid: UUID) -> Answer:
    """Record that somebody's papers were seen."""
    person = person_for(here(), May.SEE_PAPERS_OF_IDENTITY, uuid)
    born = person.birth_date
    known = {"full_name": person.full_name}
    if born is not None:
        known |= {"day": str(born.day), "month": str(born.month), "year": str(born.year)}
    return _papers_page(person, PapersForm(formdata=None, data=known))


def _papers_page(person: Person, form: PapersForm) -> str:
    return render(
        "proving/papers.html",
        person=person,
        form=form,
        errors=form.wrong,
        kinds=[(key, say(words)) for key, words in proofs.PAPER_KINDS.items()],
        level=proofs.LEVELS[person.assurance_level],
        proofs=[(row, proof_words(row)) for row in proofs.proofs_of(person.id)],
        saved=request.args.get("saved", ""),
    )


@routes.post("/nguoi/<uuid:uuid>/giay-to", STAFF, endpoint="papers_post")
def papers_post(uuid: UUID) -> Answer:
    """Keeps which paper was seen, and what it says; never a picture of it."""
    me, form = here(), PapersForm()
    person = person_for(me, May.SEE_PAPERS_OF_IDENTITY, uuid)
    if form.validate():
        try:
            born = date(form.year.data or 0, form.month.data or 0, form.day.data or 0)
            with unit_of_work():
                proofs.papers_seen(
                    person.id, me.id, form.paper.data or "", form.identity_number.data or "", form.full_name.data or "",
                    born,
                )  # fmt: skip
            return redirect(url_for("proving.papers", uuid=uuid, saved="1"), 303)
        except (ValueError, OverflowError):
            form.refuse("day", _("There is no such day. Please look at day, month and year again."))
        except Invalid as error:
            _refused(form, error, {"birth_date": "year"}, "full_name")
    return _papers_page(person, form), 422


def _refused(form: PageForm, error: DomainError, called: dict[str, str], else_at: str) -> None:
    for name, text in error.fields.items():
        field = called.get(name, name)
        form.refuse(field if field in form else else_at, text)
    if not error.fields:
        form.refuse(else_at, error.text)


# --- a PIN for whoever lost theirs ------------------------------------------------------------------------------------


@routes.get("/nguoi/<uuid:uuid>/ma-pin", STAFF)
def pin(uuid: UUID) -> Answer:
    """Give a PIN to somebody who cannot sign in any more."""
    return _pin_page(pins.person_to_help(here(), uuid), PinForm(formdata=None))


def _pin_page(person: Person, form: PinForm) -> str:
    return render(
        "proving/pin.html",
        person=person,
        form=form,
        errors=form.wrong,
        nameless=person.username is None and person.phone is None,
        days=pins.DAYS,
        factor=second_factor.is_on(person.id) and bool(units_where(here(), May.ADMINISTER)),
        saved=request.args.get("saved", ""),
    )


@routes.post("/nguoi/<uuid:uuid>/ma-pin", STAFF, endpoint="pin_post")
def pin_post(uuid: UUID) -> Answer:
    """Draws the PIN and shows it this once; it is kept only as a hash."""
    me, form = here(), PinForm()
    person = pins.person_to_help(me, uuid)
    if form.validate():
        drawn = pins.draw_pin()
        hashed = passwords.hash_password(drawn)
        try:
            with unit_of_work():
                pins.give_pin(person.id, hashed, me.id, form.username.data)
        except Invalid as error:
            _refused(form, error, {}, "username")
        else:
            again = pins.person_to_help(me, uuid)  # with the sign-in name that they may have now
            login = again.phone or again.username or ""
            return render("proving/pin_given.html", person=again, pin=f"{drawn[:3]} {drawn[3:]}", login=login,
                          days=pins.DAYS)  # fmt: skip
    return _pin_page(person, form), 422


@routes.post("/nguoi/<uuid:uuid>/buoc-hai", STAFF)
def lost_phone(uuid: UUID) -> Answer:
    """Ends the second step of somebody who lost the phone and the codes on paper: administrators only."""
    me = here()
    person_for(me, May.ADMINISTER, uuid)
    person = pins.person_to_help(me, uuid)
    with unit_of_work():
        second_factor.turn_off(person.id, me.id)
    return redirect(url_for("proving.pin", uuid=uuid, saved="factor"), 303)


# --- levels -----------------------------------------------------------------------------------------------------------


@routes.get("/muc-danh-tinh", STAFF)
def levels() -> Answer:
    """How well people must be known, for what."""
    require_at(here(), May.ADMINISTER, None)
    return _levels_page(LevelForm(formdata=None))


def _levels_page(form: LevelForm) -> str:
    rows = [(a, proofs.required_level(a.name)) for a in sorted(proofs.ACTIONS, key=lambda a: a.name)]
    return render(
        "proving/levels.html",
        rows=rows,
        levels=[(str(level), words) for level, words in proofs.LEVELS.items()],
        errors=form.wrong,
        saved=request.args.get("saved", ""),
    )


@routes.post("/muc-danh-tinh", STAFF, endpoint="levels_post")
def levels_post() -> Answer:
    """Keeps one of them."""
    me, form = here(), LevelForm()
    require_at(me, May.ADMINISTER, None)
    if form.validate():
        with unit_of_work():
            proofs.set_required_level(form.action.data or "", int(form.level.data or 0), me.id)
        return redirect(url_for("proving.levels", saved="1"), 303)
    return _levels_page(form), 422
