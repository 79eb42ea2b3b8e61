"""The core: pages of oneself, people, roles, packages."""

from __future__ import annotations

from collections.abc import Iterable

from lms.identity.roles import ROLES, May
from tests.scope.law import (
    REFUSED,
    SHOWN,
    TAKEN,
    Case,
    Entry,
    anywhere,
    apart,
    begun_in,
    everybody,
    nothing,
    oneself,
    people_list,
    person,
    words,
)
from tests.scope.world import Held, Someone, World


def _named_in(world: World, grants: Iterable[Held]) -> list[Someone]:
    return [world.by_id(g.given_by) for g in grants if g.given_by]


def givers(world: World, other: Someone) -> list[Someone]:
    """Who gave somebody their roles: named beside them."""
    return _named_in(world, [g for g in world.grants if g.who == other.id])


def own_rights(world: World, who: Someone) -> Iterable[Case]:
    return [Case("/cai-dat/quyen", SHOWN, words(givers(world, who)))]


def rights(world: World, who: Someone) -> Iterable[Case]:
    """Somebody's rights: whoever sees them sees by whom each was given."""
    other = world.random.choice(world.people)
    path = f"/can-bo/nguoi/{other.uuid}/quyen"
    if not world.may_with(who, May.SEE_PEOPLE, other):
        return [Case(path, REFUSED)]
    return [Case(path, SHOWN, words([other, *givers(world, other)]))]


def grants(world: World, who: Someone) -> Iterable[Case]:
    """The roles held at one's units and below: those that hold or will hold, and those that ended."""
    if not world.anywhere(who, May.GIVE_GRANTS):
        return [Case("/can-bo/quyen", REFUSED)]
    mine = [g for g in world.grants if world.may(who, May.GIVE_GRANTS, g.org)]
    past = [g for g in mine if g.ended or (g.until is not None and g.until <= world.now)]
    found = []
    for path, shown in (("/can-bo/quyen", [g for g in mine if g not in past]), ("/can-bo/quyen?xem=het", past)):
        people = [*(world.by_id(g.who) for g in shown), *_named_in(world, shown)]
        found.append(Case(path, SHOWN, words(people)))
    return found


def a_grant(method: str) -> Entry:
    """One grant, to be ended: by whoever could have given it, and never one's own."""

    def cases(world: World, who: Someone) -> Iterable[Case]:
        found = []
        for number in world.random.sample(range(len(world.grants)), min(3, len(world.grants))):
            g = world.grants[number]
            right = g.who != who.id and world.may_give(who, g.role, g.org)
            shown = words([world.by_id(g.who), *_named_in(world, [g])]) if right else frozenset()
            status = (SHOWN if method == "GET" else TAKEN) if right else REFUSED
            path = f"/can-bo/quyen/{world.site.grant_ids[number]}"
            found.append(Case(path, status, may_show=shown, form=None if method == "GET" else {}))
        return found

    return cases


def export_all(world: World, who: Someone) -> Iterable[Case]:
    """All that is published, with every bank's questions: for authors of the whole nation."""
    path = "/studio/goi/tat-ca.zip"
    if not world.may(who, May.AUTHOR, None):
        return [Case(path, REFUSED)]
    return [Case(path, SHOWN, words(world.of("item")))]


def twins(world: World, who: Someone, other: Someone) -> list[Someone]:
    """Who may be the same person: named beside them to whoever may join both."""
    found = []
    for pair in world.of("pair"):
        both = [world.by_id(i) for i in (pair.more["low"], pair.more["high"])]
        if other in both and all(world.may_with(who, May.MERGE_PEOPLE, p) for p in both):
            found += both
    return found


def _may_give_to(world: World, who: Someone, other: Someone) -> bool:
    return who.id != other.id and world.anywhere(who, May.GIVE_GRANTS)


def give(world: World, who: Someone) -> Iterable[Case]:
    """A role given: 303 where it was, 422 in words where role or unit is above one's head, 404 for a stranger."""
    found = []
    for _ in range(3):
        other, org = world.random.choice(world.people), world.random.choice(world.units)
        role = world.random.choice(list(ROLES))
        path, form = f"/can-bo/quyen/trao/{other.uuid}", {"role": role, "unit": str(org)}
        if not (world.may_with(who, May.SEE_PEOPLE, other) and _may_give_to(world, who, other)):
            found.append(Case(path, REFUSED, form=form))
            continue
        held = any(g.who == other.id and g.role == role and g.org == org and not g.ended
                   and (g.until is None or g.until > world.now) for g in world.grants)  # fmt: skip
        right = world.may_give(who, role, org) and world.stands(org)
        status = frozenset({303}) if right and not held else frozenset({303, 422}) if right else frozenset({422})
        found.append(Case(path, status, may_show=words([other]), form=form))
    return found


ENTRIES = {
    "home.home": everybody("/"),
    "home.group": everybody("/nhom/citizens", 303),
    "home.mine": oneself("/cua-toi", lambda world, who: [who]),
    "identity.sign_in": everybody("/dang-nhap", 200, 303),
    "identity.sign_in_post": everybody("/dang-nhap", form={}),
    "identity.sign_up": everybody("/dang-ky", 200, 303),
    "identity.sign_up_post": everybody("/dang-ky", form={}),
    "identity.sign_out": apart("it ends the session; tests/journeys"),
    "identity.settings": oneself("/cai-dat", lambda world, who: [who]),
    "identity.settings_post": oneself("/cai-dat", form={}),
    "identity.change_password": oneself("/cai-dat/mat-khau", form={}),
    "identity.birth_date": oneself("/ngay-sinh", nothing, 303),
    "identity.birth_date_post": oneself("/ngay-sinh", form={}),
    "lms.api_openapi": everybody("/api/v1/openapi.json"),
    "lms.log": everybody("/nhat-ky-minh-bach"),
    "lms.log_checkpoint": everybody("/log/checkpoint", 200, 404),
    "lms.log_key": everybody("/log/key", 200, 404),
    "lms.log_tile": everybody("/log/tile/0/000.p/1", 200, 404),
    "lms.log_cosign": everybody("/log/cosign", 422, 429, form={}),
    "packages.packages": anywhere(May.AUTHOR, "/studio/goi"),
    "packages.import_package": begun_in(May.AUTHOR, "/studio/goi", "org", {}),
    "packages.export_all": export_all,
    "people.people": people_list(May.SEE_PEOPLE, "/can-bo/nguoi"),
    "people.person": person(May.SEE_PEOPLE, "/can-bo/nguoi/{uuid}", besides=twins),
    "people.rights": rights,
    "grants.mine": own_rights,
    "grants.grants": grants,
    "grants.grant": a_grant("GET"),
    "grants.end": a_grant("POST"),
    "grants.giving_page": person(May.SEE_PEOPLE, "/can-bo/quyen/trao/{uuid}", also=_may_give_to),
    "grants.give": give,
    "web.healthz": everybody("/healthz"),
    "web.reader": everybody("/cach-doc"),
    "web.settings_reader": everybody("/cach-doc", form={}),
    "web.learners_sheet": everybody("/static/lms/learners.css"),
    "web.staff_sheet": everybody("/static/lms/staff.css"),
}
