"""Whoever was entered by others says yes, or not yet, when they first come."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from lms.db.unit_of_work import unit_of_work
from lms.errors import NotSignedIn
from lms.identity.accounts import CONSENT_TEXT
from lms.identity.consenting import LEARNING_RECORD, give_consent
from lms.identity.entering import CONSENT, leave, pending, step_done
from lms.identity.people import person_by_id
from lms.web.rendering import render
from lms.web.routes import ANYONE, Routes
from lms.web.views.reader import safe_return

routes = Routes("identity")


@routes.get("/dang-nhap/dong-y", ANYONE)
def consent() -> str:
    """What is kept and for what, and the two answers."""
    person = person_by_id(pending(CONSENT).account_id)
    if person is None:
        raise NotSignedIn
    return render("identity/consent.html", name=person.full_name)


@routes.post("/dang-nhap/dong-y", ANYONE, endpoint="agree")
def agree() -> Response:
    """Records the yes, and signs in."""
    state = pending(CONSENT)
    channel = "self" if state.helper_id is None else "helper"
    with unit_of_work():
        give_consent(state.account_id, LEARNING_RECORD, CONSENT_TEXT, channel, state.helper_id)
    after = step_done(CONSENT)
    return redirect(safe_return(after.return_to, url_for("home.mine")), 303)


@routes.post("/dang-nhap/khong-dong-y", ANYONE)
def not_now() -> Response:
    """Silence is no, and so is this: nobody is signed in, nothing is recorded."""
    leave()
    return redirect(url_for("home.home"), 303)
