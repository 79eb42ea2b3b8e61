"""Knowing, agreeing, seeing, taking along, asking, being forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms import clock
from lms.api.work import Conflict, Invalid, NotFound, connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.identity.ages import is_minor
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account, Consent
from lms.identity.people import Person, person_by_id
from lms.privacy import asking, consenting, erasing, guardians, retaining, sensitive
from lms.privacy.clock import after_working_days, terms
from lms.privacy.models import Sensitive
from lms.starting import demo_sign_ins


def account(role: str) -> int:
    login = demo_sign_ins()[role]["login"]
    found = connection().execute(
        select(Account.id).where((Account.username == login) | (Account.phone == "+84" + login.removeprefix("0")))
    )
    account_id = found.scalar_one()
    let_go()
    return int(account_id)


def make_person(name: str, birth_date: date | None = None) -> int:
    """In the open unit of work."""
    return make_people([NewPerson(name, birth_date=birth_date)], None, None)[0]


def browser(app: Flask, role: str) -> FlaskClient:
    client, person = app.test_client(), demo_sign_ins()[role]
    answer = client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    assert answer.status_code == 303
    return client


@pytest.mark.parametrize(
    ("made", "count", "due"),
    [
        (date(2026, 11, 16), 2, date(2026, 11, 18)),  # Monday → Wednesday
        (date(2026, 11, 19), 2, date(2026, 11, 23)),  # Thursday → Monday
        (date(2026, 11, 20), 2, date(2026, 11, 24)),  # Friday → Tuesday
        (date(2026, 11, 21), 2, date(2026, 11, 24)),  # Saturday → Tuesday
    ],
)
def test_working_days_leave_out_the_weekend(made: date, count: int, due: date) -> None:
    assert after_working_days(made, count) == due


def test_terms_end_with_the_vietnamese_day() -> None:
    answer_by, act_by = terms(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))  # already Saturday in Việt Nam
    assert clock.local(clock.from_seconds(answer_by)).isoformat() == "2026-11-24T23:59:59+07:00"
    assert clock.local(clock.from_seconds(act_by)).date() == date(2026, 12, 6)


def test_silence_is_no_and_a_yes_can_be_taken_back(any_app: Flask) -> None:
    with any_app.app_context():
        who = account("learner")
        assert not consenting.agrees(who, "reminders")
        with unit_of_work():
            consenting.give(who, "reminders")
            consenting.give(who, "reminders")
        assert consenting.agrees(who, "reminders")
        with unit_of_work():
            consenting.withdraw(who, "reminders")
        assert not consenting.agrees(who, "reminders")
        kept = connection().execute(
            select(Consent.withdrawn_at).where(Consent.account_id == who, Consent.purpose == "reminders")
        )
        assert [row.withdrawn_at is not None for row in kept] == [True]  # that there was a yes is not forgotten
        with pytest.raises(Invalid):
            take_back_learning(who)


def take_back_learning(who: int) -> None:
    with unit_of_work():
        consenting.withdraw(who, "learning-record")


def test_a_new_text_asks_anew(app: Flask) -> None:
    with app.app_context():
        who = account("learner")
        with unit_of_work() as database:
            consenting.give(who, "reminders")
            database.execute(update(Consent).where(Consent.account_id == who).values(text_version="2020-01"))
        held = {row.purpose.key: row for row in consenting.held(who)}
        assert held["reminders"].outdated
        let_go()
        with unit_of_work():
            consenting.give(who, "reminders")
        assert not {row.purpose.key: row for row in consenting.held(who)}["reminders"].outdated


def test_the_download_holds_what_the_page_shows(any_app: Flask) -> None:
    client = browser(any_app, "learner")
    page = client.get("/cai-dat/du-lieu/xem").get_data(as_text=True)
    answer = client.get("/cai-dat/du-lieu/tai.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        whole = json.loads(archive.read("du-lieu.json"))
        html = archive.read("du-lieu.html").decode()
    with any_app.app_context():
        person = person_by_id(account("learner"))
    assert person is not None
    assert person.full_name in json.dumps(whole, ensure_ascii=False)
    assert person.full_name in html
    assert person.full_name in page
    assert "lms_consent.account_id" in whole["tables"]
    assert "argon2" not in json.dumps(whole)


def test_a_request_runs_against_its_term(any_app: Flask) -> None:
    friday = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    with any_app.app_context():
        who, officer = account("learner"), person_by_id(account("administrator"))
        assert officer is not None
        with clock.frozen_at(friday), unit_of_work():
            uuid = asking.ask(who, "correct", "Tên đệm của tôi bị sai", who)
        with clock.frozen_at(friday + timedelta(days=4)):
            (row,) = asking.requests_for(officer)
            assert not row.late
        with clock.frozen_at(friday + timedelta(days=5)):
            row = asking.request_for(officer, uuid)
            assert row.late
            let_go()
            with unit_of_work():
                asking.answer(officer, row, "Đã xem, sẽ sửa.", state="answered", extend=True)
            again = asking.request_for(officer, uuid)
            assert (again.state, again.act_by - row.act_by) == ("answered", 15 * 86_400)
            let_go()
            with pytest.raises(Conflict):
                extend_again(officer, again)
            with unit_of_work():
                asking.answer(officer, again, "Đã sửa xong.", state="done")
            assert asking.requests_for(officer) == []
            assert [r.answer for r in asking.requests_of(who)] == ["Đã sửa xong."]


def extend_again(officer: Person, asked: asking.RequestRow) -> None:
    with unit_of_work():
        asking.answer(officer, asked, "Xin thêm.", state="answered", extend=True)


def test_nobody_answers_their_own_request(app: Flask) -> None:
    with app.app_context():
        officer = person_by_id(account("administrator"))
        assert officer is not None
        with unit_of_work():
            uuid = asking.ask(officer.id, "see", "Có gì về tôi?", officer.id)
        assert asking.requests_for(officer) == []
        with pytest.raises(NotFound):
            asking.request_for(officer, uuid)


def test_words_with_braces_are_kept_as_they_are(app: Flask) -> None:
    with app.app_context():
        who, officer = account("learner"), person_by_id(account("administrator"))
        assert officer is not None
        with unit_of_work():
            uuid = asking.ask(who, "see", "Còn {gì} nữa? {0} %s", who)
        row = asking.request_for(officer, uuid)
        let_go()
        with unit_of_work():
            asking.answer(officer, row, "Không còn {gì} }{ cả", state="done")
        assert asking.requests_of(who)[0].answer == "Không còn {gì} }{ cả"


def test_being_forgotten_leaves_numbers_and_no_name(any_app: Flask) -> None:
    client = browser(any_app, "learner")
    with any_app.app_context():
        who = account("learner")
        person = person_by_id(who)
        assert person is not None
        name = person.full_name
        let_go()
        assert any(fate.rows for fate in erasing.preview(who))
        let_go()
        with unit_of_work():
            erasing.erase(who, None, "request")
        row = connection().execute(select(Account.__table__).where(Account.id == who)).one()
        assert (row.username, row.phone, row.birth_date, row.password_hash) == (None, None, None, None)
        assert row.erased_at is not None
        let_go()
        assert name not in everything(any_app)
    assert client.get("/cua-toi").status_code == 302 or "/dang-nhap" in client.get("/cua-toi").headers["Location"]


def everything(app: Flask) -> str:
    """The whole database as text, but for the audit log's seals."""
    from lms.db.base import Base

    found = []
    for table in Base.metadata.sorted_tables:
        if table.name.startswith("acme_"):
            continue  # of a plugin that other tests install
        found += [str(tuple(row)) for row in connection().execute(select(table))]
    let_go()
    return "\n".join(found)


def test_whoever_holds_roles_is_not_erased(app: Flask) -> None:
    with app.app_context():
        who = account("verifier")
        with pytest.raises(Conflict):
            erase(who)


def erase(who: int) -> None:
    with unit_of_work():
        erasing.erase(who, None, "test")


def test_the_officer_types_the_name_before_erasing(app: Flask) -> None:
    with app.app_context():
        who = account("learner")
        person = person_by_id(who)
        assert person is not None
        name = person.full_name
        let_go()
        with unit_of_work():
            uuid = asking.ask(who, "erase", "", who)
    client = browser(app, "administrator")
    page = client.get(f"/can-bo/yeu-cau/{uuid}").get_data(as_text=True)
    assert "Không thể hoàn tác" in page
    assert client.post(f"/can-bo/yeu-cau/{uuid}/xoa", data={"name": "Ai đó"}).status_code == 422
    assert client.post(f"/can-bo/yeu-cau/{uuid}/xoa", data={"name": name.upper()}).status_code == 303
    with app.app_context():
        assert person_by_id(who) is None


def test_what_is_sensitive_is_encrypted_and_goes_with_the_yes(any_app: Flask) -> None:
    with any_app.app_context():
        who = account("learner")
        with unit_of_work():
            sensitive.volunteer(who, "ethnicity", "Ê Đê")
        kept = connection().execute(select(Sensitive.value).where(Sensitive.account_id == who)).scalar_one()
        assert "Ê Đê".encode() not in bytes(kept)
        assert sensitive.told_by(who) == {"ethnicity": "Ê Đê"}
        assert consenting.agrees(who, "sensitive")
        let_go()
        with unit_of_work():
            consenting.withdraw(who, "sensitive")
        assert sensitive.told_by(who) == {}


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 100, "b": 3}, {"a": None, "b": None}),
        ({"a": 100, "b": 7, "c": 3}, {"a": 100, "b": None, "c": None}),
        ({"a": 100, "b": 4, "c": 3}, {"a": 100, "b": None, "c": None}),
        ({"a": 100, "b": 5}, {"a": 100, "b": 5}),
        ({"a": 2}, {"a": None}),
        ({}, {}),
    ],
)
def test_small_cells_cannot_be_reckoned(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert sensitive.suppressed(Counter(counts)) == shown


@pytest.mark.parametrize(
    ("born", "day", "minor"),
    [
        (date(2010, 11, 21), date(2026, 11, 20), True),
        (date(2010, 11, 20), date(2026, 11, 20), False),
        (date(2012, 2, 29), date(2028, 2, 28), True),
        (date(2012, 2, 29), date(2028, 3, 1), False),
        (None, date(2026, 11, 20), False),
    ],
)
def test_who_is_a_minor(born: date | None, day: date, minor: bool) -> None:
    assert is_minor(born, day=day) is minor


def test_a_guardian_agrees_by_the_childs_code(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            child_id = make_person("Lò Thị Pằn", birth_date=clock.today() - timedelta(days=12 * 365))
        child, parent = person_by_id(child_id), person_by_id(account("learner"))
        assert child is not None
        assert parent is not None
        assert guardians.needs_guardian(child)
        let_go()
        with unit_of_work():
            code = guardians.make_code(child)
        with pytest.raises(Invalid):
            agree(parent, "AAAA-AAAA")
        assert agree(parent, code.lower().replace("-", " ")) == child_id
        with pytest.raises(Invalid):
            agree(parent, code)  # it opens once
        assert not guardians.needs_guardian(child)
        assert [w.id for w in guardians.wards_of(parent.id)] == [child_id]
        let_go()
        with unit_of_work():
            guardians.step_down(parent.id, child_id)
        assert guardians.needs_guardian(child)
        with pytest.raises(NotFound):
            guardians.ward_for(parent, child_id)


def agree(parent: Person, code: str) -> int:
    with unit_of_work():
        return guardians.agree(parent, code, "parent")


def test_a_guardians_code_grows_old(app: Flask) -> None:
    start = clock.now()
    with app.app_context():
        with unit_of_work():
            child_id = make_person("Lò Thị Pằn", birth_date=clock.today() - timedelta(days=12 * 365))
        child, parent = person_by_id(child_id), person_by_id(account("learner"))
        assert child is not None
        assert parent is not None
        let_go()
        with clock.frozen_at(start), unit_of_work():
            code = guardians.make_code(child)
        with clock.frozen_at(start + timedelta(minutes=31)), pytest.raises(Invalid):
            agree(parent, code)


def test_a_stranger_does_not_see_a_child(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        child_id = make_person("Lò Thị Pằn", birth_date=clock.today() - timedelta(days=12 * 365))
    assert browser(app, "learner").get(f"/nguoi-giam-ho/{child_id}").status_code == 404


def test_terms_are_data_with_a_least(any_app: Flask) -> None:
    with any_app.app_context():
        who = account("administrator")
        with unit_of_work():
            retaining.decide("notes", 100, who)
        assert {t.key: t.days for t in retaining.terms()}["notes"] == 100
        let_go()
        with pytest.raises(Invalid):
            decide_too_short(who)


def decide_too_short(who: int) -> None:
    with unit_of_work():
        retaining.decide("notes", 3, who)


def test_whoever_is_long_away_is_asked_then_forgotten(any_app: Flask) -> None:
    now = clock.now()
    with any_app.app_context():
        with unit_of_work() as database:
            gone = make_person("Vàng A Chứ")
            back = make_person("Hạng Thị Mỷ")
            for who in (gone, back):
                database.execute(update(Account).where(Account.id == who).values(made_at=now - timedelta(days=1200)))
        with clock.frozen_at(now):
            retaining.forget_due()
            assert {t.key: t.due for t in retaining.terms()}["away"] >= 2
            let_go()
        with clock.frozen_at(now + timedelta(days=30)):
            with unit_of_work() as database:
                from lms.identity.models import Session

                database.execute(
                    Session.__table__.insert().values(
                        id=2**40, account_id=back, way="password", strength=1, device="", made_at=clock.seconds(),
                        seen_at=clock.seconds(),
                    )
                )  # fmt: skip
            retaining.forget_due()
            assert person_by_id(gone) is not None
            let_go()
        with clock.frozen_at(now + timedelta(days=61)):
            retaining.forget_due()
            assert person_by_id(gone) is None
            assert person_by_id(back) is not None
            let_go()


def test_every_column_that_people_see_has_a_name(app: Flask) -> None:
    from lms.identity.personal import PERSONAL_DATA
    from lms.privacy.labels import COLUMNS

    with app.app_context():
        seen = {column for entry in PERSONAL_DATA for column in entry.shown}
    assert sorted(seen - set(COLUMNS)) == []


def test_what_was_attained_is_shown_with_its_names(any_app: Flask) -> None:
    from lms.testing import story

    client = browser(any_app, "learner")
    with any_app.app_context(), unit_of_work():
        story.fulfil(account("learner"), "nguoi-dan")
    page = client.get("/cai-dat/du-lieu/xem").get_data(as_text=True)
    assert "Phổ cập kỹ năng số cho người dân" in page
    assert client.get("/cai-dat/du-lieu/tai.zip").status_code == 200
