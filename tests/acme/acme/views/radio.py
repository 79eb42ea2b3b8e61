"""A learner listens."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from acme.queries import broadcast_for_anyone, honors_of
from acme.services import listening
from lms.api.people import Person, here
from lms.api.web import ANYONE, LEARNER, Panel, Routes, render, render_fragment, safe_return
from lms.api.work import unit_of_work

routes = Routes("acme", "/loa")


@routes.get("/<slug>", ANYONE)
def broadcast(slug: str) -> str:
    """A broadcast on its own page."""
    return render("acme/learn/broadcast.html", broadcast=broadcast_for_anyone(slug), return_to=request.path)


@routes.post("/<slug>/da-nghe", LEARNER)
def heard(slug: str) -> Response:
    """Somebody says that they heard it, here or in a lesson."""
    row, person = broadcast_for_anyone(slug), here()
    try:
        token = UUID(request.form.get("token", "")).bytes
    except ValueError:
        token = None
    with unit_of_work():
        listening.hear(person.id, row, token)
    return redirect(safe_return(request.form.get("return_to"), f"/loa/{slug}"), 303)


def draw_panel(person: Person) -> Markup | None:
    """On "Mine": how often the loudspeaker has named this person."""
    times = honors_of(person.id)
    return Markup(render_fragment("acme/learn/panel.html", times=times)) if times else None


panels = (Panel("acme.honors", "mine", draw_panel, order=60),)
