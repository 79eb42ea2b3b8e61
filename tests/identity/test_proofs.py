"""How well people are known: which proofs hold, who may record them, and what may ask for them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lms import audit, clock
from lms.api.people import LevelNeeded, person_by_id, require_level
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.identity import identities, proofs
from lms.identity.models import Proof
from lms.testing.page_client import InProcess, Pages
from tests.identity.ways import account, belongs, give, make, sign_in

P = Proof.__table__
NUMBER, BORN = "010093000123", date(1993, 2, 3)
HERE, NEAR = "02839", "02842"  # two communes


def officer(app: Flask, unit: str = HERE, role: str = "confirmer") -> int:
    who = make(app, "0912 000 111", "Trần Thị Soi")
    give(app, who, role, unit)
    return who


def test_the_highest_proof_that_holds_is_the_level(any_app: Flask) -> None:
    def level() -> int:
        person = person_by_id(who)
        assert person is not None
        return person.assurance_level

    who, by = make(any_app), officer(any_app)
    with any_app.app_context(), unit_of_work():
        proofs.phone_proved(who, "+84912345678")
        proofs.phone_proved(who, "+84912345678")
        assert level() == 1
        assert len(proofs.proofs_of(who)) == 1, "proved once is enough"
        proofs.papers_seen(who, by, "cccd", NUMBER, "Vừ Mí Sính", BORN)
        assert level() == 2
        identities.link(who, identities.Proved("vneid", "s", level=3))
        assert level() == 3
        proofs.withdraw(who, "identity", "vneid")
        assert level() == 2
        proofs.withdraw(who, "papers")
        assert level() == 1
        proofs.withdraw(who, "phone")
        assert level() == 0
        assert len(proofs.proofs_of(who)) == 3, "the history stays"


def test_papers_seen_on_the_page(app: Flask) -> None:
    who = make(app, name="Vừ Mí Xính")
    officer(app)
    belongs(app, who, HERE)
    pages = Pages(app)
    assert isinstance(pages.browser, InProcess)
    pages.browser.client = sign_in(app, "0912 000 111")
    pages.open(f"/can-bo/nguoi/{account(app, who).uuid}")
    pages.follow("Đối chiếu giấy tờ")
    wrong = {"Họ tên ghi trên giấy tờ": "Vừ Mí Sính", "Số trên giấy tờ": "12345", "Ngày": "31", "Tháng": "2"}
    fields = {"Họ tên ghi trên giấy tờ": "Vừ Mí Sính", "Số trên giấy tờ": "010 093 000 123", "Ngày": "3", "Tháng": "2"}
    paper = ["Thẻ căn cước hoặc căn cước công dân"]
    pages.press("Đã đối chiếu: lưu lại", {**wrong, "Năm": "1993"}, paper, status=422)
    pages.press("Đã đối chiếu: lưu lại", {**fields, "Năm": "1893"}, paper, status=422)
    pages.press("Đã đối chiếu: lưu lại", {**fields, "Năm": "1993"}, paper)
    assert "bạn đã đối chiếu giấy tờ" in pages.page
    assert "do Trần Thị Soi đối chiếu" in pages.page
    row = account(app, who)
    assert (row.full_name, row.birth_date, row.assurance_level) == ("Vừ Mí Sính", BORN, 2)
    assert (row.identity_tail, len(row.identity_key)) == ("0123", 32)
    with app.app_context():
        entry = connection().execute(select(AuditEntry).where(AuditEntry.act == "account.papers_seen")).first()
        assert entry is not None
        assert audit.first_broken() is None
        dump = str(connection().execute(select(P)).all()) + str(entry)
    assert NUMBER not in dump, "the number itself is nowhere"


@pytest.mark.parametrize(("unit", "role"), [(NEAR, "confirmer"), (HERE, "instructor"), (HERE, "reporter")])
def test_only_an_officer_of_their_unit(app: Flask, unit: str, role: str) -> None:
    who = make(app)
    officer(app, unit, role)
    belongs(app, who, HERE)
    browser, address = sign_in(app, "0912 000 111"), f"/can-bo/nguoi/{account(app, who).uuid}/giay-to"
    assert browser.get(address).status_code == 404
    assert browser.post(address, data={}).status_code == 404
    assert account(app, who).assurance_level == 0


def test_nobody_confirms_themselves(any_app: Flask) -> None:
    by = officer(any_app)
    with any_app.app_context(), pytest.raises(Conflict), unit_of_work():
        proofs.papers_seen(by, by, "cccd", NUMBER, "Trần Thị Soi", BORN)


def test_a_number_belongs_to_one_account(any_app: Flask) -> None:
    one, two, by = make(any_app), make(any_app, "0912 345 679", "Vừ Mí Say"), officer(any_app)
    with any_app.app_context():
        with unit_of_work():
            proofs.papers_seen(one, by, "cccd", NUMBER, "Vừ Mí Sính", BORN)
        with pytest.raises(Invalid) as refused, unit_of_work():
            proofs.papers_seen(two, by, "cccd", NUMBER, "Vừ Mí Say", BORN)
        assert "identity_number" in refused.value.fields
        for paper, born in (("selfie", BORN), ("cccd", clock.today().replace(year=2100))):
            with pytest.raises(Invalid), unit_of_work():
                proofs.papers_seen(two, by, paper, "", "Vừ Mí Say", born)
    assert account(any_app, two).assurance_level == 0


def test_what_the_state_says_is_not_overwritten(any_app: Flask) -> None:
    who, by = make(any_app), officer(any_app)
    with any_app.app_context():
        with unit_of_work():
            identities.link(who, identities.Proved("vneid", "s", 3, "Vừ Mí Sính", BORN))
        with pytest.raises(Conflict), unit_of_work():
            proofs.papers_seen(who, by, "cccd", NUMBER, "Kẻ Khác", date(1990, 1, 1))
    assert account(any_app, who).full_name == "Vừ Mí Sính"


def test_a_level_may_be_asked_for(any_app: Flask) -> None:
    who, by = make(any_app), make(any_app, "0912 345 679", "Lý Văn Quản")
    with any_app.app_context():
        person = person_by_id(who)
        assert person is not None
        require_level(person, "final-check")
        with unit_of_work():
            proofs.set_required_level("final-check", 2, by)
        with pytest.raises(LevelNeeded):
            require_level(person, "final-check")
        with unit_of_work():
            proofs.papers_seen(who, by, "cccd", NUMBER, "Vừ Mí Sính", BORN)
        known = person_by_id(who)
        assert known is not None
        require_level(known, "final-check")
        for action, level in (("no-such-thing", 1), ("final-check", 7)):
            with pytest.raises(NotFound), unit_of_work():
                proofs.set_required_level(action, level, by)


def test_the_final_check_leads_to_how_to_get_there(app: Flask) -> None:
    pages, administrator = Pages(app), make(app, "0912 345 679", "Lý Văn Quản")
    give(app, administrator, "administrator")
    make(app, name="Hoàng Thị Lành")
    assert isinstance(pages.browser, InProcess)
    pages.browser.client = sign_in(app, "0912 345 679")
    pages.open("/can-bo/muc-danh-tinh")
    pages.press("Lưu lại", {"Ít nhất": "2. Cán bộ đã đối chiếu giấy tờ"})
    assert "Đã lưu." in pages.page
    learner = sign_in(app)
    with app.app_context():
        from lms.api.learning import Kind, Result, course_for
        from lms.progress import enroll, record_result

        at = course_for(None, "ky-nang-so-nguoi-dan")
        with unit_of_work():
            who = account_id_of(app)
            enroll(who, at.course.id)
            for place in at.places:
                if place.kind == "lesson":
                    record_result(who, place.activity_id, Result(Kind.COMPLETED))
    quiz = "/hoc/ky-nang-so-nguoi-dan/kiem-tra/kiem-tra-cuoi-nguoi-dan"
    for answer in (learner.get(quiz), learner.post(f"{quiz}/bat-dau")):
        assert answer.status_code == 303
        assert answer.location == "/cai-dat/danh-tinh?action=final-check"
    page = learner.get("/cai-dat/danh-tinh?action=final-check").get_data(as_text=True)
    assert "cần mức 2" in page
    json = learner.get(quiz, headers={"Accept": "application/json"})
    assert (json.status_code, json.get_json()["type"]) == (403, "/problems/level-needed")


def account_id_of(app: Flask) -> int:
    from lms.identity.models import Account

    found = connection().execute(select(Account.id).where(Account.phone == "+84912345678")).scalar_one()
    return int(found)


def test_levels_are_the_nations_administrators_to_set(app: Flask) -> None:
    who = make(app)
    give(app, who, "administrator", HERE)
    browser = sign_in(app)
    assert browser.get("/can-bo/muc-danh-tinh").status_code == 404
    assert browser.post("/can-bo/muc-danh-tinh", data={"action": "final-check", "level": "3"}).status_code == 404
