"""Everybody: what may I see and do here?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from lms.granting.views.pages import rights_page
from lms.identity.people import here
from lms.web.menu import Panel
from lms.web.rendering import render, render_fragment
from lms.web.routes import LEARNER, Routes

routes = Routes("grants", "/cai-dat/quyen")


@routes.get("", LEARNER, endpoint="mine")
def mine() -> str:
    """My own rights, each with where it comes from."""
    return render("granting/mine.html", **rights_page(here(), "grants.mine"))


def _way(**_what: Any) -> Markup:
    return Markup(render_fragment("granting/way.html"))  # noqa: S704  a template's own output


panels = (Panel("granting.settings", "settings", _way, order=60),)
