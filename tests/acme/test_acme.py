"""What a plugin adds works like our own: in lessons, quizzes, courses, on pages, in figures, by events."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import rebuilding
from lms.api.learning import ACTIVITY_KINDS, RUNNERS, Activity, Entry, activity, findable, publish_syllabus
from lms.api.people import person_by_id
from lms.contract.points import Plugin, on
from lms.db.base import db
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.learning.models import Evidence
from lms.orgs.queries import nation_id
from lms.outbox.delivering import deliver_due
from lms.packages.importing import known_parts
from lms.packages.reading import read_files
from lms.packages.writing import package_files
from lms.reviewing.queries import submission
from lms.reviewing.steps import approve, set_rule, submit
from lms.stats import stats
from tests.acme.conftest import content, take_content

SignIn = Callable[..., FlaskClient]


def account_id(login: str = "balanh") -> int:
    found = connection().execute(db.select(Account.id).where(Account.username == login)).scalar_one()
    assert person_by_id(found) is not None
    return int(found)


def evidence(activity_id: int) -> int:
    """How many facts the ledger holds of the learner's and an activity."""
    count = db.select(db.func.count()).where(Evidence.account_id == account_id(), Evidence.activity_id == activity_id)
    return int(connection().execute(count).scalar_one())


def test_a_lesson_shows_its_block_with_the_activity_inside(app: Flask) -> None:
    page = app.test_client().get("/hoc/loa-xa/nghe-loa-xa").text
    assert "Bà con chú ý: không đọc mã cho ai." in page
    assert 'action="/loa/tin-sang/da-nghe"' in page
    assert "Trên loa xã" in page


def test_the_same_page_speaks_english(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("lang", "en")
    assert "On the loudspeaker" in client.get("/hoc/loa-xa/nghe-loa-xa").text


def test_hearing_is_evidence_once(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("learner", on=app)
    assert client.get("/loa/tin-sang").status_code == 200
    for _ in range(2):
        answer = client.post("/loa/tin-sang/da-nghe", data={"return_to": "/hoc/loa-xa/nghe-loa-xa"})
        assert (answer.status_code, answer.location) == (303, "/hoc/loa-xa/nghe-loa-xa")
    with app.app_context():
        found = activity("broadcast", "tin-sang")
        assert found is not None
        assert evidence(found.id) == 1


def test_an_activity_of_the_plugin_stands_in_a_course_and_completes_it(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), unit_of_work():
        broadcast, course = activity("broadcast", "tin-sang"), activity("course", "loa-xa")
        assert broadcast is not None
        assert course is not None
        publish_syllabus(course.id, [Entry(broadcast.id, 0, "Nghe", broadcast.id)])
    client = sign_in("learner", on=app)
    assert 'href="/loa/tin-sang"' in client.get("/khoa-hoc/loa-xa").text
    with app.app_context(), unit_of_work():
        from lms.api.learning import enroll

        enroll(account_id(), course.id)
    client.post("/loa/tin-sang/da-nghe")
    assert "acme-honors" not in client.get("/cua-toi").text
    with app.app_context():
        while deliver_due():
            pass
    page = client.get("/cua-toi").text
    assert "Bác đã được nêu tên 1 lần." in page
    with app.app_context():  # an event may come twice
        from acme.services.honoring import when_course_completed
        from lms.api.learning import CourseCompleted

        with unit_of_work():
            when_course_completed(CourseCompleted(account_id(), course.id, 0))
    assert client.get("/cua-toi").text == page


def test_an_item_type_is_practised_and_examined(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("learner", on=app)
    page = client.get("/luyen/so-cong-an").text
    assert "Gõ con số" in page
    assert "Số của công an là 113." in client.post("/luyen/so-cong-an", data={"answer": "114"}).text
    assert "Đúng rồi." in client.post("/luyen/so-cong-an", data={"answer": " 113 "}).text
    assert client.post("/luyen/so-cong-an", data={"answer": "một trăm"}).status_code == 422

    client.post("/hoc/loa-xa/nghe-loa-xa/xong")
    started = client.post("/hoc/loa-xa/kiem-tra/kiem-tra-loa/bat-dau")
    assert started.status_code == 303
    question = started.location
    assert "Có cháy, gọi số nào?" in client.get(question).text
    assert client.post(question, data={"answer": "114"}).status_code == 303
    attempt = question.rpartition("/")[0]
    assert client.post(f"{attempt}/nop").status_code == 303
    result = client.get(f"{attempt}/ket-qua").text
    assert re.search(r"1\s*/\s*1|1 trên 1|1 câu", result), result
    with app.app_context():
        quiz = activity("quiz", "kiem-tra-loa")
        assert quiz is not None
        assert evidence(quiz.id) == 1


def test_what_it_runs_may_be_asked_for_in_a_question(app: Flask, sign_in: SignIn) -> None:
    ticket = UUID(int=1)
    with app.app_context():
        runner = RUNNERS.get("broadcast")
        assert runner.title("khong-co") is None
        assert runner.title("tin-sang")
        assert runner.outcome("tin-sang", ticket, account_id()) is None
    with app.test_request_context():
        assert runner.url("tin-sang", ticket, "/luot/1/1").startswith("/loa/tin-sang")
    sign_in("learner", on=app).post("/loa/tin-sang/da-nghe")
    with app.app_context():
        heard = runner.outcome("tin-sang", ticket, account_id())
        assert heard is not None
        assert heard.passed


def test_menu_and_board_are_for_instructors(app: Flask, sign_in: SignIn) -> None:
    assert "Tin sáng" in sign_in("instructor", on=app).get("/loa-phat-thanh").text
    assert sign_in("learner", on=app).get("/loa-phat-thanh").status_code == 404
    assert app.test_client().get("/loa-phat-thanh").status_code == 303
    assert 'href="/loa-phat-thanh"' in sign_in("instructor", on=app).get("/loa-phat-thanh").text


def test_its_operation_is_in_the_api(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/api/v1/broadcasts").get_json()["broadcasts"][0]["slug"] == "tin-sang"
    assert "/broadcasts" in client.get("/api/v1/openapi.json").get_json()["paths"]


def test_authors_find_it(app: Flask) -> None:
    with app.app_context():
        kind = findable(ACTIVITY_KINDS.get("broadcast"))
        assert kind is not None
        assert [found.slug for found in kind.find("tin sang", 5)] == ["tin-sang"]
        assert kind.find("chiều", 5) == []


def test_its_figure_is_counted(app: Flask) -> None:
    with app.app_context():
        assert stats()["broadcasts"] == 1


def test_what_follows_from_something_else_is_made_anew(app: Flask) -> None:
    activities = Activity.__table__
    with app.app_context():
        assert rebuilding.differences() == []
        with unit_of_work():
            connection().execute(db.update(activities).where(activities.c.slug == "tin-sang").values(minutes=9))
        assert rebuilding.differences() == ["broadcast tin-sang: its length"]
        rebuilding.rebuild()
        assert rebuilding.differences() == []


def test_what_it_keeps_is_forgotten_by_its_term_and_its_periodic_work(app: Flask) -> None:
    from acme.models import Honor
    from acme.services import honoring
    from lms import clock
    from lms.privacy.retaining import forget_due, terms

    with app.app_context():
        course = activity("course", "loa-xa")
        assert course is not None
        with unit_of_work():
            for who, at in (("balanh", clock.seconds() - 366 * 86_400), ("thaygiao", clock.seconds())):
                values = {"account_id": account_id(who), "course_id": course.id, "at": at}
                connection().execute(db.insert(Honor).values(**values))
        assert {t.key: t.due for t in terms()}["acme.honors"] == 1
        forget_due()
        honoring.forget_orphans()
        assert list(connection().execute(db.select(Honor.account_id)).scalars()) == [account_id("thaygiao")]


def test_others_hear_its_event(app_with: Callable[..., Flask], acme: Plugin, sign_in: SignIn) -> None:
    from acme.events import BroadcastHeard
    from lms.testing.building import migrate

    heard: list[BroadcastHeard] = []
    app = app_with(acme, Plugin("ears", "lms", {"acme": ">=2,<3"}, hears=(on(BroadcastHeard, heard.append),)))
    migrate(app)
    with app.app_context():
        take_content()
    sign_in("learner", on=app).post("/loa/tin-sang/da-nghe")
    with app.app_context():
        while deliver_due():
            pass
        assert [event.account_id for event in heard] == [account_id()]


def test_its_directive_and_its_items_are_written_as_they_were_read(app: Flask) -> None:
    with app.app_context():
        package = content()
        files = package_files(package, known_parts())
        assert read_files(files, known_parts()) == package
        text = files["lessons/nghe-loa-xa/lesson.md"].decode()
        assert ':::broadcast tin-sang "Tin sáng"\nBà con chú ý: không đọc mã cho ai.\n:::' in text or (
            ':::broadcast "tin-sang" "Tin sáng"\nBà con chú ý: không đọc mã cho ai.\n:::' in text
        )
        assert take_content() == {}


def test_its_gateway_takes_messages(app: Flask) -> None:
    from acme.gateways import handed_over
    from lms.api.work import send
    from lms.outbox.delivering import deliver_due

    with app.app_context():
        with unit_of_work():
            send("acme-sms", "+84912345678", "Giấy của bác đã có")
        deliver_due()
    assert [(name, e.address) for name, e in handed_over] == [("acme-sms", "+84912345678")]


def test_what_was_heard_without_a_network_counts_once(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("learner", on=app)
    mark = client.get_cookie("hv_who")
    assert mark is not None
    heard = {"key": "a" * 32, "seq": 1, "t": 0, "kind": "acme.heard", "data": {"broadcast": "tin-sang"}}
    for state in ("applied", "duplicate"):
        answer = client.post("/api/v1/sync", json={"person": mark.value, "events": [heard]}, headers={"X-Outbox": "1"})
        assert [a["state"] for a in answer.json["answers"]] == [state]
    with app.app_context():
        row = activity("broadcast", "tin-sang")
        assert row is not None
        assert evidence(row.id) == 1


def test_its_words_are_reviewed_where_it_is_asked_for(app: Flask, sign_in: SignIn) -> None:
    admin = sign_in("administrator", on=app)

    def said() -> str:
        return app.test_client().get("/loa/tin-sang").text

    assert admin.post("/loa-phat-thanh/tin-sang", data={"words": "Sáng nay họp."}).location == "/loa-phat-thanh"
    assert "Sáng nay họp." in said(), "nobody asks for a review"
    with app.app_context():
        nation = nation_id()
        assert nation is not None
        with unit_of_work():
            set_rule(nation, True, account_id("quantri"))
    handed_in = admin.post("/loa-phat-thanh/tin-sang", data={"words": "Chiều nay họp."}).location
    assert handed_in.startswith("/studio/duyet/")
    assert "Chiều nay họp." not in said()
    assert "Tin sáng" in admin.get("/studio/duyet").text
    assert admin.post(handed_in, data={"do": "remark", "block": "words", "words": "Mấy giờ?"}).status_code in (303, 404)
    assert admin.post(handed_in, data={"do": "approve"}).status_code == 409, "nobody reviews their own"
    with app.app_context(), unit_of_work():
        row = submission(int(handed_in.rpartition("/")[2]))
        assert row is not None
        approve(row, account_id())
    assert admin.post(handed_in, data={"do": "publish"}).location == handed_in
    assert "Chiều nay họp." in said()
    assert admin.post("/loa-phat-thanh/khong-co", data={"words": "?"}).status_code == 404
    assert sign_in("learner", on=app).post("/loa-phat-thanh/tin-sang", data={"words": "?"}).status_code == 404


def test_what_was_handed_in_waits_unseen_while_its_plugin_is_away(
    app: Flask, app_with: Callable[..., Flask], sign_in: SignIn
) -> None:
    with app.app_context(), unit_of_work():
        submit("broadcast", "tin-sang", "Tin sáng", {"title": "Tin sáng", "words": "Khác"}, account_id("quantri"))
    assert "Tin sáng" in sign_in("administrator", on=app).get("/studio/duyet").text
    without = app_with()
    admin = sign_in("administrator", on=without)
    queue = admin.get("/studio/duyet")
    assert queue.status_code == 200
    assert "Tin sáng" not in queue.text
    assert admin.get("/studio/duyet/1").status_code == 404


def test_its_command_is_a_command_of_lms(acme: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lms radio` is found by its plugin, opens the application and speaks the operator's language."""
    from click.testing import CliRunner

    from lms import cli
    from lms.contract import discovery

    monkeypatch.setattr(discovery, "installed", lambda _first=False: [acme])
    monkeypatch.setattr(cli._Program, "app", lambda _self, **_settings: object())
    monkeypatch.setattr(cli, "in_words", lambda _app, sentence: sentence.say(str))
    said = CliRunner().invoke(cli.main, ["radio", "--place", "Na Lo"])
    assert (said.exit_code, said.output) == (0, "The loudspeaker of Na Lo is here.\n")
    refused = CliRunner().invoke(cli.main, ["radio"])
    assert refused.exit_code == 1
    assert "hangs" in refused.output
    assert CliRunner().invoke(cli.main, ["nothing-of-the-kind"]).exit_code == 2
