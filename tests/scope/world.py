"""Random worlds: a tree that changed over time, people who belong somewhere, roles that began and ended, things owned.

A world is made in plain Python first; `Site.become` writes it into the application's tables, and the oracle (`World`'s
own methods) is computed from the Python side alone: versions of units, memberships and grants as they were drawn.
"""

from __future__ import annotations

import io
import random
import re
import string
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.db.base import Base
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity.entering import enter
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account, Grant
from lms.identity.people import person_by_id
from lms.identity.roles import ROLES, May
from lms.orgs import tree
from lms.orgs.models import Membership, Org, OrgVersion
from lms.orgs.queries import forget_paths
from lms.web.session import COOKIE

LEVELS = ("province", "commune", "commune", "village", "village", "village", "school", "agency")
# In every name and title here, and nowhere else. It stands as a word, for in keys, tokens and hashes written in base64
# any six letters come up; in an address a word may follow a coded sign, and in JSON the sign of a new line.
AS_WRITTEN = "(?:Zq[a-z]{4}|zq[a-z]{4}|ZQ[A-Z]{4})"
MARKER = re.compile(rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\[nt])){AS_WRITTEN}(?![A-Za-z0-9])")
IN_A_PROOF = re.compile(rf"(?<![A-Za-z0-9+/=]){AS_WRITTEN}(?![A-Za-z0-9+/=])")
PEOPLE = 14
DAY = 86_400


def marker(n: int) -> str:
    """The n-th word that stands for one person or thing: "Zqbaaa"."""
    letters = ""
    for _ in range(4):
        n, rest = divmod(n, 26)
        letters += string.ascii_lowercase[rest]
    return "Zq" + letters


@dataclass(frozen=True)
class Someone:
    """Somebody with an account, signed in."""

    id: int
    uuid: UUID
    name: str
    marker: str


@dataclass(frozen=True)
class Thing:
    """Something that a unit or a person owns: what addresses call it, and the word by which a page betrays it."""

    kind: str
    key: Any
    marker: str
    holder: int | None = None  # account
    more: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Version:
    """Where a unit lay from one day to another; `ended`: under the one that continues it."""

    parent: int | None
    first: date
    until: date | None
    ended: bool = False

    def on(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Held:
    """A membership (`role` empty) or a grant, in seconds."""

    who: int
    org: int
    since: int
    until: int | None
    role: str = ""
    ended: bool = False
    given_by: int | None = None

    def at(self, moment: int) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass
class World:
    """One drawing, and what follows from it."""

    seed: int
    today: date
    now: int
    units: list[int]
    versions: dict[int, list[Version]]
    memberships: list[Held]
    grants: list[Held]
    people: list[Someone]
    things: dict[str, list[Thing]]
    owner: dict[Thing, int | None]  # the unit; None: the nation's
    random: random.Random
    site: Site
    _above: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def nation(self) -> int:
        return self.units[0]

    # --- the oracle: nothing below asks the application ---

    def version(self, org: int) -> Version | None:
        return next((v for v in self.versions.get(org, ()) if v.on(self.today)), None)

    def stands(self, org: int) -> bool:
        found = self.version(org)
        return found is not None and not found.ended

    def above(self, org: int) -> frozenset[int]:
        """The unit and every one above it today."""
        if org not in self._above:
            path, at = [org], self.version(org)
            while at is not None and at.parent is not None:
                path.append(at.parent)
                at = self.version(at.parent)
            self._above[org] = frozenset(path)
        return self._above[org]

    def held(self, who: Someone) -> list[Held]:
        return [g for g in self.grants if g.who == who.id and g.at(self.now)]

    def held_or_coming(self, who: Someone) -> list[Held]:
        return [g for g in self.grants if g.who == who.id and not g.ended and (g.until is None or g.until > self.now)]

    def units_where(self, who: Someone, may: May) -> frozenset[int]:
        return frozenset(g.org for g in self.held(who) if may in ROLES[g.role].may)

    def anywhere(self, who: Someone, may: May) -> bool:
        return bool(self.units_where(who, may))

    def may(self, who: Someone, may: May, org: int | None) -> bool:
        return not self.units_where(who, may).isdisjoint(self.above(self.nation if org is None else org))

    def orgs_of(self, who: Someone) -> set[int]:
        return {m.org for m in self.memberships if m.who == who.id and m.at(self.now)}

    def may_with(self, who: Someone, may: May, other: Someone) -> bool:
        """Whether `who` may do it with `other`: at a unit that they belong to; the nation reaches everybody."""
        units = self.units_where(who, may)
        return self.nation in units or any(not units.isdisjoint(self.above(org)) for org in self.orgs_of(other))

    def within(self, who: Someone, may: May) -> list[Someone | Thing]:
        """All with whom `who` may do it; the children of `things` belong to no unit: the nation alone sees them."""
        found: list[Someone | Thing] = [p for p in self.people if self.may_with(who, may, p)]
        return found + self.of("ward") if self.nation in self.units_where(who, may) else found

    def may_give(self, who: Someone, role: str, org: int) -> bool:
        return any(
            role in ROLES[g.role].hands_on and g.org in self.above(org) and not (ROLES[role].hands_on and g.org == org)
            for g in self.held(who)
        )

    def by_id(self, account: int) -> Someone:
        return next(p for p in self.people if p.id == account)

    def of(self, kind: str) -> list[Thing]:
        return self.things.get(kind, [])

    def told(self, who: Someone) -> str:
        """For a failing test: the roles of somebody."""
        return ", ".join(f"{g.role}@{g.org}" for g in self.held(who)) or "no role"


def draw(seed: int, most: int, site: Site, least: int = 8) -> World:
    """A random world of `least` to `most` units."""
    r = random.Random(seed)
    today, now = clock.today(), clock.seconds()
    count = r.randint(min(least, most), most)
    units = site.orgs[:count]
    versions: dict[int, list[Version]] = {units[0]: [Version(None, date(1900, 1, 1), None)]}
    for n in range(1, count):

        def parent(below: int = n) -> int:
            return units[r.randint(0, below - 1) if r.random() < 0.6 else max(0, below - r.randint(1, 12))]

        began = today - timedelta(r.randint(400, 4000))
        moved = today - timedelta(r.randint(0, 399))
        match r.random():
            case x if x < 0.70:
                drawn = [Version(parent(), began, None)]
            case x if x < 0.80:  # moved before, perhaps today
                drawn = [Version(parent(), began, moved), Version(parent(), moved, None)]
            case x if x < 0.87:  # will move tomorrow
                later = today + timedelta(1)
                drawn = [Version(parent(), began, later), Version(parent(), later, None)]
            case x if x < 0.94:  # has ended, perhaps today; another continues it
                drawn = [Version(parent(), began, moved), Version(parent(), moved, None, ended=True)]
            case _:  # will end tomorrow
                later = today + timedelta(1)
                drawn = [Version(parent(), began, later), Version(parent(), later, None, ended=True)]
        versions[units[n]] = drawn

    def held(who: int, org: int, role: str = "") -> Held:
        by = r.choice([None, *(p.id for p in site.people)]) if role else None
        long_ago = now - r.randint(2, 900) * DAY
        match r.random():
            case x if x < 0.72:
                until = None if r.random() < 0.7 else now + r.randint(1, 900) * DAY
                return Held(who, org, long_ago, until, role, given_by=by)
            case x if x < 0.86:
                return Held(who, org, long_ago, now - r.randint(1, DAY), role, ended=True, given_by=by)
            case _:
                return Held(who, org, now + r.randint(3600, 90 * DAY), None, role, given_by=by)

    memberships = [held(p.id, r.choice(units)) for p in site.people for _ in range(r.choice((0, 1, 1, 1, 2, 3)))]
    grants, high = [], units[: max(3, count // 12)]
    for p in site.people:
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            place = r.choice(units if r.random() < 0.5 else high)
            grants.append(held(p.id, place, r.choice(list(ROLES))))
    if r.random() < 0.5:
        grants.append(Held(r.choice(site.people).id, units[0], now - DAY, None, "administrator"))
    owned = [t for kind in OWNED for t in site.things.get(kind, [])]
    owner: dict[Thing, int | None] = {t: r.choice(units) for t in owned}
    for paper in site.things.get("paper", []):
        if r.random() < 0.2:
            owner[paper] = None
    for item in site.things.get("item", []):
        owner[item] = owner[item.more["bank"]]
    for brought in site.things.get("import", []):
        owner[brought] = owner[brought.more["bank"]]
    for correction in site.things.get("correction", []):
        owner[correction] = owner[correction.more["bank"]]
    return World(
        seed, today, now, units, versions, memberships, grants, site.people, site.things, owner, r, site
    )  # fmt: skip


OWNED = (
    "case", "lesson", "task", "course", "bank", "item", "quiz", "paper", "roster", "upload", "practice", "hall",
    "batch", "delivery",
)  # fmt: skip
OWNED_BY = {  # kind → table, column of the key, column of the unit
    "case": ("integrity_case", "id"),
    "lesson": ("courses_document", "activity_id"),
    "task": ("courses_document", "activity_id"),
    "course": ("courses_document", "activity_id"),
    "bank": ("quizzes_bank", "id"),
    "quiz": ("quizzes_document", "activity_id"),
    "practice": ("practice_document", "activity_id"),
    "paper": ("certificates_credential", "id"),
    "roster": ("rosters_roster", "id"),
    "batch": ("certificates_batch", "id"),
    "delivery": ("handover_batch", "id"),
    "hall": ("supervision_session", "id"),
    "upload": ("lms_media", "id"),
}


class Site:
    """The application with people and things made once; it becomes one world after another."""

    def __init__(self, app: Flask, most: int) -> None:
        self.app, self.count, self.numbers = app, 0, iter(range(10**6))
        self.things: dict[str, list[Thing]] = {}
        self.people: list[Someone] = []
        self.clients: dict[int, FlaskClient] = {}
        self.facts: dict[str, str] = {}  # what addresses name that is nobody's
        self.grant_ids: list[int] = []  # of the world's grants, in their order
        with app.app_context():
            self.orgs = self._make_orgs(most)
            let_go()

    def marker(self) -> str:
        return marker(next(self.numbers))

    def _make_orgs(self, most: int) -> list[int]:
        rows = [{"uuid": uuid4(), "level": "nation", "code": "VN"}]
        rows += [{"uuid": uuid4(), "level": LEVELS[n % len(LEVELS)], "code": None} for n in range(1, most)]
        with unit_of_work() as database:
            made = database.execute(sa.insert(Org).returning(Org.id, sort_by_parameter_order=True), rows)
            ids = [int(i) for i in made.scalars()]
            database.execute(
                sa.insert(OrgVersion),
                [self._version(org, Version(None if org == ids[0] else ids[0], date(1900, 1, 1), None)) for org in ids],
            )
            tree.change_tree()
            tree.close()
        forget_paths()
        return ids

    def _version(self, org: int, v: Version) -> dict[str, Any]:
        return {
            "org_id": org, "kind": "xã", "name": f"Đơn vị {org}", "folded": f"don vi {org}",
            "sort_key": f"don vi {org:06}", "parent_id": v.parent, "valid_from": v.first, "valid_to": v.until,
            "ended": v.ended, "source": "",
        }  # fmt: skip

    def make_people(self) -> None:
        """People with names that give them away, each signed in in a browser of their own."""
        words = [self.marker() for _ in range(PEOPLE)]
        with self.app.app_context():
            with unit_of_work():
                ids = make_people(
                    [NewPerson(f"Trần Văn {w}", phone=f"+849120000{n:02}", birth_date=date(1960 + n, 1, 2))
                     for n, w in enumerate(words)], None, None,
                )  # fmt: skip
            accounts = Account.__table__
            found = connection().execute(sa.select(accounts.c.id, accounts.c.uuid).where(accounts.c.id.in_(ids)))
            uuids = {row.id: row.uuid for row in found}
            let_go()
        for account, word in zip(ids, words, strict=True):
            self.people.append(Someone(account, uuids[account], f"Trần Văn {word}", word))
        self.sign_all_in()

    def sign_all_in(self) -> None:
        """Gives everybody a browser with a session of their own."""
        self.clients = {someone.id: self.signed_in(someone.id) for someone in self.people}

    def signed_in(self, account: int) -> FlaskClient:
        """A browser with the session of somebody who has proved who they are."""
        with self.app.test_request_context("/"):
            from flask import session

            person = person_by_id(account)
            assert person is not None
            enter(person, "test")
            answer = self.app.response_class()
            self.app.session_interface.save_session(self.app, session, answer)  # type: ignore[arg-type]
            cookie = answer.headers["Set-Cookie"].partition(f"{COOKIE}=")[2].partition(";")[0]
        client = self.app.test_client()
        client.set_cookie(COOKIE, cookie)
        return client

    def add(self, kind: str, key: Any, word: str, holder: int | None = None, **more: Any) -> Thing:
        """Makes something known to the oracle."""
        thing = Thing(kind, key, word, holder, more)
        self.things.setdefault(kind, []).append(thing)
        return thing

    def become(self, world: World) -> None:
        """Writes a world over the one before."""
        with self.app.app_context():
            with unit_of_work() as database:
                for table in ("lms_org_version", "lms_membership", "lms_grant"):
                    for column in _referring(table):
                        statement = sa.update(column.table).where(column.is_not(None)).values({column.name: None})
                        database.execute(statement if column.nullable else sa.delete(column.table))
                    database.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
                rows = [self._version(org, v) for org, all_of_it in world.versions.items() for v in all_of_it]
                database.execute(sa.insert(OrgVersion), rows)
                tree.change_tree()
                tree.close()
                if world.memberships:
                    database.execute(
                        sa.insert(Membership),
                        [{"account_id": m.who, "org_id": m.org, "target_group": "citizens", "valid_from": m.since,
                          "valid_to": m.until} for m in world.memberships],
                    )  # fmt: skip
                if world.grants:
                    made = database.execute(
                        sa.insert(Grant).returning(Grant.id, sort_by_parameter_order=True),
                        [{"account_id": g.who, "org_id": g.org, "role": g.role, "valid_from": g.since,
                          "valid_to": g.until, "granted_by": g.given_by, "given_at": min(g.since, world.now),
                          "ended_at": g.until if g.ended else None} for g in world.grants],
                    )  # fmt: skip
                    self.grant_ids = [int(i) for i in made.scalars()]
                for thing, org in world.owner.items():
                    if thing.kind in OWNED_BY:
                        table, key = OWNED_BY[thing.kind]
                        database.execute(
                            sa.text(f"UPDATE {table} SET org_id = :org WHERE {key} = :key"),  # noqa: S608
                            {"org": org, "key": thing.more["id"]},
                        )
                for roster in self.things.get("roster", []):
                    row = {"state": roster.more["state"], "id": roster.more["id"], "content": roster.more["sheet"]}
                    database.execute(sa.text("UPDATE rosters_roster SET state = :state WHERE id = :id"), row)
                    database.execute(sa.text("DELETE FROM rosters_sheet WHERE roster_id = :id"), row)
                    if row["content"] is not None:
                        again = "INSERT INTO rosters_sheet (roster_id, content) VALUES (:id, :content)"
                        database.execute(sa.text(again), row)
                database.exec_driver_sql("UPDATE courses_declaration SET confirmed_at = NULL, confirmed_by = NULL")
            forget_paths()
            let_go()

    def nobody(self) -> FlaskClient:
        return self.app.test_client()


def _referring(table: str) -> list[sa.Column[Any]]:
    """The columns that refer to the rows of a table."""
    return [
        column
        for other in Base.metadata.tables.values()
        for column in other.columns
        for key in column.foreign_keys
        if key.column.table.name == table
    ]


def seen_in(answer: TestResponse) -> set[str]:
    """The people and things that an answer betrays: in its words and links, or in a zip's files."""
    data = answer.get_data()
    text = " ".join(answer.headers.get(name, "") for name in ("Location", "Content-Disposition", "Link"))
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text += "".join(n + archive.read(n).decode("utf-8", "ignore") for n in archive.namelist())
    elif answer.mimetype.startswith(("text/", "application/json", "application/problem")):
        text += data.decode()
    pattern = IN_A_PROOF if answer.mimetype == "text/plain" else MARKER
    return {found.lower().capitalize() for found in pattern.findall(text)}
