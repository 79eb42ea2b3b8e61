"""What is done with cards and classes, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lms.api.work import Act, Subject, _

acts = (
    Act("card.issued", _("Gave learning cards")),
    Act("card.revoked", _("Withdrew a learning card")),
    Act("card.helped", _("Signed somebody in beside them")),
    Act("card.pictures_set", _("Chose the pictures of a card")),
    Act("card.pictures_reset", _("Reset the pictures of a card")),
    Act("card.unlocked", _("Unlocked a card")),
    Act("cards.alarm", _("Many wrong tries with cards")),
    Act("class.opened", _("Opened a class")),
    Act("class.closed", _("Closed a class")),
)


def _counted(keys: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
    return {key: key for key in keys}


subjects = (
    Subject("class", _("Class")),
    Subject("accounts", _("People, how many"), _counted),
    Subject("cards", _("Cards")),
)
