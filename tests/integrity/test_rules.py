"""The signs by themselves: what they find, what they leave alone, and how often they are wrong. All of it is seeded."""

from __future__ import annotations

import math
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from plugins.integrity import rules
from plugins.integrity.rules import Group, Question, Sheet, Sign, Usual
from plugins.integrity.services import looking
from quizzes.api import Graded
from tests.integrity.simulating import Exam, Land, usual_of

EXAMS = (Exam(), Exam(bank=30), Exam(bank=20, asked=20, passing=10), Exam(bank=20, asked=20, passing=16))
NONE = Usual(0, 0, 0.0, 0.0)


def sheet(n: int = 1, **changed: object) -> Sheet:
    """A paper of ten questions of forty syllables, each answered after a minute."""
    made = Sheet(
        n, n, 1_000, 1_700, False, True, 1.0, tuple(range(10)), (40,) * 10, {},
        {place: 1_000 + 60 * (place + 1) for place in range(10)},
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


# --- speed ---


def test_a_second_for_each_question_is_too_fast() -> None:
    found = rules.fast(sheet(saved={place: 1_001 + place for place in range(10)}))
    assert found is not None
    assert found.evidence == {
        "questions": 10, "of": 10, "syllables": 400, "seconds": 10, "needed": 40, "one_by_one": True,
    }  # fmt: skip


def test_reading_everything_first_and_then_answering_at_once_is_not() -> None:
    assert rules.fast(sheet(saved={place: 1_300 + place for place in range(10)})) is None


def test_what_waits_for_nothing_after_a_hurried_half_is_still_told() -> None:
    saved = {place: 1_001 + place for place in range(6)} | dict.fromkeys(range(6, 10), 3000)
    found = rules.fast(sheet(saved=saved, submitted_at=3_000))
    assert found is not None
    assert found.evidence["questions"] == 6


@pytest.mark.parametrize(
    "spared",
    [{"supervised": True}, {"passed": False}, {"syllables": (10,) * 10}],
    ids=["somebody was there", "not passed", "too few words to say"],
)
def test_what_is_left_alone(spared: dict[str, object]) -> None:
    hurried = sheet(saved={place: 1_001 + place for place in range(10)})
    assert rules.fast(hurried) is not None
    assert rules.fast(replace(hurried, **spared)) is None  # type: ignore[arg-type]
    assert rules.fast(hurried, known=frozenset(range(10))) is None


def test_all_at_once_counts_by_the_whole() -> None:
    at_once = sheet(saved=dict.fromkeys(range(10), 1_700))
    assert rules.fast(at_once) is None
    found = rules.fast(replace(at_once, submitted_at=1_030, saved=dict.fromkeys(range(10), 1_030)))
    assert found is not None
    assert found.evidence["one_by_one"] is False


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=10), st.integers(1, 80))
def test_whoever_takes_the_time_is_never_told(after: list[int], syllables: int) -> None:
    """Every answer came after all that was answered till then could be read."""
    saved, at = {}, 1_000
    for place, seconds in enumerate(after):
        at += seconds + math.ceil(syllables * 60 / rules.FASTEST)
        saved[place] = at
    paper = sheet(saved=saved, syllables=(syllables,) * 10, submitted_at=at)
    assert rules.fast(paper) is None


# --- equal wrong answers ---


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 12))
def test_chances_add_up(chances: list[float], times: int) -> None:
    assert 0 <= rules.at_least(times, chances) <= 1
    assert rules.at_least(0, chances) == pytest.approx(1)
    assert rules.at_least(times, chances) >= rules.at_least(times + 1, chances) - 1e-12
    expected = math.fsum(chances)
    assert math.fsum(rules.at_least(k, chances) for k in range(1, len(chances) + 1)) == pytest.approx(expected)


def test_chances_are_those_of_the_binomial() -> None:
    assert rules.at_least(3, [0.5] * 5) == pytest.approx(0.5)
    assert rules.at_least(10, [0.3] * 10) == pytest.approx(0.3**10)


LONG = tuple(range(24))
WELL_KNOWN = {v: Question(600, {"[1]": 100, "[2]": 60, "[3]": 40}) for v in LONG}


def long_sheet(n: int, mistakes: dict[int, str], **changed: object) -> Sheet:
    """A paper of twenty-four questions with these wrong answers."""
    return sheet(n, versions=LONG, wrong=mistakes, **changed)


def test_two_with_the_same_ten_mistakes() -> None:
    mistakes = {v: f"[{1 + v % 3}]" for v in range(10)}
    one, other = long_sheet(1, mistakes), long_sheet(2, mistakes)
    more = [long_sheet(3 + n, dict.fromkeys(range(n, n + 3), "[1]")) for n in range(6)]
    (found,) = rules.alike(Group([one, other, *more], WELL_KNOWN))
    assert found.papers == (1, 2)
    assert found.evidence["compared"] == 28


def test_nothing_is_known_of_a_question_that_few_have_had() -> None:
    mistakes = {v: f"[{1 + v % 3}]" for v in range(8)}
    new = {v: Question(10, {"[1]": 1}) for v in LONG}
    pair = [long_sheet(1, mistakes), long_sheet(2, mistakes)]
    assert rules.alike(Group(pair, WELL_KNOWN)) != []
    assert rules.alike(Group(pair, new)) == []


def test_what_the_whole_class_answers_wrong_is_no_sign() -> None:
    """Taught wrong: everybody gives the same wrong answers, and nobody is told."""
    mistakes = dict.fromkeys(range(8), "[3]")
    assert rules.alike(Group([long_sheet(n, mistakes) for n in range(20)], WELL_KNOWN)) == []


def test_one_person_twice_and_two_who_failed_are_no_pair() -> None:
    mistakes = dict.fromkeys(range(10), "[3]")
    twice = [sheet(1, wrong=mistakes), sheet(2, person=1, wrong=mistakes)]
    failed = [sheet(n, wrong=mistakes, passed=False) for n in (1, 2)]
    for pair in (twice, failed):
        assert Group(pair, WELL_KNOWN).pairs()[0] == []


@settings(max_examples=40)
@given(st.permutations(range(6)))
def test_the_order_of_papers_changes_nothing(order: list[int]) -> None:
    mistakes = {v: f"[{1 + v % 3}]" for v in range(10)}
    papers = [long_sheet(n, mistakes if n < 2 else dict.fromkeys(range(n, 8), "[1]")) for n in range(6)]
    told = rules.alike(Group(papers, WELL_KNOWN))
    again = rules.alike(Group([papers[n] for n in order], WELL_KNOWN))
    assert [s.papers for s in told] == [s.papers for s in again] == [(0, 1)]


# --- devices ---


def device_of(n: int, device: bytes | None, mistakes: dict[int, str], begin: int = 0) -> Sheet:
    return long_sheet(n, mistakes, device=device, started_at=1_000 + begin, submitted_at=1_700 + begin)


def test_a_shared_tablet_alone_is_no_sign() -> None:
    honest = [device_of(n, b"tablet", {v: f"[{1 + (v + n) % 3}]" for v in range(n, n + 4)}, 600 * n) for n in range(6)]
    assert rules.on_one_device(Group(honest, WELL_KNOWN)) == []


def test_three_on_one_device_with_the_same_mistakes() -> None:
    mistakes = {v: f"[{1 + v % 3}]" for v in range(7)}
    others = [device_of(9 + n, None, dict.fromkeys(range(n, n + 2), "[2]")) for n in range(6)]
    three = [device_of(n, b"phone", mistakes, 500 * n) for n in (1, 2, 3)]
    (found,) = rules.on_one_device(Group([*three, *others], WELL_KNOWN))
    assert found.papers == (1, 2, 3)
    assert found.evidence["overlaps"] == 2
    apart = [replace(s, started_at=s.started_at + 20_000 * n) for n, s in enumerate(three)]
    assert rules.on_one_device(Group([*apart, *others], WELL_KNOWN)) == []
    watched = [replace(s, supervised=True) for s in three]
    assert rules.on_one_device(Group([*watched, *others], WELL_KNOWN)) == []


# --- classes ---

USUAL = Usual(1_000, 500, 0.6, 0.2)


def test_a_class_that_all_passed_alike() -> None:
    class_of = [sheet(n, score=0.95 + 0.01 * (n % 3)) for n in range(30)]
    found = rules.whole_class(class_of, USUAL, 2)
    assert found is not None
    assert found.evidence["people"] == 30


@pytest.mark.parametrize(
    ("changed", "usual", "begun"),
    [
        ({"passed": False}, USUAL, 0), ({"score": 0.3}, USUAL, 0), ({}, USUAL, 20), ({}, NONE, 0),
        ({}, Usual(1_000, 970, 0.9, 0.1), 0),
    ],
    ids=["one failed", "they differ", "they had learned", "nothing is usual yet", "nearly all pass anyway"],
)  # fmt: skip
def test_a_class_that_is_left_alone(changed: dict[str, object], usual: Usual, begun: int) -> None:
    class_of = [sheet(n, score=0.95) for n in range(30)]
    for n in range(0, 30, 3):
        class_of[n] = replace(class_of[n], **changed)  # type: ignore[arg-type]
    assert rules.whole_class(class_of, usual, begun) is None
    assert rules.whole_class(class_of[:10], USUAL, 0) is None


@pytest.mark.parametrize(("form", "told"), [(None, True), ("A", False)])
def test_a_form_that_measures_change_is_no_class_that_passed(
    form: str | None, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_of = [sheet(n, score=0.95) for n in range(30)]
    papers = {
        s.id: Graded(s.id, uuid4(), s.person, 1, 1, 1, 0, 1, None, s.versions, (), (), True, 0, form) for s in class_of
    }
    monkeypatch.setattr(looking, "enrollment", lambda *_who: None)
    assert (looking._class(class_of, papers, USUAL) is not None) is told


def test_a_second_try_is_the_same_person() -> None:
    failed = [sheet(100 + n, person=n, passed=False, score=0.2) for n in range(30)]
    found = rules.whole_class([*failed, *(sheet(n, score=0.95) for n in range(30))], USUAL, 0)
    assert found is not None
    assert found.evidence["people"] == 30


# --- together ---


def test_signs_with_papers_in_common_are_one_case() -> None:
    signs = [
        Sign(rules.FAST, (1,), {}), Sign(rules.ALIKE, (1, 2), {}), Sign(rules.FAST, (3,), {}),
        Sign(rules.WHOLE_CLASS, (1, 2, 3), {}),
    ]  # fmt: skip
    found = [[(s.kind, s.papers) for s in together] for together in rules.cases_of(signs)]
    assert found == [[("class", (1, 2, 3))], [("fast", (1,)), ("alike", (1, 2))], [("fast", (3,))]]


def test_what_an_attainment_rests_on() -> None:
    quiz = {"passed": True, "at": 50}
    assert rules.rests_on(quiz, 50, [20, 50])
    assert not rules.rests_on(quiz, 20, [20, 50])
    assert rules.rests_on({"passed": True, "at": 55}, 50, [20, 50, 80]), "a mark that came later"
    assert not rules.rests_on({"passed": False, "at": 50}, 50, [50])
    assert not rules.rests_on(None, 50, [50])


# --- how often they are wrong, how often they see it: the figures of docs/integrity.md ---


def test_of_a_thousand_honest_papers_at_most_one_is_told() -> None:
    """Nobody here copied, hurried or was helped, and nobody is said to have learned before: the hardest case."""
    papers, told = 0, 0
    for seed, exam in enumerate(EXAMS):
        land = Land(seed, exam)
        questions, usual = usual_of([s for _ in range(40) for s in land.class_of(25)])
        for _ in range(40):
            people = land.class_of(30)
            group = Group(people, questions)
            found = {s.papers[0] for s in map(rules.fast, people) if s}
            found |= {i for s in rules.alike(group) for i in s.papers}
            whole = rules.whole_class(people, usual, None)
            found |= set(whole.papers) if whole else set()
            papers, told = papers + len(people), told + len(found)
    assert papers == 4_800
    assert told <= papers / 1_000


def test_filling_in_a_list_is_seen() -> None:
    land = Land(11, Exam(bank=30))
    assert all(rules.fast(land.hurried(seconds)) for seconds in (1.0, 1.5, 2.0, 2.5) for _ in range(25))


def test_six_who_wrote_from_one_are_seen() -> None:
    seen, made = 0, 0
    land = Land(3, Exam(bank=30))
    questions, _usual = usual_of([s for _ in range(40) for s in land.class_of(25)])
    for _ in range(12):
        source = land.paper(0.8)
        copies = [source, *(land.copied(source) for _ in range(5))]
        if len(source.wrong) < 6 or not any(s.passed for s in copies):
            continue
        made += 1
        theirs = {s.id for s in copies}
        found = rules.alike(Group([*land.class_of(24), *copies], questions))
        assert all(set(s.papers) <= theirs for s in found), "nobody else of the class"
        seen += any(len(set(s.papers) & theirs) >= 3 for s in found)
    assert made >= 6
    assert seen >= 0.9 * made
