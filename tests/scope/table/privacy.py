"""The core: one's own data, guardians, requests that officers answer, the log of who did what."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from lms.identity.roles import May
from tests.scope.law import (
    REFUSED,
    SHOWN,
    TAKEN,
    Case,
    Entry,
    anywhere,
    for_the_nation,
    nothing,
    of_holder,
    oneself,
    person,
    words,
)
from tests.scope.world import OWNED, Someone, Thing, World


def _mine(world: World, who: Someone) -> list[Thing | Someone]:
    """What somebody has or wrote, and who gave them their roles. The first one wrote all drafts."""
    own = [t for things in world.things.values() for t in things if t.holder == who.id]
    if who == world.people[0]:
        own += [t for kind in OWNED for t in world.of(kind)]
    return [who, *own, *(world.by_id(g.given_by) for g in world.grants if g.who == who.id and g.given_by)]


def _wards(world: World, who: Someone) -> list[Thing]:
    """The children for whom somebody answers."""
    return [t for t in world.of("ward") if t.holder == who.id]


def _asked(world: World, who: Someone) -> list[Thing]:
    """The requests that somebody answers: of people in their units; never their own."""
    return [
        r
        for r in world.of("request")
        if r.holder and r.holder != who.id and world.may_with(who, May.ANSWER_REQUESTS, world.by_id(r.holder))
    ]


def requests(world: World, who: Someone) -> Iterable[Case]:
    if not world.anywhere(who, May.ANSWER_REQUESTS):
        return [Case("/can-bo/yeu-cau", REFUSED)]
    rows = _asked(world, who)
    people = [world.by_id(r.holder) for r in rows if r.holder]
    return [Case("/can-bo/yeu-cau", SHOWN, words(people), words(rows))]


def request(path: str, form: dict[str, str] | None = None, kind: str = "") -> Entry:
    def cases(world: World, who: Someone) -> Iterable[Case]:
        one = world.random.choice(world.of("request"))
        right = one in _asked(world, who) and (not kind or one.more["about"] == kind)
        status = (SHOWN if form is None else TAKEN) if right else REFUSED
        shown = words([one, world.by_id(one.holder or 0)]) if right else frozenset()
        return [Case(path.format(key=one.key), status, may_show=shown, form=form)]

    return cases


def log(world: World, who: Someone) -> Iterable[Case]:
    """The acts of those who belong or work in one's units, and nowhere else besides; the nation reads all."""
    units = world.units_where(who, May.SEE_AUDIT)
    if not units:
        return [Case("/can-bo/nhat-ky", REFUSED)]

    def under(p: Someone) -> bool:
        places = {g.org for g in world.held(p)}
        inside = {org for org in places if not units.isdisjoint(world.above(org))}
        return places == inside and (bool(inside) or world.may_with(who, May.SEE_AUDIT, p))

    actors = world.people if world.nation in units else [p for p in world.people if under(p)]
    theirs = world.within(who, May.SEE_AUDIT)  # to whom something was done
    things = [t for kind in ("bank", "roster", "hall") for t in world.of(kind)]
    named = [t for t in things if world.may(who, May.SEE_AUDIT, world.owner[t])]
    return [Case("/can-bo/nhat-ky", SHOWN, may_show=words([*actors, *theirs, *named]))]


ENTRIES = {
    "privacy.my_data": oneself("/cai-dat/du-lieu", may_show=_mine),
    "privacy.see": oneself("/cai-dat/du-lieu/xem", may_show=_mine),
    "privacy.download": oneself("/cai-dat/du-lieu/tai.zip", may_show=_mine),
    "privacy.agree": oneself("/cai-dat/du-lieu/dong-y", nothing, 404, may_show=_mine, form={}),
    "privacy.volunteer": oneself("/cai-dat/du-lieu/tu-khai", form={}),
    "privacy.ask": oneself("/cai-dat/du-lieu/yeu-cau", may_show=_mine, form={}),
    "privacy.take_back": oneself(f"/cai-dat/du-lieu/yeu-cau/{uuid4()}/rut", nothing, 404, form={}),
    "guardians.guardian": oneself("/nguoi-giam-ho", _wards),
    "guardians.make_code": oneself("/nguoi-giam-ho/ma", nothing, 404, form={}),
    "guardians.agree": oneself("/nguoi-giam-ho", form={}, may_show=_wards),
    "guardians.ward": of_holder("ward", "/nguoi-giam-ho/{key}"),
    "guardians.step_down": oneself("/nguoi-giam-ho/999999999/rut", nothing, 404, form={}),
    "guardians.ask_to_erase": person(May.SEE_PEOPLE, "/nguoi-giam-ho/{id}/xoa", {}, also=lambda *_: False),
    "privacy_office.requests": requests,
    "privacy_office.one": request("/can-bo/yeu-cau/{key}"),
    "privacy_office.answer": request("/can-bo/yeu-cau/{key}", {}),
    "privacy_office.erase": request("/can-bo/yeu-cau/{key}/xoa", {}, "erase"),
    "privacy_office.guardian": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/nguoi-giam-ho"),
    "privacy_office.record_guardian": person(May.MAKE_PEOPLE, "/can-bo/nguoi/{uuid}/nguoi-giam-ho", {}),
    "privacy_office.terms": anywhere(May.ADMINISTER, "/can-bo/luu-giu"),
    "privacy_office.decide": for_the_nation(May.ADMINISTER, "/can-bo/luu-giu", {}),
    "privacy_office.told": anywhere(May.SEE_REPORTS, "/can-bo/tu-khai"),
    "auditing.entries": log,
}
