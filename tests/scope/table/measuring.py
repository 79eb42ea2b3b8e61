"""measuring: results of questions for their authors; where to begin for anybody; what changed for those who report."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, Case, anywhere, apart, at, everybody
from tests.scope.world import Someone, Thing, World

_BANK = "/studio/ngan-hang/{key}/ket-qua"


def _items(world: World, bank: Thing) -> Iterable[Thing | Someone]:
    return [item for item in world.of("item") if item.more["bank"] == bank]


def _bank(_world: World, item: Thing) -> Iterable[Thing | Someone]:
    return [item.more["bank"]]


def _figures(world: World, who: Someone) -> Iterable[Case]:
    """The figures of a unit, by its number in the address."""
    return [
        Case(f"/can-bo/thay-doi?unit={org}", SHOWN if world.may(who, May.SEE_REPORTS, org) else REFUSED)
        for org in world.random.sample(world.units, 3)
    ]


_PLACING = "whoever has the address of a guest's test may go on with it, nobody with somebody's: tests/measuring"
ENTRIES = {
    "measuring.placing": everybody("/bat-dau-tu-dau/nguoi-dan"),
    "measuring.placing_begin": everybody("/bat-dau-tu-dau/nguoi-dan", form={}),
    "measuring.placing_question": apart(_PLACING),
    "measuring.placing_answer": apart(_PLACING),
    "measuring.placing_stop": apart(_PLACING),
    "measuring.placing_result": apart(_PLACING),
    "measuring.change": _figures,
    "measuring.change_csv": anywhere(May.SEE_REPORTS, "/can-bo/thay-doi/tep.csv"),
    "measuring.change_xlsx": anywhere(May.SEE_REPORTS, "/can-bo/thay-doi/tep.xlsx"),
    "measuring.items": at(May.AUTHOR, "bank", _BANK, besides=_items),
    "measuring.item": at(May.AUTHOR, "item", "/studio/ngan-hang/{bank.key}/ket-qua/{version}", besides=_bank),
    "measuring.items_csv": at(May.AUTHOR, "bank", f"{_BANK}/tai-ve.csv", besides=_items),
    "measuring.items_xlsx": at(May.AUTHOR, "bank", f"{_BANK}/tai-ve.xlsx", besides=_items),
    "measuring.scale": anywhere(May.AUTHOR, "/studio/thang-do"),
}
