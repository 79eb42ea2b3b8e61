"""What phones send later: each happening once, whatever is sent again, and none spoils another."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.api.learning import SYNCED, Happening, Synced
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.starting import demo_sign_ins
from plugins.offline.services import taking

COURSE, LESSON, TASK = "ky-nang-so-nguoi-dan", "quet-ma-qr", "viec-that-nguoi-dan"
HEADERS = {"X-Outbox": "1"}
_order = itertools.count(1)
Json = dict[str, Any]


def learner(app: Flask, role: str = "learner") -> FlaskClient:
    person = demo_sign_ins()[role]
    client = app.test_client()
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    return client


def mark(client: FlaskClient) -> str:
    """Whose phone it is, as its cookie says."""
    cookie = client.get_cookie("hv_who")
    assert cookie is not None
    return str(cookie.value)


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        return list(connection().execute(sa.text(statement)).all())


def count(app: Flask, table: str) -> int:
    return int(rows(app, f"SELECT count(*) FROM {table}")[0][0])


def content_of(app: Flask, kind: str, slug: str) -> int:
    found = rows(
        app,
        "SELECT e.content_id FROM lms_syllabus_entry e JOIN lms_activity a ON a.id = e.activity_id"
        f" WHERE a.kind = '{kind}' AND a.slug = '{slug}' ORDER BY e.syllabus_id DESC",
    )
    return int(found[0][0])


def event(kind: str, data: Json, t: int | None = None, key: str = "") -> Json:
    at = clock.seconds() if t is None else t
    return {"key": key or secrets.token_hex(16), "seq": next(_order), "t": at, "kind": kind, "data": data}


def read(app: Flask, lesson: str = LESSON, **more: Any) -> Json:
    return event(
        "lesson.read", {"course": COURSE, "lesson": lesson, "content": content_of(app, "lesson", lesson)}, **more
    )


def a_question(app: Flask) -> tuple[str, int]:
    [(slug, version)] = rows(
        app, "SELECT slug, current_id FROM quizzes_item WHERE pool = 'practice' ORDER BY id LIMIT 1"
    )
    return slug, version


def answered(app: Flask, chosen: str = "a", **more: Any) -> Json:
    slug, version = a_question(app)
    return event("check.answered", {"item": slug, "version": version, "fields": {"answer": [chosen]}}, **more)


def send(client: FlaskClient, *events: Json, person: str = "") -> list[tuple[str, str]]:
    """(state, reason) of each."""
    body = {"person": person or mark(client), "events": list(events)}
    answer = client.post("/api/v1/sync", json=body, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    assert [a["key"] for a in answer.json["answers"]] == [e["key"] for e in events]
    return [(a["state"], a.get("reason", "")) for a in answer.json["answers"]]


def states(client: FlaskClient, *events: Json) -> list[str]:
    return [state for state, _reason in send(client, *events)]


def test_each_is_taken_in_once(any_app: Flask) -> None:
    client = learner(any_app)
    sent = [read(any_app), answered(any_app), answered(any_app, "b")]
    assert states(client, *sent) == ["applied"] * 3
    assert states(client, *sent) == ["duplicate"] * 3
    assert states(client, *reversed(sent), answered(any_app)) == ["duplicate"] * 3 + ["applied"]
    assert count(any_app, "quizzes_practice_answer") == 3
    assert count(any_app, "offline_sent") == 4
    learnt = f"lms_evidence e JOIN lms_activity a ON a.id = e.activity_id WHERE a.slug = '{LESSON}'"
    assert count(any_app, learnt) == 1


def test_the_same_key_twice_in_one_batch_is_one(any_app: Flask) -> None:
    client, one = learner(any_app), answered(any_app)
    body = {"person": mark(client), "events": [one, one]}
    assert client.post("/api/v1/sync", json=body, headers=HEADERS).status_code == 200
    assert count(any_app, "quizzes_practice_answer") == 1


def test_learnt_here_and_on_the_phone_is_learnt_once(any_app: Flask) -> None:
    client = learner(any_app)
    client.post(f"/hoc/{COURSE}/{LESSON}/xong")
    assert states(client, read(any_app), read(any_app)) == ["applied", "applied"]
    learnt = f"lms_evidence e JOIN lms_activity a ON a.id = e.activity_id WHERE a.slug = '{LESSON}'"
    assert count(any_app, learnt) == 1


def test_one_that_is_refused_spoils_no_other(any_app: Flask) -> None:
    client = learner(any_app)
    gone = event("lesson.read", {"course": COURSE, "lesson": LESSON, "content": 999_999})
    found = send(
        client,
        answered(any_app),
        gone,
        event("unheard-of", {}),
        event("check.answered", {"item": 3}),
        answered(any_app, "z"),
        read(any_app),
    )
    assert found == [
        ("applied", ""),
        ("rejected", "not-found"),
        ("rejected", "unknown-kind"),
        ("rejected", "invalid"),
        ("rejected", "invalid"),
        ("applied", ""),
    ]
    assert count(any_app, "quizzes_practice_answer") == 1
    assert count(any_app, "offline_sent") == 2
    assert states(client, gone) == ["rejected"]  # a lost refusal is said again


def test_what_fails_for_a_reason_of_ours_stays_on_the_phone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = learner(app)
    with app.app_context():
        whole = SYNCED.get("lesson.read")

    def fails(_happening: Happening, _said: object) -> None:
        raise ZeroDivisionError("on purpose")

    held = app.extensions["lms.registry"].entries(SYNCED)
    monkeypatch.setitem(held, "lesson.read", Synced("lesson.read", whole.takes, fails))
    body = {"person": mark(client), "events": [read(app), answered(app)]}
    answer = client.post("/api/v1/sync", json=body, headers=HEADERS)
    assert [a["state"] for a in answer.json["answers"]] == ["applied"]
    assert count(app, "offline_sent") == 1
    monkeypatch.undo()
    again = client.post("/api/v1/sync", json=body, headers=HEADERS)
    assert [a["state"] for a in again.json["answers"]] == ["applied", "duplicate"]


def test_an_exam_question_is_never_answered_this_way(app: Flask) -> None:
    client = learner(app)
    [(slug, version)] = rows(app, "SELECT slug, current_id FROM quizzes_item WHERE pool = 'exam' ORDER BY id LIMIT 1")
    said = event("check.answered", {"item": slug, "version": version, "fields": {"answer": ["a"]}})
    assert send(client, said) == [("rejected", "not-found")]


def test_the_server_marks_what_was_chosen(any_app: Flask) -> None:
    client = learner(any_app)
    with any_app.app_context():
        from quizzes.items.contract import ITEM_TYPES
        from quizzes.queries import versions
        from quizzes.services.attempts import practice_order

        slug, version_id = a_question(any_app)
        [version] = versions([version_id])
        key = ITEM_TYPES.get(version.type).offline_key(version.spec, practice_order(version))  # type: ignore[attr-defined]
        right = next(chosen for chosen, told in key.said.items() if told.right)
        wrong = next(chosen for chosen, told in key.said.items() if not told.right)
    states(client, answered(any_app, right), answered(any_app, wrong))
    assert rows(any_app, 'SELECT "right" FROM quizzes_practice_answer ORDER BY id') == [(1,), (0,)]
    assert rows(any_app, "SELECT kind, slug FROM lms_practised WHERE kind = 'check'") == [("check", slug)]


def test_a_declared_task_is_kept(any_app: Flask) -> None:
    client = learner(any_app)
    content = content_of(any_app, "task", TASK)
    [(body,)] = rows(any_app, f"SELECT body FROM courses_revision WHERE id = {content}")
    import json

    choices = (json.loads(body) if isinstance(body, str) else body)["choices"]
    said = {"course": COURSE, "task": TASK, "content": content, "choice": choices[0], "note": "Cháu giúp"}
    one = event("task.declared", said)
    assert states(client, one) == ["applied"]
    assert states(client, one) == ["duplicate"]
    assert send(client, event("task.declared", {**said, "choice": "khác"})) == [("rejected", "invalid")]
    assert rows(any_app, "SELECT choice, note FROM courses_declaration") == [(choices[0], "Cháu giúp")]


def test_nobody_sends_for_another(any_app: Flask) -> None:
    one, other = learner(any_app), learner(any_app, "instructor")
    body = {"person": mark(one), "events": [answered(any_app)]}
    assert other.post("/api/v1/sync", json=body, headers=HEADERS).status_code == 403
    assert any_app.test_client().post("/api/v1/sync", json=body, headers=HEADERS).status_code == 401
    assert one.post("/api/v1/sync", json=body).status_code == 403  # without the script's own header
    foreign = {**HEADERS, "Origin": "https://elsewhere.example"}
    assert one.post("/api/v1/sync", json=body, headers=foreign).status_code == 403
    assert count(any_app, "offline_sent") == 0
    assert mark(one) != mark(other)


def test_two_people_may_have_the_same_key(any_app: Flask) -> None:
    one, other, key = learner(any_app), learner(any_app, "instructor"), secrets.token_hex(16)
    assert states(one, answered(any_app, key=key)) == ["applied"]
    assert states(other, answered(any_app, key=key)) == ["applied"]


def test_the_mark_goes_when_somebody_signs_out(app: Flask) -> None:
    client = learner(app)
    assert len(mark(client)) == 16
    client.post("/dang-xuat")
    assert client.get_cookie("hv_who") is None


@pytest.mark.parametrize(
    ("days", "unsure"), [(0, False), (-29, False), (-31, True), (-730, True), (730, True), (0.01, True)]
)
def test_a_wrong_clock_is_flagged_and_not_refused(app: Flask, days: float, unsure: bool) -> None:
    client, at = learner(app), clock.seconds()
    assert states(client, read(app, t=at + int(days * 86_400))) == ["applied"]
    [(t, here, flagged)] = rows(app, "SELECT t, at, unsure FROM offline_sent")
    assert t == at + int(days * 86_400)
    assert abs(here - at) < 60
    assert bool(flagged) is unsure
    [(when,)] = rows(app, "SELECT max(at) FROM lms_evidence")
    assert abs(when - at) < 60  # what counts is our clock


@pytest.mark.parametrize(
    "broken",
    [
        {"events": []},
        {"person": "x", "events": []},
        {"person": "0" * 16, "events": [{"key": "short", "seq": 1, "t": 1, "kind": "a", "data": {}}]},
        {"person": "0" * 16, "events": [{"key": "0" * 32, "seq": 1, "t": -5, "kind": "a", "data": {}}]},
        {"person": "0" * 16, "events": [{"key": "0" * 32, "seq": 1, "t": 1, "kind": "a", "data": []}]},
    ],
)
def test_what_is_no_batch_is_refused_by_name(app: Flask, broken: Json) -> None:
    answer = learner(app).post("/api/v1/sync", json=broken, headers=HEADERS)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_more_than_fifty_are_too_many(app: Flask) -> None:
    client = learner(app)
    body = {"person": mark(client), "events": [answered(app) for _ in range(51)]}
    assert client.post("/api/v1/sync", json=body, headers=HEADERS).status_code == 422


def test_five_flushes_at_once_store_each_once(any_app: Flask) -> None:
    clients = [learner(any_app) for _ in range(5)]
    sent = [answered(any_app) for _ in range(20)]
    found: list[list[str]] = []

    def flush(client: FlaskClient) -> None:
        found.append(states(client, *sent))

    threads = [threading.Thread(target=flush, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [states.count("applied") for states in zip(*found, strict=True)] == [1] * 20
    assert count(any_app, "quizzes_practice_answer") == 20


def test_a_thousand_with_every_third_reply_lost(any_app: Flask) -> None:
    """The phone's own way of sending, without the phone: batches of fifty until each is answered."""
    client = learner(any_app)
    waiting = [answered(any_app, "ab"[n % 2]) for n in range(1000)]
    replies = itertools.count(1)
    while waiting:
        found = states(client, *waiting[:50])
        if next(replies) % 3 == 0:
            continue  # stored, and the reply is lost
        assert set(found) <= {"applied", "duplicate"}
        waiting = waiting[50:]
    assert count(any_app, "quizzes_practice_answer") == 1000
    assert count(any_app, "offline_sent") == 1000


def test_statements_grow_with_what_is_done_not_with_the_keys(app: Flask) -> None:
    """Of fifty wrong answers each costs its own row, its mark, and the day of its return; keys and rights come once."""
    client, sent = learner(app), [0]
    states(client, answered(app))
    with app.app_context():
        from lms.db.base import db

        @sa.event.listens_for(db.engine, "before_cursor_execute")
        def _count(*_args: object) -> None:
            sent[0] += 1

    states(client, *[answered(app, "b") for _ in range(50)])
    assert sent[0] <= 50 * 3 + 12


def test_keys_are_kept_for_longer_than_a_year(app: Flask) -> None:
    client, one = learner(app), answered(app)
    assert states(client, one) == ["applied"]
    with app.app_context():
        year_ago = clock.seconds() - 370 * 86_400
        with unit_of_work() as database:
            database.execute(sa.text(f"UPDATE offline_sent SET at = {year_ago}"))
        assert taking.count_old(clock.seconds() - taking.KEPT_DAYS * 86_400) == 0
        taking.forget_old(clock.seconds() - taking.KEPT_DAYS * 86_400)
    assert states(client, one) == ["duplicate"]


def test_what_somebody_did_before_two_accounts_became_one_still_arrives(app: Flask) -> None:
    client = learner(app)
    a = Account.__table__
    with app.app_context():
        ids = dict(connection().execute(sa.select(a.c.username, a.c.id)).all())
        [gone] = [i for name, i in ids.items() if name == demo_sign_ins()["instructor"]["login"]]
        from lms.api.web import mark_of

        before = mark_of(gone)
        kept = (
            connection()
            .execute(
                sa.select(a.c.id).where(
                    sa.or_(
                        a.c.username == demo_sign_ins()["learner"]["login"],
                        a.c.phone == demo_sign_ins()["learner"]["login"],
                    )
                )
            )
            .scalar_one()
        )
        with unit_of_work() as database:
            database.execute(sa.update(a).where(a.c.id == gone).values(merged_into_id=kept))
    assert send(client, answered(app), person=before) == [("applied", "")]


def a_block(app: Flask, place: int) -> Json:
    """What is sent of a block of the lesson."""
    content = content_of(app, "lesson", LESSON)
    with app.app_context():
        body = connection().execute(sa.text(f"SELECT body FROM courses_revision WHERE id = {content}")).scalar_one()
    held = json.loads(body) if isinstance(body, str) else body
    return {"course": COURSE, "lesson": LESSON, "content": content, "block": held["blocks"][place]["id"]}


def test_the_furthest_place_stays_in_whatever_order_it_comes(any_app: Flask) -> None:
    client = learner(any_app)
    sent = [event("lesson.place", a_block(any_app, place)) for place in (1, 3, 2)]
    assert states(client, *sent) == ["applied"] * 3
    assert rows(any_app, "SELECT position FROM courses_read_to") == [(3,)]


def test_what_is_not_clear_is_kept_once(any_app: Flask) -> None:
    client = learner(any_app)
    said = a_block(any_app, 1)
    assert states(client, event("lesson.unclear", said), event("lesson.unclear", said)) == ["applied"] * 2
    assert count(any_app, "courses_unclear") == 1


def test_no_note_of_any_device_is_lost(any_app: Flask) -> None:
    client, said = learner(any_app), a_block(any_app, 1)
    first = event("lesson.noted", {**said, "words": "Hỏi con gái"})
    assert states(client, first) == ["applied"]
    assert states(client, first, event("lesson.noted", {**said, "words": "Số 156"})) == ["duplicate", "applied"]
    assert rows(any_app, "SELECT words FROM courses_note") == [("Số 156\nHỏi con gái",)]
    assert states(client, event("lesson.noted", {**said, "block": "khong-co", "words": "x"})) == ["rejected"]
