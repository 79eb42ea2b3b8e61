"""What was missed in practice comes back: in lessons, from phones, after practice papers; and the page of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select, update

from lms import clock
from lms.api.learning import Happening
from lms.db.base import db
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.starting import demo_sign_ins
from quizzes import due, queries, returning
from quizzes.models import Due, Item, PracticeAnswer
from quizzes.queries import VersionRow
from quizzes.services import attempts
from quizzes.services import returning as noting
from quizzes.services.importing import bank_of, publish_item
from quizzes.services.syncing import CheckAnswered, take_answer
from quizzes.twins import near
from quizzes.views.check import draw_check

MORNING = datetime(2026, 11, 20, 1, tzinfo=UTC)  # eight o'clock in Việt Nam
D = Due.__table__
STEM = "Câu hỏi số {n} về {what}: làm gì trước tiên?"


def ask(slug: str, twins: str = "", skill: str = "ZZ.1", level: int | None = None, pool: str = "practice") -> None:
    """A question whose first answer is right."""
    options = [{"text": "Đúng", "correct": True, "why": "Vì thế."}, {"text": "Sai", "why": "Nghĩ thêm một chút."}]
    body: dict[str, Any] = {
        "stem": STEM.format(n=slug, what=skill), "message": None, "lesson": "nhan-ra-lua-dao", "skills": [skill],
        "data": {"options": options}, "fix": f"Cách sửa của {slug}.", "level": level, "twins": twins or None,
    }  # fmt: skip
    publish_item(
        slug,
        bank_of("on-lai", "Ôn lại", 1),
        pool,
        "single_choice",
        {k: v for k, v in body.items() if v or k in ("message",)},
        None,
        None,
    )


def version(slug: str) -> VersionRow:
    found = queries.practice_item(slug)
    assert found is not None
    return found


def learner() -> int:
    login = demo_sign_ins()["learner"]["login"]
    known = (Account.username == login) | (Account.phone == login)
    return int(connection().execute(select(Account.id).where(known)).scalar_one())


def rows(who: int) -> dict[str, Any]:
    found = connection().execute(select(D).where(D.c.account_id == who))
    return {row.topic: row for row in found}


@pytest.fixture
def asked(any_app: Flask) -> Iterator[Flask]:
    """At eight, with questions: two twins, one alike in skill, one of another skill, one of an exam."""
    with clock.frozen_at(MORNING):
        with any_app.app_context(), unit_of_work():
            ask("zz-a", "giu-ma", level=1)
            ask("zz-b", "giu-ma", level=1)
            ask("zz-c", level=1)
            ask("zz-d", skill="ZZ.2")
            ask("zz-exam", pool="exam")
        yield any_app


@pytest.fixture
def who(asked: Flask) -> Iterator[int]:
    """The demo learner, inside the application."""
    with asked.app_context():
        yield learner()


def keep(who: int, slug: str, right: bool, **more: Any) -> None:
    with unit_of_work():
        attempts.keep_practice(version(slug), who, right, **more)


def test_missed_today_it_is_there_tomorrow_and_its_twin_is_asked(who: int) -> None:
    keep(who, "zz-a", False)
    assert due.day_for(who).waiting == []
    assert due.day_for(who).tomorrow == 1
    with clock.frozen_at(MORNING + timedelta(days=1)):
        (one,) = due.day_for(who).waiting
        assert (one.topic, one.slug, one.step) == ("=giu-ma", "zz-b", 0)
        keep(who, "zz-b", True, returned=one.topic)
        day = due.day_for(who)
        assert (list(day.waiting), day.asked, day.tomorrow) == ([], 1, 0)
    with clock.frozen_at(MORNING + timedelta(days=8)):
        (one,) = due.day_for(who).waiting
        assert (one.slug, one.step) == ("zz-a", 1), "they take turns"


def test_other_people_and_right_answers_are_left_alone(who: int) -> None:
    keep(who, "zz-a", True)
    keep(who, "zz-d", False)
    other = next(i for i in connection().execute(select(Account.id)).scalars() if i != who)
    keep(other, "zz-c", False)
    assert set(rows(who)) == {".zz-d"}
    assert set(rows(other)) == {".zz-c"}
    with unit_of_work():
        attempts.keep_practice(version("zz-a"), None, False)
    assert connection().execute(select(func.count()).select_from(D)).scalar_one() == 2, "of nobody there is nothing"


def sent(who: int, slug: str, right: bool, days_ago: int) -> None:
    """An answer that a phone gave without a network some days ago, as it comes in now."""
    now = clock.seconds()
    of = version(slug)
    place = attempts.practice_order(of).index(0 if right else 1)
    with unit_of_work():
        take_answer(
            Happening(who, slug.encode().ljust(16), now - days_ago * 86_400, now),
            CheckAnswered(slug, of.id, {"answer": ["ab"[place]]}),
        )


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_what_phones_send_in_any_order_comes_to_the_same(who: int, order: tuple[int, ...]) -> None:
    answered = [("zz-a", False, 9), ("zz-b", True, 8), ("zz-a", True, 1), ("zz-c", False, 2)]
    for n in order:
        slug, right, days_ago = answered[n]
        sent(who, slug, right, days_ago)
        sent(who, slug, right, days_ago)
    held, today = rows(who), returning.day_of(clock.seconds())
    assert set(held) == {"=giu-ma", ".zz-c"}
    twin = held["=giu-ma"]
    assert (twin.wrong_day, twin.right_days, twin.step) == (today - 9, [today - 8, today - 1], 2)
    assert twin.due_day == today + 29
    assert (held[".zz-c"].wrong_day, held[".zz-c"].due_day) == (today - 2, today - 1)


def test_a_practice_paper_brings_back_what_was_missed_in_it(who: int) -> None:
    found = [(version(s), right) for s, right in (("zz-a", True), ("zz-b", False), ("zz-c", True), ("zz-d", False))]
    with unit_of_work():
        noting.note_paper(who, found, clock.seconds())
    assert set(rows(who)) == {"=giu-ma", ".zz-d"}
    with clock.frozen_at(MORNING + timedelta(days=2)):
        with unit_of_work():
            noting.note_paper(who, [(version("zz-d"), True), (version("zz-c"), True)], clock.seconds())
        assert {topic: row.step for topic, row in rows(who).items()} == {"=giu-ma": 0, ".zz-d": 1}


def test_switched_off_nothing_is_noted_and_nothing_asked_and_on_again_it_goes_on(who: int) -> None:
    keep(who, "zz-a", False)
    with unit_of_work():
        noting.choose(who, off=True)
    keep(who, "zz-d", False)
    with clock.frozen_at(MORNING + timedelta(days=3)):
        assert due.day_for(who) == due.Day([], 0, 0)
        with unit_of_work():
            noting.choose(who, off=False)
        assert [one.topic for one in due.day_for(who).waiting] == ["=giu-ma"]


def test_what_is_no_longer_in_use_is_not_asked_for(who: int) -> None:
    keep(who, "zz-a", False)
    keep(who, "zz-d", False)
    i = Item.__table__
    with unit_of_work() as database:
        database.execute(update(i).where(i.c.slug.in_(["zz-b", "zz-d"])).values(retired_at=1))
    with clock.frozen_at(MORNING + timedelta(days=1)):
        assert [one.slug for one in due.day_for(who).waiting] == ["zz-a"], (
            "the one twin that is left; the other is gone"
        )


def test_what_left_is_forgotten_after_its_term(who: int) -> None:
    keep(who, "zz-a", False)
    for days in (1, 8, 38):
        with clock.frozen_at(MORNING + timedelta(days=days)):
            keep(who, "zz-a", True)
    assert rows(who)["=giu-ma"].due_day is None
    after = int((MORNING + timedelta(days=39)).timestamp())
    assert (noting.left_before(after - 2 * 86_400), noting.left_before(after)) == (0, 1)
    noting.forget_left(after)
    assert rows(who) == {}


def test_the_nearest_is_a_twin_then_one_of_the_same_skill_and_level_and_never_itself(who: int) -> None:
    assert near(version("zz-a")) == "zz-b"
    assert near(version("zz-b")) == "zz-a"
    assert near(version("zz-c")) in ("zz-a", "zz-b"), "the same skill and level"
    assert near(version("zz-d")) == "", "nothing of its skill"
    with unit_of_work():
        ask("zz-e", skill="ZZ.2")
        ask("zz-f", skill="ZZ.2", level=3)
        ask("zz-g", skill="ZZ.2", pool="exam")
    assert near(version("zz-d")) == "zz-e", "found anew since the bank changed, an exam question never"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", heard)
    yield sent
    event.remove(engine, "before_cursor_execute", heard)


def before_returns(of: VersionRow, who: int, right: bool) -> None:
    """What keeping an answer did before anything came back."""
    from lms.api.learning import practised

    connection().execute(
        insert(PracticeAnswer).values(
            item_id=of.item_id, pool="practice", account_id=who, right=right, at=clock.seconds()
        )
    )
    if right:
        i = Item.__table__
        practised(who, "check", connection().execute(select(i.c.slug).where(i.c.id == of.item_id)).scalar_one())


@pytest.mark.parametrize(("missed", "right", "most"), [(False, False, 1), (False, True, 0), (True, True, 1)])
def test_it_costs_at_most_one_statement_more(who: int, missed: bool, right: bool, most: int) -> None:
    if missed:
        keep(who, "zz-a", False)
    of = version("zz-a")
    with clock.frozen_at(MORNING + timedelta(days=1)):
        with counted() as old, unit_of_work():
            before_returns(of, who, right)
        with counted() as new, unit_of_work():
            attempts.keep_practice(of, who, right)
    assert len(new) - len([s for s in old if "lms_event" not in s and "delivery" not in s]) <= most, (old, new)


def post(browser: FlaskClient, path: str, slug: str, right: bool, **more: Any) -> str:
    with browser.application.app_context():
        of = version(slug)
        place = attempts.practice_order(of).index(0 if right else 1)
    sent = browser.post(path, data={"answer": "ab"[place], **more})
    assert sent.status_code == 200
    return sent.get_data(as_text=True)


def test_after_a_wrong_answer_there_is_the_reason_the_fix_and_a_way_on(
    asked: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in("learner", on=asked)
    lesson = "/hoc/ky-nang-so-nguoi-dan/cai-va-giu-vneid"
    page = post(browser, "/luyen/zz-a", "zz-a", False, return_to=lesson)
    assert "Nghĩ thêm một chút." in page
    assert "Sửa trong 20 giây" in page
    assert "Cách sửa của zz-a." in page
    assert re.search(r'href="/hoc/[a-z-]+/nhan-ra-lua-dao"', page), "the lesson that teaches it"
    way = re.search(r'href="(/luyen/zz-b[^"]*)"', page)
    assert way is not None
    twin = browser.get(way[1].replace("&amp;", "&")).get_data(as_text=True)
    assert f'href="{lesson}#check-zz-a"' in twin, "back to where one was"
    assert 'value="check-zz-a"' in twin
    told = post(browser, "/luyen/zz-b", "zz-b", False, return_to=lesson, place="check-zz-a")
    assert f'href="{lesson}#check-zz-a"' in told
    right = post(browser, "/luyen/zz-a", "zz-a", True, return_to=lesson)
    assert "Sửa trong 20 giây" not in right
    assert "Thử một câu gần giống" not in right
    alone = post(browser, "/luyen/zz-d", "zz-d", False)
    assert "Thử một câu gần giống" not in alone, "there is none, so nothing is said"
    odd = browser.get("/luyen/zz-a?return_to=//evil.example&place=%22%3E%3Cb").get_data(as_text=True)
    assert not re.search(r'(href|value)="//evil', odd)
    assert 'value="check-zz-a"' in odd


def test_in_its_own_lesson_no_link_leads_to_it(asked: Flask) -> None:
    lesson = "/hoc/ky-nang-so-nguoi-dan/nhan-ra-lua-dao"
    page = post(asked.test_client(), "/luyen/zz-a", "zz-a", False, return_to=lesson)
    assert "Học lại:" not in page
    with asked.test_request_context():
        assert "Sửa trong" not in draw_check(version("zz-a"), lesson), "nothing of it before the answer"


def test_the_day_from_the_first_page_to_its_end(asked: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with asked.app_context(), unit_of_work():
        for n in range(7):
            ask(f"zz-n{n}", skill=f"ZZ.{10 + n}")
    browser = sign_in("learner", on=asked)
    assert "Hôm nay không có câu nào cần ôn" in browser.get("/on-lai").get_data(as_text=True)
    with asked.app_context():
        for n in range(7):
            keep(learner(), f"zz-n{n}", False)
    assert "/on-lai" not in browser.get("/").get_data(as_text=True)
    with clock.frozen_at(MORNING + timedelta(days=3)):
        browser = sign_in("learner", on=asked)
        home = browser.get("/").get_data(as_text=True)
        assert "Ôn lại hôm nay" in home
        assert "5 câu" in home
        for n in range(5):
            page = browser.get("/on-lai").get_data(as_text=True)
            assert re.search(rf"Câu {n + 1}\b[^<]* 5\b", page), page
            slug, topic = (re.search(f'name="{name}" value="([^"]+)"', page) for name in ("item", "topic"))
            assert slug is not None
            assert topic is not None
            assert "Cách sửa" not in page
            nothing = browser.post("/on-lai", data={"item": slug[1], "topic": topic[1]})
            assert nothing.status_code == 422
            told = post(browser, "/on-lai", slug[1], n != 1, item=slug[1], topic=topic[1])
            assert ("Cách sửa" in told) == (n == 1)
            again = post(browser, "/on-lai", slug[1], n != 1, item=slug[1], topic=topic[1])
            assert 'class="feedback' in again, "sent twice it is once"
            with asked.app_context():
                assert due.day_for(learner()).asked == n + 1
        end = browser.get("/on-lai").get_data(as_text=True)
        assert "Xong rồi" in end
        assert "Ngày mai có 3 câu." in end, "the one that was wrong, and the two for which there was no room"
        assert "/on-lai" not in browser.get("/").get_data(as_text=True)
        assert browser.post("/on-lai/bat-tat", data={"off": "yes"}).status_code == 303
        assert "Đang tắt" in browser.get("/on-lai").get_data(as_text=True)
        settings = browser.get("/cai-dat").get_data(as_text=True)
        assert "Bật lên" in settings
        browser.post("/on-lai/bat-tat", data={"off": "no"})
        assert "Xong rồi" in browser.get("/on-lai").get_data(as_text=True)


def test_a_question_of_an_exam_is_never_asked_here(asked: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in("learner", on=asked)
    assert browser.post("/on-lai", data={"item": "zz-exam", "topic": ".zz-exam", "answer": "a"}).status_code == 404
    assert browser.post("/on-lai", data={}).status_code == 404
    assert asked.test_client().get("/on-lai").status_code == 303, "whoever is nobody signs in first"
