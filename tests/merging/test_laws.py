"""Whatever people did: joined and parted again, all is as before; joined, nothing is lost and nothing counted twice.

Histories are made by the services that pages call. Every example is rolled back, so that each begins with nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from courses.services import delivering
from lms import clock, progress, rebuilding
from lms.competency import queries as competency
from lms.competency.models import Attainment
from lms.db.base import Base
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import grants
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account, Consent, Identity
from lms.identity.people import Person, person_by_id
from lms.indicators import counting
from lms.learning import projecting
from lms.learning import queries as learning
from lms.learning.models import Enrollment, Evidence, Kind
from lms.learning.record import Result
from lms.merging import joining
from lms.orgs.models import Membership
from lms.orgs.queries import nation_id, org_by_code
from quizzes.models import Attempt, QuizRevision
from quizzes.services import attempts

PROGRAMMES = ("nguoi-dan", "can-bo")
UNITS = ("02839", "02842", "02647")
# What tells of merging itself, or of time: it grows, and undoing does not take it back.
GROWS = {"lms_audit", "lms_delivery", "lms_merge", "lms_merge_row", "lms_duplicate", "lms_client_token"}
PEOPLE = 3

Act = tuple[str, int, int, int]  # what, who, and two numbers to choose by
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["lesson"] * 4 + ["quiz", "quiz", "task", "declare", "enroll", "withdraw", "join", "leave", "attempt",
             "identity", "consent", "all", "grant"]
        ),
        st.integers(0, PEOPLE - 1), st.integers(0, 11), st.integers(0, 3),
    ),
    max_size=24,
)  # fmt: skip
traits = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=PEOPLE, max_size=PEOPLE
)
joins = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), min_size=1, max_size=4)


class RolledBack(Exception):
    """The end of an example."""


@contextmanager
def one_example() -> Iterator[None]:
    try:
        with unit_of_work():
            yield
            raise RolledBack
    except RolledBack:
        pass


class World:
    """Three people, what they can learn, and an officer who may do everything."""

    def __init__(self, with_what: Sequence[tuple[bool, bool, bool, bool]]) -> None:
        found = connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
        officer = person_by_id(found)
        assert officer is not None
        self.officer: Person = officer
        self.at = clock.now() - timedelta(days=2)
        people = [
            NewPerson(
                f"Lò Thị {'Mẩy' if i < 2 else 'May'}",
                "citizens",
                phone=f"+8491234567{i}" if phone else None,
                username=f"lomay{i}" if username else None,
                password_hash=f"hash-{i}" if password else None,
                birth_year=1960 if year else None,
                assurance_level=i,
            )
            for i, (phone, username, password, year) in enumerate(with_what)
        ]
        self.people = make_people(people, self.officer.id, None)
        self.courses: list[int] = []
        for slug in PROGRAMMES:
            row = competency.programme(slug)
            assert row is not None
            self.courses.append(competency.courses_of(row.id)[0][0])
        units = [org_by_code(code) for code in UNITS]
        self.units = [u.id if u else nation_id() for u in units]

    def of_kind(self, course_id: int, kind: str, n: int) -> int:
        found = [p.activity_id for p in learning.places(learning.newest_syllabus(course_id) or 0) if p.kind == kind]
        return found[n % len(found)] if found else self.of_kind(course_id, "lesson", n)

    def do(self, act: Act) -> None:
        """Something happens, a minute after what happened before."""
        self.at += timedelta(minutes=1)
        with clock.frozen_at(self.at):
            self._do(act)

    def _do(self, act: Act) -> None:
        what, who, n, m = act
        account_id, course_id = self.people[who], self.courses[m % 2]
        if what == "lesson":
            progress.enroll(account_id, course_id)
            progress.record_result(account_id, self.of_kind(course_id, "lesson", n), Result(Kind.COMPLETED))
        elif what == "quiz":
            result = Result(Kind.SCORED, 30 + n, 40, passed=m > 1)
            progress.record_result(account_id, self.of_kind(course_id, "quiz", 0), result)
        elif what == "task":
            result = Result(Kind.OBSERVED, by_id=self.people[n % PEOPLE])
            progress.record_result(account_id, self.of_kind(course_id, "task", 0), result)
        elif what == "declare":
            delivering.declare_task(account_id, course_id, self.of_kind(course_id, "task", 0), "", "đã làm", [], None)
        elif what == "enroll":
            progress.enroll(account_id, course_id)
        elif what == "withdraw":
            activity = self.of_kind(course_id, ("lesson", "quiz", "task")[m % 3], n)
            progress.record_result(account_id, activity, Result(Kind.WITHDRAWN, by_id=self.officer.id))
        elif what == "join":
            progress.join_unit(account_id, self.units[n % 3], ("citizens", "officials")[m % 2])
        elif what == "leave":
            self.leave(account_id)
        elif what == "attempt":
            self.attempt(account_id, course_id, done=m > 1)
        elif what == "identity":
            connection().execute(
                insert(Identity).values(
                    account_id=account_id, provider=f"truong-{m}", subject=f"{who}-{n}-{clock.now()}",
                    linked_at=clock.now(),
                )
            )  # fmt: skip
        elif what == "consent":
            connection().execute(
                insert(Consent).values(
                    account_id=account_id, purpose="learning-record", text_version="x", channel="helper",
                    by_id=self.people[n % PEOPLE], given_at=clock.seconds(),
                )
            )  # fmt: skip
        elif what == "grant":
            grants.give(account_id, "confirmer", self.units[n % 3], None)
        elif what == "all":
            self.all_of(account_id, course_id)

    def leave(self, account_id: int) -> None:
        m = Membership.__table__
        held = connection().execute(select(m.c.id).where(m.c.account_id == account_id, m.c.valid_to.is_(None)).limit(1))
        if (membership_id := held.scalar()) is not None:
            progress.leave_unit(account_id, membership_id)

    def all_of(self, account_id: int, course_id: int) -> None:
        progress.enroll(account_id, course_id)
        kinds = {"quiz": Result(Kind.SCORED, 40, 40, passed=True), "task": Result(Kind.DECLARED)}
        for place in learning.places(learning.newest_syllabus(course_id) or 0):
            progress.record_result(account_id, place.activity_id, kinds.get(place.kind, Result(Kind.COMPLETED)))

    def attempt(self, account_id: int, course_id: int, done: bool) -> None:
        quiz = self.of_kind(course_id, "quiz", 0)
        r = QuizRevision.__table__
        revision = connection().execute(
            select(r.c.id).where(r.c.activity_id == quiz).order_by(r.c.number.desc()).limit(1)
        )
        attempts.start(account_id, course_id, quiz, revision.scalar_one(), None)


def everything() -> dict[str, Counter[Any]]:
    """Every row of every table, but for what only grows; figures that are zero are no figures."""
    found: dict[str, Counter[Any]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in GROWS or table.name.startswith(
            ("acme_", "courses_rev", "courses_doc", "quizzes_item", "lms_org")
        ):
            continue
        columns = [c for c in table.columns if (table.name, c.name) != ("lms_account", "generation")]
        wanted = select(*columns)
        if table.name == "lms_rollup":
            wanted = wanted.where(table.c.value != 0)
        found[table.name] = Counter(repr(tuple(row)) for row in connection().execute(wanted))
    return found


def changed(before: dict[str, Counter[Any]], after: dict[str, Counter[Any]]) -> dict[str, Any]:
    return {
        name: {"gone": list((rows - after[name]).elements()), "new": list((after[name] - rows).elements())}
        for name, rows in before.items()
        if rows != after[name]
    }


def ledger(people: Sequence[int]) -> set[int]:
    return set(connection().execute(select(Evidence.id).where(Evidence.account_id.in_(people))).scalars())


def how_many() -> dict[str, int]:
    return {name: rows.total() for name, rows in everything().items() if name != "lms_rollup"}


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


UNHURRIED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.usefixtures("in_app")
@UNHURRIED
@given(traits, acts, joins)
def test_joined_and_parted_is_as_before(
    with_what: list[tuple[bool, bool, bool, bool]], history: list[Act], plan: list[tuple[int, int]]
) -> None:
    with one_example():
        world = World(with_what)
        for act in history:
            world.do(act)
        assert rebuilding.differences() == []
        open_merges: list[tuple[int, dict[str, Counter[Any]]]] = []
        for one, other in plan:
            kept, gone = world.people[one], world.people[other]
            if joining.obstacle(kept, gone, world.officer) is not None:
                continue
            before, facts, rows = everything(), ledger(world.people), how_many()
            open_merges.append((joining.merge(kept, gone, world.officer, "Một người."), before))
            assert ledger(world.people) == facts, "evidence was lost or made"
            assert how_many() == rows
            assert rebuilding.differences() == []
            assert counting.facts([gone]) == {}, "who is joined to another counts for nothing"
            assert repeated(kept) == [], "nobody is counted twice"
        for merge_id, before in reversed(open_merges):
            joining.undo(merge_id, world.officer, "Hai người.")
            assert changed(before, everything()) == {}
            assert rebuilding.differences() == []


@pytest.mark.usefixtures("in_app")
@UNHURRIED
@given(traits, acts, acts)
def test_what_stood_for_either_stands_for_both(
    with_what: list[tuple[bool, bool, bool, bool]], history: list[Act], after: list[Act]
) -> None:
    """Without withdrawals the person has done whatever either had; life goes on, and is parted without loss."""
    with one_example():
        world = World(with_what)
        for act in history:
            if act[0] not in ("withdraw", "grant"):
                world.do(act)
        kept, gone, _third = world.people
        done = {who: bits(who) for who in (kept, gone)}
        merge_id = joining.merge(kept, gone, world.officer, "Một người.")
        held = bits(kept)
        for course_id in done[kept] | done[gone]:
            either = done[kept].get(course_id, 0) | done[gone].get(course_id, 0)
            assert held[course_id] & either == either
        for what, who, n, m in after:
            if what not in ("grant", "withdraw"):
                world.do((what, 0 if who == 1 else who, n, m))
        assert rebuilding.differences() == []
        facts = ledger(world.people)
        joining.undo(merge_id, world.officer, "Hai người.")
        assert ledger(world.people) == facts
        assert rebuilding.differences() == []
        for who, before in done.items():
            now = bits(who)
            assert all(now[course_id] & mask == mask for course_id, mask in before.items())


@pytest.mark.usefixtures("in_app")
@UNHURRIED
@given(traits, acts)
def test_building_anew_changes_nothing(with_what: list[tuple[bool, bool, bool, bool]], history: list[Act]) -> None:
    with one_example():
        world = World(with_what)
        for act in history:
            world.do(act)
        kept, gone, _third = world.people
        if joining.obstacle(kept, gone, world.officer) is None:
            joining.merge(kept, gone, world.officer, "Một người.")
        before = everything()
        for _ in range(2):
            projecting.mend(projecting.astray())
            counting.rebuild()
            assert changed(before, everything()) == {}


def repeated(account_id: int) -> list[Any]:
    """Programmes attained twice, and units in which somebody is a member twice."""
    m, a = Membership.__table__, Attainment.__table__
    rows = [
        *connection().execute(select(a.c.programme_id).where(a.c.account_id == account_id)),
        *connection().execute(
            select(m.c.org_id, m.c.target_group).where(m.c.account_id == account_id, m.c.valid_to.is_(None))
        ),
    ]
    return [row for row, times in Counter(tuple(r) for r in rows).items() if times > 1]


def bits(account_id: int) -> dict[int, int]:
    e = Enrollment.__table__
    rows = connection().execute(select(e.c.course_id, e.c.done).where(e.c.account_id == account_id))
    return {row.course_id: row.done for row in rows}


def test_the_histories_reach_every_kind_of_row(in_app: Flask) -> None:
    """What is never made is never proved."""
    with one_example():
        world = World([(True, True, True, True)] * PEOPLE)
        for what in ("lesson", "quiz", "task", "declare", "join", "leave", "attempt", "identity", "consent", "all"):
            for who in range(PEOPLE):
                world.do((what, who, who, 0))
        merge_id = joining.merge(world.people[0], world.people[1], world.officer, "Một người.")
        from lms.merging.models import MergedRow

        names = set(connection().execute(select(MergedRow.name).where(MergedRow.merge_id == merge_id)).scalars())
        assert {
            "lms_evidence.account_id", "lms_membership.account_id", "lms_consent.account_id", "lms_identity.account_id",
            "courses_declaration.account_id", "quizzes_attempt.account_id",
        } <= names  # fmt: skip
        stayed = connection().execute(select(Enrollment.id).where(Enrollment.account_id == world.people[1])).scalars()
        assert stayed.all(), "both had begun the same course"
        assert connection().execute(select(Attempt.id)).first() is not None
