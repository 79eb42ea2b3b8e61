"""Coming in without a password, and the steps between the proof and the session."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Invalid, NotFound, NotSignedIn
from lms.identity import accounts, codes, entering, guarding, identities, proofs, second_factor, sessions
from lms.identity.accounts import normal_phone
from lms.identity.codes import RESET, SIGN_IN
from lms.identity.entering import CODE, ENROL, NEW_PASSWORD, WAYS_IN, enter, pending, step_done
from lms.identity.forms import ADDRESS_FORMS, CodeForm, NewPasswordForm, PhoneForm, WhoseForm
from lms.identity.people import here, here_or_none, person_by_id
from lms.text import _
from lms.web.locale import current_locale
from lms.web.rendering import render, say
from lms.web.routes import ANYONE, LEARNER, Routes
from lms.web.views.reader import safe_return

routes = Routes("identity")
Answer = str | Response | tuple[str, int]
ADDRESSES = [(a, a) for a in ADDRESS_FORMS]
_ASKED = "asked"  # where the signed cookie keeps which code is waited for
_NO_PHONE = _("Please enter a Vietnamese telephone number, e.g. 0912 345 678.")
CODE_WORDS = _(
    "Hoc vu so: your code is {code}. It is good for 5 minutes. Do not tell it to anybody who calls or writes."
)


def _return_to() -> str:
    return safe_return(request.values.get("return_to"), url_for("home.mine"))


# --- a code on the phone ----------------------------------------------------------------------------------------------


@routes.get("/dang-nhap/ma", ANYONE)
def ask_code() -> Answer:
    """Sign in by a code on the phone, or get a new password with one."""
    if here_or_none() is not None:
        return redirect(_return_to(), 303)
    return _ask_page(PhoneForm())


def _ask_page(form: PhoneForm) -> str:
    if not codes.offered():
        raise NotFound(_("Codes cannot be sent here at present. Please come in another way."))
    lost = request.values.get("lost") == "1"
    return render("identity/ask_code.html", form=form, errors=form.wrong, return_to=_return_to(), lost=lost)


@routes.post("/dang-nhap/ma", ANYONE, endpoint="ask_code_post")
def ask_code_post() -> Answer:
    """Sends a code, if an account has this number; the answer never says whether one has."""
    form = PhoneForm()
    if form.validate():
        phone = normal_phone(form.phone.data or "")
        if phone is None:
            form.refuse("phone", _NO_PHONE)
        else:
            purpose = RESET if request.form.get("lost") == "1" else SIGN_IN
            with unit_of_work():
                uuid = codes.ask(phone, purpose, request.remote_addr or "", say(CODE_WORDS))
            session[_ASKED] = [uuid.hex, purpose, phone]
            return redirect(url_for("identity.type_code", return_to=_return_to()), 303)
    return _ask_page(form), 422


@routes.get("/dang-nhap/ma/nhap", ANYONE)
def type_code() -> Answer:
    """Type the code that was sent."""
    return _type_page(CodeForm())


def _asked() -> tuple[UUID, str, str]:
    held = session.get(_ASKED)
    if not isinstance(held, list) or len(held) != 3 or held[1] not in (SIGN_IN, RESET):
        raise NotSignedIn
    return UUID(hex=held[0]), held[1], held[2]


def _type_page(form: CodeForm) -> str:
    _uuid, purpose, phone = _asked()
    return render(
        "identity/type_code.html",
        form=form,
        errors=form.wrong,
        return_to=_return_to(),
        phone=shown_phone(phone),
        sure=False,
        action=url_for("identity.type_code"),
        again=url_for("identity.ask_code", return_to=_return_to(), lost="1" if purpose == RESET else None),
    )


def shown_phone(phone: str) -> str:
    """A telephone number as people read it: 0912 345 678."""
    local = "0" + phone.removeprefix("+84")
    return f"{local[:4]} {local[4:7]} {local[7:]}"


@routes.post("/dang-nhap/ma/nhap", ANYONE, endpoint="type_code_post")
def type_code_post() -> Answer:
    """Checks the code and signs in; after a lost password a new one is chosen first."""
    form = CodeForm()
    uuid, purpose, phone = _asked()
    if form.validate():
        address = request.remote_addr or ""
        guarding.refuse_guessers(f"code {phone}", address)
        with unit_of_work():
            shown = codes.check(uuid, purpose, form.code.data or "")
            if shown is None:
                guarding.count_wrong(f"code {phone}", address)
            elif shown.account_id is not None:
                proofs.phone_proved(shown.account_id, shown.phone)
        person = person_by_id(shown.account_id) if shown is not None and shown.account_id is not None else None
        if person is not None:
            session.pop(_ASKED, None)
            enter(person, "code", new_password=purpose == RESET)
            return redirect(_return_to(), 303)
        form.refuse("code", codes.WRONG)
    return _type_page(form), 422


# --- steps that are left ----------------------------------------------------------------------------------------------


def _in(state: entering.Pending) -> Response:
    return redirect(safe_return(state.return_to, url_for("home.mine")), 303)


@routes.get("/dang-nhap/buoc-hai", ANYONE)
def second_factor_page() -> Answer:
    """The code that the app on the phone shows."""
    return _factor_page(CodeForm())


def _factor_page(form: CodeForm) -> str:
    pending(CODE)
    return render("identity/second_step.html", form=form, errors=form.wrong)


@routes.post("/dang-nhap/buoc-hai", ANYONE, endpoint="second_factor_post")
def second_factor_post() -> Answer:
    """Checks the code of the app, or one on paper."""
    form, state = CodeForm(), pending(CODE)
    if form.validate():
        with unit_of_work():
            second_factor.count_try(state.account_id)
        try:
            with unit_of_work():
                second_factor.check(state.account_id, form.code.data or "")
        except Invalid as error:
            with unit_of_work():
                guarding.count_wrong(f"second factor {state.account_id}", request.remote_addr or "")
            form.refuse("code", error.text)
        else:
            return _in(step_done(CODE))
    return _factor_page(form), 422


@routes.get("/dang-nhap/mat-khau-moi", ANYONE)
def new_password() -> Answer:
    """Choose a new password: the old one is lost, or was given by somebody else."""
    return _new_password_page(NewPasswordForm())


def _new_password_page(form: NewPasswordForm) -> str:
    state = pending(NEW_PASSWORD)
    given = NEW_PASSWORD not in state.wanted
    return render("identity/new_password.html", form=form, errors=form.wrong, given=given)


@routes.post("/dang-nhap/mat-khau-moi", ANYONE, endpoint="new_password_post")
def new_password_post() -> Answer:
    """Sets the new password and ends every session that the account had."""
    form, state = NewPasswordForm(), pending(NEW_PASSWORD)
    if form.validate():
        try:
            accounts.refuse_same(state.account_id, form.password.data or "")
            hashed = accounts.fit_password(state.account_id, form.password.data or "")
        except Invalid as error:
            form.refuse("password", error.text)
        else:
            with unit_of_work():
                accounts.set_password(state.account_id, hashed, state.account_id)
                sessions.end_sessions(state.account_id)
            return _in(step_done(NEW_PASSWORD))
    return _new_password_page(form), 422


@routes.get("/dang-nhap/thiet-lap-buoc-hai", ANYONE)
def enrol_first() -> Answer:
    """Set up the second step, which a role demands, before signing in."""
    return _enrol_page(CodeForm())


def _enrol_page(form: CodeForm) -> str:
    state = pending(ENROL)
    person = person_by_id(state.account_id)
    if person is None:
        raise NotSignedIn
    secret = second_factor.waiting_secret(person.id)
    return render(
        "identity/enrol_first.html",
        form=form,
        errors=form.wrong,
        secret=grouped(secret) if secret else "",
        qr=second_factor.qr(secret, person.username or person.full_name) if secret else "",
    )


def grouped(secret: str) -> str:
    """A secret in groups of four, for typing it into an app that cannot scan."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


@routes.post("/dang-nhap/thiet-lap-buoc-hai", ANYONE, endpoint="enrol_first_begin")
def enrol_first_begin() -> Answer:
    """Draws the secret."""
    state = pending(ENROL)
    with unit_of_work():
        second_factor.begin(state.account_id)
    return redirect(url_for("identity.enrol_first"), 303)


@routes.post("/dang-nhap/thiet-lap-buoc-hai/xong", ANYONE)
def enrol_first_done() -> Answer:
    """Takes the second step into use, shows the codes on paper, and signs in."""
    form, state = CodeForm(), pending(ENROL)
    if form.validate():
        with unit_of_work():
            second_factor.count_try(state.account_id)
        try:
            with unit_of_work():
                papers = second_factor.confirm(state.account_id, form.code.data or "")
        except Invalid as error:
            form.refuse("code", error.text)
        else:
            after = step_done(ENROL)
            go_on = safe_return(after.return_to, url_for("home.mine"))
            return render("identity/recovery_codes.html", codes=papers, go_on=go_on)
    return _enrol_page(form), 422


# --- an identity that belongs to nobody yet ---------------------------------------------------------------------------


def _label(provider: str) -> str:
    way = WAYS_IN.find(provider)
    return say(way.title or way.label) if way is not None else provider


@routes.get("/danh-tinh-moi", ANYONE)
def whose() -> Answer:
    """Whose is the identity that somebody came with: the account signed in, another one here, or a new one?"""
    proved = identities.arriving()
    form = WhoseForm(formdata=None, data={"full_name": proved.full_name or "", "address": "bạn"})
    return _whose_page(form)


def _whose_page(form: WhoseForm) -> str:
    proved, back = identities.arriving(), _return_to()
    return render(
        "identity/whose.html",
        form=form,
        errors=form.wrong,
        provider=_label(proved.provider),
        name=proved.full_name or "",
        sure_name=proved.level >= proofs.NATIONAL and bool(proved.full_name),
        number_known=say(identities.NUMBER_KNOWN) if identities.number_is_known(proved) else "",
        person=here_or_none(),
        addresses=ADDRESSES,
        return_to=back,
        sign_in_url=url_for("identity.sign_in", return_to=url_for("identity.whose", return_to=back)),
    )


@routes.post("/danh-tinh-moi/lien-ket", LEARNER)
def link_identity() -> Answer:
    """Links it to the account that is signed in."""
    person = here()
    with unit_of_work():
        identities.link(person.id, identities.take_arriving())
        sessions.rotate_current()
    return redirect(url_for("identity.assurance", saved="linked"), 303)


@routes.post("/danh-tinh-moi/tai-khoan-moi", ANYONE)
def open_for_identity() -> Answer:
    """Opens a new account for it. What was learnt before in this browser is kept."""
    form = WhoseForm()
    if here_or_none() is not None:
        return redirect(url_for("identity.whose"), 303)
    if form.validate():
        try:
            proved = identities.arriving()
            if identities.number_is_known(proved):
                return _whose_page(form), 409
            name = proved.full_name if proved.level >= proofs.NATIONAL and proved.full_name else form.full_name.data
            accounts.check_name(name or "")
            with unit_of_work():
                accounts.count_sign_up(request.remote_addr or "")
                account_id = identities.open_account(
                    identities.take_arriving(),
                    name or "",
                    address_form=form.address.data,
                    target_group=session.get("group"),
                    locale=current_locale(),
                )
        except Invalid as error:
            form.refuse("full_name", error.text)
        else:
            person = person_by_id(account_id)
            if person is None:
                raise NotFound
            enter(person, proved.provider, strength=3 if proved.level >= proofs.NATIONAL else 1)
            return redirect(_return_to(), 303)
    return _whose_page(form), 422


@routes.post("/danh-tinh-moi/bo", ANYONE)
def give_up_identity() -> Answer:
    """Forgets it: nothing is linked."""
    with unit_of_work():
        identities.give_up_arriving()
    there = "identity.assurance" if here_or_none() is not None else "identity.sign_in"
    return redirect(url_for(there), 303)
