"""Instructors see what is broadcast."""

from __future__ import annotations

from acme.queries import broadcasts
from lms.api.people import May, here, require_anywhere, roles_that
from lms.api.web import STAFF, MenuItem, Routes, render
from lms.api.work import _

routes = Routes("acme", "/loa-phat-thanh")
menu = (MenuItem("acme.board", _("Loudspeaker"), "volume-2", "staff", roles_that(May.AUTHOR), order=90),)


@routes.get("", STAFF)
def board() -> str:
    """All broadcasts."""
    require_anywhere(here(), May.AUTHOR)
    return render("acme/staff/board.html", broadcasts=broadcasts())
