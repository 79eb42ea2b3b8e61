"""The journal of acts shows every change, removal and insertion, and each officer sees the acts of their own units."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, insert, select, update

from lms import audit
from lms.api.work import unit_of_work
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, let_go
from lms.identity.models import Account
from lms.learning.models import Activity
from lms.orgs.models import Org
from lms.starting import demo_sign_ins

E = AuditEntry.__table__


def write(count: int) -> None:
    for n in range(count):
        with unit_of_work():
            audit.record(None, "test.done", f"thing:{n}", n=n, words="Đã làm")


def ids() -> list[int]:
    found = list(connection().execute(select(E.c.id).order_by(E.c.id)).scalars())
    let_go()
    return found


def broken() -> int | None:
    found = audit.check().broken
    let_go()
    return found


def test_a_whole_chain_is_whole(any_app: Flask) -> None:
    with any_app.app_context():
        write(5)
        assert audit.check().whole


@pytest.mark.parametrize("column", ["at", "actor_id", "act", "subject", "detail"])
def test_a_changed_entry_is_found(any_app: Flask, column: str) -> None:
    values = {"at": 1, "actor_id": 1, "act": "other", "subject": "other", "detail": {"n": 9}}
    with any_app.app_context():
        write(5)
        victim = ids()[-3]
        with unit_of_work() as database:
            database.execute(update(E).where(E.c.id == victim).values({column: values[column]}))
        assert broken() == victim


def test_a_removed_entry_is_found(any_app: Flask) -> None:
    with any_app.app_context():
        write(5)
        *_rest, victim, after, _last = ids()
        with unit_of_work() as database:
            database.execute(delete(E).where(E.c.id == victim))
        assert broken() == after


def test_an_inserted_entry_is_found(any_app: Flask) -> None:
    with any_app.app_context():
        write(3)
        last = ids()[-1]
        with unit_of_work() as database:
            database.execute(
                insert(E).values(id=last + 7, at=1, actor_id=None, act="x", subject="y", detail={}, seal=b"\1" * 32)
            )
        assert broken() == last + 7


def test_a_cut_end_is_found_where_a_head_was_noted(any_app: Flask) -> None:
    with any_app.app_context():
        write(3)
        audit.note_head()
        audit.note_head()
        last = ids()[-1]
        assert audit.check().whole
        let_go()
        with unit_of_work() as database:
            database.execute(delete(E).where(E.c.id == last))
        found = audit.check()
        assert (found.broken, found.missing) == (None, last)


def test_the_command_says_where(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms import cli

    monkeypatch.setattr(cli, "the_app", lambda **_values: app)
    runner = CliRunner()
    with app.app_context():
        write(2)
    answer = runner.invoke(cli.main, ["audit", "verify"])
    assert answer.exit_code == 0, answer.output
    assert "whole" in answer.output
    with app.app_context():
        victim = ids()[-1]
        with unit_of_work() as database:
            database.execute(update(E).where(E.c.id == victim).values(act="forged"))
    answer = runner.invoke(cli.main, ["audit", "verify"])
    assert answer.exit_code == 1
    assert str(victim) in answer.output


def test_the_page_filters_and_a_learner_does_not_find_it(app: Flask) -> None:
    with app.app_context():
        write(3)
    people = demo_sign_ins()

    def page(role: str, address: str) -> tuple[int, str]:
        client = app.test_client()
        client.post("/dang-nhap", data={"identifier": people[role]["login"], "password": people[role]["password"]})
        answer = client.get(address)
        return answer.status_code, answer.get_data(as_text=True)

    assert page("learner", "/can-bo/nhat-ky")[0] == 404
    status, text = page("administrator", "/can-bo/nhat-ky?viec=test.")
    assert status == 200
    assert "thing:2" in text
    assert "grant.given" not in text.partition("<table")[2]
    status, text = page("administrator", "/can-bo/nhat-ky?viec=nothing")
    assert "Không tìm thấy gì" in text
    status, text = page("administrator", "/can-bo/nhat-ky?kiem=1&tu=1/13/2026&den=x&truoc=abc")
    assert status == 200
    assert "nguyên vẹn" in text


def test_acts_are_shown_in_words_with_what_they_are_about(app: Flask) -> None:
    people = demo_sign_ins()
    with app.app_context():
        lesson = connection().execute(select(Activity.slug, Activity.title).where(Activity.kind == "lesson")).first()
        learner = connection().execute(select(Account.id).where(Account.username == "balanh")).scalar_one()
        nation = connection().execute(select(Org.id).where(Org.code == "VN")).scalar_one()
        let_go()
        assert lesson is not None
        with unit_of_work():
            audit.record(None, "lesson.begun", f"lesson:{lesson.slug}", org=nation, losses=3)
            audit.record(None, "consent.withdrawn", f"account:{learner}", purpose="learning-record")
            audit.record(None, "lesson.withdrawn", "lesson:gone-since")

    def page(role: str, address: str, lang: str = "vi") -> str:
        client = app.test_client()
        client.post("/dang-nhap", data={"identifier": people[role]["login"], "password": people[role]["password"]})
        client.set_cookie("lang", lang)
        return client.get(address).get_data(as_text=True)

    begun = page("administrator", "/can-bo/nhat-ky?viec=*.begun").partition("<tbody")[2]
    assert "Bắt đầu soạn" in begun
    assert lesson.title in begun
    assert "losses: 3" in begun
    assert "Rút lại sự đồng ý" not in begun
    withdrawn = page("administrator", "/can-bo/nhat-ky?viec=*.withdrawn").partition("<tbody")[2]
    assert "gone-since" in withdrawn
    assert "balanh" not in withdrawn
    assert "Hoàng Thị Lành" not in withdrawn, "taking a consent back has words of its own"
    consent = page("administrator", "/can-bo/nhat-ky?viec=consent.withdrawn", "en").partition("<tbody")[2]
    assert "Took a consent back" in consent
    assert "Hoàng Thị Lành" in consent
