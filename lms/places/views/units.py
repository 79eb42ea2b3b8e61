"""Staff: the tree of units, and one unit with what it was, what lies below it, what may be done."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request, url_for
from msgspec import Struct
from sqlalchemy import func, select

from lms.db.unit_of_work import connection
from lms.identity.people import here
from lms.indicators import counting
from lms.orgs import acts, kinds
from lms.orgs.finding import find_units
from lms.orgs.models import Membership
from lms.orgs.queries import OrgRow, children, in_order, managed, orgs_by_id, path_names
from lms.places.access import SEERS, Unit, seen_from, unit_for
from lms.text import _
from lms.web.forms import composed
from lms.web.menu import MenuItem
from lms.web.rendering import render, say
from lms.web.routes import STAFF, Routes

routes = Routes("places", "/can-bo/don-vi")
menu = (MenuItem("places.units", _("Units"), "landmark", "staff", SEERS, 30, group="office"),)
STATES = {
    acts.PLANNED: _("Planned"),
    acts.DONE: _("Done"),
    acts.UNDONE: _("Undone"),
    acts.CANCELED: _("Canceled"),
    acts.STUCK: _("Could not be done"),
}
MOST_FOUND = 40


class Line(Struct, frozen=True):
    """A unit in a list: its name, where it lies, what it is."""

    label: str
    place: str
    level: str
    url: str


class ActLine(Struct, frozen=True):
    """An act in a list."""

    title: str
    about: str
    on: object
    source: str
    state: str
    state_label: str
    url: str


def unit_url(org_id: int) -> str:
    """A unit's page."""
    return url_for("places.unit", unit_id=org_id)


def lines(rows: Iterable[OrgRow], places: dict[int, str] | None = None) -> list[Line]:
    """Units as lists show them."""
    return [Line(r.full_name, (places or {}).get(r.id, ""), say(kinds.LEVELS[r.level]), unit_url(r.id)) for r in rows]


def act_lines(rows: Iterable[acts.ActRow]) -> list[ActLine]:
    """Acts as lists show them."""
    return [
        ActLine(
            say(row.title),
            row.about,
            row.on,
            row.source,
            row.state,
            say(STATES[row.state]),
            url_for("places.act", act_id=row.id) if row.act is not None else "",
        )
        for row in rows
    ]


@routes.get("", STAFF)
def units() -> str:
    """My units, and search below them."""
    seen = seen_from(here())
    words = composed(request.args.get("q")) or ""
    found = find_units(words, MOST_FOUND, within=seen) if words else []
    mine = in_order(orgs_by_id(seen).values())
    return render(
        "places/units.html",
        words=words,
        found=[Line(r.full_name, r.place, say(kinds.LEVELS[r.level]), unit_url(r.id)) for r in found],
        mine=lines(mine, path_names(seen, itself=False)),
    )


@routes.get("/<int:unit_id>", STAFF)
def unit(unit_id: int) -> str:
    """One unit."""
    held = unit_for(here(), unit_id)
    row = held.row
    below = children(unit_id)
    groups = [
        (say(title), lines([r for r in below if r.level == level]))
        for level, title in kinds.LEVELS.items()
        if any(r.level == level for r in below)
    ]
    by = orgs_by_id([row.managed_by_id]).get(row.managed_by_id) if row.managed_by_id else None
    cared_for = managed(unit_id)
    m = Membership.__table__
    own = select(func.count()).select_from(m).where(m.c.org_id == unit_id, m.c.valid_to.is_(None))
    figures = counting.figures([unit_id])
    return render(
        "places/unit.html",
        unit=row,
        kind=row.kind if row.kind and row.level not in kinds.SIDES else say(kinds.LEVELS[row.level]),
        ended=held.ended,
        trail=trail(held),
        managed_by=by.full_name if by else "",
        members=int(connection().execute(own).scalar_one()),
        learners=sum(n for (name, _org, _group), n in figures.items() if name == counting.ENROLLED),
        attained=sum(n for (name, _org, _group), n in figures.items() if name == counting.ATTAINED),
        held_back=counting.held_back([unit_id]),
        groups=groups,
        cares_for=lines(cared_for, path_names([r.id for r in cared_for], itself=False)),
        versions=acts.versions_of(unit_id),
        acts=act_lines(acts.acts_of(unit_id)),
        actions=_actions(held),
        successor=held.path[0].full_name if held.ended and held.path else "",
        successor_url=unit_url(held.path[0].id) if held.ended and held.path else "",
    )


def trail(held: Unit, itself: bool = False) -> list[tuple[str, str]]:
    """The way down to a unit, as far as it may be seen."""
    path = [held.row, *held.path] if itself else list(held.path)
    shown: list[tuple[str, str]] = []
    ids = [r.id for r in (held.row, *held.path)]
    for n, row in enumerate(ids if itself else ids[1:], 0 if itself else 1):
        if held.seen_from.isdisjoint(ids[n:]):
            break
        at = path[n if itself else n - 1]
        shown.append((at.full_name, unit_url(row)))
    return [(say(_("Units")), url_for("places.units")), *reversed(shown)]


def _actions(held: Unit) -> list[tuple[str, str, str]]:
    """(label, address, icon) of what may be done here."""
    at = held.row.id
    found: list[tuple[str, str, str]] = []
    if held.may_found and kinds.kinds_below(held.row.level):
        found.append((say(_("Found a unit below it")), url_for("places.act_form", unit_id=at, act="lap"), "plus"))
        found.append((say(_("Take in a table")), url_for("places.table", unit_id=at), "upload"))
    if held.may_change:
        for key, label, icon in (
            ("doi-ten", _("Rename"), "pencil"),
            ("sap-nhap", _("Merge"), "share-2"),
            ("tach", _("Split"), "list-ordered"),
            ("chuyen", _("Move"), "arrow-right"),
            ("quan-ly", _("Managing body"), "building-2"),
            ("giai-the", _("Dissolve"), "ban"),
        ):
            found.append((say(label), url_for("places.act_form", unit_id=at, act=key), icon))
    return found
