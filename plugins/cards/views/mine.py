"""One's own card, on the page of settings: whether there is one, who helped when, and what to do when it is lost."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.people import here
from lms.api.web import LEARNER, Panel, Routes, render_fragment
from lms.api.work import unit_of_work
from plugins.cards import queries
from plugins.cards.services import issuing

routes = Routes("cards", "/the-cua-toi")


@routes.post("/mat", LEARNER)
def lost() -> Response:
    """I have lost my card: it holds no more."""
    me = here()
    with unit_of_work():
        issuing.revoke(me.id, me.id, issuing.SELF)
    return redirect(url_for("identity.settings"), 303)


def _draw(**_what: Any) -> Markup | None:
    me = here()
    card = next((c for c in queries.cards_of(me.id) if c.revoked_at is None), None)
    row, helps = queries.holder(me.id), queries.helps_of(me.id)
    if card is None and row is None and not helps:
        return None
    return Markup(  # noqa: S704  a template's own output
        render_fragment("cards/mine/panel.html", card=card, row=row, helps=helps)
    )


panels = (Panel("cards.mine", "settings", _draw, order=40),)
