"""What plugins put on pages that are not theirs: menu items and panels."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app
from markupsafe import Markup
from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.contract.registry import Registry, running
from lms.text import Text, _


class MenuItem(Struct, frozen=True):
    """A link: `at` is "tabs" (learners) or "staff"; shown to whoever holds one of `roles` (empty: everyone).

    `group`: under which heading of the staff menu, a key of STAFF_GROUPS; what names none comes last.
    """

    endpoint: str
    label: Text
    icon: str
    at: str
    roles: frozenset[str] = frozenset()
    order: int = 50
    group: str = "more"


STAFF_GROUPS: dict[str, Text] = {
    "content": _("Lessons and questions"),
    "assess": _("Checks and marks"),
    "people": _("People and classes"),
    "papers": _("Papers"),
    "office": _("Units and rights"),
    "data": _("Data and journal"),
    "more": _("Other work"),
}


class Panel(Struct, frozen=True):
    """A piece of a page drawn by a plugin: `draw(**what)` returns Markup, or None to stay away.

    `at`: where, e.g. "home", "mine", "programme". A panel that raises costs nothing to anyone else.
    """

    name: str
    at: str
    draw: Callable[..., Markup | None]
    order: int = 50


MENU: ExtensionPoint[MenuItem] = ExtensionPoint("menu", "Links in the tabs and the staff menu.", lambda m: m.endpoint)
PANELS: ExtensionPoint[Panel] = ExtensionPoint("panels", "Pieces of pages drawn by plugins.", lambda p: p.name)


def menu_items(at: str) -> list[MenuItem]:
    """The items of a place, in order."""
    return sorted((m for m in MENU if m.at == at), key=lambda m: (m.order, m.endpoint))


@functools.lru_cache(maxsize=64)
def _panels_of(registry: Registry, at: str) -> list[Panel]:
    """The panels of a place in their order, for as long as the application runs."""
    found: Iterable[Panel] = registry.entries(PANELS).values()
    return sorted((p for p in found if p.at == at), key=lambda p: (p.order, p.name))


def panels(at: str, **what: Any) -> list[Markup]:
    """The panels of a place, in order; one that raises is logged and left out, but in tests it is an error."""
    import structlog

    drawn = []
    for panel in _panels_of(running(), at):
        try:
            piece = panel.draw(**what)
        except Exception as error:
            if current_app.testing:
                raise
            structlog.get_logger("lms.panels").error("panel failed", panel=panel.name, error=repr(error))
            continue
        if piece:
            drawn.append(piece)
    return drawn
