"""Linking an identity of another place to an account here, both ways, with proof; never to somebody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, redirect
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from lms import clock
from lms.api.people import Proved, account_of, begin_linking, end_sessions, identities_of, identity_key, link, unlink
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, NotFound
from lms.identity import identities, proofs
from lms.identity.models import Account, Arriving, Identity, Proof
from tests.identity.ways import HASH, NOON, account, inside, knock, make, open_sessions, sign_in

NUMBER = "010093000123"
BORN = date(1993, 2, 3)
I, W, P, A = Identity.__table__, Arriving.__table__, Proof.__table__, Account.__table__  # noqa: E741


def proved(app: Flask, subject: str = "s-1", number: str = NUMBER, **more: Any) -> Proved:
    """What the national identity says of Vừ Mí Sính."""
    with app.app_context():
        values = {"full_name": "Vừ Mí Sính", "birth_date": BORN, "level": 3, **more}
        return Proved("vneid", subject, key=identity_key(number), tail=number[-4:], **values)


def come(app: Flask, what: Proved, browser: FlaskClient | None = None, back: str = "/giay") -> FlaskClient:
    """A browser comes back from the provider, with an identity that was checked."""
    if "came_back" not in app.view_functions:
        app._got_first_request = False
        came: dict[str, Proved] = app.extensions.setdefault("came", {})
        test = Blueprint("back_from_provider", __name__)

        @test.get("/thu-ve")
        def came_back() -> Response:
            return redirect(begin_linking(came["now"], came["back"]), 303)  # type: ignore[arg-type]

        if "back_from_provider" not in app.blueprints:
            app.register_blueprint(test)
    app.extensions["came"] |= {"now": what, "back": back}
    browser = browser or app.test_client()
    browser.last = browser.get("/thu-ve")  # type: ignore[attr-defined]
    return browser


def led_to(browser: FlaskClient) -> str:
    answer = browser.last  # type: ignore[attr-defined]
    return str(answer.location or answer.status_code)


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return int(connection().execute(select(func.count()).select_from(table)).scalar_one())


def test_a_new_account_for_an_identity(any_app: Flask) -> None:
    browser = come(any_app, proved(any_app))
    assert led_to(browser).startswith("/danh-tinh-moi")
    page = browser.get(led_to(browser)).get_data(as_text=True)
    assert "Vừ Mí Sính" in page
    refused = browser.post("/danh-tinh-moi/tai-khoan-moi", data={"full_name": "Vừ Mí Sính", "address": "bác"})
    assert refused.status_code == 422, "without a yes nothing is kept"
    data = {"full_name": "Kẻ Khác", "address": "bác", "agree": "yes", "return_to": "/giay"}
    opened = browser.post("/danh-tinh-moi/tai-khoan-moi", data=data)
    assert (opened.status_code, opened.location) == (303, "/giay")
    assert inside(browser)
    with any_app.app_context():
        person = account_of("vneid", "s-1")
        assert person is not None
        assert person.full_name == "Vừ Mí Sính", "the name is what the State says, whatever the form says"
        assert (person.birth_date, person.assurance_level) == (BORN, 3)
    assert count(any_app, W) == 0
    back = come(any_app, proved(any_app))
    assert led_to(back) == "/giay"
    assert inside(back)


def test_an_account_that_was_there_before_keeps_what_it_has(any_app: Flask) -> None:
    """Coming with the identity first: sign in once as before, then say yes."""
    who = make(any_app, name="Vừ Mí Xính")
    browser = come(any_app, proved(any_app))
    browser.get("/danh-tinh-moi")
    assert knock(browser, return_to="/danh-tinh-moi").location == "/danh-tinh-moi"
    assert "Liên kết" in browser.get("/danh-tinh-moi").get_data(as_text=True)
    assert account(any_app, who).assurance_level == 0, "nothing is linked before a yes"
    assert browser.post("/danh-tinh-moi/lien-ket").status_code == 303
    row = account(any_app, who)
    assert (row.full_name, row.birth_date, row.assurance_level) == ("Vừ Mí Sính", BORN, 3)
    assert row.identity_tail == "0123"
    assert browser.post("/danh-tinh-moi/lien-ket").status_code == 404, "once"
    other = come(any_app, proved(any_app))
    assert inside(other)
    assert open_sessions(any_app, who) == 2


def test_adding_it_while_signed_in(any_app: Flask) -> None:
    who = make(any_app)
    browser = come(any_app, proved(any_app), sign_in(any_app))
    assert led_to(browser).startswith("/danh-tinh-moi")
    with any_app.app_context():
        assert account_of("vneid", "s-1") is None, "a yes is asked for: the page may have been reached by a trick"
    browser.post("/danh-tinh-moi/lien-ket")
    with any_app.app_context():
        assert [row.provider for row in identities_of(who)] == ["vneid"]
    again = come(any_app, proved(any_app), browser)
    assert led_to(again) == "/giay", "a second time it only renews the proof"
    with any_app.app_context():
        held = connection().execute(select(P.c.id).where(P.c.account_id == who, P.c.ended_at.is_(None))).all()
        assert len(held) == 1


def test_the_identity_of_another_account_is_not_moved(any_app: Flask) -> None:
    owner, me = make(any_app), make(any_app, "0912 345 679", "Vừ Mí Say")
    with any_app.app_context(), unit_of_work():
        link(owner, proved(any_app))
    mine = come(any_app, proved(any_app), sign_in(any_app, "0912 345 679"))
    assert led_to(mine) == "409"
    assert "đã gắn với một tài khoản khác" in mine.last.get_data(as_text=True)  # type: ignore[attr-defined]
    with any_app.app_context():
        with pytest.raises(Conflict), unit_of_work():
            link(me, proved(any_app))
        person = account_of("vneid", "s-1")
        assert person is not None
        assert person.id == owner
    assert account(any_app, me).assurance_level == 0
    assert account(any_app, me).full_name == "Vừ Mí Say"


def test_what_arrived_belongs_to_its_browser_and_not_for_long(any_app: Flask) -> None:
    with clock.frozen_at(NOON):
        make(any_app)
        browser, other = come(any_app, proved(any_app)), sign_in(any_app)
        assert other.post("/danh-tinh-moi/lien-ket").status_code == 404
        with other.session_transaction() as kept:
            kept["arriving"] = "not a number"
        assert other.get("/danh-tinh-moi").status_code == 404
    with clock.frozen_at(NOON + timedelta(minutes=16)):
        assert browser.get("/danh-tinh-moi").status_code == 404
        with any_app.app_context():
            identities.forget_old()
        assert count(any_app, W) == 0


def test_giving_it_up(any_app: Flask) -> None:
    browser = come(any_app, proved(any_app))
    assert browser.post("/danh-tinh-moi/bo").status_code == 303
    assert count(any_app, W) == 0
    assert count(any_app, I) == 0
    assert browser.get("/danh-tinh-moi").status_code == 404


def test_never_the_last_way_in(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            who = identities.open_account(
                proved(any_app), "Vừ Mí Sính", address_form="anh", target_group=None, locale="vi"
            )
        (held,) = identities_of(who)
        with pytest.raises(Conflict), unit_of_work():
            unlink(who, held.id)
        with unit_of_work():
            link(who, Proved("truong", "x"))
            unlink(who, held.id)
        (left,) = identities_of(who)
        with pytest.raises(Conflict), unit_of_work():
            unlink(who, left.id)
        with unit_of_work() as database:
            database.execute(A.update().where(A.c.id == who).values(username="sinh1993", password_hash=HASH))
            unlink(who, left.id)
        assert identities_of(who) == []


def test_what_an_identity_proved_ends_with_it(any_app: Flask) -> None:
    who = make(any_app)
    what = proved(any_app)
    with any_app.app_context(), unit_of_work():
        proofs.phone_proved(who, "+84912345678")
        link(who, what)
    assert account(any_app, who).assurance_level == 3
    with any_app.app_context():
        (held,) = identities_of(who)
        with pytest.raises(NotFound), unit_of_work():
            unlink(who + 1, held.id)
        with unit_of_work():
            unlink(who, held.id)
    assert account(any_app, who).assurance_level == 1, "the telephone still holds"


def test_papers_and_the_state_name_the_same_person(any_app: Flask) -> None:
    """An officer saw the papers: whoever then comes with that number, name and day needs no password."""
    who, officer = make(any_app), make(any_app, "0912 345 679", "Trần Thị Soi")
    with any_app.app_context(), unit_of_work():
        proofs.papers_seen(who, officer, "cccd", NUMBER, "Vừ Mí Sính", BORN)
    browser = come(any_app, proved(any_app))
    assert led_to(browser) == "/giay"
    assert inside(browser)
    assert account(any_app, who).assurance_level == 3


@pytest.mark.parametrize("differs", [{"birth_date": date(1993, 3, 2)}, {"full_name": "Giàng A Páo"}, {"level": 2}])
def test_a_number_alone_is_not_enough(any_app: Flask, differs: dict[str, Any]) -> None:
    """It may have been typed wrongly, and be another person's."""
    who, officer = make(any_app), make(any_app, "0912 345 679", "Trần Thị Soi")
    with any_app.app_context(), unit_of_work():
        proofs.papers_seen(who, officer, "cccd", NUMBER, "Vừ Mí Sính", BORN)
    browser = come(any_app, proved(any_app, **differs))
    assert led_to(browser).startswith("/danh-tinh-moi")
    assert not inside(browser)


def test_papers_of_another_person_are_not_overruled(any_app: Flask) -> None:
    who, officer = make(any_app), make(any_app, "0912 345 679", "Trần Thị Soi")
    with any_app.app_context():
        with unit_of_work():
            proofs.papers_seen(who, officer, "cccd", NUMBER, "Vừ Mí Sính", BORN)
        with pytest.raises(Conflict), unit_of_work():
            link(who, proved(any_app, "s-9", "010093000999", full_name="Kẻ Khác"))
    assert account(any_app, who).full_name == "Vừ Mí Sính"


def test_two_accounts_of_one_number(any_app: Flask) -> None:
    """The second gets the proof but not the number, which one account has; officers then make them one."""
    first, second = make(any_app), make(any_app, "0912 345 679", "Vừ Mí Sính")
    with any_app.app_context(), unit_of_work():
        link(first, proved(any_app))
        link(second, proved(any_app, "s-2"))
    assert account(any_app, first).identity_tail == "0123"
    assert account(any_app, second).identity_tail is None
    with any_app.app_context():
        keys = connection().execute(select(P.c.identity_key).where(P.c.account_id.in_([first, second]))).scalars().all()
    assert len({bytes(key) for key in keys}) == 1, "so that both are found"


def test_a_person_signed_out_everywhere_is_out_however_they_came(any_app: Flask) -> None:
    who = make(any_app)
    with any_app.app_context(), unit_of_work():
        link(who, proved(any_app))
    browser = come(any_app, proved(any_app))
    assert inside(browser)
    with any_app.app_context(), unit_of_work():
        assert end_sessions(who) == 1
    assert not inside(browser)
