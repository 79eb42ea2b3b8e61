"""Puts the tables' cases to the application and says where it answers otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.test import TestResponse

from lms.web.routes import ANYONE, MACHINE
from tests.architecture.test_routes import declared
from tests.scope.law import Case, Entry
from tests.scope.world import Site, Someone, World, draw, seen_in

LAST = ("grants.give", "grants.end", "courses.confirm")  # they change the world that the others are asked about


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


def try_world(site: Site, table: Mapping[str, Entry], seed: int, most: int, requests: int, asked: Asked) -> None:
    """One world, and so many requests in it."""
    world = draw(seed, most, site)
    site.become(world)
    r, done = world.random, 0
    audiences = declared(site.app)
    plain = sorted(set(table) - set(LAST))
    high = [p for p in site.people if any(g.org == world.nation for g in world.held(p))]  # few, and they see much
    while done < requests:
        who, endpoint = r.choice(high if high and r.random() < 0.2 else site.people), r.choice(plain)
        for case in table[endpoint](world, who):
            judge(world, who, endpoint, case, asked)
            done += 1
        if audiences[endpoint] not in (ANYONE, MACHINE) and r.random() < 0.1:
            _as_nobody(world, who, endpoint, table[endpoint], asked)
    endpoint = LAST[seed % len(LAST)]
    who = r.choice(site.people)
    for case in list(table[endpoint](world, who))[:1]:
        if judge(world, who, endpoint, case, asked).status_code == 303:
            site.sign_all_in()


def _as_nobody(world: World, who: Someone, endpoint: str, entry: Entry, asked: Asked) -> None:
    for case in list(entry(world, who))[:1]:
        answer = send(world.site, None, case)
        asked_to = answer.status_code == 401 or (
            answer.status_code == 303 and answer.headers["Location"].startswith("/dang-nhap")
        )
        if not asked_to or seen_in(answer) - {m for m in seen_in(answer) if m.lower() in case.path.lower()}:
            asked.wrong.append(f"seed {world.seed}: {endpoint} ({case.path}) for nobody: {answer.status_code}")
