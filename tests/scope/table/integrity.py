"""plugins/integrity: results to look at. Who may confirm at the case's unit decides; nobody about their own."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import anywhere, at, of_holder, oneself
from tests.scope.world import Someone, Thing, World

CASE = "/can-bo/xem-lai/{key}"


def _not_theirs(_world: World, who: Someone, case: Thing) -> bool:
    return case.holder != who.id


def _people(world: World, case: Thing) -> Iterable[Someone]:
    return [p for p in world.people if p.id in case.more["people"]]


ENTRIES = {
    "integrity.cases": anywhere(May.CONFIRM, "/can-bo/xem-lai"),
    "integrity.case": at(May.CONFIRM, "case", CASE, also=_not_theirs, besides=_people),
    "integrity.sides": at(May.CONFIRM, "case", f"{CASE}/1/2", also=_not_theirs, besides=_people),
    "integrity.decide": at(May.CONFIRM, "case", CASE, {"step": ""}, also=_not_theirs, besides=_people),
    "integrity.mine": oneself("/viec-can-tra-loi"),
    "integrity.mine_one": of_holder("case", "/viec-can-tra-loi/{key}"),
    "integrity.answer": of_holder("case", "/viec-can-tra-loi/{key}", {"answer": ""}),
}
