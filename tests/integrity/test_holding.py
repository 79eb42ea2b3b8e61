"""What is held back is not counted, whatever else happens to it; and the counts always equal the facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms import clock, rebuilding
from lms.competency.models import Attainment
from lms.db.unit_of_work import connection
from lms.indicators import counting, holding
from lms.merging import joining
from tests.merging.test_laws import PEOPLE, World, acts, changed, everything, one_example, traits

CASES = ("case:a", "case:b")
steps = st.lists(
    st.tuples(
        st.sampled_from(["hold", "hold", "release", "merge", "undo", "act"]),
        st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), st.integers(0, 1),
    ),
    max_size=14,
)  # fmt: skip
UNHURRIED = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


def attained(account_id: int) -> list[int]:
    a = Attainment.__table__
    return list(connection().execute(select(a.c.id).where(a.c.account_id == account_id)).scalars())


def made(world: World) -> None:
    """Everybody is of a unit and attains something, the first two both programmes."""
    for who in range(PEOPLE):
        world.do(("join", who, who, 0))
        world.do(("all", who, 0, who))
    world.do(("all", 0, 0, 1))


@pytest.mark.usefixtures("in_app")
@UNHURRIED
@given(traits, acts, steps)
def test_counts_equal_facts_whatever_is_held(
    with_what: list[tuple[bool, bool, bool, bool]], history: list[tuple[str, int, int, int]],
    plan: list[tuple[str, int, int, int]],
) -> None:  # fmt: skip
    """Any order of holding, letting go, joining people and parting them: stored and counted anew are the same."""
    with one_example():
        world = World(with_what)
        made(world)
        merges: list[int] = []
        for what, one, other, n in plan:
            if what == "hold":
                holding.hold_back(attained(world.people[one]), CASES[n], "test")
            elif what == "release":
                holding.release(CASES[n])
            elif what == "act" and history:
                world.do(history.pop())
            elif what == "merge":
                kept, gone = world.people[one], world.people[other]
                if joining.obstacle(kept, gone, world.officer) is None:
                    merges.append(joining.merge(kept, gone, world.officer, "Một người."))
            elif what == "undo" and merges:
                joining.undo(merges.pop(), world.officer, "Hai người.")
            assert counting.differences() == []
            assert rebuilding.differences() == []
        held = set(holding.held_by(CASES[0])) | set(holding.held_by(CASES[1]))
        before = everything()
        counting.rebuild()
        assert changed(before, everything()) == {}
        for case in CASES:
            holding.release(case)
        assert counting.held_back(world.units) == 0
        assert counting.differences() == []
        assert not held or holding.held_by(CASES[0]) == []


def test_parting_goes_on_where_the_one_who_went_has_got_something_meanwhile(in_app: Flask) -> None:
    """A request that was under way when the two were joined, and nobody has caught up with it yet."""
    with one_example():
        world = World([(True, True, True, True)] * PEOPLE)
        made(world)
        merge = joining.merge(world.people[2], world.people[1], world.officer, "Một người.")
        world.do(("enroll", 1, 0, 1))
        joining.undo(merge, world.officer, "Hai người.")
        assert counting.differences() == []
        assert rebuilding.differences() == []


def totals(world: World) -> int:
    return sum(n for (name, _org, _group), n in counting.facts(world.people).items() if name == counting.ATTAINED)


def test_what_two_hold_counts_when_both_have_let_go(in_app: Flask) -> None:
    with one_example():
        world = World([(True, True, True, True)] * PEOPLE)
        made(world)
        all_of, (mine, *_more) = totals(world), attained(world.people[2])
        assert holding.hold_back([mine], CASES[0], "test") == 1
        assert holding.hold_back([mine], CASES[0], "test") == 0
        assert holding.hold_back([mine], CASES[1], "test") == 1
        assert totals(world) == all_of - 1
        assert counting.held_back(world.units) == 1
        assert holding.release(CASES[0]) == 1
        assert holding.release(CASES[0]) == 0
        assert totals(world) == all_of - 1
        assert holding.release(CASES[1]) == 1
        assert totals(world) == all_of
        assert counting.held_back(world.units) == 0
        assert counting.differences() == []


def test_a_past_day_is_counted_by_what_was_held_then(in_app: Flask) -> None:
    with one_example():
        world = World([(True, True, True, True)] * PEOPLE)
        made(world)
        (mine, *_more) = attained(world.people[2])
        today = clock.today()

        def on(day: int) -> int:
            found = counting.figures(world.units, today + timedelta(days=day))
            return sum(n for (name, _org, _group), n in found.items() if name == counting.ATTAINED)

        with clock.frozen_at(clock.now() + timedelta(days=20)):
            whole = on(19)
        with clock.frozen_at(clock.now() + timedelta(days=2)):
            holding.hold_back([mine], CASES[0], "test")
        with clock.frozen_at(clock.now() + timedelta(days=5)):
            holding.release(CASES[0])
        with clock.frozen_at(clock.now() + timedelta(days=20)):
            assert [on(day) for day in (1, 2, 4, 5, 6)] == [whole, whole - 1, whole - 1, whole, whole]
