"""What people are told, when they are reminded, and how they stop it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.api.work import Invalid, connection, unit_of_work
from lms.config import current
from lms.db.unit_of_work import let_go
from lms.identity.models import Account
from lms.inbox import choosing, queries, reminding, stopping, telling
from lms.learning.models import Enrollment
from lms.messages.models import Outgoing
from lms.starting import demo_sign_ins
from lms.text import _

EVENING = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)  # 19:30 in Việt Nam


def learner_id() -> int:
    login = demo_sign_ins()["learner"]["login"]
    found = (
        connection().execute(select(Account.id).where((Account.username == login) | (Account.phone == login))).scalar()
    )
    if found is None:
        found = connection().execute(select(Account.id).where(Account.phone == "+84" + login[1:])).scalar_one()
    let_go()
    return found


def wish(account_id: int, **wishes: object) -> None:
    values: dict[str, object] = {"remind": True, "hour_from": 18, "hour_to": 21, "by_mail": False, "by_phone": False}
    with unit_of_work():
        choosing.choose(account_id, **(values | wishes))  # type: ignore[arg-type]


def begin_a_course(account_id: int, days_ago: int) -> None:
    from lms.api.learning import enroll
    from lms.learning.models import Activity

    with unit_of_work() as database:
        course = (
            database.execute(select(Activity.id).where(Activity.kind == "course").order_by(Activity.id))
            .scalars()
            .first()
        )
        assert course is not None
        enroll(account_id, course)
        database.execute(
            update(Enrollment)
            .where(Enrollment.account_id == account_id)
            .values(last_at=clock.seconds() - days_ago * 86_400)
        )


def titles(account_id: int) -> list[str]:
    found = [note.title for note in queries.notes(account_id)[0]]
    let_go()
    return found


def test_silence_is_no(any_app: Flask) -> None:
    with any_app.app_context(), clock.frozen_at(EVENING):
        who = learner_id()
        begin_a_course(who, 5)
        reminding.remind_due()
        assert titles(who) == []


def test_a_reminder_comes_in_the_persons_own_hours_once_a_week(any_app: Flask) -> None:
    with any_app.app_context():
        with clock.frozen_at(EVENING):
            who = learner_id()
            begin_a_course(who, 5)
            wish(who, hour_from=18, hour_to=20)
        with clock.frozen_at(EVENING - timedelta(hours=4)):
            reminding.remind_due()
            assert titles(who) == []
        with clock.frozen_at(EVENING):
            reminding.remind_due()
            reminding.remind_due()
            assert [title.partition(" chờ ")[0] for title in titles(who)] == ["Khóa học đang"]
        with clock.frozen_at(EVENING + timedelta(days=6)):
            reminding.remind_due()
            assert len(titles(who)) == 1
        with clock.frozen_at(EVENING + timedelta(days=7)):
            reminding.remind_due()
            assert len(titles(who)) == 2


@pytest.mark.parametrize("days", [1, 90])
def test_whoever_learns_or_has_long_gone_is_left_alone(any_app: Flask, days: int) -> None:
    with any_app.app_context(), clock.frozen_at(EVENING):
        who = learner_id()
        begin_a_course(who, days)
        wish(who)
        reminding.remind_due()
        assert titles(who) == []


def test_one_tap_stops_everything(any_app: Flask) -> None:
    with any_app.app_context(), clock.frozen_at(EVENING):
        who = learner_id()
        begin_a_course(who, 5)
        wish(who, by_phone=True)
        address = stopping.url_for_account(who).removeprefix(current().public_url())
    reader = any_app.test_client()
    assert reader.get(address).status_code == 200
    with any_app.app_context():
        assert queries.choice_of(who).remind  # looking stops nothing: mail programs fetch links on their own
        let_go()
    assert reader.post(address).status_code == 200
    with any_app.app_context(), clock.frozen_at(EVENING):
        held = queries.choice_of(who)
        assert (held.remind, held.by_mail, held.by_phone) == (False, False, False)
        reminding.remind_due()
        assert titles(who) == []


@pytest.mark.parametrize(
    "link", ["1-AAAAAAAAAAAAAAAA", "1", "x-y", "-", "99999999999999999999-a", "1-" + "é" * 9, "²-a"]
)
def test_a_link_that_we_did_not_make_stops_nobody(app: Flask, link: str) -> None:
    assert app.test_client().post(f"/ngung-nhan-tin/{link}").status_code == 404


def test_an_address_is_proved_by_its_code_and_five_tries(any_app: Flask) -> None:
    with any_app.app_context():
        who = learner_id()
        with unit_of_work():
            choosing.ask_for_mail(who, "Lanh@example.vn", "vi", "bác")
        code = sent_code()
        for _try in range(choosing.MOST_TRIES):
            with unit_of_work():
                assert not choosing.prove_mail(who, "000000" if code != "000000" else "111111")
        with unit_of_work():
            assert not choosing.prove_mail(who, code)  # used up
            choosing.ask_for_mail(who, "lanh@example.vn", "vi", "bác")
        code = sent_code()
        with unit_of_work():
            assert choosing.prove_mail(who, f" {code} ")
        assert queries.choice_of(who).email == "lanh@example.vn"
        assert queries.choice_of(who).by_mail


def sent_code() -> str:
    body = connection().execute(select(Outgoing.body).order_by(Outgoing.id.desc()).limit(1)).scalar_one()
    let_go()
    found = re.search(r"\b\d{6}\b", body)
    assert found, body
    return found[0]


def test_a_code_grows_old(any_app: Flask) -> None:
    start = clock.now()
    with any_app.app_context():
        who = learner_id()
        with clock.frozen_at(start), unit_of_work():
            choosing.ask_for_mail(who, "lanh@example.vn", "vi", "bác")
        code = sent_code()
        with clock.frozen_at(start + timedelta(minutes=16)), unit_of_work():
            assert not choosing.prove_mail(who, code)


@pytest.mark.parametrize(
    "typed", ["lanh", "lanh@", "@example.vn", "a b@example.vn", "a@b", "a@-b.vn", "x" * 250 + "@e.vn"]
)
def test_what_is_no_address(app: Flask, typed: str) -> None:
    with app.app_context():
        who = learner_id()
        with pytest.raises(Invalid), unit_of_work():
            choosing.ask_for_mail(who, typed, "vi", "bạn")


def test_a_note_goes_out_where_it_was_asked_for(any_app: Flask) -> None:
    with any_app.app_context():
        who = learner_id()
        with unit_of_work():
            telling.notify(who, "test", _("Your code"), _("Your code"), "/giay")
            choosing.ask_for_mail(who, "lanh@example.vn", "vi", "bác")
        code = sent_code()
        with unit_of_work():
            choosing.prove_mail(who, code)
            telling.notify(who, "test", _("Your code"), _("Your code"), "/giay")
        rows = (
            connection().execute(select(Outgoing.address, Outgoing.stop_url, Outgoing.body).order_by(Outgoing.id)).all()
        )
        let_go()
        assert len(rows) == 2  # the code itself, and the second note
        assert rows[1].address == "lanh@example.vn"
        assert "/ngung-nhan-tin/" in rows[1].stop_url
        assert rows[1].body.endswith("https://hocvuso.example.vn/giay")


def test_hours_at_night_are_refused_in_words(app: Flask) -> None:
    client = app.test_client()
    person = demo_sign_ins()["learner"]
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    answer = client.post("/cai-dat/tin-nhan", data={"remind": "1", "hour_from": "20", "hour_to": "6"})
    assert answer.status_code == 422
    assert "5 giờ sáng" in answer.get_data(as_text=True)
    answer = client.post("/cai-dat/tin-nhan", data={"remind": "1", "hour_from": "3", "hour_to": "26"})
    assert answer.status_code == 422


def test_the_inbox_shows_only_ones_own(app: Flask) -> None:
    with app.app_context():
        who = learner_id()
        with unit_of_work():
            telling.notify(who, "test", _("Your paper is ready"), _("Your code"))
    people = demo_sign_ins()
    seen = {}
    for role in ("learner", "instructor"):
        client = app.test_client()
        client.post("/dang-nhap", data={"identifier": people[role]["login"], "password": people[role]["password"]})
        seen[role] = client.get("/tin-nhan").get_data(as_text=True)
        client.post("/tin-nhan/da-doc")
    assert "Giấy của" in seen["learner"]
    assert "Giấy của" not in seen["instructor"]
    with app.app_context():
        assert queries.unread(who) == (0, "")
