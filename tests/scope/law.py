"""The words in which a table says who gets what of an address. An entry is a function: world, somebody → cases.

Where an address is refused it answers 404, whatever is there; nobody who is not signed in gets further than the
sign-in page, which is asked of every address apart from these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lms.identity.roles import May
from tests.scope.world import Someone, Thing, World

SHOWN = frozenset({200})
TAKEN = frozenset({200, 303, 409, 422})  # a form that was understood, whatever came of it
REFUSED = frozenset({404})
Form = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One request by one person, and what must come back: the status, and whom and what it betrays."""

    path: str
    status: frozenset[int]
    shows: frozenset[str] = frozenset()  # neither more …
    may_show: frozenset[str] = frozenset()  # … than with these, nor less
    form: Form | None = field(default=None, compare=False)  # posted
    json: Form | None = field(default=None, compare=False)  # posted as JSON


Entry = Callable[[World, Someone], Iterable[Case]]
Condition = Callable[[World, Someone], bool]


def words(things: Iterable[Thing | Someone]) -> frozenset[str]:
    """The markers of people and things."""
    return frozenset(t.marker for t in things if t.marker)


def nothing(_world: World, _who: Someone) -> Iterable[Thing | Someone]:
    """Of nobody."""
    return ()


# --- the same for everybody, and nothing of anybody ---


def everybody(path: str, *status: int, form: Form | None = None, json: Form | None = None) -> Entry:
    """The same for everybody; nothing in it is anybody's. Places in the path stand for the site's `facts`."""

    def cases(world: World, _who: Someone) -> list[Case]:
        wanted = frozenset(status or {200}) if form is None and json is None else TAKEN | set(status)
        return [Case(path.format(**world.site.facts), wanted, form=form, json=json)]

    return cases


def oneself(
    path: str, shows: Callable[[World, Someone], Iterable[Thing | Someone]] = nothing, *status: int,
    form: Form | None = None, may_show: Callable[[World, Someone], Iterable[Thing | Someone]] = nothing,
) -> Entry:  # fmt: skip
    """One's own page: for whoever is signed in, with what is theirs. `status`: what else it may answer."""

    def cases(world: World, who: Someone) -> list[Case]:
        wanted = frozenset(status or {200}) if form is None else TAKEN | set(status)
        return [
            Case(
                path.format(**world.site.facts),
                wanted,
                words(shows(world, who)),
                words(may_show(world, who)),
                form=form,
            )
        ]

    return cases


def apart(reason: str) -> Entry:
    """An address that cannot be asked here, for this reason: another test holds it."""
    assert reason
    return lambda _world, _who: ()


# --- things that a person has ---


def of_holder(kind: str, path: str, form: Form | None = None) -> Entry:
    """A thing of one's own; another's does not exist. `{key}` in the path is the thing."""

    def cases(world: World, who: Someone) -> list[Case]:
        found = []
        for thing in _some(world, world.of(kind)):
            right = thing.holder == who.id
            wanted = (SHOWN if form is None else TAKEN) if right else REFUSED
            found.append(Case(_at(path, thing), wanted, may_show=words([thing]) if right else frozenset(), form=form))
        return found

    return cases


# --- things that a unit has ---


def at(
    may: May, kind: str, path: str, form: Form | None = None, also: Callable[..., bool] | None = None,
    besides: Callable[[World, Thing], Iterable[Thing | Someone]] = lambda _w, _t: (),
) -> Entry:  # fmt: skip
    """A thing of a unit where one may do it, or of one below. `also(world, who, thing)`: what it asks for besides;
    `besides`: what else is named there.
    """

    def cases(world: World, who: Someone) -> list[Case]:
        found = []
        for thing in _some(world, world.of(kind)):
            right = world.may(who, may, world.owner[thing]) and (also is None or also(world, who, thing))
            wanted = (SHOWN if form is None else TAKEN) if right else REFUSED
            shown = words([thing, *besides(world, thing)]) if right else frozenset()
            found.append(Case(_at(path, thing), wanted, may_show=shown, form=form))
        return found

    return cases


def list_of(may: May, path: str, *kinds: str) -> Entry:
    """A list of the things of one's units, all of them and no other; 404 for whoever may do it nowhere."""

    def cases(world: World, who: Someone) -> list[Case]:
        if not world.anywhere(who, may):
            return [Case(path, REFUSED)]
        found = [t for kind in kinds for t in world.of(kind) if world.may(who, may, world.owner[t])]
        return [Case(path, SHOWN, words(found))]

    return cases


def anywhere(may: May, path: str, form: Form | None = None, allowed: Condition | None = None) -> Entry:
    """For whoever may do it anywhere, or who fulfils `allowed`; it shows nothing of anybody."""

    def cases(world: World, who: Someone) -> list[Case]:
        right = allowed(world, who) if allowed is not None else world.anywhere(who, may)
        return [Case(path, ((SHOWN if form is None else TAKEN) if right else REFUSED), form=form)]

    return cases


def for_the_nation(may: May, path: str, form: Form | None = None) -> Entry:
    """For whoever may do it at the nation."""
    return anywhere(may, path, form, lambda world, who: world.may(who, may, None))


def begun_in(may: May, path: str, field_name: str, form: Form, *kinds: str) -> Entry:
    """A form that begins something in a unit: one's own or one below. It comes back with the list of `kinds`."""

    def cases(world: World, who: Someone) -> list[Case]:
        found = []
        for org in world.random.sample(world.units, min(3, len(world.units))):
            right = world.may(who, may, org) and world.stands(org)
            listed = [t for kind in kinds for t in world.of(kind) if world.may(who, may, world.owner[t])]
            form_here = {**form, field_name: str(org)}
            shown = words(listed) if right else frozenset()
            found.append(Case(path, TAKEN if right else REFUSED, may_show=shown, form=form_here))
        return found

    return cases


# --- people ---


def people_list(may: May, path: str) -> Entry:
    """A list of the people of one's units: all of them and nobody else."""

    def cases(world: World, who: Someone) -> list[Case]:
        if not world.anywhere(who, may):
            return [Case(path, REFUSED)]
        return [Case(path, SHOWN, words(world.within(who, may)))]

    return cases


def person(
    may: May, path: str, form: Form | None = None, also: Callable[[World, Someone, Someone], bool] | None = None,
    besides: Callable[[World, Someone, Someone], Iterable[Someone]] = lambda *_: (),
) -> Entry:  # fmt: skip
    """Somebody of one's units; `{uuid}` and `{id}` in the path. `besides`: who else is named there."""

    def cases(world: World, who: Someone) -> list[Case]:
        found = []
        for other in world.random.sample(world.people, 3):
            right = world.may_with(who, may, other) and (also is None or also(world, who, other))
            wanted = (SHOWN if form is None else TAKEN) if right else REFUSED
            shown = words([other, *besides(world, who, other)]) if right else frozenset()
            address = path.format(uuid=other.uuid, id=other.id)
            found.append(Case(address, wanted, may_show=shown, form=form))
        return found

    return cases


def _some(world: World, things: list[Thing], most: int = 3) -> list[Thing]:
    return world.random.sample(things, min(most, len(things)))


def _at(path: str, thing: Thing) -> str:
    return path.format(key=thing.key, **thing.more)
