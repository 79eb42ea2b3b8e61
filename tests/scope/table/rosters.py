"""plugins/rosters: lists of people. A draft is its sender's; what was taken in is of the unit that it was for."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from plugins.rosters.models import CHECKING, TAKEN
from tests.scope.law import REFUSED, SHOWN, Case, Entry, anywhere, apart, words
from tests.scope.law import TAKEN as UNDERSTOOD
from tests.scope.world import Someone, Thing, World

LIST = "/can-bo/danh-sach"


def _may(world: World, who: Someone, roster: Thing) -> bool:
    own = roster.more["state"] == TAKEN or roster.holder == who.id
    return own and world.may(who, May.MAKE_PEOPLE, world.owner[roster])


def lists(world: World, who: Someone) -> Iterable[Case]:
    if not world.anywhere(who, May.MAKE_PEOPLE):
        return [Case(LIST, REFUSED)]
    found = [r for r in world.of("roster") if _may(world, who, r) or r.holder == who.id]
    return [Case(LIST, SHOWN, words(found), words(world.by_id(r.holder or 0) for r in found))]


def a_list(path: str, state: int | None = None, form: dict[str, str] | None = None, *status: int) -> Entry:
    """One list, in a state in which there is such a page."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for roster in world.random.sample(world.of("roster"), 2):
            right = _may(world, who, roster) and state in (None, roster.more["state"])
            shown = frozenset({roster.marker, roster.more["row"], world.by_id(roster.holder or 0).marker})
            wanted = (frozenset(status) or (SHOWN if form is None else UNDERSTOOD)) if right else REFUSED
            case = Case(f"{LIST}/{roster.key}{path}", wanted, may_show=shown if right else frozenset(), form=form)
            found.append(case)
        return found

    return cases


ENTRIES = {
    "rosters.lists": lists,
    "rosters.new": anywhere(May.MAKE_PEOPLE, f"{LIST}/moi"),
    "rosters.send": anywhere(May.MAKE_PEOPLE, f"{LIST}/moi", {}),
    "rosters.show": a_list("", None, None, 200, 303),
    "rosters.columns": a_list("/cot", CHECKING),
    "rosters.choose_columns": a_list("/cot", CHECKING, {}, 303, 400, 422),
    "rosters.check": a_list("/ra-soat", CHECKING),
    "rosters.problem": a_list("/ra-soat/skipped", CHECKING),
    "rosters.mend": a_list("/ra-soat/skipped", CHECKING, {}),
    "rosters.accept": a_list("/nhan", CHECKING, {}),
    "rosters.give_up": apart("it deletes the draft; tests/rosters"),
    "rosters.undo": a_list("/hoan-tac", TAKEN),
    "rosters.undo_post": a_list("/hoan-tac", TAKEN, {}),
    "rosters.outcome_csv": a_list("/ket-qua.csv", TAKEN),
    "rosters.outcome_xlsx": a_list("/ket-qua.xlsx", TAKEN),
}
