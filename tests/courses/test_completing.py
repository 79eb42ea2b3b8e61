"""What a lesson asks for: the law by itself, and a lesson that completes with the last of it, wherever that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from courses import completing, queries
from courses.completing import ASKS, DEFAULT, Thing, left, rule_of, things, unmeetable
from courses.models import Declaration, Document
from courses.services import delivering, publishing
from lms.api.learning import LISTENED, practised
from lms.api.work import Invalid
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.learning import queries as learning
from lms.learning.models import Evidence, Practised
from lms.outbox.delivering import deliver_due
from lms.outbox.models import Delivery

COURSE, TASK = "ky-nang-so-nguoi-dan", "viec-that-nguoi-dan"
SignIn = Callable[..., FlaskClient]

# --- the law ---

slugs = st.sampled_from(["mot", "hai", "ba"])
blocks = st.lists(
    st.one_of(
        st.builds(lambda s: {"kind": "check", "data": {"item": s}}, slugs),
        st.builds(lambda s: {"kind": "practice", "data": {"slug": s}}, slugs),
        st.builds(lambda s: {"kind": "task", "data": {"slug": s}}, slugs),
        st.builds(lambda s: {"kind": "embed", "data": {"kind": "broadcast", "slug": s}}, slugs),
        st.just({"kind": "text", "data": {"md": "Chữ"}}),
        st.just({"kind": "audio", "data": {"file": "a.mp3", "label": "nghe"}}),
    ),
    max_size=8,
)
rules = st.lists(st.sampled_from(ASKS), unique=True)


def body_of(rule: list[str], held: list[dict[str, Any]]) -> dict[str, Any]:
    named = [{"id": f"b{n}", **block} for n, block in enumerate(held)]
    return {"slug": "bai", "completion": rule, "blocks": named}


@given(rules, blocks)
def test_nothing_else_than_the_rule_is_asked_and_each_thing_once(rule: list[str], held: list[dict[str, Any]]) -> None:
    body = body_of(rule, held)
    asked = things(body)
    assert {t.ask for t in asked} <= set(rule or DEFAULT)
    assert len({(t.ask, *t.key) for t in asked}) == len(asked)
    ids = {b["id"]: b for b in body["blocks"]}
    assert all(not t.block or t.block in ids for t in asked)
    assert {t.ask for t in asked} | set(unmeetable(body)) == set(rule_of(body))


@given(rules, blocks, st.data())
def test_the_order_in_which_things_are_done_never_matters(
    rule: list[str], held: list[dict[str, Any]], data: st.DataObject
) -> None:
    asked = things(body_of(rule, held))
    order = data.draw(st.permutations(asked))
    done: set[tuple[str, str]] = set()
    for n, thing in enumerate(order):
        before = left(asked, done)
        assert bool(before) == bool({t.key for t in order[n:]} - done)
        done.add(thing.key)
        after = left(asked, done)
        assert set(after) <= set(before), "what was done is never asked for again"
        assert not any(t.key == thing.key for t in after)
    assert completing.is_complete(asked, done)


@given(rules, blocks, st.sets(st.tuples(st.sampled_from(["check", "practice", "task"]), st.just("somewhere-else"))))
def test_what_was_done_elsewhere_takes_nothing_away(
    rule: list[str], held: list[dict[str, Any]], other: set[tuple[str, str]]
) -> None:
    asked = things(body_of(rule, held))
    assert left(asked, other) == asked


def test_what_is_what() -> None:
    held = [
        {"kind": "audio", "data": {"file": "a.mp3", "label": "nghe"}},
        {"kind": "check", "data": {"item": "hoi"}},
        {"kind": "practice", "data": {"slug": "quet-ma"}},
        {"kind": "task", "data": {"slug": "lam"}},
        {"kind": "embed", "data": {"kind": "quiz", "slug": "thi"}},
    ]
    assert things(body_of(list(ASKS), held)) == (
        Thing("read", "lesson", "bai"),
        Thing("listened", "listened", "bai", "b0"),
        Thing("answered", "check", "hoi", "b1"),
        Thing("practised", "practice", "quet-ma", "b2"),
        Thing("done", "task", "lam", "b3"),
        Thing("confirmed", "task", "lam", "b3"),
    )
    assert unmeetable(body_of(["read", "answered", "confirmed"], [])) == ("answered", "confirmed")


# --- a lesson with a rule ---


def account_id() -> int:
    return int(connection().execute(select(Account.id).where(Account.username == "balanh")).scalar_one())


def ask(lesson: str, rule: list[str], *more: dict[str, Any]) -> list[dict[str, Any]]:
    """Publishes a lesson with a rule (and blocks behind its own), and its course anew; returns its blocks."""
    d = Document.__table__
    row = learning.activity("lesson", lesson)
    course = learning.activity("course", COURSE)
    assert row is not None
    assert course is not None
    with unit_of_work():
        draft = connection().execute(select(d.c.draft).where(d.c.activity_id == row.id)).scalar_one()
        body = {**draft, "completion": rule, "blocks": [*draft["blocks"], *more]}
        connection().execute(update(d).where(d.c.activity_id == row.id).values(draft=body))
        publishing.publish_lesson(row.id, body, None)
        draft = connection().execute(select(d.c.draft).where(d.c.activity_id == course.id)).scalar_one()
        publishing.publish_course(course.id, {**draft, "summary": draft["summary"] + " "}, None)
    return list(body["blocks"])


def first_lesson() -> str:
    course = learning.activity("course", COURSE)
    assert course is not None
    newest = learning.newest_syllabus(course.id)
    assert newest is not None
    return next(p.slug for p in learning.places(newest) if p.kind == "lesson")


def is_done(who: int, lesson: str) -> bool:
    e, row = Evidence.__table__, learning.activity("lesson", lesson)
    assert row is not None
    found = select(func.count()).where(e.c.account_id == who, e.c.activity_id == row.id)
    return bool(connection().execute(found).scalar_one())


def test_a_lesson_completes_with_the_last_right_answer_though_it_is_given_elsewhere(
    any_app: Flask, sign_in: SignIn
) -> None:
    with any_app.app_context():
        who, lesson = account_id(), first_lesson()
        held = ask(lesson, ["read", "answered"])
        items = [b["data"]["item"] for b in held if b["kind"] == "check"]
        assert items
    client = sign_in("learner", on=any_app)
    at = f"/hoc/{COURSE}/{lesson}"
    answer = client.post(f"{at}/xong")
    assert answer.status_code == 303
    first = next(b["id"] for b in held if b["kind"] == "check")
    assert answer.location == f"{at}#{first}", "it leads to the first thing that is left"
    page = client.get(at).text
    assert "Còn 1 việc" in page
    assert f'href="#{first}"' in page
    with any_app.app_context():
        assert not is_done(who, lesson)
        with unit_of_work():
            for item in items:
                practised(who, "check", item)
        while deliver_due():
            pass
        assert is_done(who, lesson), "no button had to be pressed again"
        waiting = select(func.count()).select_from(Delivery.__table__).where(Delivery.__table__.c.error.is_not(None))
        assert connection().execute(waiting).scalar_one() == 0
    assert "Còn 1 việc" not in client.get(at).text


def test_answers_before_reading_count(any_app: Flask, sign_in: SignIn) -> None:
    with any_app.app_context():
        who, lesson = account_id(), first_lesson()
        held = ask(lesson, ["read", "answered"])
        with unit_of_work():
            for block in held:
                if block["kind"] == "check":
                    practised(who, "check", block["data"]["item"])
    client = sign_in("learner", on=any_app)
    assert client.post(f"/hoc/{COURSE}/{lesson}/xong").location != f"/hoc/{COURSE}/{lesson}"
    with any_app.app_context():
        assert is_done(who, lesson)


def test_a_wrong_answer_is_no_answer_and_a_right_one_is_kept_once(app: Flask) -> None:
    from quizzes.queries import practice_item
    from quizzes.services.attempts import keep_practice

    p = Practised.__table__
    with app.app_context():
        who, lesson = account_id(), first_lesson()
        item = next(b["data"]["item"] for b in ask(lesson, ["answered"]) if b["kind"] == "check")
        version = practice_item(item)
        assert version is not None
        for right, held in ((False, 0), (True, 1), (True, 1), (False, 1)):
            with unit_of_work():
                keep_practice(version, who, right)
            count = select(func.count()).where(p.c.account_id == who, p.c.kind == "check")
            assert connection().execute(count).scalar_one() == held


def test_a_task_declared_and_then_confirmed_completes_at_once(any_app: Flask) -> None:
    block = {"id": "blam0001", "kind": "task", "data": {"slug": TASK}}
    with any_app.app_context():
        who, lesson = account_id(), first_lesson()
        ask(lesson, ["read", "done", "confirmed"], block)
        course = learning.activity("course", COURSE)
        task = learning.activity("task", TASK)
        row = learning.activity("lesson", lesson)
        assert course is not None
        assert task is not None
        assert row is not None
        content = next(p for p in learning.places(learning.newest_syllabus(course.id) or 0) if p.slug == lesson)
        with unit_of_work():
            open_ones = delivering.complete_lesson(who, course.id, row.id, False, content.content_id)
        assert [t.ask for t in open_ones] == ["done", "confirmed"]
        choices = queries.body(
            next(p for p in learning.places(learning.newest_syllabus(course.id) or 0) if p.slug == TASK).content_id
        )["choices"]
        with unit_of_work():
            delivering.declare_task(who, course.id, task.id, choices[0] if choices else "", "đã làm", choices, None)
        assert not is_done(who, lesson)
        assert queries.tasks_of_lessons() == [TASK], "so officers see it in their list"
        officer = connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
        number = connection().execute(select(func.max(Declaration.__table__.c.id))).scalar_one()
        with unit_of_work():
            delivering.confirm_task(number, officer)
        assert is_done(who, lesson), "in the same transaction, without a worker"


def test_hearing_it_to_the_end_counts(any_app: Flask, sign_in: SignIn) -> None:
    with any_app.app_context():
        who, lesson = account_id(), first_lesson()
        ask(lesson, ["listened"])
    client = sign_in("learner", on=any_app)
    client.post(f"/hoc/{COURSE}/{lesson}/xong")
    with any_app.app_context():
        assert not is_done(who, lesson)
        with unit_of_work():
            practised(who, LISTENED, lesson)
        while deliver_due():
            pass
        assert is_done(who, lesson)


def test_who_is_not_signed_in_is_told_and_nothing_is_kept_as_learnt(app: Flask) -> None:
    with app.app_context():
        lesson = first_lesson()
        ask(lesson, ["read", "answered"])
    client = app.test_client()
    assert "đăng nhập" in client.get(f"/hoc/{COURSE}/{lesson}").text
    assert client.post(f"/hoc/{COURSE}/{lesson}/xong").status_code == 303
    with client.session_transaction() as kept:
        assert not kept.get("learnt")


@pytest.mark.parametrize(("rule", "words"), [("practised", "luyện tập"), ("confirmed", "việc làm thật")])
def test_what_cannot_be_done_is_not_asked_for(app: Flask, rule: str, words: str) -> None:
    with app.app_context():
        with pytest.raises(Invalid) as refused:
            ask(first_lesson(), ["read", rule])
        with app.test_request_context():
            from lms.web.rendering import say

            assert words in say(refused.value.text).lower()


def test_a_usual_lesson_costs_no_statement_more(app: Flask, sign_in: SignIn) -> None:
    from sqlalchemy import event

    from lms.db.base import db

    client = sign_in("learner")
    with app.app_context():
        lesson = first_lesson()
        engine = db.engine
    at = f"/hoc/{COURSE}/{lesson}"
    client.get(at)
    sent: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        client.get(at)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(sent) == 1, sent
