"""Learners: whether their confirmation is handed over, and the way to say yes."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from lms.api.people import Claim, Person, has_consent
from lms.api.web import Panel, render_fragment, say
from lms.api.work import Text, _
from plugins.handover import queries
from plugins.handover.models import ACCEPTED, PREPARED, REFUSED, SENT, VOID
from plugins.handover.services.preparing import PURPOSE

WORDS: dict[str, Text] = {
    PREPARED: _("It waits to be handed over."),
    SENT: _("It was handed over; there is no answer yet."),
    ACCEPTED: _("It was handed over and accepted."),
    REFUSED: _("It was handed over and refused. Officials of your unit see to it."),
}


def _draw(person: Person | Claim | None = None, **_what: Any) -> Markup | None:
    if not isinstance(person, Person):
        return None
    rows = [row for row in queries.of_person(person.id) if row.state != VOID]
    if not rows:
        return None
    agreed = has_consent(person.id, PURPOSE.key)
    told = [(row.number, say(WORDS[row.state])) for row in rows if agreed or row.state != PREPARED]
    return Markup(render_fragment("handover/mine.html", agreed=agreed, told=told))  # noqa: S704  a template's own output


panels = (Panel("handover.mine", "mine", _draw, order=60),)
