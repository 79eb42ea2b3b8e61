"""reviewing: what waits for a review, looked at and decided."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, TAKEN, Case, Entry, words
from tests.scope.table.courses import looks_into
from tests.scope.world import Someone, World


def queue(world: World, who: Someone) -> Iterable[Case]:
    """What waits in the units where one writes, reviews or publishes."""
    if not any(world.anywhere(who, may) for may in (May.AUTHOR, May.REVIEW, May.PUBLISH)):
        return [Case("/studio/duyet", REFUSED)]
    rows = [s for s in world.of("submission") if looks_into(world, who, s.more["lesson"])]
    shown = words([s.more["lesson"] for s in rows]) | words([world.by_id(s.more["by"]) for s in rows])
    return [Case("/studio/duyet", SHOWN, may_show=shown)]


def submission(form: dict[str, str] | None = None) -> Entry:
    """A submission: for the same people. A remark by whoever reviews or publishes there."""

    def cases(world: World, who: Someone) -> list[Case]:
        thing = world.random.choice(world.of("submission"))
        lesson = thing.more["lesson"]
        right = looks_into(world, who, lesson)
        status = SHOWN if right else REFUSED
        if form is not None:
            may = any(world.may(who, may, world.owner[lesson]) for may in (May.REVIEW, May.PUBLISH))
            status = TAKEN if may and right else REFUSED
        shown = words([lesson, world.by_id(thing.more["by"])]) if right else frozenset()
        return [Case(f"/studio/duyet/{thing.key}", status, may_show=shown, form=form)]

    return cases


def review_rule(world: World, who: Someone) -> Iterable[Case]:
    """Deciding for a unit where one publishes, or one below it. Nothing is chosen: nothing is decided."""
    found = []
    for org in world.random.sample(world.units, min(3, len(world.units))):
        right = world.may(who, May.PUBLISH, org) and world.stands(org)
        rows = [s for s in world.of("submission") if looks_into(world, who, s.more["lesson"])]
        shown = words([s.more["lesson"] for s in rows]) | words([world.by_id(s.more["by"]) for s in rows])
        form = {"org": str(org), "choice": ""}
        found.append(Case("/studio/duyet", TAKEN if right else REFUSED, may_show=shown, form=form))
    return found


ENTRIES = {
    "reviewing.queue": queue,
    "reviewing.decide": review_rule,
    "reviewing.submission": submission(),
    "reviewing.act": submission({"do": "remark", "words": ""}),
}
