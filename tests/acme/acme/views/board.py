"""Instructors see what is broadcast, and say it in other words."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from acme.queries import broadcast_for_anyone, broadcasts
from acme.services.announcing import announce
from lms.api.people import May, here, nation_id, require_anywhere, require_at, roles_that
from lms.api.reviewing import rule_at, submit
from lms.api.web import STAFF, MenuItem, Routes, composed_lines, render
from lms.api.work import Invalid, NotFound, _, unit_of_work

routes = Routes("acme", "/loa-phat-thanh")
menu = (MenuItem("acme.board", _("Loudspeaker"), "volume-2", "staff", roles_that(May.AUTHOR), order=90),)


@routes.get("", STAFF)
def board() -> str:
    """All broadcasts."""
    require_anywhere(here(), May.AUTHOR)
    return render("acme/staff/board.html", broadcasts=broadcasts())


@routes.post("/<slug>", STAFF)
def say_else(slug: str) -> Response:
    """Says other words from now on, or hands them in where somebody is to look at them first."""
    person, nation = here(), nation_id()
    if nation is None:
        raise NotFound
    require_at(person, May.AUTHOR, nation)
    row = broadcast_for_anyone(slug)
    words = composed_lines(request.form.get("words")) or ""
    if not words:
        raise Invalid(_("Please write what is to be said aloud."))
    with unit_of_work():
        if rule_at(nation).needs_review:
            number = submit("broadcast", slug, row.title, {"title": row.title, "words": words}, person.id)
            return redirect(url_for("reviewing.submission", submission=number), 303)
        announce(slug, row.title, words)
    return redirect(url_for("acme.board"), 303)
