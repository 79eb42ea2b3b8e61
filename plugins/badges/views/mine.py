"""The holder: the badge of one of my papers, to keep and to show elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from certificates.api import VALID
from lms.api.people import here, is_minor
from lms.api.web import LEARNER, Panel, Routes, address, render, render_fragment
from lms.api.work import NotFound, clock
from plugins.badges import composing, queries
from plugins.badges.access import paper_of_mine
from plugins.badges.services import keeping, making
from plugins.badges.views.public import form_of, in_form

routes = Routes("badges", "/giay")
SOON = 60  # seconds in which the worker has usually made a badge


@routes.get("/<uuid:uuid>/huy-hieu", LEARNER)
def mine(uuid: UUID) -> str:
    """What a badge is, and its files to download; or a button where there is none yet."""
    person = here()
    row = paper_of_mine(person, uuid)
    held = queries.badge_of(row.id)
    badge: dict[str, Any] | None = None
    if held is not None:
        public = url_for("badges.badge", uuid=held.uuid)
        badge = {
            "sizes": {ending: len(form_of(held, ending)[0]) for ending in ("png", "svg", "json", "jwt")},
            "good": making.is_good(held),
            "public_path": public,
            "public_url": f"{keeping.site().base}{public}",
        }
    return render(
        "badges/mine/badge.html",
        uuid=str(uuid),
        kind=row.paper["kind"],
        name=f"{row.paper['title'].capitalize()}: {making.achieved(row).name}",
        valid=row.state == VALID,
        badge=badge,
        soon=clock.seconds() - row.issued_at < SOON,
        may_name=not is_minor(person.birth_date),
        holder=composing.holder(row.paper, row.salt).said,
    )


@routes.post("/<uuid:uuid>/huy-hieu", LEARNER)
def make(uuid: UUID) -> Answer:
    """Makes the badge of a paper that has none, or anew where the key that signed it became known."""
    making.badge(paper_of_mine(here(), uuid))
    return redirect(url_for("badges.mine", uuid=uuid), 303)


@routes.get("/<uuid:uuid>/huy-hieu.<ending>", LEARNER)
def file(uuid: UUID, ending: str) -> Response:
    """A form of the badge, to keep. With ?ten=1 it says the name, because its holder asked; not for minors."""
    person = here()
    row = paper_of_mine(person, uuid)
    held = queries.badge_of(row.id)
    named = request.args.get("ten") == "1"
    if held is None or (named and (is_minor(person.birth_date) or ending == "jwt")):
        raise NotFound
    if named:
        content, mime = in_form(making.named(row, held, row.paper["full_name"]), ending, row.paper["kind"])
    else:
        content, mime = form_of(held, ending)
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="huy-hieu-{row.number}.{ending}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _draw(uuid: UUID, **_what: Any) -> Markup:
    drawn = render_fragment("badges/mine/panel.html", url=address("badges.mine", uuid=uuid))
    return Markup(drawn)  # noqa: S704  a template's own output


panels = (Panel("badges.credential", "credential", _draw),)
