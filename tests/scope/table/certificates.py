"""certificates: papers, one's own and those that officers look up."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import May
from tests.scope.law import REFUSED, SHOWN, Case, at, everybody, of_holder, oneself, words
from tests.scope.world import Someone, Thing, World


def _own(world: World, who: Someone) -> list[Thing]:
    return [t for t in world.of("paper") if t.holder == who.id]


def search(world: World, who: Someone) -> Iterable[Case]:
    """The papers of one's units, and one looked for by its number."""
    if not world.anywhere(who, May.VERIFY):
        return [Case("/can-bo/giay", REFUSED)]
    mine = [t for t in world.of("paper") if world.may(who, May.VERIFY, world.owner[t])]
    one = world.random.choice(world.of("paper"))
    return [
        Case("/can-bo/giay", SHOWN, words(mine)),
        Case(f"/can-bo/giay?number={one.key}", SHOWN, words([one] if one in mine else [])),
    ]


def verified(world: World, who: Someone) -> Iterable[Case]:
    """Anybody may check a paper; the name is masked, but for the given name, which is the marker here."""
    one = world.random.choice(world.of("paper"))
    return [Case(f"/verify/{one.key}", SHOWN | {429}, may_show=words([one]))]


def verified_by_machine(world: World, who: Someone) -> Iterable[Case]:
    one = world.random.choice(world.of("paper"))
    return [Case(f"/api/v1/verify/{one.key}", SHOWN | {429}, may_show=words([one]))]


ENTRIES = {
    "certificates.api_check_paper": verified_by_machine,
    "certificates.api_check_paper_and_birth_date": everybody("/api/v1/verify", json={"number": "x"}),
    "certificates.api_me": oneself("/api/v1/me", lambda world, who: [who]),
    "certificates.verify": everybody("/verify"),
    "certificates.verify_number": verified,
    "certificates.verify_post": everybody("/verify", form={"number": "x"}),
    "certificates.mine": oneself("/giay"),
    "certificates.show": of_holder("paper", "/giay/{uuid}"),
    "certificates.pdf": of_holder("paper", "/giay/{uuid}.pdf"),
    "certificates.share_image": of_holder("paper", "/giay/{uuid}.png"),
    "certificates.admin_search": search,
    "certificates.admin_revoke": at(May.VERIFY, "paper", "/can-bo/giay/{key}"),
    "certificates.admin_revoke_post": at(May.REVOKE, "paper", "/can-bo/giay/{key}", {"reason": ""}),
}
