"""The core: units and who belongs to them. Everybody may know their names; not everybody sees their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, Case, Entry, anywhere, apart, nothing, oneself, person
from tests.scope.world import Someone, World

SEEING = (May.SEE_PEOPLE, May.SEE_REPORTS, May.CHANGE_UNITS)
Right = Callable[[World, Someone, int], bool]


def sees(world: World, who: Someone, org: int) -> bool:
    return any(world.may(who, may, org) for may in SEEING)


def changes(world: World, who: Someone, org: int) -> bool:
    """The right is held above the unit, which stands."""
    above = world.above(org) - {org}
    return world.stands(org) and not world.units_where(who, May.CHANGE_UNITS).isdisjoint(above)


def founds(world: World, who: Someone, org: int) -> bool:
    """The right is held at the unit or above, and it stands."""
    return world.stands(org) and world.may(who, May.CHANGE_UNITS, org)


def unit(path: str, right: Right | None = None, form: dict[str, str] | None = None) -> Entry:
    """A unit's page: 404 where one does not see it, 403 where one sees it and may not do this."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for org in world.random.sample(world.units, 3):
            status = REFUSED
            if sees(world, who, org):
                allowed = right is None or right(world, who, org)
                status = (SHOWN if form is None else frozenset({303, 409, 422})) if allowed else frozenset({403})
            found.append(Case(path.format(org=org), status, form=form))
        return found

    return cases


def _sees_anywhere(world: World, who: Someone) -> bool:
    return any(world.anywhere(who, may) for may in SEEING)


ENTRIES = {
    "places.units": anywhere(May.SEE_PEOPLE, "/can-bo/don-vi", allowed=_sees_anywhere),
    "places.unit": unit("/can-bo/don-vi/{org}"),
    "places.act_form": unit("/can-bo/don-vi/{org}/doi-ten", changes),
    "places.act_form_post": unit("/can-bo/don-vi/{org}/doi-ten", changes, {}),
    "places.table": unit("/can-bo/don-vi/{org}/nhap-bang", founds),
    "places.table_post": unit("/can-bo/don-vi/{org}/nhap-bang", founds, {}),
    "places.act": apart("acts are recorded with their units: tests/orgs, tests/places"),
    "places.undo": apart("acts are recorded with their units: tests/orgs, tests/places"),
    "belonging.mine": oneself("/cai-dat/don-vi"),
    "belonging.join": oneself("/cai-dat/don-vi", form={}),
    "belonging.leave": oneself("/cai-dat/don-vi/999999999/roi", nothing, 404, form={}),
    "belonging.theirs": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/don-vi"),
    "belonging.change_theirs": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/don-vi", form={}),
}
