"""Marks, scores and the reading of answers, for every question of the starter content and for any paper."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.api.reviewing import digest_of
from lms.packages.importing import known_parts
from lms.packages.model import Item
from lms.packages.reading import read_package
from lms.starting import CONTENT
from lms.testing.building import make_app
from quizzes.items.contract import HALF, WHOLE, keys
from quizzes.items.standard import STANDARD
from quizzes.scoring import score
from quizzes.services.importing import item_body
from tests.quizzes.specs import form_of, right_answer

# What the question has been stored under since the first release, computed from its words alone.
OF_OLD = "9ce23aab833f4367d77ac69d76238e91470a54bd89064aab3414dbec99478e83"
KINDS = {kind.name: kind for kind in STANDARD}


@pytest.fixture(scope="module")
def items(prepared_folder: Path) -> list[Item]:
    with make_app(prepared_folder, f"sqlite:///{prepared_folder}/lms.sqlite").app_context():
        return list(read_package(CONTENT / "starter", known_parts()).items())


def right(item: Item) -> list[Any]:
    answer = right_answer(item.type, item.data)
    assert answer is not None
    return answer


def test_the_right_answer_is_worth_the_whole_point_and_has_a_reason(items: list[Item]) -> None:
    for item in items:
        mark = KINDS[item.type].grade(item.data, right(item))
        assert mark.parts == WHOLE, item.id
        assert mark.why, item.id


def test_no_answer_is_worth_nothing(items: list[Item]) -> None:
    for item in items:
        for nothing in (None, []):
            assert KINDS[item.type].grade(item.data, nothing).parts == 0


def test_what_is_chosen_on_the_page_is_what_is_stored(items: list[Item]) -> None:
    dice = random.Random(1945)
    for item in items:
        kind = KINDS[item.type]
        order = list(range(kind.size(item.data)))
        if kind.shuffles(item.data):
            dice.shuffle(order)
        answer = right(item)
        assert kind.read(form_of(item.type, item.data, answer, order), item.data, order) == answer, item.id


def test_a_wrong_single_choice_is_worth_nothing_and_says_why(items: list[Item]) -> None:
    for item in items:
        if item.type != "single_choice":
            continue
        for place, option in enumerate(item.data["options"]):
            mark = KINDS[item.type].grade(item.data, [place])
            assert mark.right == bool(option.get("correct"))
            assert mark.why == option["why"]


def test_half_a_point_where_one_is_missing_or_one_too_many(items: list[Item]) -> None:
    for item in items:
        if item.type != "multiple_choice":
            continue
        grade, whole = KINDS[item.type].grade, set(right(item))
        for place in range(len(item.data["options"])):
            given_one_off = sorted(whole ^ {place})
            assert grade(item.data, given_one_off).parts == (HALF if given_one_off else 0), item.id
        wrong = set(range(len(item.data["options"]))) - whole
        assert grade(item.data, sorted(wrong)).parts == (HALF if len(whole | wrong) == 1 else 0), item.id


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=3), max_size=3), max_size=5))
def test_no_form_is_too_strange_to_read(fields: dict[str, list[str]]) -> None:
    specs: dict[str, dict[str, Any]] = {
        "single_choice": {"options": [{"text": str(i)} for i in range(4)]},
        "multiple_choice": {"options": [{"text": str(i)} for i in range(4)]},
        "true_false": {"answer": True, "why_true": "", "why_false": ""},
        "ordering": {"steps": ["1", "2", "3", "4"], "why": "", "why_wrong": ""},
    }
    for name, spec in specs.items():
        kind = KINDS[name]
        order = list(range(kind.size(spec)))
        for tried in (fields, {"answer": [v for vs in fields.values() for v in vs]}):
            answer = kind.read(tried, spec, order)
            assert answer is None or all(a in (True, False, *keys(4)) or -1 <= a < 4 for a in answer)
            kind.grade(spec, answer)


MARKS = st.lists(st.tuples(st.integers(0, WHOLE), st.sampled_from(["A.1", "A.2", "B.1"])), min_size=1, max_size=30)


@given(MARKS, st.integers(0, 30), st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_score_is_the_sum_and_passing_needs_the_whole_and_each_part(
    rows: list[tuple[int, str]], correct: int, part: int, dice: random.Random
) -> None:
    passing = {"correct": correct, "parts": [{"from": "A", "correct": part}]}
    marks, codes = [m for m, _c in rows], [[c] for _m, c in rows]
    result = score(marks, codes, passing)
    inside = [m for m, c in rows if c.startswith("A.")]
    assert (result.got, result.most) == (sum(marks), WHOLE * len(rows))
    assert (result.parts[0].got, result.parts[0].most) == (sum(inside), WHOLE * len(inside))
    assert result.passed == (sum(marks) >= WHOLE * correct and sum(inside) >= WHOLE * part)
    dice.shuffle(rows)
    again = score([m for m, _c in rows], [[c] for _m, c in rows], passing)
    assert (again.got, again.passed) == (result.got, result.passed), "the order of the questions does not matter"


@given(MARKS, st.integers(1, 30), st.integers(1, 5), st.sets(st.integers(0, 29)))
def test_a_question_that_could_not_be_asked_costs_nobody_anything(
    rows: list[tuple[int, str]], correct: int, part: int, unasked: set[int]
) -> None:
    passing = {"correct": correct, "parts": [{"from": "A", "correct": part}]}
    codes = [[c] for _m, c in rows]
    left = [None if i in unasked else m for i, (m, _c) in enumerate(rows)]
    as_right = [WHOLE if m is None else m for m in left]
    asked = [m for m in left if m is not None]
    result, generous = score(left, codes, passing), score(as_right, codes, passing)
    assert (result.got, result.most) == (sum(asked), WHOLE * len(asked))
    assert result.need >= WHOLE, "never without one right answer"
    assert result.need == max(WHOLE, WHOLE * (correct - (len(rows) - len(asked))))
    assert not result.passed or generous.passed, "no easier than with those questions answered rightly"
    strict = score([m or 0 for m in left], codes, passing)
    assert result.passed or not strict.passed, "and no harder than with them answered wrongly"


def test_questions_that_say_nothing_new_are_stored_as_before(items: list[Item]) -> None:
    """Their digest must not change: every installation would take all of them for changed."""
    old = [item for item in items if not (item.level or item.thinking or item.twins or item.fix or item.source)]
    assert len(old) > 300
    for item in old:
        body = item_body(item)
        assert body.keys() == {"stem", "message", "lesson", "skills", "data"}, item.id
        for option in body["data"].get("options", ()) if item.type in ("single_choice", "multiple_choice") else ():
            assert option.keys() == {"text", "correct", "why"}, item.id
        if item.type == "ordering":
            assert body["data"].keys() == {"steps", "why", "why_wrong"}
    one = item_body(replace(next(item for item in items if item.id == "nd41-chon-ma-mo-may"), fix="", twins=""))
    assert digest_of({"type": "single_choice", **one}) == OF_OLD
