"""A bad question in papers that were taken: counted, applied, undone; killed in between; nobody loses anything."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from lms.api.work import Conflict, Invalid, clock, connection, unit_of_work
from lms.audit import AuditEntry
from lms.identity import accounts
from lms.learning.models import Enrollment, Evidence, Kind
from lms.rebuilding import differences
from lms.testing.building import make_app
from quizzes import corrections, queries
from quizzes.corrections import APPLIED, LOOKED, UNDONE, Counts
from quizzes.items.contract import DROPPED, WAITS, WHOLE
from quizzes.models import Attempt, Corrected, Item
from quizzes.remarks import ALL, DROP, KEY, corrected_mark, replaced, verdict
from quizzes.scoring import score
from quizzes.services import neutralising
from quizzes.services.importing import bank_of, publish_item
from quizzes.services.neutralising import Wish
from tests.quizzes.test_two_markers import BEST, ask_task, give
from tests.quizzes.world import PASSWORD, Quizzing, quizzing

A, P = Attempt.__table__, Corrected.__table__
QUESTIONS = 4


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


def choice(number: int) -> dict[str, Any]:
    options = [{"text": f"Trả lời {n}", "correct": n == 0, "why": "Vì vậy."} for n in range(3)]
    return {
        "stem": f"Câu hỏi {number}?", "message": None, "lesson": "", "skills": ["ZZ.bad"], "data": {"options": options},
    }  # fmt: skip


def four_questions(app: Flask, correct: int = 3, **more: Any) -> Quizzing:
    """A quiz of four questions, all of which every paper has; so many right answers pass."""
    with unit_of_work():
        bank = bank_of("zz", "ZZ", 1)
        for number in range(QUESTIONS):
            publish_item(f"zz-bad-{number}", bank, "exam", "single_choice", choice(number), None, None)
    draw = [{"from": ["ZZ.bad"], "count": QUESTIONS, "spread": False}]
    return quizzing(app, draw=draw, **{"pass": {"correct": correct, "parts": []}}, **more)


def item(number: int) -> int:
    i = Item.__table__
    return int(connection().execute(select(i.c.id).where(i.c.slug == f"zz-bad-{number}")).scalar_one())


def taken(quiz: Quizzing, right: set[int], wrong: int = 1, account: int | None = None) -> UUID:
    """A paper in which the questions `right` are answered rightly, the others with the answer `wrong`."""
    uuid = quiz.begin(account)
    for position, item_id in enumerate(quiz.items(uuid)):
        number = [item(n) for n in range(QUESTIONS)].index(item_id)
        quiz.answer(uuid, position, [0 if number in right else wrong])
    quiz.hand_in(uuid)
    return uuid


def officer(name: str = "duyet") -> int:
    with unit_of_work():
        return accounts.sign_up("Cán bộ duyệt", f"can.bo.{name}", PASSWORD)


def wish(quiz: Quizzing, number: int = 0, way: str = DROP, **more: Any) -> Wish:
    (version,) = [v.id for v in corrections.versions_of(item(number))]
    values = {
        "version_id": version, "quizzes": [quiz.quiz], "since": None, "until": None, "also": [],
        "reason": "có hai câu trả lời đúng", **more,
    }  # fmt: skip
    return Wish(item(number), way=way, **values)


def counted(quiz: Quizzing, by_id: int, number: int = 0, way: str = DROP, **more: Any) -> UUID:
    with unit_of_work():
        uuid = neutralising.begin(wish(quiz, number, way, **more), by_id)
    neutralising.go_on()
    return uuid


def row_of(uuid: UUID) -> corrections.CorrectionRow:
    found = corrections.correction(uuid)
    assert found is not None
    return found


def counts(uuid: UUID) -> Counts:
    i = row_of(uuid).id
    return corrections.counts_of([i])[i]


def applied(uuid: UUID, by_id: int) -> None:
    with unit_of_work():
        neutralising.apply(row_of(uuid), by_id)
    neutralising.go_on()


def undone(uuid: UUID, by_id: int) -> None:
    with unit_of_work():
        neutralising.undo(row_of(uuid), by_id, "đã xem lại: câu này đúng")
    neutralising.go_on()


def papers() -> list[tuple[Any, ...]]:
    rows = connection().execute(select(A.c.id, A.c.marks, A.c.passed, A.c.waits, A.c.acts).order_by(A.c.id))
    return [tuple(row) for row in rows]


def scored(account: int) -> list[tuple[int, int, bool]]:
    e = Evidence.__table__
    rows = connection().execute(
        select(e.c.raw, e.c.most, e.c.passed)
        .where(e.c.account_id == account, e.c.kind == int(Kind.SCORED))
        .order_by(e.c.id)
    )
    return [(row.raw, row.most, row.passed) for row in rows]


def test_counting_changes_nothing_and_applying_does_what_was_counted(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    barely = taken(quiz, {1, 2})  # the bad one wrong: 2 of 4; without it 2 of 3 do not do, 3 * 3/4 rounded up is 3
    better = taken(quiz, {1, 2, 3}, account=quiz.someone("hai"))
    lucky = taken(quiz, {0, 1, 2}, account=quiz.someone("nguoi-ba"))
    before = papers()
    uuid = counted(quiz, by)
    assert papers() == before
    assert row_of(uuid).state == LOOKED
    preview = counts(uuid)
    assert (preview.papers, preview.changed, preview.passed_was, preview.passed_now) == (3, 3, 2, 2)
    assert (preview.gained, preview.lost) == (0, 1), "whoever had it right by luck keeps the pass"
    applied(uuid, by)
    assert row_of(uuid).state == APPLIED
    after = counts(uuid)
    assert (after.papers, after.passed_now, after.gained, after.lost) == (3, 2, 0, 1)
    assert after.done == 3
    assert quiz.row(lucky).passed is True
    assert quiz.row(barely).passed is False
    assert quiz.row(better).passed is True
    assert DROPPED in (quiz.row(lucky).marks or [])
    assert scored(quiz.row(lucky).account_id) == [(6, 8, True), (4, 6, True)]
    assert differences() == []
    told = select(func.count()).where(AuditEntry.__table__.c.act == "item.corrected")
    assert connection().execute(told).scalar_one() == 1


def test_everybody_gets_the_point_and_moves_up(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    uuid = taken(quiz, {1, 2})
    e = Enrollment.__table__
    assert quiz.row(uuid).passed is False
    act = counted(quiz, by, way=ALL)
    assert counts(act).gained == 1
    applied(act, by)
    row = quiz.row(uuid)
    assert (row.passed, row.acts) == (True, 1)
    assert scored(quiz.account) == [(4, 8, False), (6, 8, True)]
    assert differences() == []
    undone(act, by)
    assert row_of(act).state == UNDONE
    assert (quiz.row(uuid).passed, quiz.row(uuid).acts) == (False, 0)
    assert scored(quiz.account) == [(4, 8, False), (6, 8, True), (4, 8, False)], "the ledger keeps all that was said"
    assert differences() == [], "what was reached meanwhile stays, and the ledger says so"
    assert connection().execute(select(func.count()).select_from(e)).scalar_one() >= 0


def test_another_answer_counts_as_right_too(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    one = taken(quiz, {1, 2}, wrong=1)
    two = taken(quiz, {1, 2}, wrong=2, account=quiz.someone("hai"))
    with pytest.raises(Invalid), unit_of_work():
        neutralising.begin(wish(quiz, 0, KEY), by)
    act = counted(quiz, by, way=KEY, also=[[1]])
    assert (counts(act).papers, counts(act).changed, counts(act).gained) == (2, 1, 1)
    applied(act, by)
    assert quiz.row(one).passed is True
    assert quiz.row(two).passed is False


def test_its_wording_is_drawn_no_more_until_it_is_undone_or_worded_anew(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    taken(quiz, {1, 2})
    act = counted(quiz, by)
    applied(act, by)
    quiz.publish(draw=[{"from": ["ZZ.bad"], "count": 3, "spread": False}], **{"pass": {"correct": 2, "parts": []}})
    for n in range(5):
        assert item(0) not in quiz.items(quiz.begin(quiz.someone(f"sau-{n}")))
    with unit_of_work():
        publish_item("zz-bad-0", bank_of("zz", "ZZ", 1), "exam", "single_choice", choice(9), None, item(0))
    quiz.publish(draw=[{"from": ["ZZ.bad"], "count": 4, "spread": False}])
    assert item(0) in quiz.items(quiz.begin(quiz.someone("moi"))), "the new wording is another matter"


def test_papers_that_were_open_follow_when_they_are_handed_in(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    open_one = quiz.begin()
    done = taken(quiz, {1, 2, 3}, account=quiz.someone("xong"))
    act = counted(quiz, by)
    assert (counts(act).papers, counts(act).open) == (2, 1)
    applied(act, by)
    assert quiz.row(done).acts == 1
    assert quiz.row(open_one).acts == 0
    quiz.hand_in(open_one)
    neutralising.go_after()
    assert quiz.row(open_one).acts == 1
    assert DROPPED in (quiz.row(open_one).marks or [])
    assert counts(act).open == 0
    neutralising.go_after()
    assert quiz.row(open_one).acts == 1, "once is enough"


def test_only_the_papers_of_those_days(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    taken(quiz, {1, 2})
    now = clock.seconds()
    assert counts(counted(quiz, by, since=now + 3600)).papers == 0
    assert counts(counted(quiz, by, until=now - 3600)).papers == 0
    assert counts(counted(quiz, by, since=now - 3600, until=now + 3600)).papers == 1
    assert counts(counted(quiz, by, quizzes=[quiz.course])).papers == 0


def test_what_was_withdrawn_is_not_brought_back(in_app: Flask) -> None:
    from lms.api.learning import Result, record_result

    quiz = four_questions(in_app)
    by = officer()
    uuid = taken(quiz, {0, 1, 2})
    with unit_of_work():
        record_result(quiz.account, quiz.quiz, Result(Kind.WITHDRAWN, by_id=by))
    act = counted(quiz, by, number=3, way=ALL)
    applied(act, by)
    assert quiz.row(uuid).acts == 1
    assert scored(quiz.account) == [(6, 8, True)], "nothing is said of it anew"
    assert differences() == []


def test_acts_want_reasons_and_their_order(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    taken(quiz, {1, 2})
    with pytest.raises(Invalid), unit_of_work():
        neutralising.begin(wish(quiz, reason="  "), by)
    with pytest.raises(Invalid), unit_of_work():
        neutralising.begin(wish(quiz, quizzes=[]), by)
    with unit_of_work():
        uuid = neutralising.begin(wish(quiz), by)
        assert neutralising.begin(wish(quiz), by) == uuid, "the same wish is one"
    with pytest.raises(Conflict), unit_of_work():
        neutralising.apply(row_of(uuid), by)
    neutralising.go_on()
    with pytest.raises(Conflict), unit_of_work():
        neutralising.undo(row_of(uuid), by, "chưa làm gì")
    applied(uuid, by)
    with unit_of_work():
        neutralising.apply(row_of(uuid), by)  # twice is once
    with pytest.raises(Conflict), unit_of_work():
        neutralising.throw_away(row_of(uuid))
    with pytest.raises(Invalid), unit_of_work():
        neutralising.undo(row_of(uuid), by, " ")
    undone(uuid, by)
    neutralising.go_on()
    assert row_of(uuid).state == UNDONE


def test_a_task_that_waits_can_be_left_out_and_comes_back(in_app: Flask) -> None:
    ask_task()
    quiz = quizzing(
        in_app, draw=[{"from": ["ZZ.task"], "count": 1, "spread": False}], **{"pass": {"correct": 1, "parts": []}}
    )
    by = officer()
    uuid = quiz.begin()
    quiz.answer(uuid, 0, ["Em tự làm ạ."])
    quiz.hand_in(uuid)
    (version,) = queries.versions([quiz.row(uuid).paper[0][0]])
    with unit_of_work():
        act = neutralising.begin(Wish(version.item_id, version.id, [quiz.quiz], None, None, ALL, [], "đề sai"), by)
    neutralising.go_on()
    applied(act, by)
    row = quiz.row(uuid)
    assert (row.marks, row.waits, row.passed) == ([WHOLE], 0, True)
    undone(act, by)
    row = quiz.row(uuid)
    assert (row.marks, row.waits, row.passed) == ([WAITS], 1, None)
    give(quiz, uuid, BEST, by)
    assert quiz.row(uuid).passed is True
    assert differences() == []


@given(
    st.lists(st.sampled_from([0, WHOLE // 3, WHOLE // 2, WHOLE, None]), min_size=1, max_size=8),
    st.integers(1, 8),
    st.lists(st.tuples(st.sampled_from([DROP, ALL]), st.integers(0, 7)), max_size=4),
)
def test_a_correction_never_takes_a_pass_away(
    marks: list[int | None], correct: int, acts: list[tuple[str, int]]
) -> None:
    passing = {"correct": correct, "parts": []}
    codes = [["ZZ"]] * len(marks)
    base = list(marks)
    said: bool | None = score(base, codes, passing).passed
    first = said
    now = list(base)
    for way, at in acts:
        position = at % len(marks)
        now = replaced(now, position, corrected_mark(way, base[position], None, []))
        found = verdict(now, base, codes, passing, said)
        assert found.passed or not said, "what was passed stays passed"
        said = found.passed
    for position in {at % len(marks) for _way, at in acts}:
        now = replaced(now, position, base[position])
    assert now == base
    assert verdict(now, base, codes, passing).passed == first, "undone, all is as it was"


@given(st.lists(st.booleans(), min_size=2, max_size=12), st.integers(1, 12), st.integers(0, 11))
def test_what_is_needed_shrinks_in_proportion(right: list[bool], correct: int, at: int) -> None:
    correct = min(correct, len(right))
    marks: list[int | None] = [WHOLE if r else 0 for r in right]
    found = score(replaced(marks, at % len(marks), DROPPED), [["ZZ"]] * len(marks), {"correct": correct, "parts": []})
    left = len(marks) - 1
    assert found.most == left * WHOLE
    assert found.need == max(1, -(-correct * left // len(marks))) * WHOLE
    # never a smaller share of what is left than was asked for before, but for rounding to none
    assert found.need * len(marks) >= correct * left * WHOLE or found.need == WHOLE


@pytest.mark.parametrize("seed", range(3))
def test_any_acts_undone_in_any_order_leave_the_papers_as_they_were(in_app: Flask, seed: int) -> None:
    import random

    chance = random.Random(seed)  # noqa: S311  a test
    quiz = four_questions(in_app)
    by = officer()
    for n in range(6):
        right = {q for q in range(QUESTIONS) if chance.random() < 0.6}
        taken(quiz, right, account=quiz.someone(f"nguoi-{n}"))
    before = papers()
    passed = {row[0] for row in before if row[2]}
    acts = []
    for number in range(3):
        act = counted(quiz, by, number, chance.choice([DROP, ALL]))
        preview = counts(act)
        applied(act, by)
        after = counts(act)
        assert (preview.papers, preview.passed_was, preview.passed_now, preview.gained, preview.lost) == (
            after.papers, after.passed_was, after.passed_now, after.gained, after.lost,
        ), "what was counted is what was done"  # fmt: skip
        assert passed <= {row[0] for row in papers() if row[2]}, "nobody loses a pass"
        passed = {row[0] for row in papers() if row[2]}
        acts.append(act)
    assert differences() == []
    chance.shuffle(acts)
    for act in acts:
        undone(act, by)
    assert papers() == before
    assert differences() == []


def test_a_part_costs_as_many_statements_for_many_papers_as_for_few(in_app: Flask) -> None:
    quiz = four_questions(in_app)
    by = officer()
    taken(quiz, {0, 1, 2, 3})
    few = _statements(quiz, by)
    row = connection().execute(select(A).where(A.c.state == 1).limit(1)).mappings().one()
    from sqlalchemy import insert

    from quizzes.models import Response

    r = Response.__table__
    with unit_of_work():
        for _n in range(1000):
            copy = {k: v for k, v in row.items() if k not in ("id", "uuid", "token")}
            uuid = neutralising.uuid4()
            made = connection().execute(insert(A).values(**copy, uuid=uuid).returning(A.c.id)).scalar_one()
            connection().execute(insert(r).values(attempt_id=made, position=0, answer=[0], saved_at=1))
    assert _statements(quiz, by) == few


def _statements(quiz: Quizzing, by: int) -> tuple[int, ...]:
    """Statements of counting a part, of marking it anew and of putting it back."""
    found = []
    with unit_of_work():
        uuid = neutralising.begin(wish(quiz, 1), by)
    for step in ("look", "mark", "back"):
        if step == "mark":
            while row_of(uuid).state != LOOKED:
                with unit_of_work():
                    neutralising.do_part(uuid)
            with unit_of_work():
                neutralising.apply(row_of(uuid), by)
        elif step == "back":
            while row_of(uuid).state != APPLIED:
                with unit_of_work():
                    neutralising.do_part(uuid)
            with unit_of_work():
                neutralising.undo(row_of(uuid), by, "thử")
        seen: list[str] = []
        engine = connection().engine

        def note(_c: Any, _cursor: Any, statement: str, *_more: Any, into: list[str] = seen) -> None:
            into.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            with unit_of_work():
                neutralising.do_part(uuid)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        found.append(len(seen))
    while row_of(uuid).state != UNDONE:
        with unit_of_work():
            neutralising.do_part(uuid)
    return tuple(found)


def _mark_and_die(folder: Path, url: str, parts: int) -> None:
    """In a process of its own: some parts are done, and in the middle of the next the power fails."""
    with make_app(folder, url).app_context():
        for _part in range(parts):
            with unit_of_work():
                neutralising.do_part(most=2)

        def die(*_: object, **__: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        neutralising.record_again = die  # type: ignore[assignment]
        with unit_of_work():
            neutralising.do_part(most=2)


def test_killed_between_parts_and_within_one_it_goes_on(any_app: Flask) -> None:
    with any_app.app_context():
        quiz = four_questions(any_app)
        by = officer()
        for n in range(5):
            taken(quiz, {1, 2}, account=quiz.someone(f"nguoi-{n}"))
        act = counted(quiz, by, way=ALL)
        before = papers()
        with unit_of_work():
            neutralising.apply(row_of(act), by)
    settings = any_app.extensions["lms.settings"]
    dying = multiprocessing.get_context("spawn").Process(
        target=_mark_and_die, args=(settings.data_dir, settings.database_url, 1)
    )
    dying.start()
    dying.join(120)
    assert dying.exitcode == -signal.SIGKILL
    with any_app.app_context():
        assert counts(act).done == 2, "the part that was whole is kept, the other one is not there by half"
        assert [row[4] for row in papers()] == [1, 1, 0, 0, 0]
        assert differences() == []
        neutralising.go_on()
        assert row_of(act).state == APPLIED
        assert [row[4] for row in papers()] == [1] * 5
        assert all(len(scored(quiz_account)) == 2 for quiz_account in _accounts())
        undone(act, by)
        assert papers() == before
        assert differences() == []


def _accounts() -> list[int]:
    return list(connection().execute(select(A.c.account_id).distinct()).scalars())
