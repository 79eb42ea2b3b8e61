"""Signing up, in and out; what the account holds about oneself."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import make_response, redirect, request, session, url_for
from flask_login import logout_user
from werkzeug.wrappers import Response

from lms import limits
from lms.db.unit_of_work import unit_of_work
from lms.errors import Invalid
from lms.identity import accounts, codes, guarding, kept_forms, sessions
from lms.identity.entering import WAYS_IN, enter
from lms.identity.forms import ADDRESS_FORMS, BirthDateForm, PasswordForm, SettingsForm, SignInForm, SignUpForm
from lms.identity.people import Person, claim_or_none, here, here_or_none, person_by_id, remember_address
from lms.text import _
from lms.web.locale import LOCALES, current_locale
from lms.web.menu import panels
from lms.web.rendering import address, render, render_alike, say
from lms.web.routes import ANYONE, LEARNER, Routes
from lms.web.views.reader import safe_return

routes = Routes("identity")
Answer = str | Response | tuple[str, int]
ADDRESSES = [(a, a) for a in ADDRESS_FORMS]


def _return_to() -> str:
    asked = request.form.get("return_to") or request.args.get("return_to") or request.args.get("next")
    return safe_return(asked, address("home.mine"))


@routes.get("/dang-nhap", ANYONE)
def sign_in() -> Answer:
    """Sign in."""
    if here_or_none() is not None:
        return redirect(_return_to(), 303)
    ended = claim_or_none() is not None
    if ended:
        kept_forms.remember_whose()
        logout_user()  # the session was ended elsewhere, or is of a release that knew none
    return _sign_in_page(None, ended)


@routes.post("/dang-nhap", ANYONE, endpoint="sign_in_post")
def sign_in_post() -> Answer:
    """Checks name and secret; never says which half was wrong."""
    form = SignInForm()
    if form.validate():
        login, password = form.identifier.data or "", form.password.data or ""
        named = accounts.normal_login(login)
        with unit_of_work():
            guarding.let_try(named, request.remote_addr or "")
        try:
            person = accounts.check_credentials(login, password)
        except Invalid as error:
            with unit_of_work():
                guarding.count_wrong(named, request.remote_addr or "")
            form.refuse_as(error)
        else:
            guarding.know_browser(named)
            return _welcome(person, "password")
    return _sign_in_page(form)


_BLANK = {name: {"data": "", "errors": []} for name in ("identifier", "password")}


def _sign_in_page(form: SignInForm | None, ended: bool = False) -> Response:
    """`form`: what was sent and is wrong; the empty form is the same page for everybody."""
    back = _return_to()
    ways = [
        {"label": say(way.label), "icon": way.icon, "url": url}
        for way in sorted(WAYS_IN, key=lambda w: (w.order, w.name))
        if (url := way.url(back))
    ]
    what: dict[str, Any] = {
        "ways": ways, "return_to": back, "codes": codes.offered(), "ended": ended, "kept": kept_forms.wait_here(),
    }  # fmt: skip
    if form is None:
        return render_alike("identity/sign_in.html", form=_BLANK, errors={}, **what)
    return make_response(render("identity/sign_in.html", form=form, errors=form.wrong, **what), 422)


@routes.get("/dang-ky", ANYONE)
def sign_up() -> Answer:
    """Open an account."""
    if here_or_none() is not None:
        return redirect(_return_to(), 303)
    form = SignUpForm()
    return render(
        "identity/sign_up.html", form=form, errors={}, addresses=ADDRESSES, places=[], return_to=_return_to(), token=""
    )


@routes.post("/dang-ky", ANYONE, endpoint="sign_up_post")
def sign_up_post() -> Answer:
    """Opens an account and signs in. What was learnt before it is kept."""
    form = SignUpForm()
    if form.validate():
        name, login = form.full_name.data or "", form.identifier.data or ""
        try:
            accounts.check_name(name)
            hashed = accounts.prepared_password(name, login, form.password.data or "")
            with unit_of_work():
                accounts.count_sign_up(request.remote_addr or "")
                account_id = accounts.sign_up(
                    name,
                    login,
                    hashed,
                    address_form=form.address.data,
                    target_group=session.get("group"),
                    locale=current_locale(),
                )
        except Invalid as error:
            form.refuse_as(error)
        else:
            person = person_by_id(account_id)
            assert person is not None, "the account was made a moment ago"
            return _welcome(person, "sign-up")
    page = render(
        "identity/sign_up.html", form=form, errors=form.wrong, addresses=ADDRESSES, places=[],
        return_to=_return_to(), token="",
    )  # fmt: skip
    return page, 422


def _welcome(person: Person, way: str) -> Response:
    enter(person, way)
    return redirect(_return_to(), 303)


@routes.post("/dang-xuat", ANYONE)
def sign_out() -> Answer:
    """Sign out: the session is ended, and the cookie emptied."""
    with unit_of_work():
        way = WAYS_IN.find(sessions.end_current() or "")
    logout_user()
    guarding.forget_all_but_known()
    return redirect((way.leaving() if way and way.leaving else None) or url_for("home.home"), 303)


@routes.get("/ngay-sinh", LEARNER)
def birth_date() -> Answer:
    """The birth date, asked once, with the reason."""
    if here().birth_date is not None:
        return redirect(_return_to(), 303)
    return render("identity/birth_date.html", form=BirthDateForm(), errors={}, return_to=_return_to())


@routes.post("/ngay-sinh", LEARNER, endpoint="birth_date_post")
def birth_date_post() -> Answer:
    """Keeps the birth date."""
    form, person = BirthDateForm(), here()
    if form.validate():
        try:
            day = date(form.year.data or 0, form.month.data or 0, form.day.data or 0)
            with unit_of_work():
                accounts.set_birth_date(person.id, day)
            return redirect(_return_to(), 303)
        except (ValueError, OverflowError):
            form.refuse("day", _("There is no such day. Please look at day, month and year again."))
        except Invalid as error:
            form.refuse("year", error.text)
    page = render("identity/birth_date.html", form=form, errors=form.wrong, return_to=_return_to())
    return page, 422


@routes.get("/cai-dat", LEARNER)
def settings() -> Answer:
    """Name, form of address, password."""
    return _settings_page(SettingsForm(obj=_Current()), PasswordForm(formdata=None))


class _Current:
    def __init__(self) -> None:
        person = here()
        self.full_name, self.address_form = person.full_name, person.address_form


def _settings_page(form: SettingsForm, password: PasswordForm, saved: str = "") -> str:
    return render(
        "identity/settings.html",
        form=form,
        password=password,
        errors=form.wrong | password.wrong,
        addresses=ADDRESSES,
        languages=LOCALES,
        saved=saved or request.args.get("saved", ""),
        birth_date=here().birth_date,
        login=here().phone or here().username or "",
        panels=panels("settings"),
        has_password=accounts.has_password(here().id),
    )


@routes.post("/cai-dat", LEARNER, endpoint="settings_post")
def settings_post() -> Answer:
    """Keeps name and form of address."""
    form, person = SettingsForm(), here()
    if form.validate():
        try:
            with unit_of_work():
                accounts.rename(person.id, form.full_name.data or "")
                accounts.choose(person.id, address_form=form.address_form.data or "bạn", locale=current_locale())
            remember_address(form.address_form.data or "bạn")
            return redirect(url_for("identity.settings", saved="name"), 303)
        except Invalid as error:
            form.refuse_as(error)
    return _settings_page(form, PasswordForm(formdata=None)), 422


@routes.post("/cai-dat/mat-khau", LEARNER)
def change_password() -> Answer:
    """Sets a new password and ends all other sessions."""
    form, person = PasswordForm(), here()
    if accounts.has_password(person.id) and not form.old_password.data:
        form.validate()
        form.refuse("old_password", _("Please enter the present password."))
    elif form.validate():
        try:
            with unit_of_work():
                limits.take("old-password", str(person.id), most=10, seconds=900)
            accounts.check_password(person.id, form.old_password.data or "")
            hashed = accounts.fit_password(person.id, form.password.data or "")
            with unit_of_work():
                accounts.set_password(person.id, hashed, person.id)
                sessions.end_sessions(person.id, but=person.session_id)
                sessions.rotate_current()
        except Invalid as error:
            form.refuse_as(error)
        else:
            return redirect(url_for("identity.settings", saved="password"), 303)
    return _settings_page(SettingsForm(formdata=None, obj=_Current()), form), 422
