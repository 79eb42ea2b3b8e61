"""badges: the holder's own page and files; what anybody may have carries no name."""

from __future__ import annotations

from collections.abc import Iterable

from certificates.api import credential_by_number
from plugins.badges import queries
from plugins.badges.queries import BadgeRow
from plugins.badges.services import making
from tests.scope.law import REFUSED, SHOWN, Case, Entry, everybody, of_holder, words
from tests.scope.world import Someone, Thing, World


def _made(world: World, paper: Thing) -> BadgeRow:
    """The badge of a paper, made where the worker has not come to it."""
    with world.site.app.app_context():
        row = credential_by_number(str(paper.key))
        assert row is not None
        return queries.badge_of(row.id) or making.badge(row)


def _public(ending: str) -> Entry:
    def cases(world: World, _who: Someone) -> Iterable[Case]:
        badge = _made(world, world.random.choice(world.of("paper")))
        return [Case(f"/huy-hieu/{badge.uuid}{ending}", SHOWN)]

    return cases


def _achievement(ending: str) -> Entry:
    def cases(world: World, _who: Someone) -> Iterable[Case]:
        badge = _made(world, world.random.choice(world.of("paper")))
        return [Case(f"/thanh-tuu/{badge.achievement}{ending}", SHOWN)]

    return cases


def _own_file(world: World, who: Someone) -> Iterable[Case]:
    one = world.random.choice(world.of("paper"))
    _made(world, one)
    mine = one.holder == who.id
    shown = words([one]) if mine else frozenset()
    return [Case(f"/giay/{one.more['uuid']}/huy-hieu.png", SHOWN if mine else REFUSED, may_show=shown)]


def _list(world: World, _who: Someone) -> Iterable[Case]:
    one = world.random.choice(world.of("paper"))
    _made(world, one)
    with world.site.app.app_context():
        row = credential_by_number(str(one.key))
        assert row is not None
        return [Case(f"/status/{row.status_list}/revocation", SHOWN)]


ENTRIES = {
    "badges.achievement": _achievement(""),
    "badges.achievement_json": _achievement(".json"),
    "badges.badge": _public(""),
    "badges.badge_file": _public(".json"),
    "badges.did_document": everybody("/.well-known/did.json"),
    "badges.file": _own_file,
    "badges.issuer": everybody("/issuers/1"),
    "badges.issuer_profile": everybody("/issuers/1.json"),
    "badges.jwk": everybody("/issuers/1/keys/none", 404),
    "badges.make": of_holder("paper", "/giay/{uuid}/huy-hieu", {}),
    "badges.mine": of_holder("paper", "/giay/{uuid}/huy-hieu"),
    "badges.plain_picture": everybody("/huy-hieu/hinh/course.png"),
    "badges.status_list": _list,
}
