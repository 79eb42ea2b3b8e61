"""What a quiz is for decides how often and when it may be tried, and which score counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import event, select, update

from lms.api.packages import POLICY_DEFAULTS, broken_rules
from lms.api.work import TooEarly, clock, connection, unit_of_work
from quizzes import queries
from quizzes.models import Attempt, BankState, Exposure, Resting
from quizzes.policies import Given, Policy, counting, resting, standing
from quizzes.services import exposure
from tests.quizzes.world import Quizzing, quizzing


@dataclass(frozen=True)
class Try:
    submitted_at: int | None
    passed: bool | None = False
    waits: int = 0
    got: int = 0
    total: int = 10


TRIES = st.lists(
    st.builds(Try, st.integers(0, 10_000), st.booleans(), st.just(0), st.integers(0, 10)),
    max_size=6,
    unique_by=lambda t: t.submitted_at,
)
POLICIES = st.builds(
    Policy,
    purpose=st.sampled_from(["practice", "check", "final"]),
    tries=st.sampled_from([None, 1, 3]),
    wait=st.sampled_from([0, 60]),
)


def test_a_policy_says_what_a_package_says() -> None:
    assert structs.asdict(Policy()) == dict(POLICY_DEFAULTS)
    assert Policy.of({}) == Policy()
    assert Policy().stored() == {}
    some = Policy(purpose="final", tries=3, exposure=10)
    assert Policy.of({"policy": some.stored()}) == some


@given(POLICIES, TRIES, st.integers(0, 20_000))
def test_when_one_may_try_again(policy: Policy, tried: list[Try], now: int) -> None:
    found = standing(policy, tried, now)
    assert found == standing(policy, list(reversed(tried)), now)
    assert found == standing(policy, [*tried, Try(None)], now), "an open one is gone on with; it decides nothing"
    if not policy.heeds_tries:
        assert found.may_begin
    if found.why == "wait":
        assert found.next_at is not None
        assert found.next_at > now
        assert standing(policy, tried, found.next_at).may_begin
        assert not standing(policy, tried, found.next_at - 1).may_begin
    if policy.tries is not None:
        assert found.tries_left == max(0, policy.tries - len(tried))
        assert found.tries_left or not found.may_begin
    if policy.purpose == "final" and any(t.passed for t in tried):
        assert found.why == "passed"


@given(TRIES)
def test_which_score_counts(tried: list[Try]) -> None:
    if not tried:
        assert counting(Policy(), tried) is None
        return
    best, first, last = (counting(Policy(counts=c), [Try(None), *tried]) for c in ("best", "first", "last"))
    assert first == min(tried, key=lambda t: t.submitted_at or 0)
    assert last == max(tried, key=lambda t: t.submitted_at or 0)
    assert best is not None
    assert all((t.passed, t.got) <= (best.passed, best.got) for t in tried)


def test_marking_holds_a_final_check_open() -> None:
    waiting = [Try(10, None, waits=1)]
    assert standing(Policy(purpose="final"), waiting, 20).why == "marking"
    assert standing(Policy(), waiting, 20).may_begin


@pytest.mark.parametrize(
    ("policy", "pool", "keys"),
    [
        ({}, "exam", []),
        ({"purpose": "practice", "tries": 2}, "practice", ["purpose"]),
        ({"purpose": "practice", "supervised": "required", "where": "Ở xã"}, "practice", ["supervised"]),
        ({"purpose": "final", "supervised": "required"}, "exam", ["where"]),
        ({"feedback": "end"}, "exam", ["feedback"]),
        ({"feedback": "end"}, "practice", []),
        ({"feedback": "each"}, "practice", ["feedback"]),
        ({"purpose": "practice", "feedback": "each"}, "practice", []),
    ],
)
def test_what_does_not_go_together(policy: dict[str, object], pool: str, keys: list[str]) -> None:
    assert [key for key, _text in broken_rules(policy, pool)] == keys


def test_what_rests() -> None:
    policy = Policy(exposure=10)
    assert resting(policy, Given(100, {1: 10, 2: 11})) == {2}
    assert resting(policy, Given(49, {1: 49})) == frozenset(), "too few papers say nothing"
    assert resting(Policy(), Given(100, {1: 100})) == frozenset()


# --- with a database ---


@pytest.fixture
def quiz(any_app: Flask) -> Iterator[Quizzing]:
    with any_app.app_context():
        yield quizzing(any_app)


def test_beginning_reads_no_whole_table_where_sqlite_has_counted_many_papers(app: Flask) -> None:
    with app.app_context():
        quiz = quizzing(app)
        quiz.hand_in(quiz.begin())
        with unit_of_work() as database:
            for line in (
                "ANALYZE",
                "UPDATE sqlite_stat1 SET stat = '1000000 100 100' WHERE idx = 'ix_quizzes_attempt_who'",
                "UPDATE sqlite_stat1 SET stat = '1000000 1000000' WHERE idx = 'sqlite_autoindex_quizzes_attempt_1'",
                "ANALYZE sqlite_schema",
            ):
                database.exec_driver_sql(line)
        sent: list[tuple[str, Any]] = []

        def hear(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
            sent.append((sql, values))

        engine = connection().engine
        event.listen(engine, "before_cursor_execute", hear)
        quiz.begin()
        event.remove(engine, "before_cursor_execute", hear)
        driver: Any = connection().connection.dbapi_connection
        plans = [row[3] for sql, values in sent for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert any("ix_quizzes_attempt_who" in plan for plan in plans)
        assert not [plan for plan in plans if plan.startswith("SCAN quizzes_attempt")]


def test_tries_and_waiting_are_kept_by_the_server(quiz: Quizzing) -> None:
    quiz.publish(policy={"purpose": "final", "tries": 2, "wait": 60})
    uuid = quiz.begin()
    assert quiz.begin() == uuid, "an open one is gone on with"
    quiz.hand_in(uuid)
    with pytest.raises(TooEarly):
        quiz.begin()
    a = Attempt.__table__
    with unit_of_work():
        connection().execute(update(a).values(submitted_at=a.c.submitted_at - 3600))
    quiz.hand_in(quiz.begin())
    with unit_of_work():
        connection().execute(update(a).values(submitted_at=a.c.submitted_at - 3600))
    with pytest.raises(TooEarly):
        quiz.begin()


def test_whoever_must_be_supervised_begins_in_a_session_only(quiz: Quizzing) -> None:
    quiz.publish(policy={"purpose": "final", "supervised": "required", "where": "Ở nhà văn hóa thôn"})
    with pytest.raises(TooEarly):
        quiz.begin()
    uuid = quiz.begin(session="buoi-thi-1")
    a = Attempt.__table__
    assert connection().execute(select(a.c.session).where(a.c.uuid == uuid)).scalar_one() == "buoi-thi-1"
    assert quiz.begin(session="buoi-thi-1") == uuid


def test_what_is_given_too_often_rests_and_comes_back(quiz: Quizzing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven questions in papers of two; the worker counts, and no learner's request does."""
    monkeypatch.setattr("quizzes.policies.FEWEST_PAPERS", 5)
    quiz.publish(draw=[{"from": ["ND.4"], "count": 2, "spread": False}], policy={"exposure": 40, "days": 7})
    e, rt, a = Exposure.__table__, Resting.__table__, Attempt.__table__
    papers = [quiz.begin(quiz.someone(f"hoc.vien.{n}")) for n in range(6)]
    assert connection().execute(select(e)).first() is None
    exposure.count()
    assert connection().execute(select(e)).first() is None, "papers of a moment ago are counted later"
    items = [item for uuid in papers for item in quiz.items(uuid)]
    often, other = items[0], next(i for i in items if i != items[0])
    version = {v.item_id: v.id for uuid in papers for v in versions_of(quiz, uuid)}
    with unit_of_work():
        paper = [[version[often], [], None], [version[other], [], None]]
        connection().execute(update(a).where(a.c.uuid.in_(papers[:3])).values(paper=paper))
        connection().execute(
            update(a).where(a.c.uuid.in_(papers[3:])).values(paper=[paper[0], *quiz.row(papers[5]).paper[:1]])
        )
        connection().execute(update(a).values(started_at=a.c.started_at - 400))
    changes = select(BankState.__table__.c.changes)
    before = connection().execute(changes).scalar_one()
    exposure.count()
    exposure.count()
    today = clock.seconds() // 86_400
    found = exposure.given(quiz.quiz, today - 7)
    assert found.papers == 6, "each paper once, however often the worker comes"
    assert found.times[often] >= 6
    assert often in connection().execute(select(rt.c.item_id)).scalars().all()
    after = connection().execute(changes).scalar_one()
    assert after == before + 1, "decks are made anew, and only where it changed"
    for n in range(6):
        assert often not in quiz.items(quiz.begin(quiz.someone(f"nguoi.khac.{n}")))
    with unit_of_work():
        connection().execute(update(e).values(day=e.c.day - 8))
    exposure.count()
    assert connection().execute(select(rt)).first() is None, "after some days it comes back"


def versions_of(quiz: Quizzing, uuid: UUID) -> list[queries.VersionRow]:
    return queries.versions([entry[0] for entry in quiz.row(uuid).paper])
