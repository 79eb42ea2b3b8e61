"""Conditions in, decision with reasons out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.competency.rules import Facts, RuleError, check, decide

CODES = st.frozensets(st.sampled_from(["ND.0.1", "ND.1.1", "ND.4.1", "ND.4.2", "ND.7.3"]))
CONDITIONS = st.lists(
    st.one_of(
        st.just({"kind": "lessons_completed"}),
        st.integers(1, 9).map(lambda n: {"kind": "lessons_completed", "least": n}),
        st.just({"kind": "skills_taught", "all": True}),
        st.just({"kind": "quiz_passed", "quiz": "q"}),
        st.booleans().map(lambda c: {"kind": "task_done", "task": "t", "confirmed": c}),
    ),
    min_size=1,
    max_size=6,
)
STATES = ["none", "declared", "confirmed"]


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    lessons = draw(st.integers(0, 9))
    wanted = draw(CODES)
    return Facts(
        draw(st.integers(0, lessons)),
        lessons,
        draw(CODES) & wanted,
        wanted,
        {"q": draw(st.booleans())},
        {"t": draw(st.sampled_from(STATES))},
    )


@given(CONDITIONS, facts())
def test_met_means_every_condition_is_and_each_has_its_reason(conditions: list[dict[str, Any]], known: Facts) -> None:
    decision = decide(conditions, known)
    assert [r.kind for r in decision.reasons] == [c["kind"] for c in conditions]
    assert decision.met == all(r.met for r in decision.reasons)
    assert all("{" not in str(r.text) for r in decision.reasons)
    if decision.met:
        assert decision.waits_for is None


@given(CONDITIONS, facts(), st.sampled_from(STATES))
def test_doing_more_never_takes_anything_away(conditions: list[dict[str, Any]], known: Facts, state: str) -> None:
    better = max(STATES.index(known.tasks["t"]), STATES.index(state))
    more = Facts(known.lessons, known.lessons, known.skills, known.skills, {"q": True}, {"t": STATES[better]})
    before, after = decide(conditions, known), decide(conditions, more)
    for one, other in zip(before.reasons, after.reasons, strict=True):
        assert other.met or not one.met


@given(CONDITIONS)
def test_somebody_who_did_nothing_attains_nothing(conditions: list[dict[str, Any]]) -> None:
    assert not decide(conditions, Facts(0, 0, frozenset(), frozenset())).met


def test_waits_for_the_confirmer_only_when_nothing_else_is_missing() -> None:
    conditions = [{"kind": "quiz_passed", "quiz": "q"}, {"kind": "task_done", "task": "t", "confirmed": True}]

    def waits(passed: bool, state: str) -> str | None:
        return decide(conditions, Facts(1, 1, frozenset(), frozenset(), {"q": passed}, {"t": state})).waits_for

    assert waits(True, "declared") == "confirmer"
    assert waits(False, "declared") is None, "the learner still has something to do"
    assert waits(True, "none") is None
    assert waits(True, "confirmed") is None


@pytest.mark.parametrize("conditions", [[], [{}], [{"kind": "paid"}], [{"kind": "quiz_passed"}]])
def test_a_rule_set_that_cannot_be_judged_is_refused(conditions: list[dict[str, Any]]) -> None:
    with pytest.raises((RuleError, KeyError)):
        check(conditions)
