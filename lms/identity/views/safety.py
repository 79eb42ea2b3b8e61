"""What somebody can see and do about their own safety: sessions, second step, telephone, linked identities, levels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.identity import codes, entering, guarding, identities, proofs, second_factor, sessions
from lms.identity.accounts import normal_phone
from lms.identity.entering import WAYS_IN, WayIn
from lms.identity.forms import CodeForm, PhoneForm
from lms.identity.people import Person, here
from lms.identity.views.stepping_in import CODE_WORDS, grouped, shown_phone
from lms.text import Text, _
from lms.web.menu import Panel
from lms.web.rendering import render, render_fragment, say
from lms.web.routes import LEARNER, Routes

routes = Routes("identity", "/cai-dat")
Answer = str | Response | tuple[str, int]
_PROVING = "proving"  # where the signed cookie keeps which telephone is being proved
WAYS = {
    "password": _("Password or PIN"),
    "sign-up": _("When the account was opened"),
    "code": _("Code on the phone"),
}


def way_words(way: str) -> str:
    """How somebody came in, in words."""
    entry = WAYS_IN.find(way)
    known: Text | None = WAYS.get(way) or (entry.title or entry.label if entry is not None else None)
    return say(known) if known is not None else way


# --- where I am signed in ---------------------------------------------------------------------------------------------


@routes.get("/noi-dang-nhap", LEARNER)
def where() -> Answer:
    """Where I am signed in."""
    person = here()
    rows = [
        (row, say(sessions.kind_of_device(row.device)), way_words(row.way))
        for row in sessions.sessions_of(person.id, person.session_id)
    ]
    return render("identity/where.html", rows=rows, saved=request.args.get("saved", ""))


@routes.post("/noi-dang-nhap", LEARNER, endpoint="end_session")
def end_session() -> Answer:
    """Signs out one device."""
    person = here()
    try:
        session_id = int(request.form.get("session", ""))
    except ValueError:
        raise NotFound from None
    with unit_of_work():
        sessions.end_one(person.id, session_id)
    return redirect(url_for("identity.where", saved="one"), 303)


@routes.post("/noi-dang-nhap/noi-khac", LEARNER)
def end_others() -> Answer:
    """Signs out everywhere but here."""
    person = here()
    with unit_of_work():
        sessions.end_sessions(person.id, but=person.session_id)
        sessions.rotate_current()
    return redirect(url_for("identity.where", saved="others"), 303)


# --- how well it is known who I am ------------------------------------------------------------------------------------


def _linkable(person_id: int) -> list[tuple[WayIn, str]]:
    linked = {row.provider for row in identities.identities_of(person_id)}
    found = []
    for way in sorted(WAYS_IN, key=lambda w: (w.order, w.name)):
        url = way.linking(url_for("identity.assurance")) if way.linking is not None else None
        if url and way.name not in linked:
            found.append((way, url))
    return found


@routes.get("/danh-tinh", LEARNER)
def assurance() -> Answer:
    """How well it is known who I am, and how to get further."""
    person = here()
    action = proofs.ACTIONS.find(request.args.get("action", ""))
    return render(
        "identity/assurance.html",
        level=person.assurance_level,
        levels=list(proofs.LEVELS.items()),
        needed=proofs.required_level(action.name) if action is not None else None,
        action=action.title if action is not None else None,
        phone=shown_phone(person.phone) if person.phone else "",
        codes=codes.offered(),
        linked=[(row, way_words(row.provider)) for row in identities.identities_of(person.id)],
        ways=_linkable(person.id),
        proofs=[(row, proof_words(row)) for row in proofs.proofs_of(person.id)],
        saved=request.args.get("saved", ""),
    )


def proof_words(row: proofs.ProofRow) -> Text:
    """What was proved, in one sentence."""
    if row.kind == "phone":
        return _("Phone number ending in {tail}, by a code", tail=row.what)
    if row.kind == "papers":
        paper = proofs.PAPER_KINDS.get(row.what, _("Papers"))
        if row.by:
            return _("{paper}, seen by {officer}", paper=paper, officer=row.by)
        return _("{paper}, seen by an officer", paper=paper)
    if row.kind == "identity":
        return _("Identity linked: {name}", name=way_words(row.what))
    return _("Entered by an officer")


@routes.post("/danh-tinh/bo-lien-ket", LEARNER)
def unlink_identity() -> Answer:
    """Ends that an identity opens the account; never the last way in."""
    person = here()
    try:
        identity_id = int(request.form.get("identity", ""))
    except ValueError:
        raise NotFound from None
    with unit_of_work():
        identities.unlink(person.id, identity_id)
    return redirect(url_for("identity.assurance", saved="unlinked"), 303)


@routes.get("/dien-thoai", LEARNER)
def phone() -> Answer:
    """Prove a telephone number, the present one or another."""
    number = here().phone
    return _phone_page(PhoneForm(formdata=None, data={"phone": shown_phone(number) if number else ""}))


def _phone_page(form: PhoneForm) -> str:
    if not codes.offered():
        raise NotFound(_("Codes cannot be sent here at present. Please come in another way."))
    return render("identity/phone.html", form=form, errors=form.wrong)


@routes.post("/dien-thoai", LEARNER, endpoint="phone_post")
def phone_post() -> Answer:
    """Sends a code to it."""
    form, person = PhoneForm(), here()
    if form.validate():
        number = normal_phone(form.phone.data or "")
        if number is None:
            form.refuse("phone", _("Please enter a Vietnamese telephone number, e.g. 0912 345 678."))
        else:
            with unit_of_work():
                uuid = codes.ask(number, codes.PROVE, request.remote_addr or "", say(CODE_WORDS), person.id)
            session[_PROVING] = [uuid.hex, number]
            return redirect(url_for("identity.phone_code"), 303)
    return _phone_page(form), 422


@routes.get("/dien-thoai/ma", LEARNER)
def phone_code() -> Answer:
    """Type the code that was sent."""
    return _phone_code_page(CodeForm())


def _proving() -> tuple[UUID, str]:
    held = session.get(_PROVING)
    if not isinstance(held, list) or len(held) != 2:
        raise NotFound(_("Please ask for a code first."))
    return UUID(hex=held[0]), held[1]


def _phone_code_page(form: CodeForm) -> str:
    _uuid, number = _proving()
    return render(
        "identity/type_code.html", form=form, errors=form.wrong, return_to="", phone=shown_phone(number), sure=True,
        action=url_for("identity.phone_code"), again=url_for("identity.phone"),
    )  # fmt: skip


@routes.post("/dien-thoai/ma", LEARNER, endpoint="phone_code_post")
def phone_code_post() -> Answer:
    """Checks the code; the number is proved and opens this account from now on."""
    form, person = CodeForm(), here()
    uuid, number = _proving()
    if form.validate():
        with unit_of_work():
            shown = codes.check(uuid, codes.PROVE, form.code.data or "")
            if shown is None or shown.account_id != person.id:
                shown = None
                guarding.count_wrong(f"code {number}", request.remote_addr or "")
        if shown is None:
            form.refuse("code", codes.WRONG)
        else:
            try:
                with unit_of_work():
                    codes.take_phone(person.id, shown.phone)
                    proofs.phone_proved(person.id, shown.phone)
            except Invalid as error:
                raise Conflict(error.text) from error
            session.pop(_PROVING, None)
            return redirect(url_for("identity.assurance", saved="phone"), 303)
    return _phone_code_page(form), 422


def _nudge(person: Person, **_what: Any) -> Markup | None:
    """For whoever works here without a second step, on their own page."""
    if not person.has_grants or second_factor.is_on(person.id):
        return None
    from_day = entering.factor_day(person)
    return Markup(render_fragment("identity/_factor_panel.html", from_day=from_day))  # noqa: S704  our own template


panels = (Panel("second-step", "mine", _nudge, 80),)


# --- the second step --------------------------------------------------------------------------------------------------


@routes.get("/buoc-hai", LEARNER)
def second_step() -> Answer:
    """The second step of signing in: whether it is on, setting it up, codes on paper."""
    return _second_page(CodeForm(formdata=None))


def _second_page(form: CodeForm) -> str:
    person = here()
    on = second_factor.is_on(person.id)
    secret = None if on else second_factor.waiting_secret(person.id)
    return render(
        "identity/second_factor.html",
        form=form,
        errors=form.wrong,
        on=on,
        demanded=entering.demands_factor(person),
        left=second_factor.recovery_codes_left(person.id) if on else 0,
        secret=grouped(secret) if secret else "",
        qr=second_factor.qr(secret, person.username or person.full_name) if secret else "",
        saved=request.args.get("saved", ""),
    )


@routes.post("/buoc-hai", LEARNER, endpoint="second_step_begin")
def second_step_begin() -> Answer:
    """Draws a secret."""
    with unit_of_work():
        second_factor.begin(here().id)
    return redirect(url_for("identity.second_step"), 303)


@routes.post("/buoc-hai/xong", LEARNER)
def second_step_done() -> Answer:
    """Takes it into use with a first code, and shows the codes on paper once."""
    form, person = CodeForm(), here()
    if form.validate():
        with unit_of_work():
            second_factor.count_try(person.id)
        try:
            with unit_of_work():
                papers = second_factor.confirm(person.id, form.code.data or "")
                sessions.end_sessions(person.id, but=person.session_id)
                sessions.rotate_current()
        except Invalid as error:
            form.refuse("code", error.text)
        else:
            return render("identity/recovery_codes.html", codes=papers, go_on=url_for("identity.second_step"))
    return _second_page(form), 422


@routes.post("/buoc-hai/doi", LEARNER)
def second_step_change() -> Answer:
    """For a right code: turns it off, or draws new codes on paper, and the old ones are good no more."""
    form, person = CodeForm(), here()
    wish = "off" if request.form.get("do") == "off" else "papers"
    if form.validate():
        with unit_of_work():
            second_factor.count_try(person.id)
        try:
            with unit_of_work():
                second_factor.check(person.id, form.code.data or "")
                if wish == "papers":
                    papers = second_factor.new_recovery_codes(person.id)
                else:
                    second_factor.turn_off(person.id, person.id)
                sessions.rotate_current()
        except Invalid as error:
            form.refuse("code", error.text)
        else:
            if wish == "papers":
                return render("identity/recovery_codes.html", codes=papers, go_on=url_for("identity.second_step"))
            return redirect(url_for("identity.second_step", saved="off"), 303)
    return _second_page(form), 422
