"""Pages and the REST API: routes, operations, rendering, forms, menu, panels."""

from lms.home import GROUPS, lamps
from lms.rest.operations import OPERATIONS, Operations
from lms.rest.problems import Problem
from lms.web.errors import problem, wants_json
from lms.web.forms import Needed, PageForm, composed, composed_lines
from lms.web.locale import LOCALES, current_locale, long_date, short_date
from lms.web.locale import time_and_date as _time_and_date
from lms.web.menu import MENU, PANELS, MenuItem, Panel, panels
from lms.web.rendering import (
    address,
    at_address,
    hole,
    icon_names,
    macro,
    neutral,
    onward,
    piece,
    remembered,
    render,
    render_alike,
    render_fragment,
    renderer_key,
    say,
    say_to,
    shelled,
    static_address,
    static_text,
    tab,
    wants_fragment,
)
from lms.web.routes import ANYONE, LEARNER, MACHINE, ROUTES, STAFF, Routes
from lms.web.security import for_recording
from lms.web.session import mark_of, share
from lms.web.views.reader import safe_return

__all__ = [
    "ANYONE", "GROUPS", "LEARNER", "LOCALES", "MACHINE", "MENU", "OPERATIONS", "PANELS", "ROUTES", "STAFF", "MenuItem",
    "Needed", "Operations", "PageForm", "Panel", "Problem", "Routes", "address", "at_address", "composed",
    "composed_lines", "current_locale", "for_recording", "hole", "icon_names", "lamps", "long_date", "macro", "mark_of",
    "neutral", "onward", "panels", "piece", "problem", "remembered", "render", "render_alike", "render_fragment",
    "renderer_key", "safe_return", "say", "say_to", "share", "shelled", "short_date", "static_address", "static_text",
    "tab", "time_and_date", "wants_fragment", "wants_json",
]  # fmt: skip


def time_and_date(moment: int) -> str:
    """A moment as the reader's language says it: 19:45 ngày 20/11/2026."""
    return _time_and_date(moment, current_locale())
