"""Laws that hold for questions of every type."""

from __future__ import annotations

import json
import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.api.packages import STANDARD_PARTS, Fields, Problems, Where, item_text
from quizzes.items.contract import WHOLE as WHOLE_POINT
from quizzes.items.contract import Explained, Faced, Marked, OfflineKey, Spoken, Tellable, Writable, runs
from quizzes.items.packing import READERS
from quizzes.speaking import spoken
from tests.quizzes.specs import EVERY, KINDS, NAMES, SPECS, chosen, form_of, right_answer

PARTS = STANDARD_PARTS.plus(*READERS)
each = pytest.mark.parametrize(("name", "spec"), EVERY, ids=NAMES)


def an_order(name: str, spec: dict[str, Any], seed: int = 1945) -> list[int]:
    kind = KINDS[name]
    order = list(range(kind.size(spec)))
    if kind.shuffles(spec):
        random.Random(seed).shuffle(order)
    return order


def test_every_type_is_here() -> None:
    assert set(SPECS) == set(KINDS)
    assert len(KINDS) == 12


@each
def test_the_right_answer_is_worth_the_whole_point(name: str, spec: dict[str, Any]) -> None:
    answer = right_answer(name, spec)
    if answer is not None:
        assert KINDS[name].grade(spec, answer).parts == WHOLE_POINT
        assert KINDS[name].in_words(spec, answer)
    for nothing in (None, []):
        assert KINDS[name].grade(spec, nothing).parts == 0


@each
def test_what_is_sent_is_what_is_kept_and_shown_again_in_any_order(name: str, spec: dict[str, Any]) -> None:
    answer, kind = right_answer(name, spec), KINDS[name]
    if answer is None or runs(kind):
        return
    for seed in range(5):
        order = an_order(name, spec, seed)
        kept = kind.read(form_of(name, spec, answer, order), spec, order)
        assert kept is not None
        assert kind.grade(spec, kept).parts == WHOLE_POINT, "the order of the options changes nothing"
        again = kind.read(form_of(name, spec, kept, order), spec, order)
        assert again == kept
        assert json.loads(json.dumps(kept)) == kept, "plain values"


def whole_only(name: str, spec: dict[str, Any], fields: dict[str, list[str]], order: list[int]) -> None:
    """No answer is worth less than nothing or more than the point; and the whole of it only if nothing is missing."""
    kind = KINDS[name]
    answer = kind.read(fields, spec, order)
    mark = kind.grade(spec, answer)
    assert 0 <= mark.parts <= WHOLE_POINT
    assert all(0 <= part <= WHOLE_POINT for part in mark.places)
    if answer is not None:
        assert kind.in_words(spec, answer)
        chosen(name, spec, answer, order)
    if mark.parts == WHOLE_POINT and name in ("single_choice", "multiple_choice", "ordering", "matching", "hotspot",
                                              "thread", "true_false"):  # fmt: skip
        assert answer == right_answer(name, spec), (name, answer)


KEYS = st.sampled_from([*"abcdefgh", "", "true", "false", "done", "12,5", "1.234 kg", "-3", "114", "mật khẩu", "z"])


@settings(max_examples=150)
@given(st.sampled_from(EVERY), st.lists(KEYS, max_size=8), st.integers(0, 9))
def test_marks_lie_between_nothing_and_the_point(one: tuple[str, dict[str, Any]], sent: list[str], seed: int) -> None:
    name, spec = one
    order = an_order(name, spec, seed)
    whole_only(name, spec, {"answer": sent}, order)
    whole_only(name, spec, {f"place-{n}": [key] for n, key in enumerate(sent, 1)}, order)


@settings(max_examples=100)
@given(
    st.sampled_from(EVERY),
    st.dictionaries(st.sampled_from(["answer", "place-1", "place-2", "", "x"]), st.lists(st.text(), max_size=3)),
)
def test_no_form_is_too_strange_to_read(one: tuple[str, dict[str, Any]], fields: dict[str, list[str]]) -> None:
    name, spec = one
    whole_only(name, spec, fields, an_order(name, spec))


@each
def test_what_is_far_too_long_is_read_in_no_time(name: str, spec: dict[str, Any]) -> None:
    kind, order = KINDS[name], an_order(name, spec)
    huge = "ab " * 3_400_000
    fields = {"answer": [huge], **{f"place-{n}": [huge] for n in range(1, 9)}}
    answer = kind.read(fields, spec, order)
    assert answer is None or all(value in (-1, "") for value in answer)


@each
def test_composed_and_decomposed_letters_are_worth_the_same(name: str, spec: dict[str, Any]) -> None:
    answer, kind, order = right_answer(name, spec), KINDS[name], an_order(name, spec)
    if answer is None or runs(kind):
        return
    fields = form_of(name, spec, answer, order)
    for form in ("NFC", "NFD"):
        sent = {key: [unicodedata.normalize(form, value) for value in values] for key, values in fields.items()}
        kept = kind.read(sent, spec, order)
        assert kind.grade(spec, kept).parts == WHOLE_POINT


@each
def test_what_is_shown_before_the_answer_does_not_depend_on_the_key(name: str, spec: dict[str, Any]) -> None:
    """The same question with another key and other reasons shows the very same, in the same order."""
    other = json.loads(json.dumps(spec))

    def turned(value: Any) -> Any:
        if isinstance(value, list):
            return [turned(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        row = {k: turned(v) for k, v in value.items() if k not in ("correct", "why", "share", "why_wrong", "model")}
        return row if "file" in row else {**row, "why": "Khác."}

    bare = turned(other)
    if name == "true_false":
        bare["answer"] = not spec["answer"]
    if name in ("hotspot", "thread"):
        # How many are to be found is asked for openly; which ones is not told.
        things = bare["spots" if name == "hotspot" else "messages"]
        found = sum(bool(t.get("correct")) for t in spec["spots" if name == "hotspot" else "messages"])
        for thing in things[-found:]:
            thing["correct"] = True
    kind, order = KINDS[name], an_order(name, spec)
    assert kind.size(bare) == kind.size(spec)
    assert list(kind.texts(bare)) == list(kind.texts(spec))
    if isinstance(kind, Faced):
        assert kind.face(bare, order) == kind.face(spec, order)
        shown = json.dumps(kind.face(spec, order), ensure_ascii=False)
        for row in reasons(spec):
            assert row not in shown
    if isinstance(kind, Spoken):
        assert list(kind.spoken(bare, order)) == list(kind.spoken(spec, order))


def reasons(value: Any) -> list[str]:
    """Every reason in a question."""
    if isinstance(value, dict):
        own = [text for key, text in value.items() if key.startswith("why") and text]
        return own + [text for inner in value.values() for text in reasons(inner)]
    return [text for inner in value for text in reasons(inner)] if isinstance(value, list) else []


@each
def test_a_package_reads_what_it_wrote(name: str, spec: dict[str, Any]) -> None:
    reader = PARTS.items[name]
    text = item_text(reader.write(spec))
    problems = Problems()
    fields = Fields.load(text, Where("items/x.yaml", 0, problems, []))
    assert fields is not None
    read = reader.read(fields)
    fields.finish()
    assert not list(problems), [str(problem) for problem in problems]
    assert read == spec


@each
def test_a_phone_says_what_the_server_says(name: str, spec: dict[str, Any]) -> None:
    kind, order = KINDS[name], an_order(name, spec)
    key = kind.offline_key(spec, order) if isinstance(kind, Tellable) else None
    if not isinstance(key, OfflineKey):
        return
    answer = right_answer(name, spec)
    assert answer is not None
    said = chosen(name, spec, answer, order)
    if key.rule == "typed":
        assert key.said["matkhau"].right
        assert key.said["password"].right, "synonyms travel along"
        return
    if name == "fill_blanks":
        assert len(said) == 1
    assert key.said[",".join(said)].right
    assert not key.otherwise.right
    for keys, mark in key.said.items():
        chosen_keys = keys.split(",")
        places = {f"place-{n}": [k] for n, k in enumerate(chosen_keys, 1)}
        kept = kind.read({"answer": chosen_keys, **places}, spec, order)
        assert kind.grade(spec, kept) == mark


@each
def test_each_can_be_tried_printed_and_read_aloud(name: str, spec: dict[str, Any]) -> None:
    kind = KINDS[name]
    if isinstance(kind, Writable):
        assert kind.on_paper(spec).answer
    else:
        assert runs(kind)
    if isinstance(kind, Explained):
        tried = kind.tried(spec)
        assert any(kind.grade(spec, answer).right for _label, answer in tried)
        assert any(not kind.grade(spec, answer).right for _label, answer in tried)
    else:
        assert isinstance(kind, Marked) or runs(kind)


@each
def test_a_question_read_aloud_names_its_options_by_letters(name: str, spec: dict[str, Any]) -> None:
    body = {"stem": "Câu **hỏi**?\n\n| Một | Hai |", "message": {"sender": "Mẹ", "text": "Alo"}, "data": spec}
    order = an_order(name, spec)
    said = spoken(KINDS[name], body, order)
    assert said[0].startswith("Câu hỏi? Một, Hai.")
    assert said[1] == "Mẹ: Alo"
    if name == "single_choice":
        assert said[2] == f"A. {spec['options'][order[0]]['text']}"
    assert not any(row in " ".join(said) for row in reasons(spec))


def test_a_rubric_gives_the_share_of_its_points() -> None:
    task: Any = KINDS["task"]
    spec = SPECS["task"][0]
    assert task.mark_by(spec, [0, 1]).right
    assert task.mark_by(spec, [0, 0]).parts == WHOLE_POINT * 2 // 3
    assert task.mark_by(spec, [1, 0]).parts == 0
    for wrong in ([], [0], [0, 2], [-1, 0], [0, 1, 0]):
        with pytest.raises(ValueError, match="rubric"):
            task.mark_by(spec, wrong)


def test_a_run_that_did_not_pass_is_worth_half_at_most() -> None:
    practice = KINDS["practice"]
    spec = SPECS["practice"][0]
    assert practice.grade(spec, [5, 5, True]).right
    assert practice.grade(spec, [4, 5, True]).parts == WHOLE_POINT * 4 // 5
    assert practice.grade(spec, [5, 5, False]).parts == WHOLE_POINT // 2
    assert practice.grade(spec, [0, 0, False]).parts == 0
    assert practice.read({"answer": ["5"]}, spec, []) is None, "what was done is not taken from a form"
