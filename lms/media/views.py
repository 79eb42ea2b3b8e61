"""How far the preparing of an upload is: a page, and a piece of one for the editor."""

from __future__ import annotations

from flask import request
from msgspec import Struct

from lms.errors import NotFound
from lms.identity.people import here
from lms.identity.roles import May
from lms.media.models import WAITING, WORKING
from lms.media.queries import MediaRow, media
from lms.orgs.queries import reaches
from lms.orgs.scope import units_where
from lms.text import Text
from lms.web.rendering import render, render_fragment, say, wants_fragment
from lms.web.routes import STAFF, Routes


class Progress(Struct, frozen=True):
    """How far an upload is, in the reader's words."""

    id: int
    kind: str
    name: str
    state: str
    percent: int
    problem: str
    note: str


routes = Routes("media", "/studio/tep")


def _row_for(media_id: int) -> MediaRow:
    """An upload of a unit where this person authors, or of one below it; NotFound for all others."""
    row = media([media_id]).get(media_id) if media_id < 1 << 62 else None
    if row is None or not reaches(units_where(here(), May.AUTHOR), row.org_id):
        raise NotFound
    return row


@routes.get("/<int:media_id>", STAFF)
def progress(media_id: int) -> str:
    """How far it is, and what is wrong with it. Asked as a piece of a page it is only that."""
    row = _row_for(media_id)
    notes = row.facts.get("notes", ())
    shown = Progress(
        row.id,
        row.kind,
        row.name,
        row.state,
        row.percent,
        say(row.problem) if row.problem else "",
        " ".join(say(Text(n)) for n in notes),
    )
    if wants_fragment():
        return render_fragment("media/_progress.html", media=shown)
    return render("media/progress.html", media=shown, again=request.path if row.state in (WAITING, WORKING) else "")
