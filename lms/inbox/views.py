"""The inbox, and how a person wishes to be reached."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import Invalid
from lms.identity.people import Person, here
from lms.inbox import choosing, queries, stopping, telling
from lms.inbox.forms import ChoiceForm, CodeForm, MailForm
from lms.messages.channels import channel_for
from lms.web.menu import Panel
from lms.web.rendering import render, render_fragment
from lms.web.routes import ANYONE, LEARNER, Routes

routes = Routes("inbox")
Answer = str | Response | tuple[str, int]
MOST_PAGES = 1000


@routes.get("/tin-nhan", LEARNER)
def notes() -> str:
    """What I was told."""
    asked = request.args.get("trang", "1")
    page = min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 9 else 1
    page = max(page, 1)
    rows, older = queries.notes(here().id, page)
    return render("inbox/notes.html", notes=rows, page_number=page, older=older)


@routes.post("/tin-nhan/da-doc", LEARNER)
def mark_read() -> Response:
    """Everything is read."""
    with unit_of_work():
        telling.mark_read(here().id)
    return redirect(url_for("inbox.notes"), 303)


@routes.get("/cai-dat/tin-nhan", LEARNER)
def choice() -> str:
    """How I wish to be reached."""
    return _choice_page()


@routes.post("/cai-dat/tin-nhan", LEARNER)
def choose() -> Answer:
    """Keeps it."""
    form, person = ChoiceForm(), here()
    if form.validate():
        try:
            with unit_of_work():
                choosing.choose(
                    person.id,
                    remind=form.remind.data,
                    hour_from=form.hour_from.data,
                    hour_to=form.hour_to.data,
                    by_mail=form.by_mail.data,
                    by_phone=form.by_phone.data,
                )
            return redirect(url_for("inbox.choice", saved="1"), 303)
        except Invalid as error:
            form.refuse_as(error)
    return _choice_page(form=form), 422


@routes.post("/cai-dat/tin-nhan/thu-dien-tu", LEARNER)
def ask_for_mail() -> Answer:
    """Sends a code to an e-mail address."""
    form, person = MailForm(), here()
    if form.validate():
        try:
            with unit_of_work():
                choosing.ask_for_mail(person.id, form.email.data or "", person.locale, person.address_form)
            return redirect(url_for("inbox.choice", _anchor="code"), 303)
        except Invalid as error:
            form.refuse_as(error)
    return _choice_page(mail=form), 422


@routes.post("/cai-dat/tin-nhan/ma", LEARNER)
def prove_mail() -> Answer:
    """Takes the address into use where the code is right."""
    form, person = CodeForm(), here()
    if form.validate():
        with unit_of_work():
            right = choosing.prove_mail(person.id, form.code.data or "")
        if right:
            return redirect(url_for("inbox.choice", saved="1"), 303)
        form.refuse("code", choosing.WRONG_CODE)
    return _choice_page(code=form), 422


@routes.post("/cai-dat/tin-nhan/bo-thu-dien-tu", LEARNER)
def drop_mail() -> Response:
    """Forgets my e-mail address."""
    with unit_of_work():
        choosing.drop_mail(here().id)
    return redirect(url_for("inbox.choice", saved="1"), 303)


@routes.get("/ngung-nhan-tin/<token>", ANYONE)
def stop_asked(token: str) -> str:
    """One button: no more messages. No sign-in, because the link itself is the proof."""
    stopping.account_of(token)
    return render("inbox/stop.html", token=token, done=False)


@routes.post("/ngung-nhan-tin/<token>", ANYONE)
def stop(token: str) -> str:
    """Stops reminders, mail and telephone messages (RFC 8058: mail programs post here themselves)."""
    account_id = stopping.account_of(token)
    with unit_of_work():
        stopping.stop(account_id)
    return render("inbox/stop.html", token=token, done=True)


def _choice_page(form: ChoiceForm | None = None, mail: MailForm | None = None, code: CodeForm | None = None) -> str:
    person = here()
    held = queries.choice_of(person.id)
    return render(
        "inbox/choice.html",
        form=form or ChoiceForm(formdata=None, obj=held),
        mail=mail or MailForm(formdata=None),
        code=code or CodeForm(formdata=None),
        errors={name: texts for sent in (form, mail, code) if sent for name, texts in sent.wrong.items()},
        held=held,
        saved=bool(request.args.get("saved")),
        mail_ready=channel_for("email") is not None,
        phone=person.phone if channel_for("phone") else None,
        hours_from=[(h, f"{h}:00") for h in range(5, 22)],
        hours_to=[(h, f"{h}:00") for h in range(6, 23)],
    )


def _unread_panel(person: Person, **_what: Any) -> Markup | None:
    count, title = queries.unread(person.id)
    if not count:
        return None
    return Markup(render_fragment("inbox/_unread.html", count=count, title=title))  # noqa: S704  escaped in it


def _settings_panel() -> Markup:
    return Markup(render_fragment("inbox/_settings.html"))  # noqa: S704  a template of ours


panels = (
    Panel("inbox-unread", "mine", _unread_panel, 5),
    Panel("inbox-choice", "settings", _settings_panel, 20),
)
