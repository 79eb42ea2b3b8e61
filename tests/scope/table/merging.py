"""The core: people who are here twice. A pair is seen by whoever may join both."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, TAKEN, Case, Entry, apart, words
from tests.scope.world import Someone, Thing, World


def _both(world: World, pair: Thing) -> list[Someone]:
    return [world.by_id(pair.more["low"]), world.by_id(pair.more["high"])]


def _mine(world: World, who: Someone) -> list[Thing]:
    return [
        pair for pair in world.of("pair") if all(world.may_with(who, May.MERGE_PEOPLE, p) for p in _both(world, pair))
    ]


def pairs(world: World, who: Someone) -> Iterable[Case]:
    if not world.anywhere(who, May.MERGE_PEOPLE):
        return [Case("/can-bo/trung-ten", REFUSED)]
    return [Case("/can-bo/trung-ten", SHOWN, words(p for pair in _mine(world, who) for p in _both(world, pair)))]


def pair(path: str, form: dict[str, str] | None = None) -> Entry:
    def cases(world: World, who: Someone) -> Iterable[Case]:
        one = world.random.choice(world.of("pair"))
        right = one in _mine(world, who)
        place = {"key": one.key, "uuid": _both(world, one)[0].uuid}
        wanted = None if form is None else {k: v.format(**place) for k, v in form.items()}
        status = (SHOWN if form is None else TAKEN) if right else REFUSED
        return [
            Case(path.format(**place), status, may_show=words(_both(world, one)) if right else frozenset(), form=wanted)
        ]

    return cases


def merges(world: World, who: Someone) -> Iterable[Case]:
    return [Case("/can-bo/trung-ten/da-gop", SHOWN if world.anywhere(who, May.MERGE_PEOPLE) else REFUSED)]


def look(world: World, who: Someone) -> Iterable[Case]:
    """Looking for somebody's other account: found is who has the words in their name, in one's units."""
    one = world.random.choice(world.people)
    path = f"/can-bo/trung-ten/tim/{one.uuid}?q=tran"
    if not world.may_with(who, May.MERGE_PEOPLE, one):
        return [Case(path, REFUSED)]
    return [Case(path, SHOWN, words(p for p in world.people if world.may_with(who, May.MERGE_PEOPLE, p)))]


def compare(world: World, who: Someone) -> Iterable[Case]:
    """Somebody put beside themselves: refused in words to whoever sees them, 404 to others."""
    one = world.random.choice(world.people)
    right = world.may_with(who, May.MERGE_PEOPLE, one)
    form = {"voi": str(one.uuid)}
    return [Case(f"/can-bo/trung-ten/tim/{one.uuid}", frozenset({409}) if right else REFUSED, form=form)]


ENTRIES = {
    "merging.pairs": pairs,
    "merging.pair": pair("/can-bo/trung-ten/{key}"),
    "merging.preview": pair("/can-bo/trung-ten/{key}/gop?giu={uuid}"),
    "merging.join": pair("/can-bo/trung-ten/{key}/gop", {"giu": "{uuid}"}),
    "merging.apart": pair("/can-bo/trung-ten/{key}/khac", {"reason": "x" * 3000}),
    "merging.merges": merges,
    "merging.merge": apart("a merge changes who is who: tests/merging"),
    "merging.part": apart("a merge changes who is who: tests/merging"),
    "merging.look": look,
    "merging.compare": compare,
}
