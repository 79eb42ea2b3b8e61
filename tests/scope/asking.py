"""Puts the tables' cases to the application and says where it answers otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.test import TestResponse

from lms.web.routes import ANYONE, MACHINE
from tests.architecture.test_routes import declared
from tests.scope.law import REFUSED, Case, Entry
from tests.scope.world import Site, Someone, World, draw, seen_in

# They change the world that the others are asked about.
LAST = ("grants.give", "grants.end", "courses.confirm", "rosters.accept", "rosters.undo_post")


@dataclass
class Asked:
    """What was asked so far, and what was wrong."""

    wrong: list[str] = field(default_factory=list)
    let_in: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def unlisted(app: Flask, table: Collection[str]) -> list[str]:
    """The addresses of the application that no table knows."""
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(table))


def send(site: Site, who: Someone | None, case: Case) -> TestResponse:
    """One request, as the browser of `who` makes it."""
    client = site.clients[who.id] if who else site.nobody()
    if case.json is not None:
        return client.post(case.path, json=case.json)
    if case.form is not None:
        return client.post(case.path, data=case.form)
    return client.get(case.path)


def judge(world: World, who: Someone, endpoint: str, case: Case, asked: Asked) -> TestResponse:
    """Asks one case and notes what is wrong with the answer."""
    answer = send(world.site, who, case)
    if answer.status_code in (303, 401) and "/dang-nhap" in answer.headers.get("Location", "/dang-nhap"):
        world.site.clients[who.id] = world.site.signed_in(who.id)  # what another did ended their session
        answer = send(world.site, who, case)
    (asked.refused if case.status == {404} else asked.let_in)[endpoint] += 1
    seen = seen_in(answer) - {who.marker} if who.marker not in case.shows else seen_in(answer)
    leaked, missing = seen - case.shows - case.may_show, case.shows - seen
    problems = []
    if answer.status_code not in case.status:
        problems.append(f"answers {answer.status_code}, not {sorted(case.status)}")
    if leaked:
        problems.append(f"shows {sorted(leaked)} that it must not")
    if missing and answer.status_code in case.status:
        problems.append(f"does not show {sorted(missing)}")
    if problems:
        method = "GET" if case.form is None and case.json is None else f"POST {case.form or case.json}"
        asked.wrong.append(
            f"seed {world.seed}: {endpoint} ({method} {case.path}) for {who.marker} ({world.told(who)}): "
            + "; ".join(problems)
        )
    return answer


def try_world(
    site: Site, table: Mapping[str, Entry], seed: int, most: int, requests: int, asked: Asked, least: int = 8
) -> None:
    """One world of `least` to `most` units, and so many requests in it."""
    world = draw(seed, most, site, least)
    site.become(world)
    r, done = world.random, 0
    audiences = declared(site.app)
    plain = sorted(set(table) & set(audiences) - set(LAST))
    while done < requests:
        endpoint = r.choice(plain)
        who, cases = _somebody(world, table[endpoint], r.random() < 0.4)
        for case in cases:
            judge(world, who, endpoint, case, asked)
            done += 1
        if cases and audiences[endpoint] not in (ANYONE, MACHINE) and r.random() < 0.1:
            _as_nobody(world, endpoint, cases[0], asked)
        done += 0 if cases else 1
    endpoint = LAST[seed % len(LAST)]
    who, cases = _somebody(world, table[endpoint], True)
    for case in cases[:1]:
        if judge(world, who, endpoint, case, asked).status_code == 303:
            site.sign_all_in()


def _somebody(world: World, entry: Entry, let_in: bool) -> tuple[Someone, list[Case]]:
    """Somebody and their cases; where wanted, somebody who is let in, if there is one."""
    people = world.random.sample(world.people, len(world.people))
    found = [(who, list(entry(world, who))) for who in (people if let_in else people[:1])]
    return next((one for one in found if any(case.status != REFUSED for case in one[1])), found[0])


def _as_nobody(world: World, endpoint: str, case: Case, asked: Asked) -> None:
    answer = send(world.site, None, case)
    asked_to = answer.status_code == 401 or (
        answer.status_code == 303 and answer.headers["Location"].startswith("/dang-nhap")
    )
    if not asked_to or seen_in(answer) - {m for m in seen_in(answer) if m.lower() in case.path.lower()}:
        asked.wrong.append(f"seed {world.seed}: {endpoint} ({case.path}) for nobody: {answer.status_code}")
